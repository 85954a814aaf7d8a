import Foundation
import TestSupport
import Testing

@testable import Torch

/// Files that were made to harm: nothing in them is run, and each is refused before memory is taken.
@Suite struct PyTorchFileHostileTests {
    typealias Problem = PyTorchFileError.Problem

    static func problem(_ file: [UInt8]) -> Problem? {
        do {
            _ = try file.withUnsafeBytes { try PyTorchContent(of: $0) }
            return nil
        } catch {
            return error as? Problem
        }
    }

    /// A pickle as text, with `\xNN` written as the scalar U+00NN.
    static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

    /// The archive of `torch.save` around a pickle.
    static func archive(_ pickle: [UInt8], storages: [String: [UInt8]] = [:]) -> [UInt8] {
        var members = [("a/data.pkl", pickle)]
        for (key, content) in storages { members.append(("a/data/\(key)", content)) }
        return zip(members)
    }

    /// A zip archive of stored members.
    static func zip(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
        func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian, Array.init)
        }
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in members {
            let sizes =
                little(content.withUnsafeBytes(CRC32.checksum)) + little(UInt32(content.count))
                + little(UInt32(content.count)) + little(UInt16(name.utf8.count)) + little(UInt16(0))
            directory +=
                [0x50, 0x4B, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes
                + [UInt8](repeating: 0, count: 10) + little(UInt32(file.count)) + Array(name.utf8)
            file += [0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes + Array(name.utf8) + content
        }
        let count = little(UInt16(members.count))
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
            + little(UInt32(directory.count)) + little(UInt32(file.count)) + [0, 0]
    }

    // Pieces of pickles.
    static func text(_ string: String) -> String {
        "\u{8C}\(Character(Unicode.Scalar(UInt8(string.count))))\(string)"
    }
    static func int(_ value: Int) -> String {
        "\u{8A}\u{8}"
            + (0..<8).map { String(Unicode.Scalar(UInt8(truncatingIfNeeded: value >> (8 * $0)))) }.joined()
    }
    static func tuple(_ parts: [String]) -> String { "(" + parts.joined() + "t" }
    static func storage(_ type: String = "FloatStorage", key: String = "0", count: Int) -> String {
        tuple([text("storage"), "ctorch\n\(type)\n", text(key), text("cpu"), int(count)]) + "Q"
    }
    static func tensor(_ storage: String, offset: Int = 0, _ shape: [Int], _ strides: [Int]) -> String {
        "ctorch._utils\n_rebuild_tensor_v2\n"
            + tuple([storage, int(offset), tuple(shape.map(int)), tuple(strides.map(int)), "\u{89}", "}"])
            + "R"
    }

    static func tensorProblem(
        _ storage: String, offset: Int = 0, _ shape: [Int], _ strides: [Int], bytes count: Int = 16
    ) -> Problem? {
        let pickle = bytes("\u{80}\u{2}" + tensor(storage, offset: offset, shape, strides) + ".")
        return problem(archive(pickle, storages: ["0": Array(repeating: 0, count: count)]))
    }

    @Test func theHelpersMakeGoodFiles() {
        #expect(Self.tensorProblem(Self.storage(count: 4), [2, 2], [2, 1]) == nil)
        #expect(Self.tensorProblem(Self.storage(count: 4), offset: 1, [3], [1]) == nil)
    }

    // MARK: Code

    static let forbidden = [
        ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "exec"), ("builtins", "getattr"), ("__builtin__", "eval"), ("builtins", "__import__"),
        ("torch", "load"), ("torch", "hub"), ("torch", "Tensor"), ("torch._utils", "_rebuild_tensor"),
        ("torch.jit", "load"), ("torch.storage", "_load_from_bytes"), ("torch.nn", "Module"),
        ("operator", "attrgetter"),
        ("numpy.core.multiarray", "_reconstruct"), ("collections", "namedtuple"), ("runpy", "_run_code"),
        ("webbrowser", "open"), ("socket", "socket"), ("shutil", "rmtree"), ("pickle", "loads"),
        ("code", "interact"),
        ("__main__", "Model"), ("torch._utils", "os.system"), ("torch.FloatStorage.__class__", "mro"),
        ("", ""),
    ]

    @Test(arguments: forbidden)
    func noOtherClassOrFunction(module: String, name: String) {
        let reduce = "c\(module)\n\(name)\n(\(Self.text("id"))tR."
        #expect(Self.problem(Self.archive(Self.bytes(reduce))) == .forbidden(name: "\(module).\(name)"))
        let stackGlobal = "\u{80}\u{4}\(Self.text(module))\(Self.text(name))\u{93}(\(Self.text("id"))tR."
        #expect(Self.problem(Self.archive(Self.bytes(stackGlobal))) == .forbidden(name: "\(module).\(name)"))
    }

    /// Every byte that is no instruction of ours: those that build objects or run code among them.
    @Test func noOtherInstruction() {
        let known = Set(
            Self.bytes(
                "\u{80}\u{95}.N\u{88}\u{89}JKM\u{8A}GX\u{8C}\u{8D}U()\u{85}\u{86}\u{87}t]ae}suqr\u{94}hjc\u{93}RbQ"
            ))
        for opcode in 0...255 as ClosedRange<UInt8> where !known.contains(opcode) {
            let pickle = Self.bytes("\u{80}\u{2}") + [opcode] + Self.bytes("os\nsystem\n(tR.")
            guard case .unsupported = Self.problem(Self.archive(pickle)) else {
                Issue.record("instruction \(opcode)")
                continue
            }
        }
    }

    @Test(arguments: [
        "ctorch\nFloatStorage\n)R.",  // a call of a storage class
        "ctorch\nfloat32\n)R.", "ctorch\nSize\n)R.", "ctorch\nSize\n(K\u{1}tR.",
        "ccollections\nOrderedDict\n(]tR.", "NNR.", "N)R.", ")N)RR.",
        "ctorch._utils\n_rebuild_tensor_v2\n)R.", "ctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtR.",
        "ctorch._utils\n_rebuild_tensor_v3\n(NNNNNNNtR.", "ctorch._utils\n_rebuild_parameter\n(N\u{88}}tR.",
        "ctorch._utils\n_rebuild_parameter\n)R.",
        "ccollections\nOrderedDict\nccollections\nOrderedDict\nR.",  // reduces inside reduces
        "ccollections\nOrderedDict\n(ccollections\nOrderedDict\n)RtR.",
        "NQ.", ")Q.", "(\u{8C}\u{7}storageNNNNtQ.", "Nb.", "]}b.", "}Nb",
    ])
    func callsThatPyTorchDoesNotWrite(pickle: String) {
        guard case .malformed = Self.problem(Self.archive(Self.bytes(pickle))) else {
            Issue.record("\(pickle): \(String(describing: Self.problem(Self.archive(Self.bytes(pickle)))))")
            return
        }
    }

    // MARK: Sizes

    @Test(arguments: [
        "X\u{FF}\u{FF}\u{FF}\u{FF}abc.",  // a text of 4 GB
        "\u{8D}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}abc.",
        "\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}.",
        "\u{8C}\u{FF}abc.", "U\u{FF}abc.", "\u{8A}\u{FF}.",
        "\u{8A}\u{9}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}.",
        "J\u{1}", "G\u{1}", "", "N", ".", "t.", "u.", "e.", "a.", "s.", "\u{85}.", "\u{87}.", "R.", "q\u{0}.",
        "h\u{0}.",
        "j\u{FF}\u{FF}\u{FF}\u{7F}.", "Na.", "(N]a.", "}(Nu.", "](NN", "NN.", "(N.", "\u{80}\u{9}N.", "c",
        "cos", "cos\nsystem",
        "\u{8C}\u{1}\u{FF}.",
    ])
    func brokenPickles(pickle: String) {
        guard case .malformed = Self.problem(Self.archive(Self.bytes(pickle))) else {
            Issue.record("\(pickle): \(String(describing: Self.problem(Self.archive(Self.bytes(pickle)))))")
            return
        }
    }

    @Test func tensorsBeyondTheirStorage() {
        func refused(_ problem: Problem?) -> Bool { if case .wrongStorage = problem { true } else { false } }
        let four = Self.storage(count: 4)
        #expect(refused(Self.tensorProblem(four, [5], [1])))
        #expect(refused(Self.tensorProblem(four, offset: 4, [1], [1])))
        #expect(refused(Self.tensorProblem(four, offset: .max, [1], [1])))
        #expect(refused(Self.tensorProblem(four, [2, 2], [3, 1])))
        #expect(refused(Self.tensorProblem(four, [2], [.max])))
        #expect(refused(Self.tensorProblem(four, [.max, .max], [.max, .max])))
        // 28,257,437,280 slots, as in pytorch#185443
        #expect(refused(Self.tensorProblem(four, [28_257_437_280], [1])))
        #expect(refused(Self.tensorProblem(Self.storage(count: 28_257_437_280), [1], [1])))
        #expect(refused(Self.tensorProblem(Self.storage(count: .max), [1], [1])))
        #expect(refused(Self.tensorProblem(four, [1], [1], bytes: 15)))
        #expect(refused(Self.tensorProblem(four, [1], [1], bytes: 17)))
        #expect(refused(Self.tensorProblem(Self.storage(key: "1", count: 4), [1], [1])))
        #expect(refused(Self.tensorProblem(Self.storage("DoubleStorage", count: 4), [4], [1])))
    }

    @Test func tensorsThatMakeNoSense() {
        let four = Self.storage(count: 4)
        for (shape, strides) in [
            ([-1], [1]), ([1], [-1]), ([1, 1], [1]), ([], [1]),
            (Array(repeating: 1, count: 65), Array(repeating: 1, count: 65)),
        ] {
            guard case .malformed = Self.tensorProblem(four, shape, strides) else {
                Issue.record("\(shape) \(strides)")
                continue
            }
        }
        #expect(Self.tensorProblem(four, offset: -1, [1], [1]) != nil)
        #expect(Self.tensorProblem(Self.storage(count: -1), [1], [1]) != nil)
        #expect(Self.tensorProblem(Self.storage("QUInt8Storage", count: 1), [1], [1]) != nil)
        // One number, expanded to 4 TB.
        guard case .tooLarge = Self.tensorProblem(four, [1 << 20, 1 << 20], [0, 0]) else {
            Issue.record("an expanded tensor")
            return
        }
    }

    @Test func depthCyclesAndSharing() {
        func refused(_ pickle: [UInt8]) -> Bool {
            if case .tooLarge = Self.problem(Self.archive(pickle)) { true } else { false }
        }
        func refused(_ pickle: String) -> Bool { refused(Self.bytes(pickle)) }
        #expect(refused("]q\u{0}h\u{0}a."))  // a list in itself
        #expect(refused("}q\u{0}\(Self.text("a"))h\u{0}s."))
        #expect(refused(String(repeating: "]", count: 100_000) + String(repeating: "a", count: 99_999) + "."))
        #expect(refused("N" + String(repeating: "\u{85}", count: 100_000) + "."))
        // Each of thirty tuples holds the one before it twice.
        #expect(refused("N" + String(repeating: "q\u{0}h\u{0}\u{86}", count: 30) + "."))
        #expect(refused([UInt8](repeating: UInt8(ascii: "N"), count: 2_100_000)))
        #expect(refused([UInt8](repeating: UInt8(ascii: "("), count: 2_100_000)))
    }

    /// What is reached a million times over, through small files.
    @Test func whatIsNamedAgainAndAgain() {
        func refused(_ pickle: String, storage: Bool = true) -> Bool {
            let file = Self.archive(Self.bytes(pickle), storages: storage ? ["0": Array(repeating: 0, count: 16)] : [:])
            if case .tooLarge = Self.problem(file) { return true } else { return false }
        }
        func long(_ count: Int) -> String {
            let length = (0..<4).map { String(Unicode.Scalar(UInt8(truncatingIfNeeded: count >> (8 * $0)))) }.joined()
            return "X" + length + String(repeating: "n", count: count)
        }
        func again(_ count: Int) -> String { String(repeating: "h\u{0}", count: count) }
        let tensor = Self.tensor(Self.storage(count: 4), [1], [1])
        // Ten thousand tensors in a dictionary whose name has a hundred thousand letters.
        #expect(!refused("}" + long(100_000) + "](" + tensor + "q\u{0}" + again(10) + "es."))
        #expect(refused("}" + long(100_000) + "](" + tensor + "q\u{0}" + again(10_000) + "es."))
        // A list of a thousand numbers, ten thousand times.
        let numbers = "](" + String(repeating: "K\u{1}", count: 1000) + "eq\u{0}"
        #expect(refused("](" + numbers + again(10_000) + "e.", storage: false))
        // A tensor expanded to 64 MB, a thousand times.
        let expanded = Self.tensor(Self.storage(count: 4), [1 << 12, 1 << 12], [0, 0])
        #expect(refused("](" + expanded + "q\u{0}" + again(1000) + "e."))
    }

    @Test func twoTensorsOfOneName() {
        let tensor = Self.tensor(Self.storage(count: 4), [1], [1])
        let pickle = Self.bytes("}(\(Self.text("a"))\(tensor)\(Self.text("a"))\(tensor)u.")
        let file = Self.archive(pickle, storages: ["0": Array(repeating: 0, count: 16)])
        #expect(Self.problem(file) == .duplicateName("a"))
    }

    // MARK: Archives

    @Test func otherFiles() {
        #expect(Self.problem([]) == .unknownFormat)
        #expect(Self.problem(Array("hello".utf8)) == .unknownFormat)
        #expect(Self.problem(Self.bytes("\u{80}\u{2}N.")) == .unknownFormat)
        #expect(Self.problem(Self.zip([("a/other", [])])) == .unknownFormat)
        #expect(Self.problem(Self.zip([("a/data.pkl", Self.bytes("N.")), ("a/constants.pkl", [])])) != nil)
        #expect(
            Self.problem(Self.zip([("a/data.pkl", Self.bytes("N.")), ("a/byteorder", Array("big".utf8))]))
                != nil)
        #expect(
            Self.problem(Self.zip([("a/data.pkl", Self.bytes("N.")), ("a/data.pkl", Self.bytes("N."))]))
                != nil)
        #expect(Self.problem(Self.zip([("a/data.pkl", Self.bytes("N."))])) == nil)
    }

    @Test func compressedMembersAreRefused() throws {
        var file = Self.archive(Self.bytes("N."))
        let directory = try #require(file.indices.first { file[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        file[directory + 10] = 8
        guard case .unsupported = Self.problem(file) else {
            Issue.record("a deflated member")
            return
        }
    }

    @Test(arguments: ["zip.pth", "legacy.pth"])
    func everyTruncationIsFound(name: String) throws {
        let whole = try fileBytes("\(PyTorchFileTests.folder)/\(name)")
        #expect(Self.problem(whole) == nil)
        for count in stride(from: whole.count - 1, through: 0, by: -97) {
            #expect(Self.problem(Array(whole[..<count])) != nil, "first \(count) bytes")
        }
    }

    @Test func everyFlippedBitOfATensorIsFound() throws {
        let whole = try fileBytes("\(PyTorchFileTests.folder)/zip.pth")
        let zip = try whole.withUnsafeBytes { try StoredZip($0) }
        for member in zip.members where member.name.contains("/data") && !member.range.isEmpty {
            var file = whole
            file[member.range.lowerBound + member.range.count / 2] ^= 1
            #expect(Self.problem(file) == .wrongChecksum(member: member.name))
        }
    }

    /// Whatever bytes come: an error, or tensors that lie in the file.
    @Test(arguments: ["zip.pth", "legacy.pth"], 0..<2 as Range<UInt64>)
    func mutatedFiles(name: String, seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let whole = try fileBytes("\(PyTorchFileTests.folder)/\(name)")
        // The checksum would hide the pickle of an archive: build the archive anew around a mutated one.
        let zip = name == "zip.pth" ? try whole.withUnsafeBytes { try StoredZip($0) } : nil
        let start = zip.map { zip in zip.members.first { $0.name.hasSuffix("data.pkl") }!.range } ?? 0..<6000
        for _ in 0..<1_500 {
            var file = zip == nil ? whole : Array(whole[start])
            let limit = zip == nil ? start.upperBound : file.count
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<min(limit, file.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: file[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: file[place] = UInt8.random(in: 0...255, using: &random)
                case 2: file.remove(at: place)
                default: file.insert(contentsOf: file[place..<min(place + 20, file.count)], at: place)
                }
            }
            if let zip {
                file = Self.zip(
                    zip.members.map {
                        ($0.name, $0.name.hasSuffix("data.pkl") ? file : Array(whole[$0.range]))
                    })
            }
            let content = file.withUnsafeBytes { try? PyTorchContent(of: $0) }
            for entry in (content?.entries ?? [:]).values {
                let range = try #require(content?.storages[entry.storage])
                #expect(range.upperBound <= file.count)
                #expect(try #require(entry.storageEnd) * entry.type.bitWidth <= range.count * 8)
            }
        }
    }
}
