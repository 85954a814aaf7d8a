import ArgumentParser
import Boards
import Foundation

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The verdict on two sets of runs, in words and numbers.",
        discussion: """
            Example: mish compare runs:mish runs:relu

            A set is a run's folder or a folder of such folders; after a colon, the recipe's name or the \
            beginning of its hash, when the folder holds several recipes.
            """)

    @Argument(help: "FOLDER or FOLDER:RECIPE.") var first: String
    @Argument(help: "FOLDER or FOLDER:RECIPE.") var second: String
    @Option(help: "The level of intervals and of the verdict.") var level = 0.95
    @Flag(help: "Print the comparison as one JSON object.") var json = false

    func run() throws {
        let comparison = try compare(set(first), set(second), level: level)
        if json { printJSON(comparison.json) } else { print(comparison.text) }
    }

    private func set(_ text: String) throws -> RunSet {
        if !FileManager.default.fileExists(atPath: text), let colon = text.lastIndex(of: ":") {
            return try RunSet(
                at: URL(filePath: String(text[..<colon])), recipe: String(text[text.index(after: colon)...]))
        }
        return try RunSet(at: URL(filePath: text))
    }
}
