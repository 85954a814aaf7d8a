import Foundation
import TestSupport
import Testing
import Torch

@Suite struct SafetensorsTests {
    /// What Tests/Reference/safetensors_file.py puts into its file.
    static let reference: [(name: String, type: SafetensorsType, shape: [Int])] = [
        ("layer1.0.conv1.weight", .float32, [2, 3, 1, 1]),
        ("bn1.running_mean", .float64, [3]),
        ("bn1.num_batches_tracked", .int64, []),
        ("half", .float16, [5]),
        ("brain", .bfloat16, [2, 2]),
        ("mask", .bool, [7]),
        ("uint8", .uint8, [3]),
        ("int8", .int8, [1, 1]),
        ("int16", .int16, [3]),
        ("uint16", .uint16, [1]),
        ("int32", .int32, [2]),
        ("uint32", .uint32, [2]),
        ("uint64", .uint64, [1]),
        ("complex64", .complex64, [2]),
        ("float8_e4m3fn", .float8E4M3, [3]),
        ("float8_e5m2", .float8E5M2, [3]),
        ("float8_e8m0", .float8E8M0, [2]),
        ("float8_e4m3fnuz", .float8E4M3FNUZ, [2]),
        ("float8_e5m2fnuz", .float8E5M2FNUZ, [2]),
        ("float4", .float4, [3, 4]),
        ("empty", .float32, [0, 4]),
        ("", .uint8, [1]),
        ("quote \" backslash \\ slash / newline \n tab \t escape \u{1B}", .uint8, [2]),
        ("größe 温度 😀", .float32, [1]),
    ]
    static let referenceMetadata = ["format": "pt \"quoted\" é\n"]
    static let referencePath = Bundle.module.bundleURL
        .appending(path: "Fixtures/safetensors/reference.safetensors").path

    static func referenceBytes(_ name: String, _ type: SafetensorsType, _ shape: [Int]) -> [UInt8] {
        let count = shape.reduce(type.bitWidth, *) / 8
        return (0..<count).map { type == .bool ? UInt8($0 % 2) : UInt8((17 * $0 + name.utf8.count) % 256) }
    }

    @Test func readsWhatThePythonPackageWrites() throws {
        let file = try SafetensorsFile(path: Self.referencePath)
        #expect(file.metadata == Self.referenceMetadata)
        #expect(Set(file.entries.keys) == Set(Self.reference.map(\.name)))
        for (name, type, shape) in Self.reference {
            let entry = try #require(file.entries[name])
            #expect(entry.type == type)
            #expect(entry.shape == shape)
            #expect(try file.bytes(of: name) == Self.referenceBytes(name, type, shape))
        }
    }

    @Test func writesTheBytesThatThePythonPackageWrites() throws {
        let sources = Self.reference.map { name, type, shape in
            (name, Safetensors.Source(type, shape, Self.referenceBytes(name, type, shape)))
        }
        try withTemporaryFolder { folder in
            let path = folder + "/ours.safetensors"
            try Safetensors.write(
                Dictionary(uniqueKeysWithValues: sources), metadata: Self.referenceMetadata, to: path)
            #expect(try fileBytes(path) == fileBytes(Self.referencePath))
        }
    }

    /// The byte vectors of the reference implementation's own tests (safetensors/src/tensor.rs).
    @Test func publishedVectors() throws {
        let floats = [Float](arrayLiteral: 0, 1, 2, 3, 4, 5).flatMap {
            withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init)
        }
        let vectors: [(tensors: [String: Safetensors.Source], metadata: [String: String], file: [UInt8])] = [
            ([:], [:], [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8)),
            (
                [:], ["framework": "pt"],
                [40, 0, 0, 0, 0, 0, 0, 0] + Array(#"{"__metadata__":{"framework":"pt"}}     "#.utf8)
            ),
            (
                ["attn.0": .init(.float32, [1, 2, 3], floats)], [:],
                [64, 0, 0, 0, 0, 0, 0, 0]
                    + Array(#"{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}"#.utf8)
                    + floats
            ),
            (
                ["attn0": .init(.float32, [1, 1, 2, 3], floats)], [:],
                [72, 0, 0, 0, 0, 0, 0, 0]
                    + Array(
                        #"{"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       "#.utf8)
                    + floats
            ),
        ]
        for vector in vectors {
            try withTemporaryFolder { folder in
                let path = folder + "/file"
                try Safetensors.write(vector.tensors, metadata: vector.metadata, to: path)
                #expect(try fileBytes(path) == vector.file)
            }
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func whatIsWrittenIsRead(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let alphabet = Array("ab.0_\"\\\u{0}\n\u{7F}é温😀\u{FFFD}/{}[],: ").map(String.init)
        func text() -> String {
            (0..<Int.random(in: 0...12, using: &random)).map { _ in
                alphabet.randomElement(using: &random)!
            }.joined()
        }
        var contents: [String: (type: SafetensorsType, shape: [Int], bytes: [UInt8])] = [:]
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let type = SafetensorsType.allCases.randomElement(using: &random)!
            // Multiples of four make whole bytes of every type.
            let shape =
                (0..<Int.random(in: 0...5, using: &random)).map { _ in Int.random(in: 0...4, using: &random) }
                + (type.bitWidth < 8 ? [4] : [])
            let bytes = (0..<shape.reduce(type.bitWidth, *) / 8).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            contents[text()] = (type, shape, bytes)
        }
        let metadata = Dictionary((0..<Int.random(in: 0...4, using: &random)).map { _ in (text(), text()) }) {
            $1
        }

        try withTemporaryFolder { folder in
            let path = folder + "/file with space and é.safetensors"
            let sources = contents.mapValues { Safetensors.Source($0.type, $0.shape, $0.bytes) }
            try Safetensors.write(sources, metadata: metadata, to: path)
            let file = try SafetensorsFile(path: path)
            #expect(file.metadata == metadata)
            #expect(Set(file.entries.keys) == Set(contents.keys))
            for (name, content) in contents {
                let entry = try #require(file.entries[name])
                #expect(entry.type == content.type)
                #expect(entry.shape == content.shape)
                #expect(try file.bytes(of: name) == content.bytes)
                try file.withBytes(of: name) {
                    #expect(Int(bitPattern: $0.baseAddress).isMultiple(of: max(content.type.bitWidth / 8, 1)))
                }
            }
            let again = folder + "/again"
            try Safetensors.write(sources, metadata: metadata, to: again)
            #expect(try fileBytes(again) == fileBytes(path))
        }
    }

    @Test func anOpenFileSurvivesItsReplacement() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            try Safetensors.write(["x": .init(.uint8, [2], [1, 2])], to: path)
            let old = try SafetensorsFile(path: path)
            try Safetensors.write(["x": .init(.uint8, [1], [3])], to: path)
            #expect(try old.bytes(of: "x") == [1, 2])
            #expect(try SafetensorsFile(path: path).bytes(of: "x") == [3])
        }
    }

    @Test func aSourceMayGiveItsBytesInParts() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            let source = Safetensors.Source(type: .uint8, shape: [4]) { consume in
                for byte in 1...4 as ClosedRange<UInt8> { try withUnsafeBytes(of: byte, consume) }
            }
            try Safetensors.write(["x": source], to: path)
            #expect(try SafetensorsFile(path: path).bytes(of: "x") == [1, 2, 3, 4])
        }
    }

    @Test func whatTheFormatCannotHoldIsRefused() throws {
        func problem(_ name: String, _ source: Safetensors.Source) -> SafetensorsError.Problem? {
            let error = #expect(throws: SafetensorsError.self) {
                try withTemporaryFolder { folder in
                    defer { #expect((try? FileManager.default.contentsOfDirectory(atPath: folder)) == []) }
                    try Safetensors.write([name: source], to: folder + "/file")
                }
            }
            #expect(error?.tensor == name)
            return error?.problem
        }
        #expect(problem("__metadata__", .init(.uint8, [1], [0])) == .reservedName)
        #expect(problem("x", .init(.float4, [3], [0])) == .partialByte(type: .float4, shape: [3]))
        #expect(
            problem("x", .init(.uint8, [1 << 62, 4], []))
                == .sizeOverflow(type: .uint8, shape: [1 << 62, 4]))
        #expect(
            problem("x", .init(.float32, [2], [0, 0, 0]))
                == .wrongLength(found: 3, expected: 8, type: .float32, shape: [2]))
        #expect(
            problem("x", .init(.uint8, Array(repeating: 1, count: 65), [0])) == .tooManyDimensions(limit: 64))
    }

    @Test func anUnknownNameIsAnError() throws {
        let file = try SafetensorsFile(path: Self.referencePath)
        let error = #expect(throws: SafetensorsError.self) { try file.bytes(of: "bn1.weight") }
        #expect(error?.description.contains("bn1.weight") == true)
    }
}
