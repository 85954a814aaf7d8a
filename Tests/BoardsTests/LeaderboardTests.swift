import Boards
import Foundation
import Statistics
import TestSupport
import Testing
import Training

@Suite struct LeaderboardTests {
    /// Sets of complete runs with the given accuracies.
    func sets(_ accuracies: KeyValuePairs<String, [Double]>) -> [RunSet] {
        accuracies.map { name, values in
            let runs = values.enumerated().map { seed, accuracy in
                Run(
                    directory: RunDirectory(URL(filePath: "/none/\(name)-\(seed)")), seed: seed,
                    state: .complete,
                    result: RunResult(status: .completed, accuracy: accuracy, epochs: 1, seconds: 1))
            }
            return RunSet(name: name, runs: runs)
        }
    }

    let best = [0.920, 0.921, 0.919, 0.922, 0.918]
    let close = [0.919, 0.921, 0.918, 0.922, 0.917]
    let worse = [0.880, 0.881, 0.879, 0.882, 0.878]

    @Test func entriesThatAreNotSeparableShareATier() throws {
        let board = try Leaderboard(
            title: "t", sets: sets(["worse": worse, "best": best, "close": close, "none": []]))
        #expect(board.rows.map(\.name) == ["best", "close", "worse", "none"])
        #expect(board.rows.map(\.tier) == [1, 1, 2, nil])
        #expect(board.reference == "best" && !board.referenceIsBaseline)
        #expect(board.headline == "best is better than worse and not separable from close.")
        #expect(board.comparisons.map(\.first.name) == ["close", "worse"])
    }

    @Test func figuresOfARowAreThoseOfBayesMVS() throws {
        let row = try #require(try Leaderboard(title: "t", sets: sets(["best": best])).rows.first)
        let estimates = try bayesMVS(Sample(best))
        #expect(row.n == 5 && row.min == 0.918 && row.max == 0.922)
        #expect(row.mean == estimates.mean.center && row.interval == estimates.mean.interval)
    }

    @Test func pValuesAreCorrectedOverAllPairsUnlessTheBaselineIsNamed() throws {
        let three = sets(["a": best, "b": [0.915, 0.918, 0.914, 0.919, 0.917], "c": worse])
        func raw(_ i: Int, _ j: Int) throws -> Double {
            try WelchTest(Sample(three[i].accuracies), Sample(three[j].accuracies)).p
        }
        let all = try holmAdjusted([raw(0, 1), raw(0, 2), raw(1, 2)])
        let open = try Leaderboard(title: "t", sets: three)
        #expect(open.comparisons.map { $0.p! } == [all[0], all[1]])

        let two = try holmAdjusted([raw(0, 2), raw(1, 2)])
        let against = try Leaderboard(title: "t", sets: three, baseline: "c")
        #expect(against.referenceIsBaseline)
        #expect(against.comparisons.map { $0.p! } == two)
        #expect(against.headline == "The baseline c is worse than a and b.")
    }

    /// On boards of equal recipes, at most one in twenty separates anything.
    @Test func boardsOfEqualRecipesSeldomHaveTwoTiers() throws {
        var random = SplitMix64(state: 9)
        let trials = 200
        var separated = 0
        for _ in 0..<trials {
            func draw() -> [Double] { (0..<5).map { _ in 0.9 + 0.005 * random.normal() } }
            let board = try Leaderboard(
                title: "t", sets: sets(["a": draw(), "b": draw(), "c": draw(), "d": draw()]))
            if board.rows.contains(where: { $0.tier != 1 }) { separated += 1 }
        }
        // 5 % and three standard errors of the simulation.
        #expect(Double(separated) / Double(trials) < 0.096)
    }

    @Test func withoutRunsOrWithOneEntryThereIsNoVerdict() throws {
        let empty = try Leaderboard(title: "t", sets: sets(["a": [], "b": []]), baseline: "a")
        #expect(empty.headline == "No run has been completed yet.")
        #expect(try Leaderboard(title: "t", sets: sets(["a": best])).headline == "Only a has results so far.")
        let lone = try Leaderboard(title: "t", sets: sets(["a": best, "b": []]), baseline: "b")
        #expect(lone.warnings.contains { $0.hasPrefix("The baseline b has no complete run yet") })
        let single = try Leaderboard(title: "t", sets: sets(["a": [0.9], "b": [0.8]]))
        #expect(single.rows.map(\.tier) == [1, 1])
        #expect(single.headline == "a is not separable from b.")
    }

    @Test func failedAndUnfinishedRunsAreCounted() throws {
        try withTemporaryFolder { folder in
            let recipe = SyntheticRecipe(name: "a", mean: 0.9, sd: 0.01, epochs: 4, failingSeeds: [1])
            var sets = try syntheticSets([recipe], seeds: 0..<3, in: folder)
            let absent = try Run(RunDirectory(folder.appending(path: "absent")), seed: 3)
            sets[0] = RunSet(name: "a", runs: sets[0].runs + [absent])
            let board = try Leaderboard(title: "t", sets: sets)
            #expect(board.rows[0].n == 2 && board.rows[0].failed == 1 && board.rows[0].unfinished == 1)
            #expect(board.rows[0].runs.map(\.state) == ["complete", "failed", "complete", "absent"])
            #expect(board.rows[0].runs[1].reason == "the loss became NaN in epoch 3")
            #expect(board.warnings.count == 2)
        }
    }

    @Test func completeRunsWithoutAFiniteValidationLossAreNamed() throws {
        try withTemporaryFolder { folder in
            let recipe = SyntheticRecipe(name: "a", mean: 0.9, sd: 0.01, epochs: 4)
            var sets = try syntheticSets([recipe], seeds: 0..<3, in: folder)
            sets[0].runs[1].metrics[2].validLoss = .infinity
            let board = try Leaderboard(title: "t", sets: sets)
            #expect(board.rows[0].n == 3 && board.rows[0].failed == 0)
            #expect(board.rows[0].runs.map(\.reason) == [nil, "the validation loss is inf after epoch 3", nil])
            #expect(board.warnings == ["1 of the 3 runs of a had a validation loss that is not finite."])
        }
    }

    @Test func runsThatLeftStepsOutOrWentBackAreWarnedOf() throws {
        try withTemporaryFolder { folder in
            let recipe = SyntheticRecipe(name: "a", mean: 0.9, sd: 0.01, epochs: 4)
            var sets = try syntheticSets([recipe], seeds: 0..<3, in: folder)
            var overflows = NonFiniteCounts()
            overflows.overflows = 3
            sets[0].runs[0].result?.nonFinite = overflows
            #expect(try Leaderboard(title: "t", sets: sets).warnings.isEmpty)
            var others = overflows
            (others.skipped, others.rollBacks) = (4, 1)
            sets[0].runs[1].result?.nonFinite = others
            let warnings = try Leaderboard(title: "t", sets: sets).warnings
            #expect(warnings.count == 1)
            #expect(warnings[0].hasPrefix("1 of the 3 complete runs of a met") && warnings[0].contains("4 steps"))
        }
    }

    @Test func itSurvivesJSON() throws {
        let board = try Leaderboard(title: "t", sets: sets(["a": best, "b": worse, "c": [0.5], "d": []]))
        #expect(try JSONDecoder().decode(Leaderboard.self, from: board.json) == board)
    }

    @Test func markdownTablesHaveOneCellAColumn() throws {
        let board = try Leaderboard(title: "a | b\nc", sets: sets(["x|y": best, "b": worse, "c": close]))
        #expect(board.markdown.hasPrefix("# a \\| b c\n"))
        let lines = board.markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
        for line in lines {
            let bars = line.replacingOccurrences(of: "\\|", with: "").count { $0 == "|" }
            #expect([10, 8].contains(bars), "\(line)")
            // Aligned for a terminal too.
            #expect(lines.contains { $0.count == line.count && $0 != line })
        }
    }
}
