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

            Runs that are complete are not run again, interrupted ones are resumed. With --jobs 4, four processes \
            each take the next run that no other has; more may be started elsewhere with the same folder. On one GPU, \
            NVIDIA's multi-process service (nvidia-cuda-mps-control -d) lets them share it. A board may have cells, such as \
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
    @Option(help: "How many runs go on at once, each in a process of its own.") var jobs = 1
    @Flag(help: "Show a line for each run instead of one for each epoch.") var brief = false
    @Flag(help: "Only read what is there; run nothing.") var dryRun = false
    @Flag(help: "Print the leaderboard as one JSON object.") var json = false

    func validate() throws {
        if jobs < 1 { throw ValidationError("--jobs must be at least 1, not \(jobs)") }
    }

    func run() throws {
        let board = try Board(contentsOf: URL(filePath: board)).only(cell: cells, entries: entries)
        let session = try BoardSession(board, in: URL(filePath: out), overrides: overrides)
        var errors = 0
        if !dryRun {
            let interrupt = InterruptObserver()
            if repeatFailed { try session.removeFailed() }
            let result = Result { jobs > 1 ? try runWorkers(interrupt) : try run(session, interrupt) }
            if let code = interrupt.exitCode { throw ExitCode(code) }
            errors = try result.get()
            if errors > 0 && !keepGoing { throw ExitCode(1) }
        }
        let results = try session.report()
        if json {
            printJSON(results.json)
        } else {
            print(results.markdown)
        }
        if errors > 0 { throw ExitCode(1) }
    }

    /// Runs the board in this process, and returns after how many errors it went on.
    private func run(_ session: BoardSession, _ interrupt: InterruptObserver) throws -> Int {
        func display(_ label: String) -> any TrainingObserver {
            if brief { return BriefDisplay() }
            return ProgressDisplay(label: label)
        }
        var errors = 0
        try session.run(
            didThrow: { recipe, error in
                guard keepGoing else { return false }
                errors += 1
                FileHandle.standardError.write(Data("\(recipe.name): \(error)\n".utf8))
                return true
            }, display: display, observers: [interrupt])
        return errors
    }

    /// Runs the board in several processes, and returns how many of them did not end well.
    private func runWorkers(_ interrupt: InterruptObserver) throws -> Int {
        let arguments =
            ["board", board, "--out", out, "--brief"] + (keepGoing ? ["--keep-going"] : [])
            + overrides.flatMap { ["--set", $0] } + cells.flatMap { ["--cell", $0] }
            + entries.flatMap { ["--entry", $0] }
        return try Workers.run(jobs, arguments: arguments, interrupt: interrupt, endingAtFailure: !keepGoing)
    }
}
