import ArgumentParser
import Foundation
import Models

struct ListModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "The networks that recipes can name.", discussion: "Example: mish models")

    @Flag(help: "Print as one JSON object.") var json = false

    func run() throws {
        let rows = ModelCatalog.entries.map { Row(name: $0.name, summary: $0.summary) }
        if json { return try printJSON(rows) }
        let width = rows.map(\.name.count).max() ?? 0
        for row in rows { print("\(row.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(row.summary)") }
    }

    private struct Row: Encodable {
        let name: String
        let summary: String
    }
}
