import Foundation
import Statistics

extension Leaderboard {
    /// The board's verdict in one sentence, seen from the reference.
    public var headline: String {
        guard let reference else { return "No run has been completed yet." }
        guard !comparisons.isEmpty else { return "Only \(reference) has results so far." }
        func names(_ outcome: Verdict.Outcome) -> [String] {
            comparisons.filter { $0.outcome == outcome }.map(\.first.name)
        }
        let clauses = [
            ("better than", names(.secondIsBetter)),
            ("worse than", names(.firstIsBetter)),
            ("practically equivalent to", names(.practicallyEquivalent)),
            ("not separable from", names(.notSeparable)),
        ].filter { !$0.1.isEmpty }.map { "\($0.0) \(list($0.1))" }
        let subject = referenceIsBaseline ? "The baseline \(reference)" : reference
        return "\(subject) is \(list(clauses))."
    }

    /// The leaderboard as Markdown: headline, table, comparisons, every result.
    public var markdown: String {
        var blocks = ["# \(cell(title))"]
        if let description { blocks.append(cell(description)) }
        blocks.append("**\(cell(headline))**")
        if comparisons.count == 1 {
            blocks.append(cell(([comparisons[0].numbers] + comparisons[0].remarks).joined(separator: " ")))
        }
        blocks.append(table)
        if comparisons.count > 1 { blocks.append(comparisonTable) }
        if !warnings.isEmpty { blocks.append(warnings.map { "- " + cell($0) }.joined(separator: "\n")) }
        blocks.append(Leaderboard.assumptions)
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private var table: String {
        markdownTable(
            [
                "tier", "entry", "n", "mean %", "\(percentLevel) % interval", "sd", "min to max", "failed",
                "results %",
            ],
            rightAligned: [0, 2, 3, 5, 7],
            rows.map { row in
                [
                    row.tier.map { "\($0)" } ?? "-",
                    row.name + (row.n > 0 && row.n < Verdict.firmCount ? " (provisional)" : ""),
                    "\(row.n)", percent(row.mean), row.interval.map(percentRange) ?? "-", percent(row.sd),
                    row.min.map { "\(percent($0)) to \(percent(row.max))" } ?? "-", "\(row.failed)",
                    row.runs.map { $0.accuracy.map { percent($0) } ?? $0.state }.joined(separator: " "),
                ]
            })
    }

    private var comparisonTable: String {
        markdownTable(
            [
                "against \(reference ?? "")", "difference", "\(percentLevel) % interval", "P(better)",
                "p (Holm)",
                "verdict", "runs needed",
            ],
            rightAligned: [1, 3, 4, 6],
            comparisons.map { verdict in
                [
                    verdict.first.name, signedPoints(verdict.difference),
                    verdict.interval.map { "\(signedPoints($0.lower)) to \(signedPoints($0.upper))" } ?? "-",
                    verdict.probabilityBetter.map(Verdict.probabilityText) ?? "-",
                    verdict.p.map(Verdict.probabilityText) ?? "-", verdict.shortOutcome,
                    verdict.outcome == .notSeparable ? verdict.runsNeeded.map { "\($0)" } ?? "-" : "",
                ]
            })
    }

    var percentLevel: String { String(format: "%g", 100 * level) }

    /// What the figures assume, for the head or foot of every report.
    static let assumptions =
        "Accuracy on the validation set after the last epoch. Means have the credible interval of bayes_mvs "
        + "(Jeffreys prior), differences the interval of Welch, in percentage points; p is corrected by Holm. All of "
        + "it assumes that runs differ only by their seed, that seeds were fixed beforehand, and that accuracies "
        + "are normally distributed between runs. Entries that these runs do not separate share a tier. Runs "
        + "needed: of each, to find the observed difference with 80 % power, were it the true one."
}

extension Verdict {
    /// The outcome in a word or two, from the first side.
    var shortOutcome: String {
        switch outcome {
        case .firstIsBetter: "better"
        case .secondIsBetter: "worse"
        case .notSeparable: "not separable"
        case .practicallyEquivalent: "practically equivalent"
        }
    }
}

// MARK: - Words and numbers

/// "a", "a and b", "a, b and c".
func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
}

/// A fraction in per cent with two digits and no sign for it; "-" for nothing.
func percent(_ fraction: Double?) -> String {
    fraction.map { String(format: "%.2f", 100 * $0) } ?? "-"
}

/// An interval of accuracies; a bound beyond 0 or 100 % is only the normal model's, and is shown at the edge.
func percentRange(_ interval: Interval) -> String {
    "\(percent(max(0, interval.lower))) to \(percent(min(1, interval.upper)))"
}

/// A difference in percentage points with its sign.
func signedPoints(_ fraction: Double) -> String {
    let text = String(format: "%+.2f", 100 * fraction)
    return text.dropFirst() == "0.00" ? "0.00" : text
}

/// Text that cannot break a Markdown table or line.
private func cell(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ").replacingOccurrences(of: "|", with: "\\|")
}

/// A Markdown table whose columns are also aligned as plain text.
func markdownTable(_ header: [String], rightAligned: Set<Int>, _ rows: [[String]]) -> String {
    let cells = ([header] + rows).map { $0.map(cell) }
    let widths = header.indices.map { column in max(3, cells.map { $0[column].count }.max() ?? 0) }
    func line(_ row: [String]) -> String {
        let padded = row.enumerated().map { column, text in
            let space = String(repeating: " ", count: widths[column] - text.count)
            return rightAligned.contains(column) ? space + text : text + space
        }
        return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { column, width in
        rightAligned.contains(column)
            ? String(repeating: "-", count: width - 1) + ":" : String(repeating: "-", count: width)
    }
    return ([line(cells[0]), "| " + rule.joined(separator: " | ") + " |"] + cells.dropFirst().map(line))
        .joined(separator: "\n")
}
