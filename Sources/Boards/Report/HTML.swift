import Foundation

/// Text as it may stand in HTML and SVG, between tags and within quoted attributes.
func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&#39;"
        case "\t", "\n", "\r": escaped += " "
        case _ where scalar.value < 0x20 || scalar.value == 0x7F: escaped += "\u{FFFD}"
        default: escaped.unicodeScalars.append(scalar)
        }
    }
    return escaped
}

/// A coordinate or length in an SVG.
func px(_ x: Double) -> String { String(format: "%.1f", x) }

/// A text that fits `limit` characters, with the whole text on hover when it was cut.
func shortened(_ text: String, _ limit: Int) -> String {
    text.count <= limit
        ? escape(text)
        : "<title>\(escape(text))</title>" + escape(String(text.prefix(limit - 1))) + "\u{2026}"
}

/// A table, without a head when `header` is empty. Cells are HTML; the columns in `numbers` are right-aligned.
func htmlTable(_ header: [String], numbers: Set<Int> = [], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
        let cells = cells.enumerated().map { column, cell in
            "<\(tag)\(numbers.contains(column) ? " class=\"number\"" : "")>\(cell)</\(tag)>"
        }
        return "<tr>\(cells.joined())</tr>"
    }
    return """
        <div class="scroll"><table>
        \(header.isEmpty ? "" : "<thead>\(row(header, "th"))</thead>")
        <tbody>
        \(rows.map { row($0, "td") }.joined(separator: "\n"))
        </tbody>
        </table></div>
        """
}
