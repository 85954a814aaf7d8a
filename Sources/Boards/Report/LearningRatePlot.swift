import Foundation
import Statistics
import Training

extension LearningRateChart {
    /// The smoothed loss for a terminal of 80 columns, with the numbers of the suggestions below it.
    ///
    /// - Parameter unicode: whether to draw with Braille patterns, eight dots a character; otherwise in ASCII.
    public func text(unicode: Bool) -> String {
        let (columns, rows, margin) = (66, 15, 8)
        var canvas = Canvas(columns: columns, rows: rows, unicode: unicode)
        let y = Axis(showing: shownLosses, from: Double(canvas.height - 1), to: 0, ticks: 4)
        canvas.draw { position in y(interpolated(at: position)) }

        let labels = Dictionary(y.ticks.map { (Int(y($0).rounded()) / canvas.dotsDown, y.label($0)) }) { $1 }
        let chosen = column(of: finding.chosen.rate, columns)
        var lines = (0..<rows).map { row in
            var cells = canvas.characters(in: row)
            if cells[chosen] == " " { cells[chosen] = unicode ? "┊" : ":" }
            let label = labels[row] ?? ""
            let tick = labels[row] == nil ? (unicode ? "│" : "|") : (unicode ? "┤" : "+")
            return padded(label, margin) + tick + String(cells)
        }

        // The axis with a tick and a label at each power of ten.
        let x = Axis(showing: shownRates, from: 0, to: Double(columns - 1), ticks: 8, smallestStep: 1)
        var rule: [Character] = Array(repeating: unicode ? "─" : "-", count: columns)
        var names: [Character] = Array(repeating: " ", count: columns + 4)
        for tick in x.ticks {
            let at = Int(x(tick).rounded())
            rule[at] = unicode ? "┬" : "+"
            for (offset, character) in "1e\(Int(tick))".enumerated() where at + offset < names.count {
                names[at + offset] = character
            }
        }
        lines.append(padded("loss", margin) + (unicode ? "└" : "+") + String(rule))
        lines.append(padded("", margin + 1) + String(names))
        lines += marks(columns).map { padded("", margin + 1) + String($0) }
        return lines.map { $0.replacing(#/ +$/#, with: "") }.joined(separator: "\n")
    }

    /// Rows with the number of each suggestion at its place; the lower ones have those that found it taken.
    private func marks(_ columns: Int) -> [[Character]] {
        var rows: [[Character]] = []
        for (index, suggestion) in finding.suggestions.enumerated() {
            let at = column(of: suggestion.rate, columns)
            let row = rows.firstIndex { $0[at] == " " } ?? rows.endIndex
            if row == rows.endIndex { rows.append(Array(repeating: " ", count: columns)) }
            rows[row][at] = Character("\(index + 1)")
        }
        return rows
    }

    private func column(of rate: Double, _ columns: Int) -> Int {
        let x = Axis(showing: shownRates, from: 0, to: Double(columns - 1), ticks: 8)
        return Int(x.clamped(log10(rate)).rounded())
    }

    /// The smoothed loss from the first step, 0, to the last, 1. Learning rates grow by one factor, so a place
    /// among the steps is a place on the logarithmic axis.
    private func interpolated(at position: Double) -> Double {
        let place = position * Double(curve.losses.count - 1)
        let step = min(Int(place), curve.losses.count - 2)
        return curve.losses[step] + (place - Double(step)) * (curve.losses[step + 1] - curve.losses[step])
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count - 1, 0)) + text + (text.count < width ? " " : "")
    }
}

/// Dots in the cells of a terminal: 2 x 4 of them in a Braille pattern, or one.
private struct Canvas {
    let dotsAcross: Int
    let dotsDown: Int
    private let columns: Int
    private let rows: Int
    private var dots: Set<[Int]> = []

    init(columns: Int, rows: Int, unicode: Bool) {
        (self.columns, self.rows) = (columns, rows)
        (dotsAcross, dotsDown) = unicode ? (2, 4) : (1, 1)
    }

    var height: Int { rows * dotsDown }

    /// Draws a function from [0, 1] to dots below the top, without gaps; what leaves the canvas is not drawn.
    mutating func draw(_ function: (Double) -> Double) {
        let width = columns * dotsAcross
        var previous: Int?
        for x in 0..<width {
            let value = function(Double(x) / Double(width - 1)).rounded()
            let y = Int(min(max(value, -1), Double(height)))
            let from = previous.map { $0 < y ? $0 + 1 : $0 > y ? $0 - 1 : y } ?? y
            for dot in min(from, y)...max(from, y) where (0..<height).contains(dot) { dots.insert([x, dot]) }
            previous = y
        }
    }

    func characters(in row: Int) -> [Character] {
        (0..<columns).map { column in
            var pattern: UInt32 = 0
            for across in 0..<dotsAcross {
                for down in 0..<dotsDown
                where dots.contains([column * dotsAcross + across, row * dotsDown + down]) {
                    // Dots 1 to 6 go down the columns of three; 7 and 8 were added below them.
                    pattern |= 1 << (down < 3 ? across * 3 + down : 6 + across)
                }
            }
            if pattern == 0 { return " " }
            return dotsDown == 1 ? "*" : Character(Unicode.Scalar(0x2800 + pattern)!)
        }
    }
}
