import Foundation
import Statistics
import Training

/// The entries of a board in order, with what their runs say about each and about each other.
///
/// Entries whose runs do not separate them from the best share its tier; the best of the rest leads the next.
/// For the tiers, and for the comparisons with the best, p values are corrected by Holm over all pairs of
/// entries, because the same runs chose which entry is the best. With a baseline that the board names, the
/// comparisons with it are corrected among themselves.
public struct Leaderboard: Sendable, Codable, Equatable {
    /// One entry's line.
    public struct Row: Sendable, Codable, Equatable {
        /// The entry's name.
        public let name: String
        /// 1 for the best tier; `nil` without a complete run.
        public let tier: Int?
        /// The runs in the order of their seeds.
        public let runs: [Outcome]
        /// The number of complete runs, which the figures below describe.
        public let n: Int
        /// The mean accuracy, 0...1.
        public let mean: Double?
        /// The unbiased standard deviation; `nil` below two runs.
        public let sd: Double?
        /// The credible interval of the mean, as `bayes_mvs`; `nil` below two runs.
        public let interval: Interval?
        /// The lowest accuracy.
        public let min: Double?
        /// The highest accuracy.
        public let max: Double?
        /// Runs that failed.
        public let failed: Int
        /// Runs that have not ended: interrupted, running, or not begun.
        public let unfinished: Int
    }

    /// How one run ended.
    public struct Outcome: Sendable, Codable, Equatable {
        /// The run's seed.
        public let seed: Int
        /// `complete`, `failed`, `interrupted` or `absent`.
        public let state: String
        /// The accuracy, 0...1; only of complete runs.
        public let accuracy: Double?
        /// Why a failed run failed, or that a complete one's validation loss was not finite.
        public let reason: String?
    }

    /// The version of this JSON form.
    public let schemaVersion: Int
    /// The board's title.
    public let title: String
    /// The board's question.
    public let description: String?
    /// The probability inside intervals.
    public let level: Double
    /// The entry that the others are compared with: the baseline, or the best.
    public let reference: String?
    /// Whether the board named the reference beforehand.
    public let referenceIsBaseline: Bool
    /// The entries, the highest mean first, those without a result last.
    public let rows: [Row]
    /// Each other entry against the reference, in the order of the rows.
    public let comparisons: [Verdict]
    /// What limits all of the above; one sentence each.
    public let warnings: [String]

    /// Computes the leaderboard.
    /// - Parameters:
    ///   - title: the board's title.
    ///   - description: the board's question.
    ///   - sets: the runs of each entry.
    ///   - baseline: the name of the set that the others are compared with.
    ///   - level: the probability inside intervals.
    /// - Throws: `StatisticsError` when the level lies outside (0, 1).
    public init(
        title: String, description: String? = nil, sets: [RunSet], baseline: String? = nil,
        level: Double = 0.95
    ) throws(StatisticsError) {
        let ranked = try sets.filter { !$0.accuracies.isEmpty }
            .map { set throws(StatisticsError) in (set: set, sample: try Sample(set.accuracies)) }
            .sorted { $0.sample.mean > $1.sample.mean }
            .map(\.set)
        let pairs = try PairwiseVerdicts(ranked, level: level)
        let tiers = pairs.tiers()
        var rows: [Row] = []
        for (set, tier) in zip(ranked, tiers) { rows.append(try Row(set, tier: tier, level: level)) }
        for set in sets where set.accuracies.isEmpty { rows.append(try Row(set, tier: nil, level: level)) }

        let baselineIndex = ranked.firstIndex { $0.name == baseline }
        schemaVersion = 1
        self.title = title
        self.description = description
        self.level = level
        self.rows = rows
        referenceIsBaseline = baselineIndex != nil
        if let baselineIndex {
            reference = baseline
            comparisons = try PairwiseVerdicts(ranked, against: baselineIndex, level: level).against(
                baselineIndex)
        } else {
            reference = ranked.first?.name
            comparisons = ranked.isEmpty ? [] : pairs.against(0)
        }
        var warnings = dataWarnings(sets)
        if let baseline, baselineIndex == nil, !ranked.isEmpty {
            warnings.append(
                "The baseline \(baseline) has no complete run yet; entries are compared with the best.")
        }
        self.warnings = warnings
    }
}

extension Leaderboard {
    /// Computes the leaderboard of a board from the runs of its entries.
    /// - Throws: `StatisticsError` when the level lies outside (0, 1).
    public init(_ board: Board, sets: [RunSet], level: Double = 0.95) throws(StatisticsError) {
        try self.init(
            title: board.title, description: board.description, sets: sets, baseline: board.baseline,
            level: level)
    }

    /// The leaderboard as JSON with sorted keys.
    public var json: Data { encodedJSON(self) }
}

/// A value of this module as JSON, indented and with sorted keys, so that equal values give equal files.
func encodedJSON(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
        return try encoder.encode(value)
    } catch {
        preconditionFailure("\(type(of: value)) always has a JSON form: \(error)")
    }
}

extension Leaderboard.Row {
    fileprivate init(_ set: RunSet, tier: Int?, level: Double) throws(StatisticsError) {
        let accuracies = set.accuracies
        name = set.name
        self.tier = tier
        runs = set.runs.map {
            .init(seed: $0.seed, state: "\($0.state)", accuracy: $0.accuracy, reason: $0.trouble)
        }
        n = accuracies.count
        if accuracies.isEmpty {
            mean = nil
            sd = nil
            interval = nil
        } else {
            let sample = try Sample(accuracies)
            mean = sample.mean
            sd = sample.standardDeviation
            interval = n > 1 ? try bayesMVS(sample, level: level).mean.interval : nil
        }
        min = accuracies.min()
        max = accuracies.max()
        failed = set.count(.failed)
        unfinished = set.count(.interrupted) + set.count(.absent)
    }
}

/// The verdicts between sets of runs, with p values corrected over a family of comparisons.
private struct PairwiseVerdicts {
    /// The verdict of `sets[i]` against `sets[j]` under the key (i, j).
    private var verdicts: [Pair: Verdict] = [:]
    private let count: Int

    private struct Pair: Hashable {
        let first, second: Int
    }

    /// Compares all pairs, or only those with one reference.
    init(_ sets: [RunSet], against reference: Int? = nil, level: Double) throws(StatisticsError) {
        count = sets.count
        var pairs: [Pair] = []
        for i in sets.indices {
            for j in sets.indices where i != j {
                if reference == nil ? i > j : j == reference { pairs.append(Pair(first: i, second: j)) }
            }
        }
        // Single runs allow no test and add nothing to the family.
        let tested = pairs.filter {
            sets[$0.first].accuracies.count > 1 && sets[$0.second].accuracies.count > 1
        }
        var raw: [Double] = []
        for pair in tested {
            let first = try Sample(sets[pair.first].accuracies)
            let second = try Sample(sets[pair.second].accuracies)
            raw.append(try WelchTest(first, second).p)
        }
        let corrected = Dictionary(uniqueKeysWithValues: zip(tested, try holmAdjusted(raw)))
        for pair in pairs {
            let (first, second) = (sets[pair.first], sets[pair.second])
            verdicts[pair] = try Verdict(
                first.accuracies, named: first.name, against: second.accuracies, named: second.name,
                correctedP: corrected[pair], level: level)
        }
    }

    /// Every other set against the one at `index`; the sets are ordered, the best first.
    func against(_ index: Int) -> [Verdict] {
        (0..<count).compactMap { verdicts[Pair(first: $0, second: index)] }
    }

    /// The tier of each set, the best first: 1 for all that are not worse than the first, and so on for the rest.
    func tiers() -> [Int] {
        var tiers = Array(repeating: 0, count: count)
        var tier = 0
        while let leader = tiers.firstIndex(of: 0) {
            tier += 1
            tiers[leader] = tier
            for index in leader + 1..<count where tiers[index] == 0 {
                let outcome = verdicts[Pair(first: index, second: leader)]?.outcome
                if outcome != .secondIsBetter { tiers[index] = tier }
            }
        }
        return tiers
    }
}

/// What makes the sets' accuracies hard to compare.
func dataWarnings(_ sets: [RunSet]) -> [String] {
    let records = sets.flatMap(\.runs).compactMap(\.record)
    var warnings: [String] = []
    if Set(records.map(\.dataHash)).count > 1 {
        warnings.append("The runs used different data: their accuracies are not comparable.")
    }
    for set in sets {
        if Set(set.runs.compactMap(\.record?.recipeHash)).count > 1 {
            warnings.append("The runs of \(set.name) have different recipes.")
        }
        let failed = set.count(.failed)
        if failed > 0 {
            warnings.append(
                "\(failed) of the \(set.runs.count) runs of \(set.name) failed and \(failed == 1 ? "is" : "are") not "
                    + "in its mean, which therefore flatters it.")
        }
        let changed = set.completeRuns.compactMap(\.result?.nonFinite).filter(\.changedTheRun)
        if !changed.isEmpty {
            let steps = changed.reduce(0) { $0 + $1.skipped }
            let rollBacks = changed.reduce(0) { $0 + $1.rollBacks }
            warnings.append(
                "\(changed.count) of the \(set.completeRuns.count) complete runs of \(set.name) met values that are not "
                    + "finite and are not what the recipe says: \(steps) steps were left out, and \(rollBacks) times a "
                    + "run went back and halved its learning rate.")
        }
        let troubled = set.completeRuns.count { $0.trouble != nil }
        if troubled > 0 {
            warnings.append(
                "\(troubled) of the \(set.runs.count) runs of \(set.name) had a validation loss that is not finite.")
        }
        let unfinished = set.count(.interrupted) + set.count(.absent)
        if unfinished > 0 {
            let verb = unfinished == 1 ? "has" : "have"
            warnings.append(
                "\(unfinished) of the \(set.runs.count) runs of \(set.name) \(verb) not ended yet.")
        }
    }
    return warnings
}
