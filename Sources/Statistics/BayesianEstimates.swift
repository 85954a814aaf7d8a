import CBoost

/// The mean, variance and standard deviation that lie behind a sample, each with a credible interval.
///
/// The model: the values are independent draws from one normal distribution whose mean and variance have the
/// Jeffreys prior 1/σ. The result equals SciPy's `bayes_mvs`, and its interval for the mean equals the classical
/// t interval. Source: T. E. Oliphant, "A Bayesian perspective on estimating mean, variance, and
/// standard-deviation from data" (2006); `scipy.stats.bayes_mvs`.
public struct BayesianEstimates: Sendable, Hashable {
    /// A posterior's centre and central credible interval.
    public struct Estimate: Sendable, Hashable {
        /// The posterior mean; infinite where the posterior has none (the variance for n <= 3, the standard
        /// deviation for n = 2).
        public let center: Double
        /// The central credible interval.
        public let interval: Interval
    }

    /// The mean, in the values' unit.
    public let mean: Estimate
    /// The variance, in the squared unit.
    public let variance: Estimate
    /// The standard deviation, in the values' unit.
    public let standardDeviation: Estimate
}

/// Bayesian estimates of a sample's mean, variance and standard deviation, as SciPy's `bayes_mvs`.
///
/// With n values, mean m, population variance C and a = (n - 1) / 2: up to n = 1000 the mean is
/// t(n - 1, m, √(C/(n - 1))), the variance is InvGamma(a, nC/2) and the standard deviation its root; above, the
/// three are normal: N(m, C/n), N(C, 2C²/n) and N(√C, C/(2n)), given by mean and variance.
///
/// Values that are all equal give intervals of width zero, where SciPy gives NaN.
/// - Parameter level: the probability inside each interval.
/// - Throws: ``StatisticsError`` for fewer than two values or a level outside (0, 1).
public func bayesMVS(_ sample: Sample, level: Double = 0.95) throws(StatisticsError) -> BayesianEstimates {
    try StatisticsError.requireProbability(level, "the interval's level")
    try sample.require(2)
    let n = Double(sample.count)
    let populationVariance = sample.squaredDeviations / n

    guard populationVariance > 0 else {
        return BayesianEstimates(
            mean: .certain(sample.mean), variance: .certain(0), standardDeviation: .certain(0))
    }
    if sample.count > 1000 {
        let sd = populationVariance.squareRoot()
        return BayesianEstimates(
            mean: .normal(sample.mean, sd / n.squareRoot(), level),
            variance: .normal(populationVariance, populationVariance * (2 / n).squareRoot(), level),
            standardDeviation: .normal(sd, sd / (2 * n).squareRoot(), level))
    }
    let a = (n - 1) / 2
    let b = sample.squaredDeviations / 2
    let mean = Distribution.studentT(
        degreesOfFreedom: n - 1, location: sample.mean, scale: (populationVariance / (n - 1)).squareRoot())
    let variance = Distribution.inverseGamma(shape: a, scale: b).centralInterval(level)
    return BayesianEstimates(
        mean: .init(center: sample.mean, interval: mean.centralInterval(level)),
        variance: .init(center: a > 1 ? b / (a - 1) : .infinity, interval: variance),
        standardDeviation: .init(
            center: a > 0.5 ? b.squareRoot() * cboost_gamma_ratio(a, -0.5) : .infinity,
            interval: Interval(lower: variance.lower.squareRoot(), upper: variance.upper.squareRoot())))
}

extension BayesianEstimates.Estimate {
    fileprivate static func certain(_ value: Double) -> Self {
        Self(center: value, interval: Interval(lower: value, upper: value))
    }

    fileprivate static func normal(_ mean: Double, _ standardDeviation: Double, _ level: Double) -> Self {
        let normal = Distribution.normal(mean: mean, standardDeviation: standardDeviation)
        return Self(center: mean, interval: normal.centralInterval(level))
    }
}
