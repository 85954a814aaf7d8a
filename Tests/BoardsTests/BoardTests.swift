import Boards
import Foundation
import Testing
import Training

@Suite struct BoardTests {
    /// Reads a board in a folder that holds the recipes a.yaml and b.yaml.
    func read(_ yaml: String) throws -> Board {
        var board: Board?
        try withTemporaryFolder { folder in
            for name in ["a.yaml", "b.yaml"] { try Data().write(to: folder.appending(path: name)) }
            let file = folder.appending(path: "board.yaml")
            try Data(yaml.utf8).write(to: file)
            board = try Board(contentsOf: file)
        }
        return try #require(board)
    }

    /// The problems that reading the board reports, as "line: message" of each.
    func problems(_ yaml: String) -> [String] {
        do {
            _ = try read(yaml)
            return []
        } catch let error as BoardError {
            #expect(error.problems.allSatisfy { $0.file.hasSuffix("/board.yaml") })
            return error.problems.map { "\($0.line ?? 0): \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func aBoardIsRead() throws {
        let board = try read(
            """
            title: Mish or ReLU
            description: On the digits
            entries:
              - name: mish
                recipe: a.yaml
              - {name: relu, recipe: a.yaml, set: {model.activation: relu, optimizer.betas: [0.9, 0.99]}}
            seeds: [3, 1, 2]
            metric: accuracy
            baseline: relu
            """)
        #expect(board.title == "Mish or ReLU" && board.description == "On the digits")
        #expect(board.entries.map(\.name) == ["mish", "relu"])
        #expect(board.entries.map(\.line) == [4, 6])
        #expect(board.entries[0].recipe.lastPathComponent == "a.yaml")
        #expect(
            board.entries[1].overrides.map(\.description)
                == ["model.activation=relu", "optimizer.betas=[0.9, 0.99]"])
        #expect(board.seeds == [3, 1, 2])
        #expect(board.baseline == "relu")
    }

    @Test func aCountOfSeedsBeginsAtZero() throws {
        let board = try read("title: t\nentries: [{name: a, recipe: a.yaml}]\nseeds: 3")
        #expect(board.seeds == [0, 1, 2])
    }

    @Test(arguments: [
        ("seeds: []", 3, "must not be empty"), ("seeds: 0", 3, "count from 1"),
        ("seeds: many", 3, "not many"),
        ("seeds: [0, 1, 0]", 3, "seed 0 is given twice"), ("seeds: [0, -1]", 3, "not -1"),
        ("seeds: [0.5]", 3, "not 0.5"), ("seeds: {}", 3, "must not be empty"),
        ("seeds: 2\nmetric: loss", 4, "unknown metric loss; known: accuracy"),
        ("seeds: 2\nbaseline: c", 4, "the baseline c is no entry; entries: a"),
        ("seeds: 2\nsed: 3", 4, "unknown key sed"), ("seeds: 2\ntitle: u", 1, "a key is given twice: title"),
        ("seeds: ]", 3, "is not valid YAML"), ("", 1, "needs the key seeds"),
    ])
    func aMistakeIsReportedWithItsLine(end: String, line: Int, message: String) {
        let found = problems("title: t\nentries: [{name: a, recipe: a.yaml}]\n" + end)
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("\(line): ") && found[0].contains(message), "\(found)")
    }

    @Test(arguments: [
        ("entries: []", 2, "at least one entry"), ("entries: a", 2, "at least one entry"),
        ("entries:\n  - a.yaml", 3, "an entry must be a mapping"),
        ("entries:\n  - name: a", 3, "an entry needs the key recipe"),
        ("entries:\n  - name: a\n    recipe: c.yaml", 4, "there is no recipe /"),
        ("entries:\n  - name: a\n    recipe: .", 4, "is a folder"),
        ("entries:\n  - name: ''\n    recipe: a.yaml", 3, "name must be a text"),
        ("entries:\n  - {name: a, recipe: a.yaml}\n  - {name: a, recipe: b.yaml}", 4, "already taken"),
        ("entries:\n  - {name: a, recipe: a.yaml, sets: {}}", 3, "unknown key sets in an entry"),
        ("entries:\n  - {name: a, recipe: a.yaml, set: 3}", 3, "set must be a mapping"),
        ("entries:\n  - {name: a, recipe: a.yaml, set: {k: {x: 1}}}", 3, "the value of k must be"),
    ])
    func aMistakeInAnEntryIsReportedWithItsLine(entries: String, line: Int, message: String) {
        let found = problems("title: t\n\(entries)\nseeds: 2")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("\(line): ") == true && found[0].contains(message), "\(found)")
    }

    @Test func allMistakesAreReportedAtOnceInTheirOrder() {
        let found = problems("titel: t\nentries: [{name: a, recipe: c.yaml}]\nseeds: [1, 1]\nmetric: speed")
        #expect(found.map { $0.prefix(1) } == ["1", "1", "2", "3", "4"], "\(found)")
    }

    @Test func aMissingOrBinaryFileIsNamed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "none.yaml")
            #expect {
                try Board(contentsOf: file)
            } throws: {
                "\($0)".hasPrefix(file.path + ": cannot be read")
            }
            try Data([0xFF, 0xFE, 0x00]).write(to: file)
            #expect {
                try Board(contentsOf: file)
            } throws: {
                "\($0)" == file.path + ": is not UTF-8 text"
            }
        }
        #expect(problems("") == ["0: is empty; a board needs title, entries and seeds"])
        #expect(problems("- a").first?.contains("a board must be a mapping") == true)
    }
}
