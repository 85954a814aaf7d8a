import Foundation
import Statistics
import Training

/// Two sets of runs and the verdict between them.
public struct Comparison: Sendable, Codable, Equatable {
    /// The verdict.
    public let verdict: Verdict
    /// The accuracies of the first set, in the order of its seeds.
    public let first: [Double]
    /// The accuracies of the second set, in the order of its seeds.
    public let second: [Double]
    /// What limits the verdict; one sentence each.
    public let warnings: [String]

    /// The verdict with its numbers, then the warnings, one a line.
    public var text: String { ([verdict.text] + warnings).joined(separator: "\n") }

    /// The comparison as JSON with sorted keys.
    public var json: Data { encodedJSON(self) }
}

/// Compares two sets of runs.
/// - Throws: ``ComparisonError`` when a set has no complete run, two runs with one seed, or runs of the other;
///   `StatisticsError` for an impossible level.
public func compare(_ first: RunSet, _ second: RunSet, level: Double = 0.95) throws -> Comparison {
    for set in [first, second] {
        guard !set.accuracies.isEmpty else { throw ComparisonError.noCompleteRun(name: set.name) }
        let seeds = set.completeRuns.map(\.seed)
        if let seed = seeds.first(where: { seed in seeds.count { $0 == seed } > 1 }) {
            throw ComparisonError.repeatedSeed(name: set.name, seed: seed)
        }
    }
    let folders = Set(first.runs.map { $0.directory.url.standardizedFileURL.resolvingSymlinksInPath() })
    if let shared = second.runs.first(where: {
        folders.contains($0.directory.url.standardizedFileURL.resolvingSymlinksInPath())
    }) {
        throw ComparisonError.sharedRun(path: shared.directory.url.path)
    }
    // Two variants of one recipe may share its name; then the hash tells them apart.
    func name(_ set: RunSet) -> String {
        first.name == second.name ? "\(set.name) (\(set.record?.recipeHash.prefix(6) ?? ""))" : set.name
    }
    return Comparison(
        verdict: try Verdict(
            first.accuracies, named: name(first), against: second.accuracies, named: name(second),
            level: level),
        first: first.accuracies, second: second.accuracies, warnings: dataWarnings([first, second]))
}

extension RunSet {
    /// The runs of one recipe that lie at `url`: a run's folder, or a folder of these.
    /// - Parameters:
    ///   - url: the folder.
    ///   - recipe: the recipe's name or the beginning of its hash, needed when the folder holds several recipes.
    /// - Throws: ``ComparisonError`` when there is no such run or more than one recipe; `RunDirectoryError`.
    public init(at url: URL, recipe: String? = nil) throws {
        let all = try RunDirectory.all(at: url).map { try Run($0) }
        guard !all.isEmpty else { throw ComparisonError.noRun(path: url.path) }
        let chosen = all.filter { run in
            guard let recipe, let record = run.record else { return true }
            return record.name == recipe || (recipe.count >= 4 && record.recipeHash.hasPrefix(recipe))
        }
        func recipes(_ runs: [Run]) -> [String] {
            Set(runs.compactMap(\.record).map { "\($0.name) (\($0.recipeHash.prefix(10)))" }).sorted()
        }
        guard let record = chosen.first?.record else {
            throw ComparisonError.noSuchRecipe(path: url.path, recipe: recipe ?? "", found: recipes(all))
        }
        guard Set(chosen.map(\.record?.recipeHash)).count == 1 else {
            throw ComparisonError.severalRecipes(path: url.path, found: recipes(chosen))
        }
        self.init(name: record.name, runs: chosen)
    }
}

/// Why two sets of runs cannot be compared.
public enum ComparisonError: Error, Equatable, CustomStringConvertible {
    /// There is no run at the path.
    case noRun(path: String)
    /// No run at the path is of the recipe.
    case noSuchRecipe(path: String, recipe: String, found: [String])
    /// The folder holds several recipes.
    case severalRecipes(path: String, found: [String])
    /// None of the set's runs is complete.
    case noCompleteRun(name: String)
    /// A set has two runs with one seed, which are no independent evidence.
    case repeatedSeed(name: String, seed: Int)
    /// Both sets have the run.
    case sharedRun(path: String)

    /// What is wrong and what would be right, in one line.
    public var description: String {
        switch self {
        case .noRun(let path):
            "\(path): no run here; expected a folder with a run.json, or a folder of such folders"
        case .noSuchRecipe(let path, let recipe, let found):
            "\(path): no run of the recipe \(recipe); there are: \(found.joined(separator: ", "))"
        case .severalRecipes(let path, let found):
            "\(path): runs of several recipes; name one of them or the beginning of its hash: "
                + found.joined(separator: ", ")
        case .noCompleteRun(let name):
            "\(name): none of the runs is complete"
        case .repeatedSeed(let name, let seed):
            "\(name): two runs have the seed \(seed); runs with one seed are no independent evidence"
        case .sharedRun(let path):
            "\(path): this run is in both sets; there is nothing to compare"
        }
    }
}
