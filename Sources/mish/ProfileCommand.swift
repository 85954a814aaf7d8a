import Activations
import ArgumentParser
import Torch

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Time Mish, ours beside LibTorch's, with other activations and a copy for comparison.",
        discussion: """
            Example: mish profile --type float16 --device cuda

            Forward (fwd), backward (bwd) and double backward (bwd2) of ReLU, softplus, Mish composed of LibTorch's \
            operators (mish_pt), LibTorch's own Mish (mish_torch), ours (mish), ours that stores softplus for the \
            backward pass (mish_softplus) and ours in place of its input (mish_inplace). Each line: mean ± standard deviation (shortest - longest), the bandwidth of the bytes that must move, \
            and its ratio to the bandwidth of a copy of the same size.
            """)

    @Option(help: "cpu, cuda or cuda:N.") var device = "cpu"
    @Option(help: "The shape of the input.") var size = "(16,10,256,256)"
    @Option(help: "all, float16, bfloat16, float32 or float64.") var type = "all"
    @Option(name: .customLong("repeat"), help: "How many runs are measured.") var repeats = 100
    @Option(help: "How many runs come before those.") var warmup = 10
    @Flag(help: "Print the rows as one JSON object.") var json = false

    func validate() throws {
        _ = try (DeviceOption.read(device), TypeOption.read(type), shape())
        if repeats < 1 { throw ValidationError("--repeat must be at least 1") }
        if warmup < 0 { throw ValidationError("--warmup must not be negative") }
    }

    func run() throws {
        let profile = try Profile(
            size: shape(), device: DeviceOption.read(device), repeats: repeats, warmup: warmup)
        if !json { print(profile.header) }
        var rows: [Profile.Row] = []
        for dtype in try TypeOption.read(type) {
            if !json { print(Profile.header(of: dtype)) }
            rows += try profile.measure(dtype) { row in if !json { print(row.text) } }
        }
        if json {
            try printJSON(
                Result(
                    device: device, name: profile.device.fullName, size: profile.size, repeats: repeats,
                    warmup: warmup, rows: rows))
        }
    }

    private struct Result: Encodable {
        let device: String
        let name: String
        let size: [Int]
        let repeats: Int
        let warmup: Int
        let rows: [Profile.Row]
    }

    /// A list or tuple of positive numbers, as Python writes it.
    private func shape() throws -> [Int] {
        let trimmed = size.filter { !$0.isWhitespace }
        let inner = zip(["(", "["], [")", "]"]).lazy.compactMap { open, close in
            trimmed.hasPrefix(open) && trimmed.hasSuffix(close) ? trimmed.dropFirst().dropLast() : nil
        }.first
        var fields = (inner ?? trimmed[...]).split(separator: ",", omittingEmptySubsequences: false)
        if fields.count > 1, fields.last == "" { fields.removeLast() }
        let sizes = fields.compactMap { Int($0) }
        guard sizes.count == fields.count, sizes.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("--size \(size) is not a list of positive whole numbers such as (16,10,256,256)")
        }
        // Bytes of several tensors in fp64 must be countable.
        guard sizes.reduce(1.0, { $0 * Double($1) }) < 0x1p56 else {
            throw ValidationError("--size \(size) has more elements than any memory")
        }
        return sizes
    }
}

/// `--type`, which `profile` and `accuracy` share.
enum TypeOption {
    static let types: [DType] = [.float16, .bfloat16, .float32, .float64]

    static func read(_ text: String) throws -> [DType] {
        if text == "all" { return types }
        guard let type = types.first(where: { "\($0)" == text }) else {
            let names = (["all"] + types.map { "\($0)" }).joined(separator: ", ")
            throw ValidationError("--type \(text) is not one of \(names)")
        }
        return [type]
    }
}

/// `--device`, which `profile` and `accuracy` share.
enum DeviceOption {
    static func read(_ text: String) throws -> Device {
        guard let device = Device(text) else {
            throw ValidationError("--device \(text) is not cpu, cuda or cuda:N")
        }
        return device
    }
}
