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

    static let cells = """
        title: t
        cells: {image_size: [128, 192], epochs: [5, 20]}
        entries:
          - {name: a, recipe: a.yaml, set: {epochs: 3, batch_size: 8}}
          - {name: b, recipe: a.yaml, cells: {epochs: 5}}
          - {name: b, recipe: b.yaml, cells: {epochs: 20, image_size: [192]}}
        seeds: 2
        baseline: b
        """

    @Test func everyCellIsABoardOfItsOwn() throws {
        let parts = try read(Self.cells).parts
        #expect(
            parts.map { $0.cell.map(\.description) }
                == [
                    ["image_size=128", "epochs=5"], ["image_size=128", "epochs=20"], ["image_size=192", "epochs=5"],
                    ["image_size=192", "epochs=20"],
                ])
        #expect(parts.map { $0.entries.map(\.name) } == [["a", "b"], ["a"], ["a", "b"], ["a", "b"]])
        #expect(parts.map { $0.entries.last?.recipe.lastPathComponent } == ["a.yaml", "a.yaml", "a.yaml", "b.yaml"])
        #expect(parts[0].title == "t: image_size 128, epochs 5")
        // The cell is stronger than what the entry sets, and a baseline is one where it takes part.
        #expect(parts[0].entries[0].overrides.map(\.description).suffix(2) == ["image_size=128", "epochs=5"])
        #expect(parts.map(\.baseline) == ["b", nil, "b", "b"])
        #expect(try read("title: t\nentries: [{name: a, recipe: a.yaml}]\nseeds: 3").parts.count == 1)
    }

    @Test func aPartOfABoardCanBeAskedFor() throws {
        let board = try read(Self.cells)
        let parts = try board.only(cell: ["epochs=20", "image_size=192"], entries: ["a"]).parts
        #expect(parts.map { $0.cell.map(\.value) } == [["192", "20"]] && parts[0].entries.map(\.name) == ["a"])
        #expect(try board.only(cell: ["epochs=20"], entries: []).parts.count == 2)
        #expect(try board.only(cell: ["image_size=128", "epochs=20"], entries: ["b"]).parts.isEmpty)
        func message(_ cell: [String], _ entries: [String]) -> String {
            do {
                return "\(try board.only(cell: cell, entries: entries).cells)"
            } catch { return "\(error)" }
        }
        #expect(message(["epoch=20"], []).hasSuffix("no cell epoch=20; keys: image_size, epochs"))
        #expect(message(["epochs=80"], []).hasSuffix("no cell epochs=80; epochs is one of: 5, 20"))
        #expect(message(["epochs"], []).contains("no cell epochs"))
        #expect(message([], ["c"]).hasSuffix("no entry c; entries: a, b, b"))
    }

    @Test(arguments: [
        ("cells: 5", "cells must be a mapping"), ("cells: {epochs: []}", "must be numbers or texts, each once"),
        ("cells: {epochs: [5, 5]}", "must be numbers or texts, each once"),
        ("cells: {epochs: [5]}\nbaseline: x", "the baseline x is no entry"),
    ])
    func aMistakeInCellsIsReported(line: String, message: String) {
        let found = problems("title: t\nentries: [{name: a, recipe: a.yaml}]\nseeds: 2\n\(line)")
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test(arguments: [
        ("{size: 5}", "size is no key of the board's cells; there are: epochs"),
        ("{epochs: 7}", "epochs 7 is no cell of the board; there are: 5, 20"),
        ("{epochs: [5, 20]}", "the name a is already taken"),
    ])
    func aMistakeInAnEntrysCellsIsReported(cells: String, message: String) {
        let found = problems(
            """
            title: t
            cells: {epochs: [5, 20]}
            entries: [{name: a, recipe: a.yaml}, {name: \(cells.contains(",") ? "a" : "b"), recipe: b.yaml, cells: \(cells)}]
            seeds: 2
            """)
        #expect(found.count == 1 && found[0].hasPrefix("3: ") && found[0].contains(message), "\(found)")
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
