import ArgumentParser
import Foundation
import Training

struct Diagnose: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take a step again that was not finite, and say where it broke.",
        discussion: """
            Example: mish diagnose runs/RUN/nonfinite/step-1235 --set precision=fp32

            A run that meets a NaN or an infinity leaves such a folder. It holds all that the step needs: recipe, \
            batch, and the state before. With --set you learn whether another precision or device helps. Exits with \
            1 when everything is finite.
            """)

    @Argument(help: "The folder of a step.") var folder: String
    @Option(name: .customLong("set"), help: "Replace a key of the recipe, such as precision=bf16 or device=cpu.")
    var overrides: [String] = []
    @Flag(help: "Print the report as one JSON object.") var json = false

    func run() throws {
        let reproduction = try Reproduction(at: URL(filePath: folder), overrides: overrides)
        let report = try reproduction.run()
        if json {
            printJSON(report.json)
        } else {
            print(report.text)
            if report.finding != nil {
                print(report.finding == reproduction.report.finding ? "as in the run" : "other than in the run")
            }
        }
        if report.finding == nil { throw ExitCode(1) }
    }
}
