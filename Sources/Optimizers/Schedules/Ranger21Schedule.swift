import Foundation

extension Schedule {
    /// Ranger21's learning rates: linear warm-up, flat, and a linear way down.
    ///
    /// The warm-up takes 2 / (1 - beta2) steps (Ma and Yarats, arXiv 1910.04209), or 22 % of a run of which that
    /// would be more than 45 %.
    ///
    /// - Parameters:
    ///   - learningRate: the groups' base learning rate.
    ///   - finalLearningRate: where it ends, at most `learningRate`.
    ///   - beta2: of the optimizer.
    ///   - warmdownStart: the share of the run before the way down.
    /// - Throws: ``ScheduleError`` when one is out of its range.
    public static func ranger21(
        learningRate: Double, finalLearningRate: Double = 3e-5, beta2: Double = 0.999,
        warmdownStart: Double = 0.72
    ) throws(ScheduleError) -> Schedule {
        try ScheduleError.check(
            "ranger21", ("the learning rate", learningRate, .positive), ("beta2", beta2, .decayRate),
            ("the final learning rate", finalLearningRate, .notNegative),
            ("the warm-down's start", warmdownStart, .fraction))
        guard finalLearningRate <= learningRate else {
            throw ScheduleError(
                description: "ranger21: the final learning rate must be at most the learning rate, "
                    + "not \(finalLearningRate) at \(learningRate)")
        }
        let end = finalLearningRate / learningRate
        return Schedule { step, total in
            let t = step + 1
            let untuned = Int((2 / (1 - beta2)).rounded(.up))
            let warmup = Double(untuned) > 0.45 * Double(total) ? Int(0.22 * Double(total)) : untuned
            let start = Int(warmdownStart * Double(total))
            guard t >= start else { return Value(t > warmup ? 1 : Double(t) / Double(warmup)) }
            let position = min(1, Double(t + 1 - start) / Double(total - start + 1))
            return Value(Annealing.linear.value(from: 1, to: end, at: position))
        }
    }
}
