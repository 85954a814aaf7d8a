extension Schedule {
    /// Two cycles, as fastai's `fine_tune` has them: the first while the body of the network is frozen, the second,
    /// from half the learning rate, for all of it.
    ///
    /// - Parameters:
    ///   - frozen: the share of the run that the first cycle takes, above 0 and below 1.
    ///   - frozenStart: the share of the first cycle in which the learning rate rises; its divisor is 25.
    ///   - start: the share of the second cycle in which it rises.
    ///   - divisor: of the second cycle's highest rate, for its first step.
    ///   - finalDivisor: of each cycle's highest rate, for its end.
    ///   - momenta: of each cycle, at its start, its peak and its end; nil leaves the momentum alone.
    /// - Throws: ``ScheduleError`` when one is out of its range.
    public static func fineTune(
        frozen: Double, frozenStart: Double = 0.99, start: Double = 0.3, divisor: Double = 5,
        finalDivisor: Double = 1e5,
        momenta: (start: Double, peak: Double, end: Double)? = (0.95, 0.85, 0.95)
    ) throws(ScheduleError) -> Schedule {
        let half = Schedule { _, _ in Value(0.5) }
        let first = try oneCycle(start: frozenStart, finalDivisor: finalDivisor, momenta: momenta)
        let second = try oneCycle(start: start, divisor: divisor, finalDivisor: finalDivisor, momenta: momenta)
        return try .sequence([(frozen, first), (1 - frozen, second.times(half))])
    }
}
