// Flat, then a cosine: what the thread's records were trained with.

extension Schedule {
    /// Flat and anneal as the thread's training script and fastai 1's `fit_fc` do it: full learning rate for
    /// Int(total `start`) steps, then a cosine to 0. The first annealed step still has the full rate.
    ///
    /// - Parameters:
    ///   - start: the flat share. `fit_fc` says 0.72, the script's own default is 0.7.
    ///   - momenta: of the flat and of the annealed part. `fit_fc`'s default is (0.95, 0.85); the thread's records
    ///     keep 0.95, which is nil's meaning here for any optimizer: its own momentum.
    /// - Throws: ``ScheduleError`` when one is out of its range.
    public static func flatAndAnneal(
        start: Double = 0.72, momenta: (flat: Double, annealed: Double)? = nil
    ) throws(ScheduleError) -> Schedule {
        try ScheduleError.check("flat-and-anneal", ("start", start, .fraction))
        if let momenta {
            try ScheduleError.check(
                "flat-and-anneal", ("a momentum", momenta.flat, .decayRate),
                ("a momentum", momenta.annealed, .decayRate))
        }
        return Schedule { step, total in
            let flat = Int(Double(total) * start)
            guard step > flat else { return Value(1, momentum: momenta?.flat) }
            let position = Double(step - flat) / Double(total - flat)
            return Value(Annealing.cosine.value(from: 1, to: 0, at: position), momentum: momenta?.annealed)
        }
    }

    /// Flat, then a cosine, as fastai 2's `fit_flat_cos` does it: by the position in the run, down to
    /// 1 / `finalDivisor`, at the same momentum.
    ///
    /// - Parameters:
    ///   - start: the flat share.
    ///   - finalDivisor: what the learning rate is divided by in the end.
    /// - Throws: ``ScheduleError`` when one is out of its range.
    public static func flatCos(
        start: Double = 0.75, finalDivisor: Double = 1e5
    ) throws(ScheduleError) -> Schedule {
        try ScheduleError.check(
            "flat-cos", ("start", start, .fraction), ("the final divisor", finalDivisor, .positive))
        return Schedule { step, total in
            let position = Double(step) / Double(total)
            guard position > start else { return Value(1) }
            return Value(
                Annealing.cosine.value(from: 1, to: 1 / finalDivisor, at: (position - start) / (1 - start)))
        }
    }
}
