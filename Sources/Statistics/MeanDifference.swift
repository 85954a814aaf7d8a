import CBoost

/// What two samples say about the difference of the means behind them.
///
/// Under the Jeffreys prior 1/σ each mean is m + (s/√n) T with T a Student t of n - 1 degrees of freedom, so
/// that the difference has the Behrens-Fisher distribution. Its probabilities are integrated by tanh-sinh
/// quadrature to better than 1e-9: no sampling, the same answer every time. Source: A. Gelman et al., "Bayesian Data
/// Analysis", 3rd edition, section 3.2.
public struct MeanDifferencePosterior: Sendable, Hashable {
    let difference: Double
    let firstError: Double
    let firstDegreesOfFreedom: Double
    let secondError: Double
    let secondDegreesOfFreedom: Double

    /// The posterior of mean(first) - mean(second).
    /// - Throws: ``StatisticsError/tooFewValues(needed:got:)`` when either sample has fewer than two values: one
    ///   run says nothing about its own spread.
    public init(_ first: Sample, _ second: Sample) throws(StatisticsError) {
        firstError = try first.squaredError().squareRoot()
        secondError = try second.squaredError().squareRoot()
        firstDegreesOfFreedom = Double(first.count - 1)
        secondDegreesOfFreedom = Double(second.count - 1)
        difference = first.mean - second.mean
    }

    /// P(mean(first) - mean(second) > margin), a difference of exactly `margin` counted half.
    public func probability(above margin: Double) -> Double {
        let shift = difference - margin
        switch (firstError > 0, secondError > 0) {
        case (true, true):
            return cboost_behrens_fisher_sf(
                shift, firstError, firstDegreesOfFreedom, secondError, secondDegreesOfFreedom)
        case (true, false): return cboost_student_t_cdf(firstDegreesOfFreedom, shift / firstError)
        case (false, true): return cboost_student_t_cdf(secondDegreesOfFreedom, shift / secondError)
        case (false, false): return shift > 0 ? 1 : shift < 0 ? 0 : 0.5
        }
    }

    /// P(-margin < mean(first) - mean(second) < margin): the difference lies in the region of practical
    /// equivalence (ROPE).
    /// - Throws: ``StatisticsError`` when `margin` is negative or not finite.
    public func probability(within margin: Double) throws(StatisticsError) -> Double {
        try StatisticsError.requireNonNegative(margin, "the margin of practical equivalence")
        return max(0, probability(above: -margin) - probability(above: margin))
    }
}
