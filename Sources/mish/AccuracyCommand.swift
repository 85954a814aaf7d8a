import Activations
import ArgumentParser
import Torch

struct AccuracyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accuracy",
        abstract: "How many units of the last place activations and their derivatives are off.",
        discussion: """
            Example: mish accuracy mish silu --type bfloat16

            Ours beside LibTorch's own, against exact results, rounded correctly: for every finite number of the \
            16-bit types; for every 4,096th of float32, or for all of them with --exhaustive, which a GPU does in \
            seconds; for some 16,000 of float64, most of them next to zeros, kinks and the ends of the tails. \
            Documentation/accuracy.md tells where the exact results come from. Each cell: the distance from the \
            correctly rounded result (float64: from the exact one) in units of the last place where it is largest, 0 \
            meaning that every result is correctly rounded; the input there; the share of results that are not correctly rounded; how many are \
            not finite.
            """)

    @Argument(help: "Names such as mish and gelu_tanh; all activations when left out.") var activations: [String] = []
    @Option(help: "all, float16, bfloat16, float32 or float64.") var type = "all"
    @Option(help: "cpu, cuda or cuda:N.") var device = "cpu"
    @Flag(help: "Every finite number of float32; on a CPU this takes long, and says how long.") var exhaustive = false
    @Flag(help: "Print the rows as one JSON object.") var json = false

    func validate() throws {
        _ = try (named(), TypeOption.read(type), DeviceOption.read(device))
    }

    func run() throws {
        let device = try DeviceOption.read(device)
        var all: [Accuracy] = []
        for (index, dtype) in try TypeOption.read(type).enumerated() {
            let rows = try named().flatMap { try measure($0, dtype, on: device) }
            if !json { print((index == 0 ? "" : "\n") + Accuracy.text(rows)) }
            all += rows
        }
        if json { try printJSON(["rows": all]) }
    }

    /// A run of minutes tells on standard error how far it is.
    private func measure(_ activation: Activation, _ dtype: DType, on device: Device) throws -> [Accuracy] {
        let clock = ContinuousClock(), start = clock.now
        let line = LiveLine()
        var told = start
        let rows = try Accuracy.measure(activation, dtype, on: device, exhaustive: exhaustive) { done in
            guard clock.now - told > .seconds(1) else { return }
            told = clock.now
            let left = Int(((told - start) / done - (told - start)).components.seconds)
            let time = left < 120 ? "\(left) s" : "\(left / 60) min"
            line.show("\(activation), \(dtype): \(Int(done * 100)) %, \(time) left")
        }
        if told != start { line.clear() }
        return rows
    }

    private func named() throws -> [Activation] {
        if activations.isEmpty { return Activation.all }
        return try activations.map { name in
            guard let activation = Activation(named: name) else {
                let names = Activation.all.map(\.name).joined(separator: ", ")
                throw ValidationError("there is no activation \(name); there are \(names)")
            }
            return activation
        }
    }
}
