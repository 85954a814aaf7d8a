import Foundation
import Testing

@testable import Torch

/// Checkpoints of both formats of `torch.save` (Tests/Reference/pytorch/make_reference.py), and safetensors.
@Suite struct WeightFileTests {
    static let folder = PyTorchFileTests.folder

    @Test(arguments: ["zip.pth", "legacy.pth", "protocol4.pth"])
    func theStateDictionaryIsFoundAndTheRestTold(name: String) throws {
        let file = try WeightFile(path: "\(Self.folder)/\(name)")
        #expect(file.format == .pyTorch && file.key == "state_dict")
        #expect(
            file.entries.keys.sorted() == [
                "0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight", "2.bias",
                "2.weight",
            ])
        for line in [
            "epoch: 7", "accuracy: 0.875", "note: \"größe 温度\"", "none: None", "yes: True",
            "big: 4611686018427387904", "negative: -1099511627776", "views: 9 tensors", "typed: 18 tensors",
            "scalar: 1 tensor", "nested: 3 tensors",
        ] {
            #expect(file.leftOut.contains(line), "\(line)")
        }
        #expect(file.leftOut.contains { $0.hasPrefix("optimizer: 15 tensors, ") })
        #expect(!file.leftOut.contains { $0.hasPrefix("state_dict") })
    }

    @Test(arguments: ["zip.pth", "legacy.pth"], ["typed", "views", "nested.ordered", "state_dict"])
    func everyDictionaryIsReadBitByBit(name: String, key: String) throws {
        let file = try WeightFile(path: "\(Self.folder)/\(name)", key: key)
        let reference = try WeightFile(path: "\(Self.folder)/reference.safetensors", key: key)
        #expect(reference.format == .safetensors && file.entries == reference.entries && !file.entries.isEmpty)
        for name in file.entries.keys {
            #expect(
                try file.withBytes(of: name) { Array($0) } == reference.withBytes(of: name) { Array($0) }, "\(name)")
        }
    }

    @Test func tensorsThatAreTheSameMemoryAreTold() throws {
        #expect(try WeightFile(path: "\(Self.folder)/zip.pth", key: "views").tied == [["tied", "whole"]])
        #expect(try WeightFile(path: "\(Self.folder)/legacy.pth", key: "state_dict").tied == [])
    }

    @Test func whatIsBesideAnInnerKeyIsTold() throws {
        let file = try WeightFile(path: "\(Self.folder)/zip.pth", key: "nested.ordered")
        #expect(file.entries.keys.sorted() == ["a"])
        #expect(file.leftOut.contains("nested.list: 2 tensors") && file.leftOut.contains("epoch: 7"))
    }

    @Test func wrongKeysAndOtherFiles() throws {
        let error = #expect(throws: WeightFileError.self) {
            try WeightFile(path: "\(Self.folder)/zip.pth", key: "state")
        }
        #expect(error?.description.contains("no tensor lies in \"state\"; there are \"empty\",") == true)
        #expect(throws: FileError.self) { try WeightFile(path: "/no/such/file") }
        try withTemporaryFolder { folder in
            // A name says more than content that is neither.
            try writeFile(Array("weights".utf8), to: "\(folder)/w.safetensors")
            #expect(throws: SafetensorsError.self) { try WeightFile(path: "\(folder)/w.safetensors") }
            try writeFile(Array("weights".utf8), to: "\(folder)/w.pth")
            #expect(throws: WeightFileError.unknownFormat(path: "\(folder)/w.pth")) {
                try WeightFile(path: "\(folder)/w.pth")
            }
        }
    }
}
