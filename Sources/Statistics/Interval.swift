/// The numbers between two bounds, bounds included.
public struct Interval: Sendable, Hashable, Codable {
    /// The lower bound.
    public var lower: Double
    /// The upper bound, at least `lower`.
    public var upper: Double

    /// The interval from `lower` to `upper`.
    public init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// Whether `x` lies in the interval.
    public func contains(_ x: Double) -> Bool { lower <= x && x <= upper }
}
