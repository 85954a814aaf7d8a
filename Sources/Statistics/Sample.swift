/// One or more finite numbers, with their moments: the accuracies of one recipe's runs, say.
public struct Sample: Sendable, Equatable {
    /// The values in the order given.
    public let values: [Double]
    /// The arithmetic mean.
    public let mean: Double
    /// The sum of squared deviations from the mean.
    public let squaredDeviations: Double

    /// Checks the values and computes their moments in two passes.
    ///
    /// Equal values have exactly their value as mean and exactly zero deviation.
    /// - Throws: ``StatisticsError`` for no value, a value that is not finite, or values whose variance
    ///   overflows.
    public init(_ values: some Sequence<Double>) throws(StatisticsError) {
        let values = Array(values)
        guard let first = values.first else { throw .tooFewValues(needed: 1, got: 0) }
        for (index, value) in values.enumerated() where !value.isFinite {
            throw .notFinite(index: index, value: value)
        }
        // Deviations are taken from the first value, so that rounding cannot give equal values a spread.
        let shifted = values.map { $0 - first }
        let shift = shifted.reduce(0, +) / Double(values.count)
        self.values = values
        mean = first + shift
        squaredDeviations = shifted.reduce(0) { $0 + ($1 - shift) * ($1 - shift) }
        guard mean.isFinite, squaredDeviations.isFinite else { throw .overflow }
    }

    /// The number of values, n.
    public var count: Int { values.count }

    /// The unbiased variance (divisor n - 1); `nil` for a single value.
    public var variance: Double? { count > 1 ? squaredDeviations / Double(count - 1) : nil }

    /// The square root of the unbiased variance; `nil` for a single value.
    public var standardDeviation: Double? { variance?.squareRoot() }

    /// Throws unless there are at least `needed` values.
    func require(_ needed: Int) throws(StatisticsError) {
        guard count >= needed else { throw .tooFewValues(needed: needed, got: count) }
    }

    /// The squared standard error of the mean: the unbiased variance over n.
    func squaredError() throws(StatisticsError) -> Double {
        try require(2)
        return squaredDeviations / Double(count - 1) / Double(count)
    }
}
