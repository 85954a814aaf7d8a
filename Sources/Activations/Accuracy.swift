import Foundation
import Torch

/// How far results of an activation are from the exact ones: those of ``ReferenceTable`` in 16 bits, of definitions in
/// fp64 with bounds of their errors in fp32, and of ``PreciseResults`` in fp64 and where the bounds leave a choice.
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
        /// 0 when every result is correctly rounded. In fp64 between a result and the exact one: up to 0.5 then.
        /// Results that are not finite where the exact one is do not count.
        public let largest: Double
        /// The input where the error is largest; nil when there is no error.
        public let at: Double?
        /// How many results are not the correctly rounded one. Zeros of either sign are equal.
        public let misrounded: Int
        /// `misrounded` in proportion to the inputs.
        public let share: Double
        /// How many results are infinite or NaN where the exact one is finite.
        public let nonFinite: Int

        fileprivate init(_ tally: Tally) {
            (largest, at, misrounded, nonFinite) = (tally.largest, tally.at, tally.misrounded, tally.nonFinite)
            share = Double(misrounded) / Double(tally.count)
        }
    }

    /// Measures our operators, and LibTorch's where it has one.
    ///
    /// - Parameters:
    ///   - exhaustive: of fp32 every finite number, not every 4,096th. Results in 16 bits are always compared for
    ///     every number, those of fp64 never.
    ///   - progress: is told which part of the inputs is done.
    /// - Throws: ``Torch/TorchError`` when the device is not there.
    public static func measure(
        _ activation: Activation, _ dtype: DType, on device: Device, exhaustive: Bool = false,
        progress: (Double) -> Void = { _ in }
    ) throws -> [Accuracy] {
        try device.checkAvailable()
        var functions = [("ours", activation.forward.function)]
        if let peer = activation.peer { functions.append(("libtorch", peer)) }
        var tallies = functions.map { _ in [Tally(), Tally(), Tally()] }
        let inputs = Inputs(activation, dtype, device: device, exhaustive: exhaustive)
        for part in 0..<inputs.parts {
            try catching {
                let (x, exact) = inputs.part(part)
                for (index, (_, function)) in functions.enumerated() {
                    for (order, result) in derivatives(of: function, at: x).enumerated() {
                        tallies[index][order].add(result, exact[order], x: x)
                    }
                }
            }
            progress(Double(part + 1) / Double(inputs.parts))
        }
        return zip(functions, tallies).map { function, tallies in
            Accuracy(
                activation: activation.name, implementation: function.0, type: "\(dtype)", device: "\(device)",
                inputs: tallies[0].count, isExhaustive: inputs.isExhaustive,
                value: Errors(tallies[0]), first: Errors(tallies[1]), second: Errors(tallies[2]))
        }
    }

    /// f, f' and f'': what a training step computes, and then what one does that differentiates its gradient. LibTorch
    /// takes other ways for the second.
    private static func derivatives(of function: (Tensor) -> Tensor, at inputs: Tensor) -> [Tensor] {
        let x = inputs.requiringGrad(), one = inputs.onesLike()
        let y = function(x)
        let first = gradient(of: y, at: x, gradient: one)
        let recorded = gradient(of: function(x), at: x, gradient: one, createGraph: true)
        let second =
            recorded.requiresGrad
            ? gradient(of: recorded, at: [x], gradient: one, allowUnused: true)[0] : one.zerosLike()
        return [y.detach(), first, second.detach()]
    }
}

/// The inputs of a comparison and their correctly rounded results, in parts that fit into memory.
private struct Inputs {
    let activation: Activation
    let dtype: DType
    let device: Device
    let isExhaustive: Bool
    /// Between the codes of fp32.
    private let step: Int
    private let codesPerPart: Int
    let parts: Int

    init(_ activation: Activation, _ dtype: DType, device: Device, exhaustive: Bool) {
        (self.activation, self.dtype, self.device) = (activation, dtype, device)
        isExhaustive = dtype.size == 2 || dtype == .float32 && exhaustive
        step = exhaustive ? 1 : 4096
        // What a CPU's caches hold.
        codesPerPart = min(device == .cpu ? 1 << 16 : 1 << 24, 1 << 32 / step)
        parts = dtype == .float32 ? 1 << 32 / step / codesPerPart + (exhaustive ? 0 : 1) : 1
    }

    /// x, and f, f' and f''.
    func part(_ index: Int) -> (Tensor, [Exact]) {
        if dtype == .float64 {
            let points = PreciseResults.samplePoints(activation, perRange: 2000)
            let precise = PreciseResults(activation, at: points)
            let exact = (0..<3).map { order in
                Exact(
                    rounded: Tensor(points.indices.map { precise.nearest($0, order: order) }).to(device: device),
                    rest: Tensor(points.indices.map { precise.rest($0, order: order) }).to(device: device))
            }
            return (Tensor(points).to(device: device), exact)
        }
        let isTable = dtype.size == 2 || !isExhaustive && index == parts - 1
        if isTable {
            let table = ReferenceTable(activation, dtype)
            let exact = [table.value, table.first, table.second].map { Tensor(codes: $0, dtype: dtype) }
            return (table.x(on: device), exact.map { Exact(rounded: $0.to(device: device)) })
        }
        let codes = Tensor.arange(codesPerPart, device: device) * step + (index * codesPerPart * step - 1 << 31)
        let all = codes.to(dtype: .int32).reinterpreted(as: .float32)
        let x = all.maskedSelect(all.isfinite())
        return (x, activation.exactResults(at: x).map { Exact(rounded: $0) })
    }
}

/// Results rounded correctly, and what is left of the exact ones where that is to count.
private struct Exact {
    let rounded: Tensor
    var rest: Tensor?
}

/// What ``Accuracy/Errors`` says, for as many results as were added.
private struct Tally {
    var largest = 0.0
    var at: Double?
    var misrounded = 0
    var nonFinite = 0
    var count = 0

    mutating func add(_ results: Tensor, _ exact: Exact, x: Tensor) {
        guard results.count > 0 else { return }
        let wrong = results .!= exact.rounded, invalid = results.isfinite().logicalNot()
        count += results.count
        misrounded += wrong.sum().item(Int.self)
        nonFinite += wrong.logicalAnd(invalid).sum().item(Int.self)
        let distance = results.to(dtype: .float64) - exact.rounded.to(dtype: .float64)
        let units = (exact.rest.map { distance - $0 } ?? distance).abs() / exact.rounded.unitsOfLastPlace
        // Two infinities are equal, though they have no distance.
        let errors = units.maskedFill(invalid, 0)
        let place = errors.argmax().item(Int.self), error = errors[place].item(Double.self)
        if error > largest { (largest, at) = (error, x[place].item(Double.self)) }
    }
}

extension Tensor {
    /// The bits of the elements as another type of the same size.
    fileprivate func reinterpreted(as dtype: DType) -> Tensor {
        Operator("aten::view", "dtype")(.tensor(self), .dtype(dtype))
    }

    /// Of each element of a floating-point type, the distance to the next larger magnitude, in fp64.
    var unitsOfLastPlace: Tensor {
        let format = dtype.format, width = dtype.size * 8
        let integer: DType = dtype.size == 2 ? .int16 : dtype.size == 4 ? .int32 : .int64
        let mask = ((1 << (width - 1 - format.fractionBits)) - 1) << format.fractionBits
        let bits = Operator("aten::bitwise_and", "Scalar")(.tensor(reinterpreted(as: integer)), .int(mask))
        let powers = bits.reinterpreted(as: dtype).to(dtype: .float64) * scalbn(1, -format.fractionBits)
        return powers.clamp(min: scalbn(1, format.smallestExponent - format.fractionBits))
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
        let inputs = head.isExhaustive ? "every finite input" : "a sample"
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
