import Boards
import Foundation
import Models
import TestSupport
import Testing

@testable import Training

/// The folder `Recipes`: every network that a recipe or a board describes can be made.
@Suite(.enabled(if: repository != nil)) struct RecipeNetworksTests {
    let folder = repository!.appending(path: "Recipes")

    func session(_ name: String) throws -> BoardSession {
        try BoardSession(Board(contentsOf: folder.appending(path: name)), in: folder)
    }

    @Test func everyNetworkOfARecipeIsMade() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") && $0 != "matrix-board.yaml" }
        var made: [Recipe.Model] = []
        for file in files {
            let path = folder.appending(path: file)
            let isBoard = try String(contentsOf: path, encoding: .utf8).contains("\nentries:")
            let recipes =
                isBoard
                ? try session(file).recipes : [try Recipe(contentsOf: path.path, vocabulary: .standard)]
            for recipe in recipes {
                _ = try recipe.makeSchedule()
                guard !made.contains(recipe.model) else { continue }
                made.append(recipe.model)
                #expect(try recipe.makeModel(classes: 10).parameterCount > 0, "\(file)")
            }
        }
        #expect(made.count > 10)
    }

    /// The boards of the public leaderboards have all twelve cells.
    @Test(arguments: ["imagenette.yaml", "imagewoof.yaml"]) func twelveCells(name: String) throws {
        let recipes = try session(name).recipes
        for size in [128, 192, 256] {
            for epochs in [5, 20, 80, 200] {
                #expect(recipes.contains { $0.imageSize == size && $0.epochs == epochs })
            }
        }
    }

    /// The matrix is every network with every optimizer in every precision.
    @Test func theMatrixIsWhole() throws {
        let board = try Board(contentsOf: folder.appending(path: "matrix-board.yaml"))
        let networks = ModelCatalog.entries.filter { !$0.hasOpenStages }.map(\.name)
        #expect(board.cells.map(\.key) == ["model.name", "precision"])
        #expect(board.cells[0].values.sorted() == networks.sorted())
        #expect(board.cells[1].values == Recipe.Precision.allCases.map(\.rawValue))
        #expect(board.entries.map(\.name) == Recipe.Optimizer.Name.allCases.map(\.rawValue))
        let part = try board.only(cell: ["model.name=mxresnet18", "precision=fp32"], entries: [])
        let recipes = try BoardSession(part, in: folder).recipes
        #expect(recipes.map(\.optimizer.name.rawValue) == recipes.map(\.name))
    }
}
