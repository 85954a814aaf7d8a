import Foundation
import TestSupport
import Testing

@testable import Torch

/// Against Tests/Reference/pytorch_files.py: what PyTorch saved, in both formats, has the numbers that
/// the Python package wrote to safetensors.
@Suite struct PyTorchFileTests {
    static let folder = Bundle.module.bundleURL.appending(path: "Fixtures/pytorch").path

    @Test(arguments: ["zip.pth", "legacy.pth", "protocol4.pth"])
    func everyTensorIsReadBitByBit(file: String) throws {
        let saved = try PyTorchFile(path: "\(Self.folder)/\(file)")
        let reference = try SafetensorsFile(path: "\(Self.folder)/reference.safetensors")
        #expect(Set(saved.entries.keys) == Set(reference.entries.keys))
        for (name, entry) in saved.entries {
            let expected = try #require(reference.entries[name])
            #expect(entry.type == expected.type, "\(name)")
            #expect(entry.shape == expected.shape, "\(name)")
            #expect(try saved.withBytes(of: name) { Array($0) } == reference.bytes(of: name), "\(name)")
        }
    }

    @Test(arguments: ["zip.pth", "legacy.pth"])
    func tensorsThatShareMemory(file: String) throws {
        let entries = try PyTorchFile(path: "\(Self.folder)/\(file)").entries
        let whole = try #require(entries["views.whole"])
        #expect(whole.strides == [6, 1])
        for view in ["tied", "rows", "columns", "transposed", "strided", "element", "expanded", "flat"] {
            #expect(entries["views.\(view)"]?.storage == whole.storage, "\(view)")
        }
        #expect(entries["views.rows"]?.offset == 6)
        #expect(entries["views.transposed"]?.strides == [1, 6])
        #expect(entries["views.expanded"]?.strides == [0, 0])
        #expect(entries["scalar"]?.storage != whole.storage)
        #expect(entries["parameter"]?.isParameter == true)
        #expect(entries["scalar"]?.isParameter == false)
    }

    @Test func aWholeModelIsRefusedWithAWayOut() {
        let error = #expect(throws: PyTorchFileError.self) {
            try PyTorchFile(path: "\(Self.folder)/module.pth")
        }
        #expect(error?.problem == .forbidden(name: "torch.nn.modules.container.Sequential"))
        #expect(error?.description.contains("state_dict") == true)
    }

    /// The check value of the CRC catalogue, and its parts at every alignment.
    @Test func checksum() {
        let bytes = Array("123456789".utf8)
        #expect(bytes.withUnsafeBytes(CRC32.checksum) == 0xCBF4_3926)
        #expect([UInt8]().withUnsafeBytes(CRC32.checksum) == 0)
        // CRC-32 is affine: for three messages of one length, crc(a ^ b ^ c) = crc(a) ^ crc(b) ^ crc(c).
        var random = SplitMix64(state: 1)
        for length in 0..<40 {
            let messages = (0..<3).map { _ in
                (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            let sum = (0..<length).map { messages[0][$0] ^ messages[1][$0] ^ messages[2][$0] }
            let sums = messages.map { $0.withUnsafeBytes(CRC32.checksum) }
            #expect(sum.withUnsafeBytes(CRC32.checksum) == sums[0] ^ sums[1] ^ sums[2])
        }
    }

    @Test func anUnknownNameIsAnError() throws {
        let file = try PyTorchFile(path: "\(Self.folder)/zip.pth")
        #expect(throws: PyTorchFileError.self) { try file.withBytes(of: "missing") { _ in } }
    }
}
