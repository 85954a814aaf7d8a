import ArgumentParser
import Foundation
import Torch
import Training

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the installation: versions, devices, and a computation on each device.",
        discussion: "Example: mish doctor. Exits with 1 when something has to be done.")

    @Flag(help: "Print as one JSON object.") var json = false

    func run() throws {
        let report = Diagnosis.make()
        if json {
            try printJSON(report)
        } else {
            for finding in report.findings {
                print("\(finding.isProblem ? "✗" : "✓") \(finding.subject): \(finding.text)")
                if let remedy = finding.remedy { print("    what to do: \(remedy)") }
            }
        }
        if report.findings.contains(where: \.isProblem) { throw ExitCode(1) }
    }
}
