import Foundation

extension Verdict {
    /// The answer in a few words: "mish is better than relu".
    public var headline: String {
        switch outcome {
        case .firstIsBetter: "\(first.name) is better than \(second.name)"
        case .secondIsBetter: "\(second.name) is better than \(first.name)"
        case .notSeparable: "\(first.name) and \(second.name) are not separable"
        case .practicallyEquivalent: "\(first.name) and \(second.name) are practically equivalent"
        }
    }

    /// The whole answer: headline, numbers, what would be needed, and what weakens it.
    public var text: String { ([headline + ": " + numbers] + remarks).joined(separator: " ") }

    /// The numbers behind the answer, as one sentence from the higher mean's side.
    public var numbers: String {
        let (high, low) = difference < 0 ? (second, first) : (first, second)
        let means =
            "\(percent(high.mean)) (\(high.name), \(count(high.n))) against \(percent(low.mean)) "
            + "(\(low.name), \(count(low.n))), a difference of \(points(abs(difference)))"
        guard let interval, let p, let probabilityBetter else { return means + "." }
        let bounds = difference < 0 ? (-interval.upper, -interval.lower) : (interval.lower, interval.upper)
        let better = difference < 0 ? 1 - probabilityBetter : probabilityBetter
        return means
            + " (\(decimal(100 * level, 0)) % interval \(signed(bounds.0)) to \(signed(bounds.1))); "
            + "P(\(high.name) better) \(Verdict.probabilityText(better)), p \(Verdict.probabilityText(p))."
    }

    /// What would separate the two, and what weakens the answer; one sentence each.
    public var remarks: [String] {
        var remarks: [String] = []
        let single = [first, second].filter { $0.n == 1 }.map(\.name)
        if !single.isEmpty {
            remarks.append(
                "One run of \(single.joined(separator: " and one of ")) says nothing about the spread between runs: "
                    + "run more seeds.")
        }
        if outcome == .notSeparable, interval != nil {
            if let runsNeeded {
                remarks.append(
                    "Were the true difference the observed \(points(abs(difference))), about \(runsNeeded) runs of "
                        + "each would show it (80 % power).")
            } else {
                remarks.append("The observed difference is too small for any practical number of runs.")
            }
        }
        if outcome == .practicallyEquivalent {
            remarks.append("The whole interval lies within \u{b1}\(points(margin)), too little to matter.")
        }
        for side in [first, second] where side.sd == 0 {
            remarks.append(
                "All \(side.n) runs of \(side.name) gave the same accuracy: check that the seed reaches the run."
            )
        }
        if isProvisional {
            remarks.append("Provisional: fewer than \(Verdict.firmCount) runs a side.")
        }
        return remarks
    }

    /// A probability with three digits, bounded away from a false 0 or 1: "0.953", "< 0.001", "> 0.999".
    public static func probabilityText(_ p: Double) -> String {
        p > 0 && p < 0.0005 ? "< 0.001" : p < 1 && p > 0.9995 ? "> 0.999" : decimal(p, 3)
    }
}

private func decimal(_ x: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", x) }
private func percent(_ fraction: Double) -> String { decimal(100 * fraction, 2) + " %" }
private func points(_ fraction: Double) -> String { decimal(100 * fraction, 2) + " points" }
private func count(_ n: Int) -> String { n == 1 ? "1 run" : "\(n) runs" }

/// A signed number of points; what rounds to zero has no sign.
private func signed(_ fraction: Double) -> String {
    let text = String(format: "%+.2f", 100 * fraction)
    return text.dropFirst() == "0.00" ? "0.00" : text
}
