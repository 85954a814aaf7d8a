import Statistics
import Training

/// The mean over an entry's runs at each epoch, and a band of one standard deviation.
struct Curve {
    struct Point {
        let epoch: Int
        let mean: Double
        /// 0 for a single run.
        let sd: Double
    }

    let name: String
    let color: Int
    let points: [Point]

    /// The curve of `value` over the complete runs of a set; values that are missing or not finite are left out.
    init(_ set: RunSet, color: Int, of value: (EpochMetrics) -> Double?) {
        name = set.name
        self.color = color
        var values: [Int: [Double]] = [:]
        for metrics in set.completeRuns.flatMap(\.metrics) {
            if let value = value(metrics) { values[metrics.epoch, default: []].append(value) }
        }
        points = values.sorted { $0.key < $1.key }.compactMap { epoch, values in
            guard let sample = try? Sample(values.filter(\.isFinite)) else { return nil }
            return Point(epoch: epoch, mean: sample.mean, sd: sample.standardDeviation ?? 0)
        }
    }
}

/// Curves over epochs with their names at the right end.
///
/// The frame is that of the last three quarters of the epochs: the steep beginning would press together what
/// there is to see, and may leave the frame.
struct CurveChart {
    let title: String
    /// Tells this figure's clip path from others on the page.
    let id: String
    let curves: [Curve]
    /// The least and greatest value that make sense.
    let bounds: Interval

    private let width = 500.0
    private let height = 330.0
    private let plot = (left: 40.0, right: 372.0, top: 34.0, bottom: 292.0)

    /// The figure as an SVG; empty without a point.
    var svg: String {
        let points = curves.flatMap(\.points)
        guard let last = points.map(\.epoch).max(), let first = points.map(\.epoch).min() else { return "" }
        let framed = points.filter { $0.epoch >= first + (last - first) / 4 }
        let low = framed.map { $0.mean - $0.sd }.min() ?? 0
        let high = framed.map { $0.mean + $0.sd }.max() ?? 1
        let x = Axis(
            showing: Interval(lower: Double(first), upper: Double(max(last, first + 1))), from: plot.left,
            to: plot.right, ticks: 6, smallestStep: 1)
        let y = Axis(
            showing: Interval(lower: max(low, bounds.lower), upper: min(high, bounds.upper)),
            from: plot.bottom,
            to: plot.top, ticks: 6)

        var parts: [String] = []
        for tick in y.ticks {
            let at = px(y(tick))
            parts.append(
                #"<line class="grid" x1="\#(px(plot.left))" x2="\#(px(plot.right))" y1="\#(at)" y2="\#(at)"/>"#
            )
            parts.append(
                """
                <text class="tick" x="\(px(plot.left - 8))" y="\(at)" dy="0.35em" text-anchor="end">\
                \(y.label(tick))</text>
                """)
        }
        for tick in x.ticks where tick <= Double(last) {
            parts.append(
                """
                <text class="tick" x="\(px(x(tick)))" y="\(px(plot.bottom + 20))" text-anchor="middle">\
                \(x.label(tick))</text>
                """)
        }
        let drawing = (curves.map { band($0, x, y) } + curves.map { line($0, x, y) }).joined(separator: "\n")
        parts.append(
            """
            <clipPath id="\(id)"><rect x="\(px(plot.left))" y="\(px(plot.top - 4))" \
            width="\(px(plot.right - plot.left + 5))" height="\(px(plot.bottom - plot.top + 8))"/></clipPath>
            <g clip-path="url(#\(id))">
            \(drawing)
            </g>
            """)
        parts += labels(y, x)
        return """
            <svg viewBox="0 0 \(px(width)) \(px(height))" role="img" aria-label="\(escape(title)) over epochs">
            <text class="caption" x="0" y="14">\(escape(title))</text>
            \(parts.joined(separator: "\n"))
            <text class="tick" x="\(px(plot.right))" y="\(px(plot.bottom + 36))" text-anchor="end">epoch</text>
            </svg>
            """
    }

    private func band(_ curve: Curve, _ x: Axis, _ y: Axis) -> String {
        guard curve.points.contains(where: { $0.sd > 0 }) else { return "" }
        let upper = curve.points.map { (x(Double($0.epoch)), y($0.mean + $0.sd)) }
        let lower = curve.points.reversed().map { (x(Double($0.epoch)), y($0.mean - $0.sd)) }
        return "<path class=\"band c\(curve.color)\" d=\"\(path(upper + lower)) Z\"/>"
    }

    private func line(_ curve: Curve, _ x: Axis, _ y: Axis) -> String {
        let points = curve.points.map { (x(Double($0.epoch)), y($0.mean)) }
        guard let end = points.last else { return "" }
        return """
            <g class="c\(curve.color)"><path class="line" d="\(path(points))"/>
            <circle cx="\(px(end.0))" cy="\(px(end.1))" r="3.5"/></g>
            """
    }

    /// The names beside the curves' ends, moved apart where they would overlap.
    private func labels(_ y: Axis, _ x: Axis) -> [String] {
        let ends = curves.compactMap { curve in curve.points.last.map { (curve, $0) } }
            .sorted { y($0.1.mean) < y($1.1.mean) }
        let spacing = min(17, (plot.bottom - plot.top) / Double(max(1, ends.count - 1)))
        var positions: [Double] = []
        for (_, end) in ends {
            positions.append(max(y.clamped(end.mean), (positions.last ?? -.infinity) + spacing))
        }
        let overflow = (positions.last ?? 0) - plot.bottom
        if overflow > 0 {
            // From below, push up what the lower edge pushed back.
            var limit = plot.bottom
            for index in positions.indices.reversed() {
                positions[index] = min(positions[index], limit)
                limit = positions[index] - spacing
            }
        }
        return zip(ends, positions).map { end, position in
            let (curve, point) = end
            let startX = x(Double(point.epoch)) + 6
            let labelX = plot.right + 22
            return """
                <g class="c\(curve.color)"><path class="leader" \
                d="M\(px(startX)) \(px(y.clamped(point.mean))) L\(px(labelX - 5)) \(px(position))"/>
                <text class="label" x="\(px(labelX))" y="\(px(position))" dy="0.35em">\
                \(shortened(curve.name, 15))</text></g>
                """
        }
    }

    private func path(_ points: [(Double, Double)]) -> String {
        "M" + points.map { "\(px($0.0)) \(px($0.1))" }.joined(separator: " L")
    }
}
