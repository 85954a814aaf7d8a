import CReferences
import Foundation

/// f, f' and f'' of an activation to about 30 digits.
///
/// The plain definitions and the chain rule, in numbers of 113 bits: nothing is shared with the kernels. The error is
/// below 2^-100 of the largest term, which next to a zero of f' or f'' is still 2^-45 of the result.
public struct PreciseResults {
    private let values: [CReferencesValue]

    /// Evaluates at finite inputs, at some ten microseconds each, on all processors.
    public init(_ activation: Activation, at inputs: [Double]) {
        let size = 256
        values = [CReferencesValue](unsafeUninitializedCapacity: 3 * inputs.count) { buffer, count in
            nonisolated(unsafe) let results = buffer
            DispatchQueue.concurrentPerform(iterations: (inputs.count + size - 1) / size) { part in
                inputs.withUnsafeBufferPointer { inputs in
                    let range = part * size..<min((part + 1) * size, inputs.count)
                    let found = creferences_evaluate(
                        activation.name, inputs.baseAddress! + range.lowerBound, range.count,
                        results.baseAddress! + 3 * range.lowerBound)
                    precondition(found, "\(activation) has no definition")
                }
            }
            count = 3 * inputs.count
        }
    }

    /// The nearest fp64 number to f (`order` 0), f' (1) or f'' (2) at an input.
    public func nearest(_ index: Int, order: Int) -> Double { values[3 * index + order].nearest }

    /// What is left of the result beside the nearest number.
    public func rest(_ index: Int, order: Int) -> Double { values[3 * index + order].rest }

    /// The nearest fp32 number, ties to even.
    public func nearestFloat(_ index: Int, order: Int) -> Float {
        let value = values[3 * index + order]
        let rounded = Float(value.nearest)
        // What looks like a tie in fp64 is decided by the rest.
        let other = Double(rounded) < value.nearest ? rounded.nextUp : rounded.nextDown
        guard value.rest != 0, value.nearest - Double(rounded) == Double(other) - value.nearest else { return rounded }
        return (value.rest > 0) == (rounded < other) ? other : rounded
    }

    /// The distance of a result from the exact one, in units of the last place of fp64 there.
    public func error(of result: Double, _ index: Int, order: Int) -> Double {
        let value = values[3 * index + order]
        return abs((result - value.nearest) - value.rest) / value.nearest.ulp
    }

    /// Inputs at which results go wrong first: from every binade, dense around 0, and ever closer to zeros of f' and
    /// f'', kinks and the ends of the tails, which the reference points of fp64 hold. The same at every call.
    public static func samplePoints(_ activation: Activation, perRange count: Int) -> [Double] {
        var generator = SplitMix(state: 1)
        var points: [Double] = []
        for _ in 0..<count {
            for scale in [1.0, 6, 40, 800] { points.append(.random(in: -scale...scale, using: &generator)) }
            let magnitude = Double(
                sign: .plus, exponent: .random(in: -1074...1023, using: &generator),
                significand: .random(in: 1..<2, using: &generator))
            points += [magnitude, -magnitude]
        }
        let centres = Set(ReferenceTable(activation, .float64).inputs.map(Double.init(bitPattern:))).sorted()
        for centre in centres {
            points += [centre.nextDown, centre, centre.nextUp]
            for exponent in stride(from: -1, through: -54, by: -1) {
                let distance = Double(
                    sign: .plus, exponent: exponent, significand: .random(in: 1..<2, using: &generator))
                points += [centre - distance, centre + distance]
            }
        }
        return points.filter(\.isFinite)
    }
}

/// Steele et al., "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
