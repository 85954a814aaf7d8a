/// What can be wrong with numbers that are to be summarised or compared.
public enum StatisticsError: Error, Equatable, CustomStringConvertible {
    /// Fewer values than the estimate needs.
    case tooFewValues(needed: Int, got: Int)
    /// The value at `index` is NaN or infinite.
    case notFinite(index: Int, value: Double)
    /// The values are so large that their variance exceeds the largest double.
    case overflow
    /// A level of an interval, a power or a significance outside the open interval (0, 1).
    case notAProbability(name: String, value: Double)
    /// A negative or non-finite standard deviation, margin or difference.
    case impossible(name: String, value: Double, expected: String)
    /// More successes than trials, or a negative count.
    case impossibleCounts(successes: Int, trials: Int)

    /// The problem and what would be right, in one line.
    public var description: String {
        switch self {
        case .tooFewValues(let needed, let got):
            "this needs at least \(needed) values, got \(got)"
        case .notFinite(let index, let value):
            "value number \(index + 1) is \(value); every value must be a finite number"
        case .overflow:
            "the values are too large: their variance is beyond the largest double"
        case .notAProbability(let name, let value):
            "\(name) is \(value); it must lie between 0 and 1, both excluded"
        case .impossible(let name, let value, let expected):
            "\(name) is \(value); it must be \(expected)"
        case .impossibleCounts(let successes, let trials):
            "\(successes) successes in \(trials) trials; expected 0 <= successes <= trials and trials >= 1"
        }
    }
}

extension StatisticsError {
    /// Throws unless `value` lies strictly between 0 and 1.
    static func requireProbability(_ value: Double, _ name: String) throws(StatisticsError) {
        guard value > 0, value < 1 else { throw .notAProbability(name: name, value: value) }
    }

    /// Throws unless `value` is finite and at least 0.
    static func requireNonNegative(_ value: Double, _ name: String) throws(StatisticsError) {
        guard value.isFinite, value >= 0 else {
            throw .impossible(name: name, value: value, expected: "a finite number of at least 0")
        }
    }
}
