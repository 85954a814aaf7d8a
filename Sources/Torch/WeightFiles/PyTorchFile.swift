/// The tensors of a file that `torch.save` wrote, such as a `.pth` or `.pt` file with a state dictionary.
///
/// The file is read as data. Nothing in it is run, whatever it asks for, and what it claims about sizes is
/// checked against its bytes before memory is taken. Both formats are read: the zip archive, and the one
/// before PyTorch 1.6. The file must not be shortened while it is open.
public final class PyTorchFile {
    /// A tensor in the file: a view of a storage, which tensors may share.
    public struct Entry: Equatable, Sendable {
        /// The elements' type.
        public let type: SafetensorsType
        /// The sizes of the dimensions; empty for a single number.
        public let shape: [Int]
        /// How many elements of the storage lie between neighbours along each dimension.
        public let strides: [Int]
        /// The first element's place in the storage.
        public let offset: Int
        /// The storage's key. Tied tensors have one storage.
        public let storage: String
        /// Whether the tensor was saved as a parameter.
        public internal(set) var isParameter = false
    }

    /// The file's path, as given.
    public let path: String

    /// The tensors by name. Those in dictionaries and lists inside others are called `outer.inner`; a file that
    /// is one tensor has it under the empty name. Whatever is not a tensor is left out.
    public let entries: [String: Entry]

    private let file: MappedFile
    private let storages: [String: Range<Int>]

    /// Opens the file at `path` and checks it.
    ///
    /// - Throws: ``FileError`` when it cannot be read, ``PyTorchFileError`` when it is no such file or asks for
    ///   more than tensors.
    public init(path: String) throws {
        self.path = path
        file = try MappedFile(path: path)
        do {
            (entries, storages) = try Self.read(file.bytes)
        } catch {
            throw PyTorchFileError(path: path, problem: error)
        }
    }

    /// Calls `body` with the bytes of the tensor `name`, little-endian and in row-major order, which are valid
    /// only during the call.
    ///
    /// - Throws: ``PyTorchFileError`` when there is no such tensor; what `body` throws.
    public func withBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        guard let entry = entries[name] else {
            throw PyTorchFileError(path: path, problem: .noSuchTensor(name))
        }
        let storage = UnsafeRawBufferPointer(rebasing: file.bytes[storages[entry.storage]!])
        guard !entry.isContiguous else {
            let start = entry.byteCount == 0 ? 0 : entry.offset * entry.elementSize
            return try body(UnsafeRawBufferPointer(rebasing: storage[start..<start + entry.byteCount]))
        }
        return try entry.gathered(from: storage).withUnsafeBytes(body)
    }

    // MARK: Reading

    private typealias Problem = PyTorchFileError.Problem
    typealias Content = (entries: [String: Entry], storages: [String: Range<Int>])

    static func read(_ file: UnsafeRawBufferPointer) throws(PyTorchFileError.Problem) -> Content {
        if StoredZip.isZip(file) { return try readZip(file) }
        if let start = legacyStart(file) { return try readLegacy(file, from: start) }
        throw .unknownFormat
    }

    private static func readZip(_ file: UnsafeRawBufferPointer) throws(Problem) -> Content {
        let zip = try StoredZip(file)
        for member in zip.members {
            guard CRC32.checksum(.init(rebasing: file[member.range])) == member.checksum else {
                throw .wrongChecksum(member: member.name)
            }
        }
        // All names start with a folder that is named after the file.
        let members = Dictionary(
            zip.members.map { ($0.name.split(separator: "/").dropFirst().joined(separator: "/"), $0.range) },
            uniquingKeysWith: { first, _ in first })
        guard let pickleRange = members["data.pkl"] else { throw .unknownFormat }
        if members["constants.pkl"] != nil { throw .unsupported("a TorchScript archive") }
        if let order = members["byteorder"], !file[order].elementsEqual("little".utf8) {
            throw .unsupported("a file from a big-endian machine")
        }
        var pickle = PyTorchPickle(ByteReader(.init(rebasing: file[pickleRange])))
        let root = try pickle.run()
        var storages: [String: Range<Int>] = [:]
        for (key, storage) in pickle.storages {
            guard let range = members["data/\(key)"] else {
                throw .wrongStorage(key: key, detail: "it is missing")
            }
            guard range.count == storage.byteCount else {
                throw .wrongStorage(
                    key: key, detail: "it has \(range.count) bytes, but should have \(storage.byteCount)")
            }
            storages[key] = range
        }
        return (try entries(of: root, in: pickle, fileSize: file.count), storages)
    }

    /// The place after the pickled magic number that the format before PyTorch 1.6 starts with.
    private static func legacyStart(_ file: UnsafeRawBufferPointer) -> Int? {
        let magic: [UInt8] = [
            0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
        ]
        guard file.first == 0x80 else { return nil }
        // The protocol comes before it, and from protocol 4 on a frame.
        return (2...11).first { file.dropFirst($0).starts(with: magic) }.map { $0 + magic.count }
    }

    /// Pickles of the format's version, of facts about the machine, of the object and of the storages' keys;
    /// then each storage: its number of elements (8 bytes) and the elements.
    private static func readLegacy(_ file: UnsafeRawBufferPointer, from start: Int) throws(Problem) -> Content {
        var version = PyTorchPickle(ByteReader(file, at: start))
        guard case .int(1001) = try version.run() else { throw .unsupported("this version of the format") }
        var machine = PyTorchPickle(version.reader)
        if case .object(let index) = try machine.run(), case .dictionary(let facts) = machine.objects[index] {
            for case (.text("little_endian"), .bool(false)) in facts {
                throw .unsupported("a file from a big-endian machine")
            }
        }
        var pickle = PyTorchPickle(machine.reader)
        let root = try pickle.run()
        var keys = PyTorchPickle(pickle.reader)
        guard case .object(let index) = try keys.run(), case .list(let list) = keys.objects[index] else {
            throw .malformed(offset: keys.reader.position, detail: "the list of storages is missing")
        }
        var reader = keys.reader
        var storages: [String: Range<Int>] = [:]
        for item in list {
            guard case .text(let key) = item, let storage = pickle.storages[key], storages[key] == nil else {
                throw .malformed(offset: reader.position, detail: "a storage that no tensor has")
            }
            let count = try reader.readCount(Int64.self)
            guard count == storage.count else {
                throw .wrongStorage(
                    key: key, detail: "it has \(count) elements, but should have \(storage.count)")
            }
            let begin = reader.position
            _ = try reader.take(storage.byteCount)
            storages[key] = begin..<reader.position
        }
        for key in pickle.storages.keys where storages[key] == nil {
            throw .wrongStorage(key: key, detail: "it is missing")
        }
        return (try entries(of: root, in: pickle, fileSize: file.count), storages)
    }

    // MARK: Names

    /// Dictionaries inside dictionaries: more than any checkpoint has.
    private static let depthLimit = 32
    private static let nodeLimit = 1_000_000

    /// The tensors that can be reached from `root`, by name.
    private static func entries(
        of root: PyTorchPickle.Item, in pickle: PyTorchPickle, fileSize: Int
    ) throws(Problem) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        var visited = 0

        func visit(_ item: PyTorchPickle.Item, name: String, depth: Int) throws(Problem) {
            guard case .object(let index) = item else { return }
            visited += 1
            guard depth <= depthLimit, visited <= nodeLimit else {
                throw .tooLarge("more than \(depthLimit) levels or \(nodeLimit) containers")
            }
            func visitChild(_ child: PyTorchPickle.Item, _ key: some CustomStringConvertible) throws(Problem) {
                guard case .object = child else { return }
                try visit(child, name: depth == 0 ? "\(key)" : "\(name).\(key)", depth: depth + 1)
            }
            switch pickle.objects[index] {
            case .dictionary(let pairs):
                for (key, value) in pairs {
                    switch key {
                    case .text(let text): try visitChild(value, text)
                    case .int(let number): try visitChild(value, number)
                    default: break
                    }
                }
            case .list(let items), .tuple(let items):
                for (index, value) in items.enumerated() { try visitChild(value, index) }
            case .tensor(let entry):
                // An expanded tensor's elements share memory; written out, they must not outgrow the file by far.
                guard entry.byteCount <= fileSize + 100_000_000 else {
                    throw .tooLarge("a tensor \(entry.shape) in a file of \(fileSize) bytes")
                }
                guard entries.updateValue(entry, forKey: name) == nil else { throw .duplicateName(name) }
            }
        }

        try visit(root, name: "", depth: 0)
        return entries
    }
}

extension PyTorchFile.Entry {
    fileprivate var elementSize: Int { type.bitWidth / 8 }

    /// The number of bytes that the elements take in row-major order; `Int.max` if that is more.
    fileprivate var byteCount: Int { (try? type.byteCount(shape: shape)) ?? .max }

    /// The place after the last element in the storage; `nil` when it overflows.
    var storageEnd: Int? {
        guard !shape.contains(0) else { return 0 }
        var last = offset
        for (size, stride) in zip(shape, strides) {
            let (distance, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, carry) = last.addingReportingOverflow(distance)
            guard !overflow, !carry else { return nil }
            last = sum
        }
        return last == .max ? nil : last + 1
    }

    fileprivate var isContiguous: Bool {
        guard !shape.contains(0) else { return true }
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size > 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }

    /// The elements in row-major order.
    fileprivate func gathered(from storage: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(byteCount)
        var index = Array(repeating: 0, count: shape.count)
        var place = offset
        while result.count < byteCount {
            result.append(contentsOf: storage[place * elementSize..<(place + 1) * elementSize])
            // The next index in row-major order, and its place.
            for dimension in shape.indices.reversed() {
                index[dimension] += 1
                place += strides[dimension]
                if index[dimension] < shape[dimension] { break }
                place -= strides[dimension] * shape[dimension]
                index[dimension] = 0
            }
        }
        return result
    }
}

// The mapping is read-only.
extension PyTorchFile: @unchecked Sendable {}
