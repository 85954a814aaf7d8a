import Foundation
import Layers
import Models
import TestSupport
import Testing
import Torch

@Suite struct WeightConversionTests {
    private static let pytorch = repository?.appending(path: "Tests/TorchTests/Fixtures/pytorch").path ?? ""

    /// Writes a network's weights by another library's names, and returns them by ours.
    @discardableResult
    private func write(
        _ model: String, classes: Int, by names: WeightNames, to path: String,
        _ change: (inout [String: Tensor]) -> Void = { _ in }
    ) throws -> [String: Tensor] {
        let net = try ModelCatalog.make(model, ModelOptions(classes: classes))
        let (state, ours) = (net.state(), try names.renaming(for: net))
        var theirs = ours.mapValues { state[$0]! }
        change(&theirs)
        try Safetensors.write(tensors: theirs, metadata: ["by": names.rawValue], to: path)
        return state
    }

    @Test(arguments: [
        ("xresnet18", WeightNames.timm), ("efficientnet_b0", .torchvision), ("tf_efficientnet_b0", .lukemelas),
        ("res2net50_26w_4s", .timm),
    ])
    func anothersNamesBecomeOurs(model: String, names: WeightNames) throws {
        try withFolder { url in
            let folder = url.path
            let state = try write(model, classes: 7, by: names, to: "\(folder)/in.safetensors")
            let conversion = try WeightConversion(of: "\(folder)/in.safetensors", for: model, names: names)
            #expect(conversion.report.isExact && conversion.classes == 7)
            #expect(conversion.renamedCount == (model.hasPrefix("res2net") ? 0 : state.count))
            try conversion.write(to: "\(folder)/out.safetensors")
            let written = try SafetensorsFile(path: "\(folder)/out.safetensors")
            #expect(written.metadata == ["by": names.rawValue])
            #expect(Set(written.entries.keys) == Set(state.keys))
            for (name, tensor) in state { #expect(try written.tensor(name).equals(tensor), "\(name)") }
        }
    }

    /// Every type that torch.save writes, by its bytes; views and tied tensors as those of their own.
    @Test(.enabled(if: repository != nil), arguments: ["zip.pth", "legacy.pth"], ["typed", "views", "state_dict"])
    func everyTypeStaysBitEqual(name: String, key: String) throws {
        try withFolder { url in
            let folder = url.path
            try WeightConversion(of: "\(Self.pytorch)/\(name)", key: key).write(to: "\(folder)/out.safetensors")
            let written = try SafetensorsFile(path: "\(folder)/out.safetensors")
            let reference = try WeightFile(path: "\(Self.pytorch)/reference.safetensors", key: key)
            #expect(written.metadata == ["format": "pt"])
            #expect(written.entries.count == reference.entries.count)
            for (name, entry) in reference.entries {
                #expect(written.entries[name]?.type == entry.type && written.entries[name]?.shape == entry.shape)
                let bytes = try written.withBytes(of: name) { Array($0) }
                #expect(try bytes == reference.withBytes(of: name) { Array($0) }, "\(name)")
            }
        }
    }

    @Test func whatDoesNotFitIsListedAndNothingWritten() throws {
        try withFolder { url in
            let folder = url.path
            try write("xresnet18", classes: 10, by: .timm, to: "\(folder)/in.safetensors") {
                $0["bn1.weight"] = nil
                $0["conv1.1.num_batches_tracked"] = nil
                $0["layer9.0.conv1.weight"] = Tensor.zeros([1])
                $0["conv1.0.weight"] = Tensor.zeros([32, 3, 7, 7])
            }
            let conversion = try WeightConversion(of: "\(folder)/in.safetensors", for: "xresnet18", names: .timm)
            #expect(conversion.report.missing == ["2.1.weight"])
            #expect(conversion.report.surplus == ["layer9.0.conv1.weight"])
            #expect(conversion.report.misshapen.map(\.name) == ["0.0.weight"])
            #expect(throws: LoadError.self) { try conversion.write(to: "\(folder)/out.safetensors") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["in.safetensors"])
        }
    }

    @Test func theInputIsNotOverwrittenByAnyPath() throws {
        try withFolder { url in
            let folder = url.path
            try write("xresnet18", classes: 2, by: .mish, to: "\(folder)/in.safetensors")
            let before = try Data(contentsOf: URL(filePath: "\(folder)/in.safetensors"))
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link.safetensors", withDestinationPath: "in.safetensors")
            try FileManager.default.linkItem(atPath: "\(folder)/in.safetensors", toPath: "\(folder)/hard.safetensors")
            for name in ["in", "link", "hard", "./in", "../\((folder as NSString).lastPathComponent)/in"] {
                let path = "\(folder)/\(name).safetensors"
                #expect(throws: WeightConversionError.sameFile(path)) {
                    try WeightConversion(of: "\(folder)/in.safetensors").write(to: path)
                }
            }
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/in.safetensors")) == before)
        }
    }

    @Test func networksThatAreNotThere() throws {
        try withFolder { url in
            let folder = url.path
            try write("xresnet18", classes: 2, by: .mish, to: "\(folder)/in.safetensors")
            for model in ["resnet18", "mxresnet"] {
                #expect(throws: ModelError.self) {
                    try WeightConversion(of: "\(folder)/in.safetensors", for: model)
                }
            }
        }
    }
}
