import Optimizers
import Torch

/// What a tensor holds, in a few numbers.
public struct TensorSummary: Sendable, Codable, Equatable, CustomStringConvertible {
    /// The size of each dimension.
    public let shape: [Int]
    /// PyTorch's name of the type, such as `float16`.
    public let dtype: String
    /// How many elements are not a number, infinite, and infinite below 0.
    public let nan: Int, positiveInfinity: Int, negativeInfinity: Int
    /// The least and the largest of the finite elements; nil when there is none.
    public let minimum: Double?, maximum: Double?

    /// Looks at every element, and waits for the device.
    public init(_ tensor: Tensor) {
        let x = tensor.detach()
        (shape, dtype) = (x.shape, "\(x.dtype)")
        guard x.dtype.isFloatingPoint else {
            (nan, positiveInfinity, negativeInfinity) = (0, 0, 0)
            let numbers = x.dtype == .bool ? x.to(dtype: .uint8) : x
            minimum = x.count > 0 ? numbers.min().item(Double.self) : nil
            maximum = x.count > 0 ? numbers.max().item(Double.self) : nil
            return
        }
        nan = x.isnan().sum().item(Int.self)
        positiveInfinity = (x .== Double.infinity).sum().item(Int.self)
        negativeInfinity = (x .== -Double.infinity).sum().item(Int.self)
        guard nan + positiveInfinity + negativeInfinity < x.count else {
            (minimum, maximum) = (nil, nil)
            return
        }
        let others = x.isfinite().logicalNot()
        minimum = x.maskedFill(others, Double.infinity).min().item(Double.self)
        maximum = x.maskedFill(others, -Double.infinity).max().item(Double.self)
    }

    /// How many elements there are.
    public var count: Int { shape.reduce(1, *) }
    /// Whether every element is a finite number.
    public var isFinite: Bool { nan + positiveInfinity + negativeInfinity == 0 }

    /// Such as `[64, 32, 8, 8] float16: 12 NaN, 3 +inf, 0 -inf of 131,072; the others from -4.1 to 65504`.
    public var description: String {
        let range = minimum.flatMap { low in maximum.map { "from \(low.short) to \($0.short)" } }
        let text =
            isFinite
            ? "all finite, \(range ?? "empty")"
            : "\(nan.grouped) NaN, \(positiveInfinity.grouped) +inf, \(negativeInfinity.grouped) -inf of "
                + "\(count.grouped)" + (range.map { "; the others \($0)" } ?? "")
        return "\(shape) \(dtype): \(text)"
    }
}

extension Double {
    /// Four digits, as short as they can be.
    var short: String { String(format: "%.4g", self) }
}

extension Tensor {
    /// Whether an element is NaN or infinite. Waits for the device.
    var hasNonFinite: Bool {
        dtype.isFloatingPoint && count > 0 && !detach().isfinite().all().item(Bool.self)
    }

    /// The positions along the first dimension at which an element is not finite; empty when all or none are.
    var nonFiniteRows: [Int] {
        guard rank > 0, count > 0 else { return [] }
        let rows = detach().isfinite().logicalNot().reshape([shape[0], -1]).sum(dim: 1).array(Int.self)
        let found = rows.indices.filter { rows[$0] > 0 }
        return found.count == rows.count ? [] : found
    }
}

extension [Tensor] {
    /// Whether every element of all tensors is finite: one wait for each device.
    var areFinite: Bool {
        withoutGradients {
            filter { $0.dtype.isFloatingPoint && $0.count > 0 }.byTypeAndDevice().allSatisfy { list in
                // The Euclidean norm is the fast one; when it is too large for its type, elements are looked at.
                list.norms().isfinite().all().item(Bool.self) || !list.contains(where: \.hasNonFinite)
            }
        }
    }
}
