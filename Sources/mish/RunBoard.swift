import ArgumentParser
import Boards
import Foundation
import Training

struct RunBoard: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board",
        abstract: "Run recipes over seeds, then print the leaderboard and write the report.",
        discussion: """
            Example: mish board Recipes/photos-activations.yaml --set data=~/flowers

            Runs that are complete are not run again, interrupted ones are resumed. A board may have cells, such as \
            image sizes and numbers of epochs, each with a leaderboard of its own; --cell picks some: mish board \
            Recipes/imagewoof.yaml --cell image_size=128 --cell epochs=5
            """)

    @Argument(help: "The board, a YAML file.") var board: String
    @Option(name: .customLong("set"), help: "Replace a key of every recipe, such as epochs=10.")
    var overrides: [String] = []
    @Option(name: .customLong("cell"), help: "Run only the board's cells with this value, such as epochs=5.")
    var cells: [String] = []
    @Option(name: .customLong("entry"), help: "Run only this entry.") var entries: [String] = []
    @Option(help: "The folder of the run folders and the report.") var out = defaultFolder
    @Flag(help: "Run failed runs again.") var repeatFailed = false
    @Flag(help: "Go on with the next run when one ends with an error, and exit with 1 at the end.") var keepGoing =
        false
    @Flag(help: "Only read what is there; run nothing.") var dryRun = false
    @Flag(help: "Print the leaderboard as one JSON object.") var json = false

    func run() throws {
        let board = try Board(contentsOf: URL(filePath: board)).only(cell: cells, entries: entries)
        let session = try BoardSession(board, in: URL(filePath: out), overrides: overrides)
        var errors = 0
        if !dryRun {
            let interrupt = InterruptObserver()
            do {
                try session.run(
                    repeatingFailed: repeatFailed,
                    didThrow: { recipe, error in
                        guard keepGoing else { return false }
                        errors += 1
                        FileHandle.standardError.write(Data("\(recipe.name): \(error)\n".utf8))
                        return true
                    }, observers: [interrupt])
            } catch {
                if let code = interrupt.exitCode { throw ExitCode(code) }
                throw error
            }
        }
        let results = try session.report()
        if json {
            printJSON(results.json)
        } else {
            print(results.markdown)
        }
        if errors > 0 { throw ExitCode(1) }
    }
}
