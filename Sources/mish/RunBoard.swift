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

            Runs that are complete are not run again, interrupted ones are resumed.
            """)

    @Argument(help: "The board, a YAML file.") var board: String
    @Option(name: .customLong("set"), help: "Replace a key of every recipe, such as epochs=10.")
    var overrides: [String] = []
    @Option(help: "The folder of the run folders and the report.") var out = defaultFolder
    @Flag(help: "Run failed runs again.") var repeatFailed = false
    @Flag(help: "Only read what is there; run nothing.") var dryRun = false
    @Flag(help: "Print the leaderboard as one JSON object.") var json = false

    func run() throws {
        let session = try BoardSession(
            Board(contentsOf: URL(filePath: board)), in: URL(filePath: out), overrides: overrides)
        if !dryRun {
            let interrupt = InterruptObserver()
            do {
                try session.run(repeatingFailed: repeatFailed, observers: [interrupt])
            } catch {
                if let code = interrupt.exitCode { throw ExitCode(code) }
                throw error
            }
        }
        let (leaderboard, report) = try session.report()
        if json {
            printJSON(leaderboard.json)
        } else {
            print(leaderboard.markdown)
            print("report: \(report.relativePath)")
        }
    }
}
