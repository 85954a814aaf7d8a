// One cycle (Smith and Topin, arXiv 1708.07120): up, and down to almost nothing, with the momentum the other
// way round; cosines in place of the paper's lines, as fastai has it.

extension Schedule {
    /// One cycle as fastai 2's `fit_one_cycle` does it, by the position in the run.
    ///
    /// - Parameters:
    ///   - start: the share in which the learning rate rises.
    ///   - divisor: of the full rate, for the first step.
    ///   - finalDivisor: of the full rate, for the end.
    ///   - momenta: at the start, at the peak and at the end; nil leaves the momentum alone.
    /// - Throws: ``ScheduleError`` when one is out of its range.
    public static func oneCycle(
        start: Double = 0.25, divisor: Double = 25, finalDivisor: Double = 1e5,
        momenta: (start: Double, peak: Double, end: Double)? = (0.95, 0.85, 0.95)
    ) throws(ScheduleError) -> Schedule {
        try checkCycle(start, divisor, finalDivisor, momenta.map { [$0.start, $0.peak, $0.end] })
        return Schedule { step, total in
            let position = Double(step) / Double(total)
            let rises = position < start
            return cycle(
                rises, position: rises ? position / start : start < 1 ? (position - start) / (1 - start) : 0,
                divisor: divisor, finalDivisor: finalDivisor, momenta: momenta)
        }
    }

    /// One cycle as fastai 1's `fit_one_cycle` does it: by whole steps, Int(total `start`) of them rising.
    ///
    /// - Parameters:
    ///   - start: the share in which the learning rate rises.
    ///   - divisor: of the full rate, for the first step. The thread's train_imagenette script says 10.
    ///   - finalDivisor: of the full rate, for the end; 10,000 times `divisor` when left out.
    ///   - momenta: at both ends, and at the peak; nil leaves the momentum alone.
    /// - Throws: ``ScheduleError`` when one is out of its range.
    public static func oneCycleV1(
        start: Double = 0.3, divisor: Double = 25, finalDivisor: Double? = nil,
        momenta: (ends: Double, peak: Double)? = (0.95, 0.85)
    ) throws(ScheduleError) -> Schedule {
        let finalDivisor = finalDivisor ?? divisor * 1e4
        try checkCycle(start, divisor, finalDivisor, momenta.map { [$0.ends, $0.peak] })
        return Schedule { step, total in
            let rising = Int(Double(total) * start)
            let rises = step < rising
            let position =
                Double(rises ? step : step - rising) / Double(max(rises ? rising : total - rising, 1))
            return cycle(
                rises, position: position, divisor: divisor, finalDivisor: finalDivisor,
                momenta: momenta.map { ($0.ends, $0.peak, $0.ends) })
        }
    }

    private static func cycle(
        _ rises: Bool, position: Double, divisor: Double, finalDivisor: Double,
        momenta: (start: Double, peak: Double, end: Double)?
    ) -> Value {
        let end = rises ? 1 / divisor : 1 / finalDivisor
        return Value(
            anneal(rises, from: end, to: 1, at: position),
            momentum: momenta.map {
                anneal(rises, from: rises ? $0.start : $0.end, to: $0.peak, at: position)
            })
    }

    /// A cosine up to the peak, or down from it.
    private static func anneal(_ rises: Bool, from end: Double, to peak: Double, at position: Double)
        -> Double
    {
        Annealing.cosine.value(from: rises ? end : peak, to: rises ? peak : end, at: position)
    }

    private static func checkCycle(
        _ start: Double, _ divisor: Double, _ finalDivisor: Double, _ momenta: [Double]?
    ) throws(ScheduleError) {
        try ScheduleError.check(
            "one-cycle", ("start", start, .fraction), ("the divisor", divisor, .positive),
            ("the final divisor", finalDivisor, .positive))
        for momentum in momenta ?? [] {
            try ScheduleError.check("one-cycle", ("a momentum", momentum, .decayRate))
        }
    }
}
