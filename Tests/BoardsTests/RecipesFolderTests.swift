import Boards
import Foundation
import TestSupport
import Testing
import Training

/// The folder `Recipes`: every file in it can be read, and every board's recipes with what the board changes.
@Test(.enabled(if: repository != nil)) func everyRecipeAndBoardThatIsShippedCanBeRead() throws {
    let folder = try #require(repository).appending(path: "Recipes")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "yaml" }
    #expect(!files.isEmpty)
    for file in files {
        guard try String(contentsOf: file, encoding: .utf8).contains("\nentries:") else {
            _ = try Recipe(contentsOf: file.path, vocabulary: .standard)
            continue
        }
        _ = try BoardSession(Board(contentsOf: file), in: folder)
    }
}
