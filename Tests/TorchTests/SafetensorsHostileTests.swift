import Foundation
import TestSupport
import Testing

@testable import Torch

/// Files that break the format's rules: each is refused, with the right reason, at once.
@Suite struct SafetensorsHostileTests {
    typealias Problem = SafetensorsError.Problem

    static func problem(_ bytes: [UInt8]) -> Problem? {
        do {
            _ = try bytes.withUnsafeBytes { try SafetensorsHeader(of: $0, path: "file") }
            return nil
        } catch {
            return (error as? SafetensorsError)?.problem
        }
    }

    /// One tensor in the header's JSON; a single byte unless told.
    static func entry(_ name: String, _ type: String = "U8", _ shape: String = "[1]", at offsets: String)
        -> String
    {
        #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }

    static func problem(_ members: String..., data count: Int = 1) -> Problem? {
        problem(
            safetensorsBytes(
                header: "{" + members.joined(separator: ",") + "}", data: Array(repeating: 0, count: count)))
    }

    @Test func lengths() {
        #expect(Self.problem([]) == .tooShort(fileSize: 0))
        #expect(Self.problem([1, 0, 0, 0, 0, 0, 0]) == .tooShort(fileSize: 7))
        #expect(
            Self.problem(Array("not a safetensors file".utf8))
                == .headerTooLong(length: 0x6173_2061_2074_6F6E))
        #expect(Self.problem(Array(repeating: 0xFF, count: 16)) == .headerTooLong(length: .max))
        #expect(
            Self.problem(withUnsafeBytes(of: UInt64(100_000_001).littleEndian, Array.init))
                == .headerTooLong(length: 100_000_001))
        #expect(
            Self.problem(withUnsafeBytes(of: UInt64(100_000_000).littleEndian, Array.init))
                == .headerBeyondEnd(length: 100_000_000, fileSize: 8))
        #expect(
            Self.problem([3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
                == .headerBeyondEnd(length: 3, fileSize: 10))
        #expect(Self.problem(safetensorsBytes(header: "")) != nil)
    }

    @Test(arguments: [
        " {}", "[]", "\"a\"", "0", "{", "{}{}", "{}x", "{} \0", "{\"a\"}", "{\"a\":}", "{,}", "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":null}", "{\"a\":[]}", "{\"a\":\"b\"}", "{\"\\ud800\":{}}", "{\"\\ud800\\u0041\":{}}",
        "{\"\\udc00\":{}}",
        "{\"\\u12\":{}}", "{\"\\u+123\":{}}", "{\"\\x41\":{}}", "{\"a\nb\":{}}", "{\"a", "{\"a\\", "{\"\\u",
        "{\"\\ud83d\\",
        "{\"a\":{\"dtype\":3}}", "{\"__metadata__\":null}", "{\"__metadata__\":[]}",
        "{\"__metadata__\":{\"a\":1}}",
        "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", "{\"__metadata__\":{\"a\":null}}", "{/**/}", "\u{FEFF}{}",
    ])
    func malformedHeaders(header: String) {
        guard case .malformedHeader = Self.problem(safetensorsBytes(header: header)) else {
            Issue.record("\(header): \(String(describing: Self.problem(safetensorsBytes(header: header))))")
            return
        }
    }

    @Test func deepNestingIsRefusedWithoutRecursion() {
        for text in ["[", "{\"a\":", "{\"__metadata__\":{\"a\":["] {
            let header = "{\"a\":" + String(repeating: text, count: 1_000_000)
            #expect(Self.problem(safetensorsBytes(header: header)) != nil)
        }
    }

    @Test func invalidUTF8() {
        for bad: [UInt8] in [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE6, 0xB8],
        ] {
            let header = Array("{\"__metadata__\":{\"k\":\"".utf8) + bad + Array("\"}}".utf8)
            let file = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header
            #expect(
                Self.problem(file)
                    == .malformedHeader(offset: 8 + 22, detail: "the string is not valid UTF-8"))
        }
    }

    @Test(arguments: [
        "-1", "1.0", "1e0", "1E0", "01", "00", "+1", "\"1\"", "null", "[1]", "true", "0x1",
        "9223372036854775808",
    ])
    func sizesAreWholeNumbers(size: String) {
        for header in [
            Self.entry("a", "U8", "[\(size)]", at: "[0,1]"), Self.entry("a", "U8", "[1]", at: "[0,\(size)]"),
        ] {
            guard case .malformedHeader = Self.problem(header) else {
                Issue.record("\(header): \(String(describing: Self.problem(header)))")
                return
            }
        }
    }

    @Test func fields() {
        #expect(Self.problem(#""a":{"shape":[1],"data_offsets":[0,1]}"#) == .missingField("dtype"))
        #expect(Self.problem(#""a":{"dtype":"U8","data_offsets":[0,1]}"#) == .missingField("shape"))
        #expect(Self.problem(#""a":{"dtype":"U8","shape":[1]}"#) == .missingField("data_offsets"))
        #expect(Self.problem(Self.entry("a", "F128", "[1]", at: "[0,16]"), data: 16) == .unknownType("F128"))
        #expect(Self.problem(Self.entry("a", "f32", "[1]", at: "[0,4]"), data: 4) == .unknownType("f32"))
        #expect(Self.problem(#""a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":[]}"#) != nil)
        #expect(Self.problem(Self.entry("a", at: "[0]")) != nil)
        #expect(Self.problem(Self.entry("a", at: "[0,1,1]")) != nil)
        #expect(
            Self.problem(Self.entry("a", "U8", "[" + String(repeating: "1,", count: 64) + "1]", at: "[0,1]"))
                == .tooManyDimensions(limit: 64))
    }

    @Test func duplicateKeys() {
        #expect(
            Self.problem(Self.entry("a", at: "[0,1]"), Self.entry("a", at: "[1,2]"), data: 2)
                == .duplicateKey("a"))
        #expect(
            Self.problem(Self.entry("a", at: "[0,1]"), Self.entry("\\u0061", at: "[1,2]"), data: 2)
                == .duplicateKey("a"))
        #expect(
            Self.problem(#""a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}"#)
                == .duplicateKey("shape"))
        #expect(Self.problem(#""__metadata__":{"k":"1","k":"2"}"#, data: 0) == .duplicateKey("k"))
        #expect(
            Self.problem(#""__metadata__":{}"#, #""__metadata__":{}"#, data: 0)
                == .duplicateKey("__metadata__"))
    }

    @Test func offsets() {
        #expect(Self.problem(Self.entry("a", at: "[1,0]")) == .reversedOffsets(start: 1, end: 0))
        #expect(Self.problem(Self.entry("a", at: "[1,2]"), data: 2) == .notContiguous(start: 1, expected: 0))
        #expect(
            Self.problem(Self.entry("a", at: "[0,1]"), Self.entry("b", at: "[2,3]"), data: 3)
                == .notContiguous(start: 2, expected: 1))
        #expect(
            Self.problem(Self.entry("a", at: "[0,1]"), Self.entry("b", at: "[0,1]"))
                == .notContiguous(start: 0, expected: 1))
        #expect(
            Self.problem(
                Self.entry("a", "U8", "[4]", at: "[0,4]"), Self.entry("b", "U8", "[2]", at: "[3,5]"), data: 5)
                == .notContiguous(start: 3, expected: 4))
        #expect(
            Self.problem(
                Self.entry("a", "U8", "[4]", at: "[0,4]"), Self.entry("b", "U8", "[0]", at: "[2,2]"), data: 4)
                == .notContiguous(start: 2, expected: 4))
        #expect(
            Self.problem(Self.entry("a", "F32", "[1]", at: "[0,3]"), data: 3)
                == .wrongLength(found: 3, expected: 4, type: .float32, shape: [1]))
        #expect(
            Self.problem(Self.entry("a", at: "[0,1]"), data: 0).map { "\($0)".contains("truncated") } == true)
        #expect(
            Self.problem(Self.entry("a", at: "[0,1]"), data: 2).map { "\($0)".contains("1 bytes follow") }
                == true)
        #expect(Self.problem(data: 1) != nil)
    }

    @Test func overflow() {
        let huge = Int.max
        #expect(
            Self.problem(Self.entry("a", "U8", "[\(huge),2]", at: "[0,1]"))
                == .sizeOverflow(type: .uint8, shape: [huge, 2]))
        #expect(
            Self.problem(Self.entry("a", "F64", "[4294967296,4294967296]", at: "[0,0]"), data: 0)
                == .sizeOverflow(type: .float64, shape: [4_294_967_296, 4_294_967_296]))
        // A size that would overflow is refused even where a later zero makes the tensor empty.
        #expect(
            Self.problem(Self.entry("a", "U8", "[\(huge),\(huge),0]", at: "[0,0]"), data: 0)
                == .sizeOverflow(type: .uint8, shape: [huge, huge, 0]))
        #expect(Self.problem(Self.entry("a", "U8", "[1]", at: "[\(huge - 1),\(huge)]")) != nil)
        #expect(
            Self.problem(Self.entry("a", "F4", "[3]", at: "[0,1]")) == .partialByte(type: .float4, shape: [3])
        )
    }

    @Test func everyTruncationIsFound() throws {
        let whole = try fileBytes(SafetensorsTests.referencePath)
        #expect(Self.problem(whole) == nil)
        for count in 0..<whole.count {
            #expect(Self.problem(Array(whole[..<count])) != nil, "first \(count) bytes")
        }
    }

    /// Whatever bytes come: an error, or tensors that fill the file exactly.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func mutatedFiles(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let small = safetensorsBytes(
            header: #"{"__metadata__":{"k":"\u00e9"},"#
                + Self.entry("a", "F32", "[2,1]", at: "[0,8]") + ","
                + Self.entry("b", "BF16", "[]", at: "[8,10]") + "}",
            data: Array(repeating: 7, count: 10))
        #expect(Self.problem(small) == nil)
        let tokens = [
            "{", "}", "[", "]", ",", ":", "\"", "\\u", "\\", "0", "9223372036854775807", "-1", "F4", "null",
        ]
        var accepted = 0
        for _ in 0..<10_000 {
            var file = small
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<file.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: file[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: file[place] = UInt8.random(in: 0...255, using: &random)
                case 2: file.remove(at: place)
                case 3: file.insert(contentsOf: tokens.randomElement(using: &random)!.utf8, at: place)
                default: file.insert(contentsOf: file[place..<min(place + 40, file.count)], at: place)
                }
                // Most changes of length would only show that the length is checked.
                if Bool.random(using: &random), file.count >= 18 {
                    let length = UInt64(file.count - 18)
                    withUnsafeBytes(of: length.littleEndian) { file.replaceSubrange(0..<8, with: $0) }
                }
            }
            let header = file.withUnsafeBytes { try? SafetensorsHeader(of: $0, path: "file") }
            guard let header else { continue }
            accepted += 1
            let length = file.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
            var end = 8 + length
            for entry in header.entries.values.sorted(by: {
                $0.byteRange.upperBound < $1.byteRange.upperBound
            }) {
                #expect(entry.byteRange.count * 8 == entry.shape.reduce(entry.type.bitWidth, *))
                end += entry.byteRange.count
            }
            #expect(end == file.count)
        }
        #expect(accepted > 0)
    }

    @Test func aHostileNameDoesNotReachTheTerminal() {
        let error = SafetensorsError(
            path: "file", tensor: "\u{1B}[2J" + String(repeating: "x", count: 1_000_000),
            problem: .noSuchTensor)
        #expect(!error.description.contains("\u{1B}"))
        #expect(error.description.count < 1000)
    }

    @Test func pathsThatAreNoFiles() throws {
        try withTemporaryFolder { folder in
            let missing = #expect(throws: FileError.self) { try SafetensorsFile(path: folder + "/missing") }
            #expect(missing?.code == ENOENT)
            let isFolder = #expect(throws: FileError.self) { try SafetensorsFile(path: folder) }
            #expect(isFolder?.code == EISDIR)
            mkfifo(folder + "/pipe", 0o600)
            #expect(throws: FileError.self) { try SafetensorsFile(path: folder + "/pipe") }
            #expect(throws: FileError.self) { try SafetensorsFile(path: "/dev/zero") }
            try writeFile([], to: folder + "/empty")
            let empty = #expect(throws: SafetensorsError.self) {
                try SafetensorsFile(path: folder + "/empty")
            }
            #expect(empty?.problem == .tooShort(fileSize: 0))
        }
    }
}
