import Foundation

/// What a board's runs say: a leaderboard, or one for each cell.
public struct BoardResults: Sendable {
    /// A cell's leaderboard.
    public struct Cell: Sendable {
        /// What all of its recipes are set to; empty for a board without cells.
        public let cell: [Board.Override]
        /// Its entries.
        public let leaderboard: Leaderboard
        /// The file of its report.
        public let report: URL
    }

    /// The board's title.
    public let title: String
    /// In the order of the board; at least one.
    public let cells: [Cell]

    /// The leaderboard as Markdown; of several cells, a table with a row for each cell and a column for each
    /// entry, every run that failed or met a validation loss that is not finite, and each cell's verdict.
    public var markdown: String {
        if cells.count == 1 { return cells[0].leaderboard.markdown + "report: \(cells[0].report.relativePath)" }
        var blocks = ["# \(title)", table]
        if !troubles.isEmpty { blocks.append("## What went wrong\n\n" + troubles.joined(separator: "\n")) }
        let verdicts = cells.map { "- \($0.name): \($0.leaderboard.headline) (\($0.report.relativePath))" }
        blocks.append("## Verdicts\n\n" + verdicts.joined(separator: "\n"))
        return blocks.joined(separator: "\n\n")
    }

    /// The leaderboard as JSON; of a board with cells, an object with the list `cells`, each with `cell` and
    /// `leaderboard`.
    public var json: Data {
        if cells.count == 1 && cells[0].cell.isEmpty { return cells[0].leaderboard.json }
        return encodedJSON(
            Listing(
                title: title,
                cells: cells.map { cell in
                    let keys = cell.cell.map { ($0.key, $0.value) }
                    return .init(cell: Dictionary(uniqueKeysWithValues: keys), leaderboard: cell.leaderboard)
                }))
    }

    private struct Listing: Encodable {
        struct Cell: Encodable {
            let cell: [String: String]
            let leaderboard: Leaderboard
        }
        let title: String
        let cells: [Cell]
    }

    /// Mean accuracies in per cent, with how many runs failed or met a loss that is not finite; `-` where nothing has
    /// ended.
    private var table: String {
        var entries: [String] = []
        for row in cells.flatMap(\.leaderboard.rows) where !entries.contains(row.name) { entries.append(row.name) }
        let keys = cells[0].cell.map(\.key)
        return markdownTable(
            keys + entries, rightAligned: Set(keys.indices.upperBound..<keys.count + entries.count),
            cells.map { cell in
                cell.cell.map(\.value)
                    + entries.map { name in
                        guard let row = cell.leaderboard.rows.first(where: { $0.name == name }) else { return "" }
                        let troubled = row.runs.count { $0.state == "complete" && $0.reason != nil }
                        let failed = row.failed > 0 ? ["\(row.failed) failed"] : []
                        let nonFinite = troubled > 0 ? ["\(troubled) not finite"] : []
                        return ((row.n > 0 || failed.isEmpty ? [percent(row.mean)] : []) + failed + nonFinite)
                            .joined(separator: ", ")
                    }
            })
    }

    private var troubles: [String] {
        cells.flatMap { cell in
            cell.leaderboard.rows.flatMap { row in
                row.runs.filter { $0.state == "failed" || $0.reason != nil }.map { run in
                    let kind = run.state == "failed" ? "failed: " : ""
                    return "- \(cell.name), \(row.name), seed \(run.seed): "
                        + kind + (run.reason ?? "no reason was recorded")
                }
            }
        }
    }
}

extension BoardResults.Cell {
    fileprivate var name: String { cell.map { "\($0.key) \($0.value)" }.joined(separator: ", ") }
}
