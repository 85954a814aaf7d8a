import Activations
import ArgumentParser
import Torch

struct AccuracyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accuracy",
        abstract: "How many units of the last place activations and their derivatives are off.",
        discussion: """
            Example: mish accuracy mish silu --type bfloat16

            Ours beside LibTorch's own, against results that a multiple-precision library computed: for every finite \
            number of the 16-bit types, and for chosen points (zeros, kinks, tails) of the others. Each cell: the \
            distance from the correctly rounded result in units of the last place where it is largest, 0 meaning \
            that every result is correctly rounded; the input there; the share of results that are not correctly \
            rounded; how many are not finite.
            """)

    @Argument(help: "Names such as mish and gelu_tanh; all activations when left out.") var activations: [String] = []
    @Option(help: "all, float16, bfloat16, float32 or float64.") var type = "all"
    @Option(help: "cpu, cuda or cuda:N.") var device = "cpu"
    @Flag(help: "Print the rows as one JSON object.") var json = false

    func validate() throws {
        _ = try (named(), TypeOption.read(type), DeviceOption.read(device))
    }

    func run() throws {
        let device = try DeviceOption.read(device)
        var all: [Accuracy] = []
        for (index, dtype) in try TypeOption.read(type).enumerated() {
            let rows = try named().flatMap { try Accuracy.measure($0, dtype, on: device) }
            if !json { print((index == 0 ? "" : "\n") + Accuracy.text(rows)) }
            all += rows
        }
        if json { try printJSON(["rows": all]) }
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
