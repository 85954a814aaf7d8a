import Boards
import Foundation
import Testing
import Training

@Suite struct BoardRunnerTests {
    struct Interrupted: Error {}

    let recipes = [
        "good": SyntheticRecipe(name: "good", mean: 0.9, sd: 0.01, epochs: 2),
        "bad": SyntheticRecipe(name: "bad", mean: 0.5, sd: 0.01, epochs: 2, failingSeeds: [1]),
    ]

    func withRunner(_ body: (BoardRunner) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let recipe = folder.appending(path: "r.yaml")
            try Data().write(to: recipe)
            let yaml = """
                title: t
                entries: [{name: good, recipe: r.yaml}, {name: bad, recipe: r.yaml}]
                seeds: 3
                """
            let board = try Board(yaml: yaml, file: folder.appending(path: "board.yaml"))
            try body(
                try BoardRunner(board, in: folder.appending(path: "runs")) { entry in
                    BoardRunner.Identity(name: entry.name, hash: recipes[entry.name]!.hash)
                })
        }
    }

    @Test func onlyWhatIsMissingRuns() throws {
        try withRunner { runner in
            var calls: [String] = []
            func train(_ entry: Board.Entry, _ seed: Int, _ directory: RunDirectory) throws {
                calls.append("\(entry.name) \(seed)")
                try recipes[entry.name]!.train(seed: seed, in: directory)
            }
            try runner.run(train)
            #expect(calls == ["good 0", "bad 0", "good 1", "bad 1", "good 2", "bad 2"])
            let sets = try runner.results()
            #expect(sets.map(\.name) == ["good", "bad"])
            #expect(sets.map(\.accuracies.count) == [3, 2])
            #expect(sets[1].count(.failed) == 1)

            calls = []
            try runner.run(train)
            #expect(calls.isEmpty)
            try runner.removeFailed()
            try runner.run(train)
            #expect(calls == ["bad 1"])
        }
    }

    @Test func anInterruptionEndsTheBoardAndIsResumed() throws {
        try withRunner { runner in
            var calls: [String] = []
            #expect(throws: Interrupted.self) {
                try runner.run { entry, seed, directory in
                    calls.append("\(entry.name) \(seed)")
                    if calls.count == 2 {
                        try directory.begin(recipes[entry.name]!.record(seed: seed))
                        throw Interrupted()
                    }
                    try recipes[entry.name]!.train(seed: seed, in: directory)
                }
            }
            #expect(calls == ["good 0", "bad 0"])
            #expect(try runner.pending().count == 5)
            #expect(try runner.results()[1].count(.interrupted) == 1)

            var states: [RunDirectory.State] = []
            try runner.run { entry, seed, directory in
                states.append(try directory.state())
                if try directory.state() == .interrupted { try directory.remove() }
                try recipes[entry.name]!.train(seed: seed, in: directory)
            }
            #expect(states == [.interrupted, .absent, .absent, .absent, .absent])
        }
    }

    @Test func aRunThatRecordedItsFailureDoesNotEndTheBoard() throws {
        try withRunner { runner in
            try runner.run { entry, seed, directory in
                try recipes[entry.name]!.train(seed: seed, in: directory)
                if try directory.state() == .failed { throw Interrupted() }
            }
            #expect(try runner.pending().isEmpty)
        }
    }

    @Test func aTrainerThatLeavesNoResultIsReported() throws {
        try withRunner { runner in
            #expect {
                try runner.run { _, _, _ in }
            } throws: {
                ($0 as? UnfinishedRun)?.path == runner.items[0].directory.url.path
            }
        }
    }

    @Test func whatIsClaimedElsewhereIsLeftOut() throws {
        try withRunner { runner in
            let claim = try #require(try runner.items[2].directory.claim())
            var calls: [String] = []
            func train(_ entry: Board.Entry, _ seed: Int, _ directory: RunDirectory) throws {
                calls.append("\(entry.name) \(seed)")
                #expect(try directory.claim() == nil)
                try recipes[entry.name]!.train(seed: seed, in: directory)
            }
            try withExtendedLifetime(claim) { try runner.run(train) }
            #expect(calls == ["good 0", "bad 0", "bad 1", "good 2", "bad 2"])
        }
        try withRunner { runner in
            // Another process ends the second run while this one is at the first.
            var calls: [String] = []
            try runner.run { entry, seed, directory in
                calls.append("\(entry.name) \(seed)")
                try recipes[entry.name]!.train(seed: seed, in: directory)
                if calls.count == 1 { try recipes["bad"]!.train(seed: 0, in: runner.items[1].directory) }
            }
            #expect(calls == ["good 0", "good 1", "bad 1", "good 2", "bad 2"])
        }
    }

    @Test func aBoardCanGoOnAfterAnError() throws {
        try withRunner { runner in
            var reported: [String] = []
            try runner.run(
                didThrow: { item, error in
                    reported.append("\(item.entry.name) \(item.seed): \(error)")
                    return error is Interrupted
                }
            ) { entry, seed, directory in
                if seed == 1, entry.name == "good" { throw Interrupted() }
                try recipes[entry.name]!.train(seed: seed, in: directory)
            }
            #expect(reported == ["good 1: Interrupted()"])
            #expect(try runner.pending().map(\.seed) == [1])
        }
    }

    @Test func oneRecipeUnderTwoNamesIsRefused() throws {
        try withRunner { runner in
            #expect {
                try BoardRunner(runner.board, in: URL(filePath: "/tmp")) { _ in
                    BoardRunner.Identity(name: "r", hash: "0123456789")
                }
            } throws: {
                "\($0)".hasSuffix("board.yaml:2: bad is the same recipe as good on line 2")
            }
        }
    }
}
