import Foundation
import Torch

/// How long activations take, in the table that the Mish thread compared its implementations by.
///
/// The bytes that an operation must move (its inputs read once, its outputs written once) over the time it takes
/// give a bandwidth, and the ratio to a copy of a tensor of that size says how near to the limit it is.
public struct Profile: Sendable {
    /// The shape of the input.
    public let size: [Int]
    /// Where the operators run.
    public let device: Device
    /// How many times each operation is measured.
    public let repeats: Int
    /// How many times each operation runs before it is measured.
    public let warmup: Int

    /// Checks that the device is there.
    ///
    /// - Precondition: the size is not negative, `repeats` is positive and `warmup` not negative.
    /// - Throws: ``Torch/TorchError`` when the device is not there.
    public init(size: [Int], device: Device = .cpu, repeats: Int = 100, warmup: Int = 10) throws {
        precondition(size.allSatisfy { $0 > 0 } && repeats > 0 && warmup >= 0)
        try device.checkAvailable()
        (self.size, self.device, self.repeats, self.warmup) = (size, device, repeats, warmup)
    }

    /// The default size of the thread's script: a layer's output for 16 pictures of 256 x 256, in 10 channels.
    public static let defaultSize = [16, 10, 256, 256]

    /// What is measured of a function.
    public enum Operation: String, Sendable, Encodable {
        /// A copy into new memory, the limit for what reads and writes.
        case copy
        case forward
        /// From the upstream gradient and what the forward pass kept to the input's gradient.
        case backward
        /// From the gradient of the gradient to that of the upstream gradient and of the input.
        case doubleBackward

        /// How many tensors it reads and writes at least.
        var passes: Int {
            switch self {
            case .copy, .forward: 2
            case .backward: 3
            case .doubleBackward: 5
            }
        }

        var suffix: String {
            switch self {
            case .copy: ""
            case .forward: "_fwd"
            case .backward: "_bwd"
            case .doubleBackward: "_bwd2"
            }
        }
    }

    /// The times of one operation.
    public struct Row: Sendable, Encodable {
        /// `mish` is ours, `mish_torch` LibTorch's, `mish_pt` composed of LibTorch's softplus, tanh and product,
        /// `mish_softplus` ours that stores softplus, `mish_inplace` ours in place of its input.
        public let name: String
        /// The type's name.
        public let type: String
        /// What was measured.
        public let operation: Operation
        /// The mean time in seconds.
        public let mean: Double
        /// The standard deviation of the times, as of a population, in seconds.
        public let standardDeviation: Double
        /// The shortest time in seconds.
        public let minimum: Double
        /// The longest time in seconds.
        public let maximum: Double
        /// The bytes that must move.
        public let bytes: Int
        /// Bytes a second, of the mean.
        public let bandwidth: Double
        /// The bandwidth in proportion to that of a copy of the same size.
        public let copyRatio: Double
    }

    /// Measures every function in one type.
    ///
    /// - Parameter report: given each row as soon as it is measured.
    /// - Returns: the copy, and forward, backward and double backward of every function that has it.
    /// - Throws: ``ProfileError`` or ``Torch/TorchError`` when the tensors do not fit in memory.
    @discardableResult
    public func measure(_ dtype: DType, report: (Row) -> Void = { _ in }) throws -> [Row] {
        try checkMemory(dtype)
        var rows: [Row] = []
        for measurement in try catching({ measurements(dtype) }) {
            let times = try catching { time(measurement) }
            let row = self.row(measurement, dtype, times, copy: rows.first?.bandwidth)
            rows.append(row)
            report(row)
        }
        return rows
    }
}

// MARK: What is measured

extension Profile {
    /// One operation of one function. `prepare` makes what `body` is given and is not measured; the results of
    /// `body` are given up after its time is taken.
    private struct Measurement {
        let name: String
        let operation: Operation
        let passes: Int
        let prepare: () -> [Tensor]
        let body: ([Tensor]) -> [Tensor]

        init(
            _ name: String, _ operation: Operation, passes: Int? = nil, prepare: @escaping () -> [Tensor],
            body: @escaping ([Tensor]) -> [Tensor]
        ) {
            (self.name, self.operation, self.passes) = (name, operation, passes ?? operation.passes)
            (self.prepare, self.body) = (prepare, body)
        }
    }

    private func measurements(_ dtype: DType) -> [Measurement] {
        manualSeed(0)
        let x = Tensor.randn(size, device: device).to(dtype: dtype).requiringGrad()
        let upstream = Tensor.randn(size, device: device).to(dtype: dtype).requiringGrad()
        let fixed = upstream.detach()
        let softplus = Operator("aten::softplus")

        func differentiated(
            _ name: String, curved: Bool = true, stored: Int = 0, _ f: @escaping (Tensor) -> Tensor
        ) -> [Measurement] {
            let inputs = curved ? [upstream, x] : [upstream]
            return [
                Measurement(name, .forward, passes: Operation.forward.passes + stored, prepare: { [] }) { _ in [f(x)] },
                Measurement(name, .backward, passes: Operation.backward.passes + stored, prepare: { [f(x)] }) {
                    [gradient(of: $0[0], at: x, gradient: fixed)]
                },
                // Without curvature there is no gradient of the input: two tensors come in and one goes out.
                Measurement(
                    name, .doubleBackward, passes: curved ? nil : 3,
                    prepare: { [gradient(of: f(x), at: x, gradient: upstream, createGraph: true)] },
                    body: { gradient(of: $0[0], at: inputs, gradient: fixed) }),
            ]
        }

        let inPlace = Activation.mish.saving(.output)
        let fromOutput = Operator("mish::mish_in_place_backward")
        return [Measurement("copy", .copy, prepare: { [] }) { _ in [x.detach().clone()] }]
            + differentiated("relu", curved: false, Operator("aten::relu").function)
            + differentiated("softplus", softplus.function)
            + differentiated("mish_pt") { $0 * softplus($0).tanh() }
            + differentiated("mish_torch", Operator("aten::mish").function)
            + differentiated("mish") { Activation.mish($0) }
            + differentiated("mish_softplus", stored: 1) { Activation.mish.saving(.softplus)($0) }
            + [
                Measurement("mish_inplace", .forward, prepare: { [x.detach().clone()] }) { [inPlace($0[0])] },
                Measurement("mish_inplace", .backward, prepare: { [inPlace(x.detach().clone())] }) {
                    [fromOutput(fixed, $0[0])]
                },
            ]
    }
}

// MARK: How it is measured

extension Profile {
    /// Seconds of each run. A GPU is given other work first, so that it comes to a run only when all of the run's
    /// kernels have been launched: their times are then the device's and not the program's.
    private func time(_ measurement: Measurement) -> [Double] {
        let ballast = device == .cpu ? nil : Tensor.ones([2048, 2048], device: device)
        let points = (0..<warmup + repeats).map { _ in
            let inputs = measurement.prepare()
            if let ballast { _ = ballast.matmul(ballast) }
            let start = TimePoint(on: device)
            let outputs = measurement.body(inputs)
            let end = TimePoint(on: device)
            withExtendedLifetime((inputs, outputs)) {}
            return (start, end)
        }
        return points.dropFirst(warmup).map { $1.seconds(since: $0) }
    }

    private func row(_ measurement: Measurement, _ dtype: DType, _ times: [Double], copy: Double?) -> Row {
        let mean = times.reduce(0, +) / Double(times.count)
        let variance = times.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(times.count)
        let bytes = measurement.passes * size.reduce(1, *) * dtype.size
        let bandwidth = Double(bytes) / mean
        return Row(
            name: measurement.name, type: "\(dtype)", operation: measurement.operation, mean: mean,
            standardDeviation: variance.squareRoot(), minimum: times.min() ?? mean, maximum: times.max() ?? mean,
            bytes: bytes, bandwidth: bandwidth, copyRatio: bandwidth / (copy ?? bandwidth))
    }
}

// MARK: Memory

/// Why a size cannot be profiled.
public enum ProfileError: Error, CustomStringConvertible {
    /// The tensors of the largest operation need more bytes than the device has free.
    case tooLarge(size: [Int], type: DType, needed: Double, free: Int, device: Device)

    public var description: String {
        switch self {
        case .tooLarge(let size, let type, let needed, let free, let device):
            let shape = size.map(String.init).joined(separator: ", ")
            return "the size (\(shape)) in \(type) needs about \(quantity(needed))B of memory, and \(device) has "
                + "\(quantity(Double(free)))B free; choose a smaller --size"
        }
    }
}

extension Profile {
    /// Linux promises memory that it does not have, and kills who then uses it: so this is asked before.
    private func checkMemory(_ dtype: DType) throws {
        let needed = size.reduce(1.0) { $0 * Double($1) } * Double(dtype.size) * Profile.tensorsAtOnce
        let free: Int
        if case .cuda = device {
            let memory = try DeviceMemory(of: device)
            free = memory.free + memory.reserved - memory.allocated
        } else {
            free = availableMemory() ?? .max
        }
        if needed > Double(free) {
            throw ProfileError.tooLarge(size: size, type: dtype, needed: needed, free: free, device: device)
        }
    }

    /// How many tensors the double backward pass of the composed Mish holds at its peak, about.
    private static let tensorsAtOnce = 16.0

    /// Bytes that a program can have without anything being swapped out, as the Linux kernel estimates it.
    private func availableMemory() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}

// MARK: For people

extension Profile {
    /// What is said above the rows.
    public var header: String {
        "Profiling over \(repeats) runs after \(warmup) warmup runs.\nProfiling on \(device.fullName)"
    }

    /// What is said above the rows of a type.
    public static func header(of dtype: DType) -> String { "Testing on \(dtype):" }
}

extension Profile.Row {
    /// One line: ` mish_fwd:    223.7µs ± 1.026µs (221.6µs - 229.2µs)  187.5GB/s  0.98 of a copy`.
    public var text: String {
        let label = "\(name)\(operation.suffix):".padding(
            toLength: "mish_softplus".count + 6, withPad: " ", startingAt: 0)
        let times = [mean, standardDeviation, minimum, maximum].map { quantity($0) + "s" }
        let line = " \(label)\(times[0]) ± \(times[1]) (\(times[2]) - \(times[3]))  \(quantity(bandwidth))B/s"
        return operation == .copy ? line : line + String(format: "  %.2f of a copy", copyRatio)
    }
}

/// A number that is not negative, with four significant digits and an SI prefix, for a unit to follow: `223.7µ`, `1.000k`.
func quantity(_ value: Double) -> String {
    let prefixes = ["p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"]
    guard value > 0, value.isFinite else { return value == 0 ? "0.000" : "\(value)" }
    // Rounded before the prefix is chosen, so that 999.96 becomes 1.000 k.
    let decimal = pow(10, floor(log10(value)) - 3)
    let rounded = (value / decimal).rounded() * decimal
    let power = min(max(Int(floor(log10(rounded * (1 + 1e-12)) / 3)), -4), 6)
    let scaled = rounded / pow(1000, Double(power))
    let digits = min(max(3 - Int(floor(log10(scaled * (1 + 1e-12)))), 0), 3)
    return String(format: "%.\(digits)f", scaled) + prefixes[power + 4]
}
