import Foundation
import Training

/// A board being run in a folder: every entry's recipe resolved, images read once for all runs that share them.
public final class BoardSession {
    private let board: Board
    private let folder: URL
    private let runner: BoardRunner
    private let recipes: [String: Recipe]
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
        let recipes = try Dictionary(
            uniqueKeysWithValues: board.entries.map { entry in
                var recipe = try Recipe(
                    contentsOf: entry.recipe.relativePath,
                    overrides: entry.overrides.map(\.description) + overrides,
                    vocabulary: .standard)
                recipe.name = entry.name
                return (entry.name, recipe)
            })
        self.recipes = recipes
        runner = try BoardRunner(board, in: folder) { entry in
            let recipe = recipes[entry.name]!
            return .init(name: recipe.name, hash: recipe.hash)
        }
    }

    /// Runs what is missing, one run after another.
    ///
    /// - Parameters:
    ///   - repeatingFailed: whether failed runs are run again.
    ///   - observers: told about every run, after the display on standard error.
    /// - Throws: what ended the board before its end; what was run until then stays.
    public func run(repeatingFailed: Bool = false, observers: [any TrainingObserver] = []) throws {
        let count = try runner.pending(repeatingFailed: repeatingFailed).count
        var index = 0
        try runner.run(repeatingFailed: repeatingFailed) { entry, seed, directory in
            index += 1
            let recipe = recipes[entry.name]!
            let trainer = try Trainer(recipe, seed: seed, data: data(for: recipe))
            _ = try trainer.run(
                in: directory, resume: true,
                observers: [ProgressDisplay(label: "run \(index) of \(count)")] + observers)
        }
    }

    /// The leaderboard of what has been run, and the report, which is written to the folder.
    public func report() throws -> (leaderboard: Leaderboard, file: URL) {
        let sets = try runner.results()
        let leaderboard = try Leaderboard(board, sets: sets)
        let file = folder.appending(path: "\(board.file.deletingPathExtension().lastPathComponent).html")
        do {
            try Data(Report(leaderboard, sets: sets).html.utf8).write(to: file, options: .atomic)
        } catch {
            throw RunDirectoryError.notWritable(path: file.path, reason: error.localizedDescription)
        }
        return (leaderboard, file)
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
