/// Welch's t test of two means, for samples of unequal size and spread.
///
/// t = (m₁ - m₂) / √(s₁²/n₁ + s₂²/n₂) with unbiased variances and the degrees of freedom of Welch and
/// Satterthwaite. It assumes independent values from two normal distributions. Source: B. L. Welch, "The
/// generalization of 'Student's' problem when several different population variances are involved",
/// Biometrika 34 (1947).
public struct WelchTest: Sendable, Hashable {
    /// Mean of the first sample minus mean of the second.
    public let difference: Double
    /// The standard error of the difference.
    public let standardError: Double
    /// The statistic. When neither sample varies: 0 for equal means, else infinite with the difference's sign.
    public let t: Double
    /// The degrees of freedom. When neither sample varies: n₁ + n₂ - 2.
    public let degreesOfFreedom: Double
    /// The two-sided p value. When neither sample varies: 1 for equal means, else 0.
    public let p: Double

    /// Compares two samples.
    /// - Throws: ``StatisticsError/tooFewValues(needed:got:)`` when either has fewer than two values.
    public init(_ first: Sample, _ second: Sample) throws(StatisticsError) {
        let firstError = try first.squaredError()
        let secondError = try second.squaredError()
        let squaredError = firstError + secondError

        difference = first.mean - second.mean
        standardError = squaredError.squareRoot()
        guard squaredError > 0 else {
            t = difference == 0 ? 0 : difference > 0 ? .infinity : -.infinity
            degreesOfFreedom = Double(first.count + second.count - 2)
            p = difference == 0 ? 1 : 0
            return
        }
        // In shares of the whole error, so that tiny variances do not underflow when squared.
        let firstShare = firstError / squaredError
        let secondShare = secondError / squaredError
        t = difference / standardError
        degreesOfFreedom =
            1
            / (firstShare * firstShare / Double(first.count - 1)
                + secondShare * secondShare / Double(second.count - 1))
        p = 2 * Distribution.studentT(degreesOfFreedom: degreesOfFreedom).survival(abs(t))
    }

    /// The confidence interval of the difference; of width zero when neither sample varies.
    /// - Throws: ``StatisticsError/notAProbability(name:value:)`` for a level outside (0, 1).
    public func interval(level: Double = 0.95) throws(StatisticsError) -> Interval {
        try StatisticsError.requireProbability(level, "the interval's level")
        guard standardError > 0 else { return Interval(lower: difference, upper: difference) }
        return Distribution.studentT(
            degreesOfFreedom: degreesOfFreedom, location: difference, scale: standardError
        )
        .centralInterval(level)
    }
}
