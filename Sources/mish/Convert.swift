import ArgumentParser
import Foundation
import Layers
import Models
import Torch

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn a file of weights into safetensors, with this package's names.",
        discussion: """
            Example: mish convert resnet50d.pth xresnet50.safetensors --from timm --model xresnet50

            Reads what torch.save wrote (.pth, .pt; both formats; as data, nothing in it is run) and safetensors. \
            Tensors of every type stay bit-equal. With --model, names and shapes must be those of the network, and \
            what is missing, surplus or of another shape is listed. --from translates the names of timm (xresnet, \
            res2net, efficientnet, tf_efficientnet), torchvision (efficientnet_b0 to b4, tv_efficientnet_b5 to b7) \
            or lukemelas (tf_efficientnet).
            """)

    @Argument(help: "The file of weights.") var input: String
    @Argument(help: "The safetensors file to write. It appears whole or not at all.") var output: String
    @Option(help: "Whose names the file has: \(WeightNames.list). Others than mish need --model.")
    var from = WeightNames.mish
    @Option(help: "The network that the weights must fit; `mish models` lists them.") var model: String?
    @Option(
        help:
            "The dictionary in the file that holds the weights, such as state_dict. Default: the usual ones are tried."
    )
    var key: String?
    @Flag(help: "Print what was converted as one JSON object.") var json = false

    func validate() throws {
        if from != .mish, model == nil {
            throw ValidationError("--from \(from.rawValue) needs --model, the network whose names are to be written")
        }
        if !output.hasSuffix(".safetensors") {
            throw ValidationError("the output must end with .safetensors, which is what is written: \(output)")
        }
    }

    func run() throws {
        let conversion = try WeightConversion(of: input, key: key, for: model, names: from)
        guard conversion.report.isExact || !json else {
            try printJSON(Summary(conversion, output: nil))
            throw ExitCode.failure
        }
        try conversion.write(to: output)
        if json { return try printJSON(Summary(conversion, output: output)) }

        let file = conversion.file
        print(
            "\(file.path) (\(file.format.rawValue)\(file.key.map { ", from \($0)" } ?? "")): "
                + "\(file.entries.count) tensors, \(conversion.byteCount) bytes, \(conversion.renamedCount) renamed")
        if let model, let classes = conversion.classes {
            print("they are the weights of \(model) for \(classes) classes")
        }
        for names in file.tied { print("the same memory, written each: \(names.joined(separator: ", "))") }
        for line in file.leftOut { print("left out: \(line)") }
        print("written: \(output)")
    }

    private struct Summary: Encodable {
        let input, format: String
        let key, output, model: String?
        let classes: Int?
        let tensors, bytes, renamed: Int
        let tied: [[String]]
        let leftOut, missing, surplus: [String]
        let misshapen: [Mismatch]

        struct Mismatch: Encodable {
            let name: String
            let expected, found: [Int]
        }

        init(_ conversion: WeightConversion, output: String?) {
            let (file, report) = (conversion.file, conversion.report)
            (input, format, key, self.output) = (file.path, file.format.rawValue, file.key, output)
            (model, classes) = (conversion.model, conversion.classes)
            (tensors, bytes, renamed) = (file.entries.count, conversion.byteCount, conversion.renamedCount)
            (tied, leftOut, missing, surplus) = (file.tied, file.leftOut, report.missing, report.surplus)
            misshapen = report.misshapen.map { Mismatch(name: $0.name, expected: $0.expected, found: $0.found) }
        }
    }
}

extension WeightNames: ExpressibleByArgument {
    fileprivate static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
