import Statistics

/// One row an entry, one dot a run, with the mean and its interval behind.
struct DotStrip {
    let rows: [Leaderboard.Row]
    /// The colour class of each row.
    let colors: [Int]
    let level: String

    private let width = 760.0
    private let plot = (left: 190.0, right: 640.0)
    private let top = 34.0
    private let rowHeight = 46.0
    private let radius = 4.5

    /// The figure as an SVG; empty without a complete run.
    var svg: String {
        let accuracies = rows.flatMap { $0.runs.compactMap(\.accuracy) }
        guard let low = accuracies.min(), let high = accuracies.max() else { return "" }
        let height = top + rowHeight * Double(rows.count) + 8
        let axis = Axis(showing: shown(low, high), from: plot.left, to: plot.right, ticks: 5)
        var parts: [String] = []
        for tick in axis.ticks {
            let x = px(axis(tick))
            parts.append(
                #"<line class="grid" x1="\#(x)" x2="\#(x)" y1="\#(px(top - 6))" y2="\#(px(height - 8))"/>"#)
            parts.append(
                #"<text class="tick" x="\#(x)" y="\#(px(top - 14))" text-anchor="middle">\#(axis.label(tick))</text>"#
            )
        }
        for (index, row) in rows.enumerated() {
            parts.append(
                strip(row, color: colors[index], middle: top + rowHeight * (Double(index) + 0.5), axis))
            if index > 0, tiersEnd(before: index) {
                let y = px(top + rowHeight * Double(index))
                parts.append(#"<line class="tier" x1="0" x2="\#(px(width))" y1="\#(y)" y2="\#(y)"/>"#)
            }
        }
        return """
            <svg viewBox="0 0 \(px(width)) \(px(height))" role="img" aria-label="Accuracy of every run, in per cent">
            <text class="tick" x="0" y="\(px(top - 14))">accuracy, %</text>
            <text class="tick" x="\(px(width))" y="\(px(top - 14))" text-anchor="end">mean</text>
            \(parts.joined(separator: "\n"))
            </svg>
            """
    }

    /// Whether every row above `index` is of a better tier than every row from it on. (An entry of few or
    /// scattered runs may share the tier of a far better one.)
    private func tiersEnd(before index: Int) -> Bool {
        let tiers = rows.map { $0.tier ?? .max }
        return tiers[..<index].max()! < tiers[index...].min()!
    }

    /// The range shown, in per cent: every dot, and the intervals as far as they do not dwarf the dots (that of
    /// two runs is often thirty times as wide as their distance).
    private func shown(_ low: Double, _ high: Double) -> Interval {
        let reach = max(high - low, 1e-3)
        let lower = rows.compactMap(\.interval?.lower).min() ?? low
        let upper = rows.compactMap(\.interval?.upper).max() ?? high
        let room = 0.06 * reach
        return Interval(
            lower: 100 * (max(min(low, lower), low - reach) - room),
            upper: 100 * (min(max(high, upper), high + reach, 1 + room) + room))
    }

    private func strip(_ row: Leaderboard.Row, color: Int, middle: Double, _ axis: Axis) -> String {
        var parts: [String] = []
        let y = px(middle)
        parts.append(
            #"<text class="entry" x="0" y="\#(y)" dy="0.35em">\#(shortened(row.name, 24))</text>"#)
        if let interval = row.interval {
            let left = axis.clamped(100 * interval.lower)
            let right = axis.clamped(100 * interval.upper)
            let label = "\(level) % interval \(percentRange(interval))"
            parts.append(
                """
                <rect class="interval" x="\(px(left))" y="\(px(middle - 9))" width="\(px(right - left))" height="18" \
                rx="3"><title>\(label)</title></rect>
                """)
            // What the axis cuts off gets an arrow.
            if 100 * interval.lower < axis.values.lower {
                parts.append(arrow(at: left, middle, direction: -1))
            }
            if 100 * interval.upper > axis.values.upper {
                parts.append(arrow(at: right, middle, direction: 1))
            }
        }
        if let mean = row.mean {
            let x = px(axis(100 * mean))
            parts.append(
                #"<line class="mean" x1="\#(x)" x2="\#(x)" y1="\#(px(middle - 13))" y2="\#(px(middle + 13))"/>"#
            )
        }
        let runs = row.runs.compactMap { run in run.accuracy.map { (run.seed, $0) } }.sorted { $0.1 < $1.1 }
        var placed: [(x: Double, y: Double)] = []
        for (seed, accuracy) in runs {
            let x = axis(100 * accuracy)
            let dotY = middle + offset(of: x, among: placed)
            placed.append((x, dotY - middle))
            parts.append(
                """
                <circle cx="\(px(x))" cy="\(px(dotY))" r="\(px(radius))">\
                <title>seed \(seed): \(percent(accuracy)) %</title></circle>
                """)
        }
        let notes =
            ["n = \(row.n)"] + (row.failed > 0 ? ["\(row.failed) failed"] : [])
            + (row.unfinished > 0 ? ["\(row.unfinished) to run"] : [])
        parts.append(
            """
            <text class="value" x="\(px(width))" y="\(px(middle - 1))" text-anchor="end">\(percent(row.mean))</text>
            <text class="note" x="\(px(width))" y="\(px(middle + 14))" text-anchor="end">\
            \(notes.joined(separator: " \u{b7} "))</text>
            """)
        return "<g class=\"c\(color)\">\n\(parts.joined(separator: "\n"))\n</g>"
    }

    /// The least vertical shift that keeps a dot clear of those already placed.
    private func offset(of x: Double, among placed: [(x: Double, y: Double)]) -> Double {
        let near = placed.filter { abs($0.x - x) < 2 * radius }
        let steps = [0.0, -1, 1, -2, 2, -3, 3].map { $0 * radius * 1.2 }
        func isFree(_ y: Double) -> Bool {
            near.allSatisfy { ($0.x - x) * ($0.x - x) + ($0.y - y) * ($0.y - y) >= 3.2 * radius * radius }
        }
        return steps.first(where: isFree) ?? 0
    }

    private func arrow(at x: Double, _ y: Double, direction: Double) -> String {
        let tip = x + 9 * direction
        return """
            <path class="interval" d="M\(px(x)) \(px(y - 9)) L\(px(tip)) \(px(y)) L\(px(x)) \(px(y + 9)) Z"/>
            """
    }
}
