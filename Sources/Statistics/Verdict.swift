/// What two sets of accuracies say about each other: one answer in words, with the numbers behind it.
///
/// The rule is described in <doc:Verdicts>. Accuracies are fractions in 0...1; the text gives them in per cent and
/// their differences in percentage points.
public struct Verdict: Sendable, Hashable, Codable {
    /// The three possible answers, one of them in two directions.
    public enum Outcome: String, Sendable, Codable {
        /// The first set's mean is higher, beyond what chance explains.
        case firstIsBetter
        /// The second set's mean is higher, beyond what chance explains.
        case secondIsBetter
        /// These runs do not tell which is better.
        case notSeparable
        /// The whole interval of the difference lies within the margin.
        case practicallyEquivalent
    }

    /// One side of the comparison.
    public struct Side: Sendable, Hashable, Codable {
        /// The name that the text uses.
        public let name: String
        /// The number of runs.
        public let n: Int
        /// The mean accuracy.
        public let mean: Double
        /// The unbiased standard deviation; `nil` for a single run.
        public let sd: Double?
    }

    /// The answer.
    public let outcome: Outcome
    /// Fewer than ``firmCount`` runs on either side: the answer may not last.
    public let isProvisional: Bool
    /// The first side.
    public let first: Side
    /// The second side.
    public let second: Side
    /// Mean of the first minus mean of the second, as a fraction.
    public let difference: Double
    /// The probability inside ``interval``.
    public let level: Double
    /// Welch's confidence interval of the difference; `nil` when a side has a single run, as all below.
    public let interval: Interval?
    /// Welch's two-sided p value, corrected for the other comparisons of a board if there are any.
    public let p: Double?
    /// The posterior probability that the first mean is higher.
    public let probabilityBetter: Double?
    /// Differences smaller than this do not matter in practice, as a fraction.
    public let margin: Double
    /// The posterior probability that the means differ by less than ``margin``.
    public let probabilityEquivalent: Double?
    /// Cohen's d; `nil` also when it is infinite.
    public let cohensD: Double?
    /// The probability that a random run of the first beats a random run of the second.
    public let superiority: Double
    /// Were the observed difference and spread the true ones: runs of each that find it with 80 % power. `nil`
    /// also when the means are equal or more than 100,000 would be needed.
    public let runsNeeded: Int?

    /// With fewer runs than this on either side an answer is provisional.
    public static let firmCount = 5
    /// The default margin of practical equivalence: 0.2 points.
    public static let defaultMargin = 0.002

    /// Compares two sets of accuracies.
    /// - Parameters:
    ///   - first: accuracies in 0...1, one a run.
    ///   - firstName: what the text calls them.
    ///   - second: the accuracies to compare with.
    ///   - secondName: what the text calls them.
    ///   - correctedP: Welch's p value after correction for several comparisons; without it, this comparison is
    ///     taken to be the only one.
    ///   - margin: the largest difference that does not matter in practice, as a fraction.
    ///   - level: the probability inside the interval; better means p < 1 - level.
    /// - Throws: ``StatisticsError`` for an empty set, an accuracy outside 0...1, or impossible parameters.
    public init(
        _ first: [Double], named firstName: String, against second: [Double], named secondName: String,
        correctedP: Double? = nil, margin: Double = defaultMargin, level: Double = 0.95
    ) throws(StatisticsError) {
        try StatisticsError.requireNonNegative(margin, "the margin of practical equivalence")
        try StatisticsError.requireProbability(level, "the interval's level")
        let a = try Sample(accuracies: first)
        let b = try Sample(accuracies: second)
        self.first = Side(name: firstName, n: a.count, mean: a.mean, sd: a.standardDeviation)
        self.second = Side(name: secondName, n: b.count, mean: b.mean, sd: b.standardDeviation)
        self.margin = margin
        self.level = level
        difference = a.mean - b.mean
        isProvisional = min(a.count, b.count) < Self.firmCount
        superiority = probabilityOfSuperiority(a, b)

        guard let sdA = a.standardDeviation, let sdB = b.standardDeviation else {
            outcome = .notSeparable
            interval = nil
            p = nil
            probabilityBetter = nil
            probabilityEquivalent = nil
            cohensD = nil
            runsNeeded = nil
            return
        }
        let welch = try WelchTest(a, b)
        let interval = try welch.interval(level: level)
        let p = correctedP ?? welch.p
        let posterior = try MeanDifferencePosterior(a, b)
        let effect = try Statistics.cohensD(a, b)
        // A correction by a factor is a test at a level lower by that factor.
        let significance = p > 0 ? (1 - level) * min(1, welch.p / p) : 1 - level
        self.interval = interval
        self.p = p
        probabilityBetter = posterior.probability(above: 0)
        probabilityEquivalent = try posterior.probability(within: margin)
        cohensD = effect.isFinite ? effect : nil
        runsNeeded = try Statistics.runsNeeded(
            difference: difference, standardDeviation: ((sdA * sdA + sdB * sdB) / 2).squareRoot(),
            significance: max(significance, .leastNormalMagnitude))
        if -margin <= interval.lower, interval.upper <= margin {
            outcome = .practicallyEquivalent
        } else if p < 1 - level {
            outcome = difference > 0 ? .firstIsBetter : .secondIsBetter
        } else {
            outcome = .notSeparable
        }
    }
}

extension Sample {
    /// A sample of numbers that must lie in 0...1.
    fileprivate init(accuracies: [Double]) throws(StatisticsError) {
        for accuracy in accuracies where accuracy.isFinite && !(0...1).contains(accuracy) {
            throw .impossible(name: "an accuracy", value: accuracy, expected: "a fraction from 0 to 1")
        }
        try self.init(accuracies)
    }
}
