import Boards
import Foundation
import Statistics
import Testing
import Training

@Suite struct ComparisonTests {
    let mish = SyntheticRecipe(name: "mish", mean: 0.95, sd: 0.004, epochs: 2)
    let relu = SyntheticRecipe(
        name: "relu", activation: "relu", mean: 0.92, sd: 0.004, epochs: 2, failingSeeds: [2])

    @Test func foldersOfRunsAreCompared() throws {
        try withTemporaryFolder { folder in
            _ = try syntheticSets([mish], seeds: 0..<5, in: folder.appending(path: "a"))
            _ = try syntheticSets([relu], seeds: 0..<6, in: folder.appending(path: "b"))
            let a = try RunSet(at: folder.appending(path: "a"))
            let b = try RunSet(at: folder.appending(path: "b"))
            let comparison = try compare(a, b)
            let verdict = try Verdict(a.accuracies, named: "mish", against: b.accuracies, named: "relu")
            #expect(comparison.verdict == verdict)
            #expect(comparison.first.count == 5 && comparison.second.count == 5)
            #expect(comparison.text.hasPrefix("mish is better than relu: "))
            #expect(
                comparison.warnings.count == 1
                    && comparison.warnings[0].hasPrefix("1 of the 6 runs of relu failed"))
            #expect(try JSONDecoder().decode(Comparison.self, from: comparison.json) == comparison)
        }
    }

    @Test func aFolderOfSeveralRecipesNeedsAName() throws {
        try withTemporaryFolder { folder in
            _ = try syntheticSets([mish, relu], seeds: 0..<3, in: folder)
            let found = [mish, relu].map { "\($0.name) (\($0.hash.prefix(10)))" }
            #expect(throws: ComparisonError.severalRecipes(path: folder.path, found: found)) {
                try RunSet(at: folder)
            }
            #expect(throws: ComparisonError.noSuchRecipe(path: folder.path, recipe: "gelu", found: found)) {
                try RunSet(at: folder, recipe: "gelu")
            }
            #expect(try RunSet(at: folder, recipe: "mish").runs.map(\.seed) == [0, 1, 2])
            #expect(try RunSet(at: folder, recipe: String(relu.hash.prefix(6))).name == "relu")

            let set = try RunSet(at: folder, recipe: "mish")
            let single = try RunSet(at: set.runs[0].directory.url)
            #expect(single.runs.count == 1)
            #expect(throws: ComparisonError.sharedRun(path: set.runs[0].directory.url.path)) {
                try compare(set, single)
            }
        }
    }

    @Test func setsThatAreNoEvidenceAreRefused() throws {
        try withTemporaryFolder { folder in
            #expect(throws: ComparisonError.noRun(path: folder.path)) { try RunSet(at: folder) }
            let unfinished = RunDirectory(folder.appending(path: "u"))
            try unfinished.begin(mish.record(seed: 0))
            let set = try RunSet(at: folder)
            #expect(throws: ComparisonError.noCompleteRun(name: "mish")) { try compare(set, set) }

            for name in ["1", "2"] { try mish.train(seed: 4, in: RunDirectory(folder.appending(path: name))) }
            let twice = try RunSet(at: folder)
            #expect(throws: ComparisonError.repeatedSeed(name: "mish", seed: 4)) { try compare(twice, twice) }
        }
    }

    @Test func variantsOfOneRecipeAreToldApartByTheirHash() throws {
        try withTemporaryFolder { folder in
            var variant = mish
            variant.activation = "relu"
            _ = try syntheticSets([mish], seeds: 0..<2, in: folder.appending(path: "a"))
            _ = try syntheticSets([variant], seeds: 0..<2, in: folder.appending(path: "b"))
            let verdict = try compare(
                RunSet(at: folder.appending(path: "a")), RunSet(at: folder.appending(path: "b"))
            ).verdict
            #expect(verdict.first.name == "mish (\(mish.hash.prefix(6)))")
            #expect(verdict.second.name == "mish (\(variant.hash.prefix(6)))")
        }
    }

    @Test func differentDataIsAWarning() throws {
        try withTemporaryFolder { folder in
            for seed in 0..<2 {
                var record = relu.record(seed: seed)
                record.dataHash = "other"
                let run = RunDirectory(folder.appending(path: "b/\(seed)"))
                try run.begin(record)
                try run.finish(RunResult(status: .completed, accuracy: 0.9, epochs: 1, seconds: 1))
            }
            _ = try syntheticSets([mish], seeds: 0..<2, in: folder.appending(path: "a"))
            let comparison = try compare(
                RunSet(at: folder.appending(path: "a")), RunSet(at: folder.appending(path: "b")))
            #expect(comparison.warnings.contains { $0.hasPrefix("The runs used different data") })
        }
    }
}
