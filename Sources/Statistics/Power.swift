import CBoost

/// The probability that a two-sided t test of two arms of `runs` runs each finds a true difference.
///
/// Exact for equal standard deviations, from the noncentral t distribution with 2·runs - 2 degrees of freedom and
/// noncentrality (difference / sd) √(runs / 2). Source: J. Cohen, "Statistical Power Analysis for the Behavioral
/// Sciences" (1988), chapter 2.
/// - Parameters:
///   - runs: runs in each arm, at least 2.
///   - difference: the true difference of the means.
///   - standardDeviation: of the runs in each arm, in the same unit.
///   - significance: the test's level.
/// - Throws: ``StatisticsError`` for fewer than two runs or impossible numbers.
public func power(
    runs: Int, difference: Double, standardDeviation: Double, significance: Double = 0.05
) throws(StatisticsError) -> Double {
    guard runs >= 2 else { throw .tooFewValues(needed: 2, got: runs) }
    guard difference.isFinite else {
        throw .impossible(name: "the difference", value: difference, expected: "a finite number")
    }
    try StatisticsError.requireNonNegative(standardDeviation, "the standard deviation")
    try StatisticsError.requireProbability(significance, "the significance")
    guard standardDeviation > 0 else { return difference == 0 ? significance : 1 }
    let degreesOfFreedom = Double(2 * runs - 2)
    // Power grows with the noncentrality; at 10,000 it is 1, and beyond Boost's series has no answer.
    let noncentrality = min(abs(difference) / standardDeviation * (Double(runs) / 2).squareRoot(), 10_000)
    let critical = -Distribution.studentT(degreesOfFreedom: degreesOfFreedom).quantile(significance / 2)
    return cboost_noncentral_t_sf(degreesOfFreedom, noncentrality, critical)
        + cboost_noncentral_t_cdf(degreesOfFreedom, noncentrality, -critical)
}

/// The fewest runs in each arm with which a two-sided t test finds a true difference with the wanted power.
/// - Returns: the runs in each arm, or `nil` when more than 100,000 would be needed (always for a difference
///   of 0).
/// - Throws: ``StatisticsError`` for impossible numbers.
public func runsNeeded(
    difference: Double, standardDeviation: Double, power wanted: Double = 0.8, significance: Double = 0.05
) throws(StatisticsError) -> Int? {
    try StatisticsError.requireProbability(wanted, "the power")
    func suffices(_ runs: Int) throws(StatisticsError) -> Bool {
        try power(
            runs: runs, difference: difference, standardDeviation: standardDeviation,
            significance: significance) >= wanted
    }
    // Power grows with the number of runs: double until it suffices, then halve the gap.
    var tooFew = 1
    var enough = 2
    while try !suffices(enough) {
        guard enough < 100_000 else { return nil }
        tooFew = enough
        enough = min(2 * enough, 100_000)
    }
    while enough - tooFew > 1 {
        let middle = (tooFew + enough) / 2
        if try suffices(middle) { enough = middle } else { tooFew = middle }
    }
    return enough
}
