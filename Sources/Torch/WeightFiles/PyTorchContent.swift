/// What a file of `torch.save` holds. Nothing is copied: the tensors' bytes stay in the file.
struct PyTorchContent {
    private(set) var entries: [String: PyTorchFile.Entry] = [:]
    private(set) var dictionaries: Set<String> = []
    private(set) var values: [String: String] = [:]
    /// Where the storages lie in the file, by key.
    private(set) var storages: [String: Range<Int>] = [:]

    typealias Problem = PyTorchFileError.Problem

    init(of file: UnsafeRawBufferPointer) throws(Problem) {
        if StoredZip.isZip(file) {
            try readZip(file)
        } else if let start = Self.legacyStart(file) {
            try readLegacy(file, from: start)
        } else {
            throw .unknownFormat
        }
    }

    static func isPyTorch(_ file: UnsafeRawBufferPointer) -> Bool {
        StoredZip.isZip(file) || legacyStart(file) != nil
    }

    /// Calls `body` with a tensor's bytes, in row-major order.
    func withBytes<Result>(
        of entry: PyTorchFile.Entry, in file: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let storage = UnsafeRawBufferPointer(rebasing: file[storages[entry.storage]!])
        guard !entry.isContiguous else {
            let start = entry.byteCount == 0 ? 0 : entry.offset * entry.elementSize
            return try body(UnsafeRawBufferPointer(rebasing: storage[start..<start + entry.byteCount]))
        }
        return try entry.gathered(from: storage).withUnsafeBytes(body)
    }

    // MARK: Formats

    private mutating func readZip(_ file: UnsafeRawBufferPointer) throws(Problem) {
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
        try collect(root, in: pickle, fileSize: file.count)
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
    private mutating func readLegacy(_ file: UnsafeRawBufferPointer, from start: Int) throws(Problem) {
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
        try collect(root, in: pickle, fileSize: file.count)
    }

    // MARK: Names

    /// Dictionaries inside dictionaries: more than any checkpoint has.
    private static let depthLimit = 32
    /// Tensors, containers and values, each counted as often as it can be reached.
    private static let nodeLimit = 2_000_000
    /// A long key could be part of many names. In bytes; what safetensors allows for a whole header.
    private static let nameLimit = 100_000_000

    /// Names the tensors, dictionaries and values that can be reached from `root`.
    private mutating func collect(
        _ root: PyTorchPickle.Item, in pickle: PyTorchPickle, fileSize: Int
    ) throws(Problem) {
        var (nodes, nameBytes, tensorBytes) = (0, 0, 0)

        func visit(_ item: PyTorchPickle.Item, name: String, depth: Int) throws(Problem) {
            guard case .object(let index) = item else { return }
            guard depth <= Self.depthLimit else { throw .tooLarge("more than \(Self.depthLimit) levels") }
            func count(_ children: Int) throws(Problem) {
                nodes += children
                guard nodes <= Self.nodeLimit else { throw .tooLarge("more than \(Self.nodeLimit) values") }
            }
            func childName(_ key: String) throws(Problem) -> String {
                let child = depth == 0 ? key : "\(name).\(key)"
                nameBytes += child.utf8.count
                guard nameBytes <= Self.nameLimit else {
                    throw .tooLarge("names of more than \(Self.nameLimit) bytes together")
                }
                return child
            }
            switch pickle.objects[index] {
            case .dictionary(let pairs):
                try count(pairs.count)
                if depth > 0 { dictionaries.insert(name) }
                for (key, value) in pairs {
                    let text: String
                    switch key {
                    case .text(let key): text = key
                    case .int(let number): text = String(number)
                    default: continue
                    }
                    if case .object = value {
                        try visit(value, name: try childName(text), depth: depth + 1)
                    } else if let summary = value.summary {
                        values[try childName(text)] = summary
                    }
                }
            case .list(let items), .tuple(let items):
                try count(items.count)
                for (index, value) in items.enumerated() {
                    guard case .object = value else { continue }
                    try visit(value, name: try childName(String(index)), depth: depth + 1)
                }
            case .tensor(let entry):
                // An expanded tensor's elements share memory; written out, they must not outgrow the file by far.
                let (sum, overflow) = tensorBytes.addingReportingOverflow(entry.byteCount)
                guard !overflow, entry.byteCount <= fileSize + 100_000_000, sum / 16 <= fileSize + 100_000_000 else {
                    throw .tooLarge("a tensor \(entry.shape) in a file of \(fileSize) bytes")
                }
                tensorBytes = sum
                guard entries.updateValue(entry, forKey: name) == nil else { throw .duplicateName(name) }
            }
        }

        try visit(root, name: "", depth: 0)
    }
}

extension PyTorchPickle.Item {
    /// The value for people, shortened; nil for what is not a value.
    fileprivate var summary: String? {
        switch self {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .text(let value): value.quotedForMessage
        case .global, .storage, .object: nil
        }
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
