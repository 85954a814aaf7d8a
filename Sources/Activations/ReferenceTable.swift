import CReferences
import Foundation
import Torch

/// Exact results of an activation: for inputs of one type, f, f' and f'' rounded correctly to that type.
///
/// A multiple-precision library computed them from the plain definitions, so nothing is shared with the kernels.
/// Numbers are given as their codes, the bits of the type. For fp16 and bf16 every finite input is there; for fp32
/// and fp64 zeros of the derivatives with their neighbours, kinks, tails down to subnormal results and a few points
/// in between.
public struct ReferenceTable: Sendable {
    /// The type of inputs and results.
    public let dtype: DType
    /// The inputs, all finite. Every finite number of a 16-bit type.
    public let inputs: [UInt64]
    /// f at each input.
    public let value: [UInt64]
    /// f' at each input. A zero is +0, whichever sign it has.
    public let first: [UInt64]
    /// f'' at each input. A zero is +0, whichever sign it has.
    public let second: [UInt64]

    /// Whether every finite input of the type is there.
    public var isExhaustive: Bool { dtype.size == 2 }

    /// - Precondition: `dtype` is one of the four floating-point types.
    public init(_ activation: Activation, _ dtype: DType) {
        precondition(dtype.isFloatingPoint, "there are no exact results in \(dtype)")
        self.dtype = dtype
        if dtype.size == 2 {
            let tables = ReferenceTable.tables(activation, dtype)
            let finite = (0...UInt64(UInt16.max)).filter { dtype.isFinite(code: $0) }
            inputs = finite
            (value, first, second) = (
                finite.map { tables[0][Int($0)] }, finite.map { tables[1][Int($0)] },
                finite.map { tables[2][Int($0)] }
            )
        } else {
            let points = ReferenceTable.points[activation.name]![dtype == .float32 ? "f32" : "f64"]!
            (inputs, value, first, second) = (points.x, points.f, points.f1, points.f2)
        }
    }

    /// The inputs as a tensor.
    public func x(on device: Device = .cpu) -> Tensor { Tensor(codes: inputs, dtype: dtype).to(device: device) }

    /// f, f' and f'' for all 65,536 codes of a 16-bit type.
    private static func tables(_ activation: Activation, _ dtype: DType) -> [[UInt64]] {
        var codes = [UInt16](repeating: 0, count: Int(CREFERENCES_CODES))
        let found = creferences_table(activation.name, dtype == .bfloat16, &codes)
        precondition(found, "\(activation) has no table of exact results")
        return (0..<3).map { table in
            var sum: UInt16 = 0
            return codes[table * 65_536..<(table + 1) * 65_536].map { code in
                sum &+= UInt16(littleEndian: code)
                return UInt64(sum)
            }
        }
    }

    private struct Points: Decodable {
        let x: [UInt64]
        let f: [UInt64]
        let f1: [UInt64]
        let f2: [UInt64]
    }

    private static let points: [String: [String: Points]] = {
        var count = 0
        let data = Data(bytes: creferences_vectors(&count), count: count)
        do {
            return try JSONDecoder().decode([String: [String: Points]].self, from: data)
        } catch {
            fatalError("the exact results in the program are damaged: \(error)")
        }
    }()
}

extension Tensor {
    /// A tensor of the numbers that have these codes in a floating-point type.
    public init(codes: [UInt64], dtype: DType) {
        func tensor<Code: FixedWidthInteger>(_ type: Code.Type) -> Tensor {
            codes.map { Code(truncatingIfNeeded: $0) }
                .withUnsafeBytes { Tensor(copying: $0, shape: [codes.count], dtype: dtype) }
        }
        switch dtype.size {
        case 2: self = tensor(UInt16.self)
        case 4: self = tensor(UInt32.self)
        default: self = tensor(UInt64.self)
        }
    }

    /// The codes of the elements, in row-major order.
    public var codes: [UInt64] {
        let plain = detach().to(device: .cpu).contiguous()
        let size = dtype.size
        return plain.withUnsafeBytes { bytes in
            switch size {
            case 2: bytes.bindMemory(to: UInt16.self).map(UInt64.init)
            case 4: bytes.bindMemory(to: UInt32.self).map(UInt64.init)
            default: Array(bytes.bindMemory(to: UInt64.self))
            }
        }
    }
}

extension DType {
    /// Whether the code of a floating-point type stands for a number: not for an infinity, nor for NaN.
    func isFinite(code: UInt64) -> Bool {
        let exponents = (UInt64(1) << (size * 8 - 1 - format.fractionBits)) - 1
        return code >> UInt64(format.fractionBits) & exponents != exponents
    }

    /// Bits of the fraction, and the exponent of the smallest normal number.
    var format: (fractionBits: Int, smallestExponent: Int) {
        switch self {
        case .float16: (10, -14)
        case .bfloat16: (7, -126)
        case .float32: (23, -126)
        case .float64: (52, -1022)
        default: preconditionFailure("\(self) is no floating-point type")
        }
    }
}
