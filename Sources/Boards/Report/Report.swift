import Foundation
import Statistics
import Training

/// A board as one HTML file that needs no network and no script: verdict, figures, tables, settings.
public struct Report: Sendable {
    let leaderboard: Leaderboard
    let sets: [RunSet]
    private let colors: [String: Int]

    /// A report of a leaderboard and the runs that it was computed from.
    public init(_ leaderboard: Leaderboard, sets: [RunSet]) {
        self.leaderboard = leaderboard
        self.sets = sets
        colors = Dictionary(
            sets.enumerated().map { ($1.name, $0 % 8) }, uniquingKeysWith: { first, _ in first })
    }

    /// The page.
    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="generator" content="mish">
        <title>\(escape(leaderboard.title))</title>
        <style>
        \(styleSheet)</style>
        </head>
        <body>
        <main>
        \([head, results, curves, comparisons, settings, runs].filter { !$0.isEmpty }.joined(separator: "\n"))
        </main>
        </body>
        </html>

        """
    }

    // MARK: Sections

    private var head: String {
        var parts = [
            "<p class=\"kicker\">\(escape(leaderboard.title))</p>",
            "<h1>\(escape(leaderboard.headline))</h1>",
        ]
        if let description = leaderboard.description { parts.append("<p>\(escape(description))</p>") }
        if leaderboard.comparisons.count == 1, let verdict = leaderboard.comparisons.first {
            parts.append("<p class=\"numbers\">\(escape(sentence(verdict)))</p>")
        }
        parts.append("<p class=\"assumptions\">\(escape(Leaderboard.assumptions))</p>")
        let provisional = leaderboard.rows.contains { $0.n > 0 && $0.n < Verdict.firmCount }
        let warnings =
            leaderboard.warnings
            + (provisional && leaderboard.comparisons.count > 1
                ? ["Provisional: an entry has fewer than \(Verdict.firmCount) runs."] : [])
        if !warnings.isEmpty {
            let paragraphs = warnings.map { "<p>\(escape($0))</p>" }.joined()
            parts.append("<div class=\"warnings\">\(paragraphs)</div>")
        }
        return "<header>\n\(parts.joined(separator: "\n"))\n</header>"
    }

    private var results: String {
        let strip = DotStrip(
            rows: leaderboard.rows, colors: leaderboard.rows.map { colors[$0.name] ?? 0 },
            level: leaderboard.percentLevel
        ).svg
        let rows = leaderboard.rows.map { row in
            [
                named(row.name), row.tier.map { "\($0)" } ?? "-", "\(row.n)", percent(row.mean),
                row.interval.map(percentRange) ?? "-", percent(row.sd),
                row.min.map { "\(percent($0)) to \(percent(row.max))" } ?? "-", "\(row.failed)",
            ]
        }
        let header = [
            "entry", "tier", "runs", "mean, %", "\(leaderboard.percentLevel) % interval", "sd", "min to max",
            "failed",
        ]
        let figure =
            strip.isEmpty
            ? ""
            : """
            <figure><div class="scroll">\(strip)</div>
            <figcaption>One dot is one run. The line is the mean, the shaded bar its \
            \(leaderboard.percentLevel) % credible interval; an arrow marks a bar that is cut off. A dotted rule \
            separates tiers.</figcaption></figure>
            """
        return
            "<section>\n<h2>Every run</h2>\n\(figure)\n\(htmlTable(header, numbers: Set(1...7), rows))\n</section>"
    }

    private var curves: String {
        let accuracy = CurveChart(
            title: "Validation accuracy, %", id: "accuracy",
            curves: sets.map { set in
                Curve(set, color: colors[set.name] ?? 0) { $0.accuracy.map { 100 * $0 } }
            },
            bounds: Interval(lower: 0, upper: 100)
        ).svg
        let validLoss = CurveChart(
            title: "Validation loss", id: "loss",
            curves: sets.map { set in Curve(set, color: colors[set.name] ?? 0) { $0.validLoss } },
            bounds: Interval(lower: 0, upper: .greatestFiniteMagnitude)
        ).svg
        guard !(accuracy + validLoss).isEmpty else { return "" }
        return """
            <section>
            <h2>Learning curves</h2>
            <figure><div class="pair">
            \(accuracy)
            \(validLoss)
            </div>
            <figcaption>The mean over an entry's complete runs, with a band of one standard deviation between runs \
            on either side. The frame fits the last three quarters of the epochs.</figcaption></figure>
            </section>
            """
    }

    private var comparisons: String {
        let verdicts = leaderboard.comparisons
        guard !verdicts.isEmpty, let reference = leaderboard.reference else { return "" }
        let plot = DifferencePlot(verdicts)
        let rows = verdicts.map { verdict in
            [
                named(verdict.first.name), plot.svg(verdict, color: colors[verdict.first.name] ?? 0),
                typeset(signedPoints(verdict.difference)),
                verdict.interval.map { typeset("\(signedPoints($0.lower)) to \(signedPoints($0.upper))") }
                    ?? "-",
                escape(verdict.shortOutcome), probability(verdict.probabilityBetter),
                probability(verdict.probabilityEquivalent), probability(verdict.p),
                String(format: "%.0f %%", 100 * verdict.superiority),
            ]
        }
        let header = [
            "entry", "difference", "points", "\(leaderboard.percentLevel) % interval", "verdict", "P(better)",
            "P(equal)", "p (Holm)", "wins",
        ]
        let kind = leaderboard.referenceIsBaseline ? "the baseline" : "the best entry"
        let margin = percent(verdicts[0].margin)
        let sentences =
            verdicts.count == 1
            ? ""
            : verdicts.map { "<p>\(escape($0.headline)): \(escape(sentence($0)))</p>" }.joined(
                separator: "\n")
        return """
            <section>
            <h2>Against \(escape(reference))</h2>
            <p class="under">Each entry minus \(escape(reference)), \(kind). The grey band is \
            \u{b1}\(margin) points, within which a difference does not matter in practice; \
            P(equal) is the probability of lying in it. Wins: how often a random run of the entry beats a random run of \(escape(reference)).</p>
            \(htmlTable(header, numbers: [2, 3, 5, 6, 7, 8], rows))
            \(sentences.isEmpty ? "" : "<details><summary>In words</summary>\n\(sentences)\n</details>")
            </section>
            """
    }

    private var settings: String {
        let recorded = sets.compactMap { set in set.record.map { (set.name, $0) } }
        guard !recorded.isEmpty else { return "" }
        let settings = RecipeSettings(recorded.map(\.1.recipe))
        let names = recorded.map { named($0.0) }
        let different =
            settings.different.isEmpty
            ? "<p class=\"under\">All entries have the same settings.</p>"
            : htmlTable(
                ["setting"] + names, settings.different.map { [escape($0.key)] + $0.values.map(escape) })
        let common = htmlTable(
            ["setting", "value"], settings.common.map { [escape($0.key), escape($0.value)] })
        return """
            <section class="settings">
            <h2>What differs between the entries</h2>
            \(different)
            <details><summary>The \(settings.common.count) settings that all share</summary>
            \(common)
            </details>
            \(provenance)
            </section>
            """
    }

    /// Where the runs were made: each value that occurs among the runs.
    private var provenance: String {
        let records = sets.flatMap(\.runs).compactMap(\.record)
        func values(_ value: (RunRecord) -> String?) -> String {
            Set(records.compactMap(value)).sorted().map(escape).joined(separator: ", ")
        }
        var rows = [["device", values(\.device)], ["data", values { String($0.dataHash.prefix(12)) }]]
        for name in Set(records.flatMap(\.versions.keys)).sorted() {
            rows.append([escape(name), values { $0.versions[name] }])
        }
        return "<h2>Made with</h2>\n" + htmlTable([], rows)
    }

    private var runs: String {
        let rows = sets.flatMap { set in
            set.runs.map { run in
                [
                    named(set.name), "\(run.seed)", escape(run.result?.reason ?? "\(run.state)"),
                    percent(run.accuracy), run.result.map { "\($0.epochs)" } ?? "-",
                    run.result.map { String(format: "%.0f", $0.seconds) } ?? "-",
                    run.metrics.last.map { String(format: "%.0f", $0.imagesPerSecond) } ?? "-",
                    escape(run.directory.url.lastPathComponent),
                ]
            }
        }
        let header = ["entry", "seed", "state", "accuracy, %", "epochs", "seconds", "images/s", "folder"]
        return """
            <section>
            <details><summary>All \(rows.count) runs</summary>
            \(htmlTable(header, rows))
            </details>
            </section>
            """
    }

    // MARK: Pieces

    private func named(_ name: String) -> String {
        "<span class=\"swatch c\(colors[name] ?? 0)\"></span>\(escape(name))"
    }

    private func probability(_ p: Double?) -> String { escape(p.map(Verdict.probabilityText) ?? "-") }

    /// A number with a minus sign in place of the hyphen.
    private func typeset(_ number: String) -> String {
        number.replacingOccurrences(of: "-", with: "\u{2212}")
    }

    private func sentence(_ verdict: Verdict) -> String {
        ([verdict.numbers] + verdict.remarks).joined(separator: " ")
    }
}
