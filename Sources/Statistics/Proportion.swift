/// The Jeffreys interval of a proportion: the central credible interval under the prior Beta(1/2, 1/2).
///
/// Of one run's accuracy it says what the finite validation set alone leaves open. The lower bound of no success
/// is 0 and the upper bound of no failure is 1. Source: L. D. Brown, T. T. Cai and A. DasGupta, "Interval
/// Estimation for a Binomial Proportion", Statistical Science 16 (2001).
/// - Parameters:
///   - successes: images that were classified correctly.
///   - trials: images in all.
/// - Throws: ``StatisticsError`` for impossible counts or a level outside (0, 1).
public func jeffreysInterval(
    successes: Int, trials: Int, level: Double = 0.95
) throws(StatisticsError) -> Interval {
    guard trials >= 1, (0...trials).contains(successes) else {
        throw .impossibleCounts(successes: successes, trials: trials)
    }
    try StatisticsError.requireProbability(level, "the interval's level")
    var interval = Distribution.beta(alpha: Double(successes) + 0.5, beta: Double(trials - successes) + 0.5)
        .centralInterval(level)
    if successes == 0 { interval.lower = 0 }
    if successes == trials { interval.upper = 1 }
    return interval
}
