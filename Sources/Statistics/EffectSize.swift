/// Cohen's d: the difference of two means in units of their pooled standard deviation.
///
/// Source: J. Cohen, "Statistical Power Analysis for the Behavioral Sciences" (1988).
/// - Returns: the effect; infinite when the means differ and neither sample varies, 0 when they are equal.
/// - Throws: ``StatisticsError/tooFewValues(needed:got:)`` when either sample has fewer than two values.
public func cohensD(_ first: Sample, _ second: Sample) throws(StatisticsError) -> Double {
    try first.require(2)
    try second.require(2)
    let difference = first.mean - second.mean
    guard difference != 0 else { return 0 }
    let degreesOfFreedom = Double(first.count + second.count - 2)
    return difference / ((first.squaredDeviations + second.squaredDeviations) / degreesOfFreedom).squareRoot()
}

/// The probability that a random value of the first sample exceeds a random value of the second, ties counted
/// half, over all pairs: of accuracies, how often a run of A beats a run of B.
///
/// Bouthillier et al. ask for 0.75 before an improvement is called meaningful. Sources: H. B. Mann and
/// D. R. Whitney, Annals of Mathematical Statistics 18 (1947); X. Bouthillier et al., "Accounting for Variance
/// in Machine Learning Benchmarks", MLSys 2021.
public func probabilityOfSuperiority(_ first: Sample, _ second: Sample) -> Double {
    var wins = 0.0
    for x in first.values {
        for y in second.values {
            wins += x > y ? 1 : x == y ? 0.5 : 0
        }
    }
    return wins / Double(first.count * second.count)
}
