import Foundation

/// A line on standard error that is written over, on a terminal only.
struct LiveLine {
    private let isTerminal =
        isatty(STDERR_FILENO) != 0 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    func show(_ text: String) {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8)) }
    }

    func clear() { show("") }
}

/// Rows of cells, the first row being the header, in columns two spaces apart.
func alignedTable(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    return rows.map { row in
        row.enumerated().map { column, cell in
            let space = String(repeating: " ", count: widths[column] - cell.count)
            return rightAligned.contains(column) ? space + cell : cell + space
        }
        .joined(separator: "  ").replacing(#/ +$/#, with: "")
    }
    .joined(separator: "\n")
}
