import Boards
import Foundation
import Testing
import Training

/// The folder `Recipes`: every file in it can be read, and every board's recipes with what the board changes.
@Test func everyRecipeAndBoardThatIsShippedCanBeRead() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Recipes")
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
