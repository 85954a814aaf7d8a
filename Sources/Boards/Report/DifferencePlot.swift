import Statistics

/// The differences from the reference with their intervals, all on one scale, one small figure for each row of
/// the table.
struct DifferencePlot {
    private let axis: Axis
    private let margin: Double
    private let size = (width: 190.0, height: 24.0)

    /// The scale of a table of comparisons: zero, the margin, every difference, and the intervals as far as they
    /// leave the others visible.
    init(_ comparisons: [Verdict]) {
        margin = comparisons.first?.margin ?? Verdict.defaultMargin
        let differences = comparisons.map(\.difference)
        let core = Interval(
            lower: min(differences.min() ?? 0, -1.5 * margin),
            upper: max(differences.max() ?? 0, 1.5 * margin))
        let room = core.upper - core.lower
        let lower = comparisons.compactMap(\.interval?.lower).min() ?? 0
        let upper = comparisons.compactMap(\.interval?.upper).max() ?? 0
        let shown = Interval(
            lower: 100 * min(core.lower, max(lower, core.lower - room)),
            upper: 100 * max(core.upper, min(upper, core.upper + room)))
        axis = Axis(showing: shown, from: 6, to: size.width - 6, ticks: 4)
    }

    /// The figure for one comparison.
    func svg(_ verdict: Verdict, color: Int) -> String {
        let middle = size.height / 2
        let zero = px(axis(0))
        let (left, right) = (axis.clamped(-100 * margin), axis.clamped(100 * margin))
        var parts = [
            """
            <rect class="margin" x="\(px(left))" y="0" width="\(px(right - left))" height="\(px(size.height))"/>
            """,
            #"<line class="zero" x1="\#(zero)" x2="\#(zero)" y1="0" y2="\#(px(size.height))"/>"#,
        ]
        if let interval = verdict.interval {
            parts.append(
                """
                <line class="whisker" x1="\(px(axis.clamped(100 * interval.lower)))" \
                x2="\(px(axis.clamped(100 * interval.upper)))" y1="\(px(middle))" y2="\(px(middle))"/>
                """)
        }
        parts.append(
            #"<circle cx="\#(px(axis.clamped(100 * verdict.difference)))" cy="\#(px(middle))" r="4.5"/>"#)
        return """
            <svg class="difference c\(color)" viewBox="0 0 \(px(size.width)) \(px(size.height))" role="img" \
            aria-label="difference \(signedPoints(verdict.difference)) points">\(parts.joined())</svg>
            """
    }
}
