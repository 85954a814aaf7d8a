import Foundation
import Optimizers
import Statistics
import Training

/// The curve of a learning-rate sweep with its suggestions, as an SVG of its own and as text for a terminal.
///
/// The frame is that of the descent: the steep end, where the loss diverges, would press together what there is
/// to see, and may leave the frame.
public struct LearningRateChart {
    let finding: LearningRateFinding

    /// A chart of what a sweep found.
    public init(_ finding: LearningRateFinding) { self.finding = finding }

    var curve: LearningRateCurve { finding.curve }

    /// From the first learning rate to the last, by their decimal logarithms.
    var shownRates: Interval { Interval(lower: log10(curve.rates.first!), upper: log10(curve.rates.last!)) }

    /// The smoothed losses up to the least one, and half of their range above.
    var shownLosses: Interval {
        let least = curve.losses.min()!
        let descent = curve.losses.prefix { $0 > least }
        let highest = descent.max().map { $0 + 0.5 * ($0 - least) } ?? .infinity
        return Interval(lower: least, upper: min(curve.losses.max()!, highest))
    }

    /// The step whose learning rate is nearest to `rate`.
    func step(nearestTo rate: Double) -> Int {
        curve.rates.indices.min { abs(log(curve.rates[$0] / rate)) < abs(log(curve.rates[$1] / rate)) }!
    }

    // MARK: SVG

    /// The chart on a logarithmic axis: the loss of each step, the smoothed loss, and each suggestion on it.
    public var svg: String {
        let (width, height) = (820.0, 400.0)
        let plot = (left: 52.0, right: 560.0, top: 58.0, bottom: 340.0)
        let x = Axis(showing: shownRates, from: plot.left, to: plot.right, ticks: 8, smallestStep: 1)
        let losses = Interval(
            lower: min(shownLosses.lower, curve.rawLosses.min()!), upper: shownLosses.upper)
        let y = Axis(showing: losses, from: plot.bottom, to: plot.top, ticks: 6)
        func path(_ losses: [Double]) -> String {
            "M" + zip(curve.rates, losses).map { "\(px(x(log10($0)))) \(px(y($1)))" }.joined(separator: " L")
        }

        var parts: [String] = []
        for tick in y.ticks {
            let at = px(y(tick))
            parts.append(
                #"<line class="grid" x1="\#(px(plot.left))" x2="\#(px(plot.right))" y1="\#(at)" y2="\#(at)"/>"#)
            parts.append(
                #"<text class="tick" x="\#(px(plot.left - 8))" y="\#(at)" dy="0.35em" text-anchor="end">"#
                    + "\(y.label(tick))</text>")
        }
        for tick in x.ticks {
            let at = px(x(tick))
            parts.append(
                #"<line class="grid" x1="\#(at)" x2="\#(at)" y1="\#(px(plot.top))" y2="\#(px(plot.bottom))"/>"#)
            parts.append(
                #"<text class="tick" x="\#(at)" y="\#(px(plot.bottom + 20))" text-anchor="middle">1e\#(Int(tick))</text>"#
            )
        }
        let chosen = px(x(log10(finding.chosen.rate)))
        parts.append(
            """
            <clipPath id="plot"><rect x="\(px(plot.left))" y="\(px(plot.top - 6))" \
            width="\(px(plot.right - plot.left + 6))" height="\(px(plot.bottom - plot.top + 12))"/></clipPath>
            <g clip-path="url(#plot)">
            <line class="chosen" x1="\(chosen)" x2="\(chosen)" y1="\(px(plot.top))" y2="\(px(plot.bottom))"/>
            <path class="raw" d="\(path(curve.rawLosses))"/>
            <path class="smoothed" d="\(path(curve.losses))"/>
            """)
        // The chosen one last, on top of those that it hides.
        for (index, suggestion) in finding.suggestions.enumerated().reversed() {
            let step = step(nearestTo: suggestion.rate)
            parts.append(
                """
                <circle cx="\(px(x(log10(suggestion.rate))))" cy="\(px(y.clamped(curve.losses[step])))" \
                r="\(index == 0 ? 6 : 4.5)" fill="\(color(index))"/>
                """)
        }
        parts.append("</g>")
        parts += legend(x: plot.right + 24, y: plot.top + 6)
        let title = "\(finding.recipe.name): loss by learning rate, seed \(finding.seed)"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(px(width)) \(px(height))" \
            width="\(px(width))" height="\(px(height))" role="img" aria-label="\(escape(title))">
            <style>
            text { font: 13px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: \(Palette.ink); }
            .title { font-size: 15px; font-weight: 600; }
            .tick, .note { fill: \(Palette.soft); font-size: 12px; }
            .grid { stroke: \(Palette.rule); stroke-width: 1; }
            .raw, .smoothed { fill: none; stroke: \(Palette.curves[0]); stroke-linejoin: round; }
            .raw { stroke-width: 1; stroke-opacity: 0.4; }
            .smoothed { stroke-width: 2.4; }
            .chosen { stroke: \(color(0)); stroke-width: 1.2; stroke-dasharray: 4 4; }
            circle { stroke: \(Palette.paper); stroke-width: 1; }
            </style>
            <rect width="100%" height="100%" fill="\(Palette.paper)"/>
            <text class="title" x="16" y="28">\(shortened(title, 80))</text>
            \(parts.joined(separator: "\n"))
            <text class="tick" x="\(px(plot.right))" y="\(px(plot.bottom + 40))" text-anchor="end">learning rate</text>
            </svg>

            """
    }

    private func color(_ suggestion: Int) -> String { Palette.curves[1 + suggestion % (Palette.curves.count - 1)] }

    private func legend(x: Double, y: Double) -> [String] {
        func row(_ index: Int, _ mark: String, _ text: String) -> String {
            """
            <g transform="translate(\(px(x)) \(px(y + 22 * Double(index))))">\(mark)\
            <text x="26" dy="0.35em">\(escape(text))</text></g>
            """
        }
        let lines = [("smoothed", "smoothed loss"), ("raw", "loss of each step")]
        return lines.enumerated().map { row($0, #"<path class="\#($1.0)" d="M0 0 L18 0"/>"#, $1.1) }
            + finding.suggestions.enumerated().map { index, suggestion in
                row(
                    lines.count + 1 + index, #"<circle cx="9" r="4.5" fill="\#(color(index))"/>"#,
                    "\(suggestion.reading.name) \(suggestion.rate.learningRateText)")
            }
    }
}

extension LearningRateSuggestion {
    /// For people.
    public var name: String {
        switch self {
        case .valley: "valley"
        case .slide: "slide"
        case .minimum: "minimum / 10"
        case .steep: "steep"
        case .steepV1: "steep, fastai 1"
        case .minimumV1: "minimum / 10, fastai 1"
        }
    }
}
