import Foundation
import Statistics

/// A linear map from values to coordinates, with round numbers to label it by.
struct Axis {
    let values: Interval
    let from: Double
    let to: Double
    let ticks: [Double]
    /// Digits after the decimal point that tell the ticks apart.
    let digits: Int

    /// An axis that shows all of `values`.
    /// - Parameters:
    ///   - from: the coordinate of the lowest value.
    ///   - to: the coordinate of the highest value.
    ///   - count: about how many ticks to set.
    ///   - smallestStep: the least distance of two ticks, 1 for whole numbers.
    init(showing values: Interval, from: Double, to: Double, ticks count: Int, smallestStep: Double = 0) {
        // Equal values get some room on either side.
        let width = values.upper - values.lower
        let room = width > 0 ? 0 : max(abs(values.lower) * 0.01, 1e-3)
        let shown = Interval(lower: values.lower - room, upper: values.upper + room)
        let raw = (shown.upper - shown.lower) / Double(count)
        let power = pow(10, floor(log10(raw)))
        let step = max(smallestStep, [1, 2, 5, 10].map { $0 * power }.first { $0 >= raw * 0.999 } ?? raw)
        let first = (shown.lower / step - 1e-9).rounded(.up)
        let last = (shown.upper / step + 1e-9).rounded(.down)
        self.values = shown
        self.from = from
        self.to = to
        ticks = first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
        digits = max(0, Int(-floor(log10(step) + 1e-9)))
    }

    /// The coordinate of a value; values beyond the axis lie beyond its ends.
    func callAsFunction(_ value: Double) -> Double {
        from + (value - values.lower) / (values.upper - values.lower) * (to - from)
    }

    /// The coordinate of a value, or of the nearest end.
    func clamped(_ value: Double) -> Double { self(min(max(value, values.lower), values.upper)) }

    /// A tick's label.
    func label(_ tick: Double) -> String {
        let text = String(format: "%.\(digits)f", tick)
        return text.contains { ("1"..."9").contains($0) }
            ? text : text.replacingOccurrences(of: "-", with: "")
    }
}
