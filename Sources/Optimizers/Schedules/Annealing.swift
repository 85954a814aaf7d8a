import Foundation

/// How a value goes from a start to an end.
public enum Annealing: Sendable, Equatable {
    case linear
    /// Half a wave of the cosine: flat at both ends.
    case cosine
    /// By a constant factor per step; both ends are above 0.
    case exponential
    /// end + (start - end) (1 - position)^power.
    case polynomial(power: Double)

    /// The value at a position from 0 (start) to 1 (end).
    public func value(from start: Double, to end: Double, at position: Double) -> Double {
        switch self {
        case .linear: start + (end - start) * position
        case .cosine: end + (start - end) / 2 * (1 + cos(.pi * position))
        case .exponential: start * pow(end / start, position)
        case .polynomial(let power): end + (start - end) * pow(1 - position, power)
        }
    }
}
