import Foundation
import Torch

/// How far results of an activation are from the exact ones of a ``ReferenceTable``.
public struct Accuracy: Sendable, Encodable {
    /// The function, such as `mish`.
    public let activation: String
    /// `ours`, or `libtorch` for the operator that LibTorch has for the same function.
    public let implementation: String
    /// The type's name.
    public let type: String
    /// The device's name.
    public let device: String
    /// How many inputs were compared.
    public let inputs: Int
    /// Whether these are all finite numbers of the type.
    public let isExhaustive: Bool
    /// Of f.
    public let value: Errors
    /// Of f'.
    public let first: Errors
    /// Of f''.
    public let second: Errors

    /// The errors of a function's value or of one of its derivatives.
    public struct Errors: Sendable, Encodable {
        /// The largest distance between a result and the correctly rounded one, in units of the latter's last place:
        /// 0 when every result is correctly rounded. Results that are not finite where the exact one is do not count.
        public let largest: Double
        /// The input where the error is largest; nil when every result is correctly rounded.
        public let at: Double?
        /// How many results are not the correctly rounded one. Zeros of either sign are equal.
        public let misrounded: Int
        /// `misrounded` in proportion to the inputs.
        public let share: Double
        /// How many results are infinite or NaN where the exact one is finite.
        public let nonFinite: Int

        init(_ results: Tensor, exact codes: [UInt64], table: ReferenceTable) {
            let results = results.array(Double.self)
            let exact = Tensor(codes: codes, dtype: table.dtype).array(Double.self)
            var largest = 0.0
            var place: Int?
            var misrounded = 0
            var nonFinite = 0
            for (index, (result, exact)) in zip(results, exact).enumerated() where result != exact {
                misrounded += 1
                if !result.isFinite {
                    nonFinite += 1
                } else {
                    let units = abs(result - exact) / table.dtype.unitOfLastPlace(of: exact)
                    if units > largest { (largest, place) = (units, index) }
                }
            }
            (self.largest, self.misrounded, self.nonFinite) = (largest, misrounded, nonFinite)
            at = place.map { table.x().array(Double.self)[$0] }
            share = Double(misrounded) / Double(results.count)
        }
    }

    /// Measures our operators, and LibTorch's where it has one.
    ///
    /// - Throws: ``Torch/TorchError`` when the device is not there.
    public static func measure(_ activation: Activation, _ dtype: DType, on device: Device) throws -> [Accuracy] {
        try device.checkAvailable()
        let table = ReferenceTable(activation, dtype)
        let ours = try Accuracy(activation, "ours", table, device) { activation($0) }
        guard let peer = activation.peer else { return [ours] }
        return [ours, try Accuracy(activation, "libtorch", table, device, peer)]
    }

    private init(
        _ activation: Activation, _ implementation: String, _ table: ReferenceTable, _ device: Device,
        _ function: (Tensor) -> Tensor
    ) throws {
        (self.activation, self.implementation) = (activation.name, implementation)
        (type, self.device) = ("\(table.dtype)", "\(device)")
        (inputs, isExhaustive) = (table.inputs.count, table.isExhaustive)
        let results = try catching {
            let x = table.x(on: device).requiringGrad()
            let one = x.detach().onesLike()
            let y = function(x)
            // What a training step does, and then what one does that differentiates its gradient: LibTorch takes
            // other ways for the second.
            let first = gradient(of: y, at: x, gradient: one)
            let recorded = gradient(of: function(x), at: x, gradient: one, createGraph: true)
            let second =
                recorded.requiresGrad
                ? gradient(of: recorded, at: [x], gradient: one, allowUnused: true)[0] : one.zerosLike()
            return [y, first, second]
        }
        value = Errors(results[0], exact: table.value, table: table)
        first = Errors(results[1], exact: table.first, table: table)
        second = Errors(results[2], exact: table.second, table: table)
    }
}

extension Activation {
    /// LibTorch's own operator for the same function, if it has one.
    var peer: ((Tensor) -> Tensor)? {
        switch self {
        case .geluTanh:
            let gelu = Operator("aten::gelu")
            return { gelu(.tensor($0), "tanh") }
        case .leakyReLU, .elu, .selu, .relu, .softplus, .silu, .gelu, .mish: return Operator("aten::\(name)").function
        case .hardSwish: return Operator("aten::hardswish").function
        default: return nil
        }
    }
}

extension Operator {
    var function: (Tensor) -> Tensor { { self($0) } }
}

extension Accuracy {
    /// Rows of a type and a device as a table for people. Each cell: the largest error in units of the last place,
    /// where it is, the share of results that are not correctly rounded, and how many are not finite.
    public static func text(_ rows: [Accuracy]) -> String {
        guard let head = rows.first else { return "" }
        let header = ["", "f", "f'", "f''"]
        let cells = rows.map { row in
            [
                row.implementation == "ours" ? row.activation : "  LibTorch", row.value.text, row.first.text,
                row.second.text,
            ]
        }
        let widths = (0..<4).map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + cells).map { line in
            zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
                .trimmingTrailingSpaces
        }
        let inputs = head.isExhaustive ? "every finite input" : "the reference points"
        return (["\(head.type) on \(head.device), \(inputs) (\(head.inputs))"] + lines).joined(separator: "\n")
    }
}

extension Accuracy.Errors {
    var text: String {
        if misrounded == 0 { return "0" }
        let place = at.map { String(format: " at %.9g", $0) } ?? ""
        let invalid = nonFinite > 0 ? ", \(nonFinite) not finite" : ""
        return String(format: "%.4g", largest) + place + String(format: ", %.3g %%", share * 100) + invalid
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String { String(reversed().drop { $0 == " " }.reversed()) }
}
