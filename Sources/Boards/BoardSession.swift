import Foundation
import Training

/// A board being run in a folder: every entry's recipe resolved, images read once for all runs that share them.
public final class BoardSession {
    /// A cell of the board, or all of it when it has none.
    private struct Part {
        let board: Board
        let recipes: [String: Recipe]
        let runner: BoardRunner
    }

    private let board: Board
    private let folder: URL
    private let parts: [Part]
    private var loaded: (recipe: Recipe, data: TrainingData)?

    /// Resolves the board's recipes.
    ///
    /// - Parameters:
    ///   - board: what to run.
    ///   - folder: of the run folders and the report.
    ///   - overrides: `key=value` for every recipe, stronger than the board's own.
    /// - Throws: `RecipeError` and ``BoardError`` with everything that is wrong.
    public init(_ board: Board, in folder: URL, overrides: [String] = []) throws {
        (self.board, self.folder) = (board, folder)
        if board.parts.isEmpty {
            throw BoardError(file: board.file, line: nil, message: "no entry takes part in the chosen cells")
        }
        parts = try board.parts.map { part in
            let recipes = try Dictionary(
                uniqueKeysWithValues: part.entries.map { entry in
                    var recipe = try Recipe(
                        contentsOf: entry.recipe.relativePath,
                        overrides: entry.overrides.map(\.description) + overrides,
                        vocabulary: .standard)
                    recipe.name = entry.name
                    return (entry.name, recipe)
                })
            let runner = try BoardRunner(part, in: folder) { entry in
                let recipe = recipes[entry.name]!
                return .init(name: recipe.name, hash: recipe.hash)
            }
            return Part(board: part, recipes: recipes, runner: runner)
        }
    }

    /// The resolved recipes, those of all cells.
    public var recipes: [Recipe] { parts.flatMap { part in part.board.entries.map { part.recipes[$0.name]! } } }

    /// Removes the failed runs, so that they are run again.
    /// - Throws: `RunDirectoryError`.
    public func removeFailed() throws {
        for part in parts { try part.runner.removeFailed() }
    }

    /// Runs what is missing and no other process has claimed, one run after another, cell by cell.
    ///
    /// - Parameters:
    ///   - didThrow: told about a run that ended with an error instead of a result; if it returns true, the board
    ///     goes on with the next run.
    ///   - display: shows a run, given a label such as `run 3 of 10`.
    ///   - observers: told about every run, after the display.
    /// - Throws: what ended the board before its end; what was run until then stays.
    public func run(
        didThrow: (Recipe, any Error) -> Bool = { _, _ in false },
        display: (_ label: String) -> any TrainingObserver = { ProgressDisplay(label: $0) },
        observers: [any TrainingObserver] = []
    ) throws {
        let count = try parts.reduce(0) { try $0 + $1.runner.pending().count }
        var index = 0
        for part in parts {
            try part.runner.run(didThrow: { didThrow(part.recipes[$0.entry.name]!, $1) }) { entry, seed, directory in
                index += 1
                let recipe = part.recipes[entry.name]!
                let trainer = try Trainer(recipe, seed: seed, data: data(for: recipe))
                _ = try trainer.run(
                    in: directory, resume: true,
                    observers: [display("run \(index) of \(count)")] + observers)
            }
        }
    }

    /// The leaderboard of each cell as it has been run, with its report, which is written to the folder.
    public func report() throws -> BoardResults {
        try BoardResults(
            title: board.title,
            cells: parts.map { part in
                let sets = try part.runner.results()
                let leaderboard = try Leaderboard(part.board, sets: sets)
                let name = ([board.file.deletingPathExtension().lastPathComponent] + part.board.cell.map(\.value))
                    .joined(separator: "-")
                let file = folder.appending(path: "\(RunDirectory.plainName(name)).html")
                do {
                    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                    try Data(Report(leaderboard, sets: sets).html.utf8).write(to: file, options: .atomic)
                } catch {
                    throw RunDirectoryError.notWritable(path: file.path, reason: error.localizedDescription)
                }
                return .init(cell: part.board.cell, leaderboard: leaderboard, report: file)
            })
    }

    /// The recipe's images: those of the run before when they are the same.
    private func data(for recipe: Recipe) throws -> TrainingData {
        if let loaded, loaded.recipe.data == recipe.data, loaded.recipe.brokenImages == recipe.brokenImages {
            return loaded.data
        }
        // Two data sets at once might not fit into memory.
        loaded = nil
        let data = try TrainingData(for: recipe)
        loaded = (recipe, data)
        return data
    }
}
