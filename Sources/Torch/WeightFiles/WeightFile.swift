/// The weights in a file of any format that is read: safetensors, or what `torch.save` wrote. Its first bytes tell
/// which, not its name.
public struct WeightFile {
    /// What is known of a tensor without reading it.
    public struct Entry: Equatable, Sendable {
        /// The elements' type.
        public let type: SafetensorsType
        /// The sizes of the dimensions; empty for a single number.
        public let shape: [Int]
    }

    /// How a file is written.
    public enum Format: String, Sendable {
        /// The safetensors format.
        case safetensors
        /// What `torch.save` writes: a pickle, in either of its formats.
        case pyTorch = "torch.save"
    }

    /// The file's path, as given.
    public let path: String
    /// How it is written.
    public let format: Format
    /// What all names of weights begin with in the file, such as `state_dict`; nil when nothing.
    public let key: String?
    /// The weights by name, without the key.
    public let entries: [String: Entry]
    /// Names of weights that are the same memory in the file, such as those of tied layers.
    public let tied: [[String]]
    /// What else is in the file, a line each, such as `epoch: 7` and `optimizer: 12 tensors, 9 values`.
    public let leftOut: [String]
    /// The free text in a safetensors file.
    public let metadata: [String: String]

    private let file: Reader

    private enum Reader {
        case safetensors(SafetensorsFile)
        case pyTorch(PyTorchFile)
    }

    /// Opens the file at `path` and checks it.
    ///
    /// - Parameter key: the dictionary in the file that holds the weights (`state_dict`, `ema.model`), or any text
    ///   that their names begin with, followed by a dot. By default the first that the file has of `state_dict`,
    ///   `model_state_dict`, `model`, `net`, `network` and `weights`, and otherwise the file's own dictionary.
    /// - Throws: ``FileError``, ``SafetensorsError`` or ``PyTorchFileError`` when it cannot be read, and
    ///   ``WeightFileError`` when nothing has that key or it is in none of the formats.
    public init(path: String, key: String? = nil) throws {
        self.path = path
        let all: [String: Entry]
        let storages: [String: String]
        var (values, dictionaries) = ([String: String](), Set<String>())
        let isPyTorch = try Self.isPyTorch(path)
        if isPyTorch {
            let opened = try PyTorchFile(path: path)
            all = opened.entries.mapValues { Entry(type: $0.type, shape: $0.shape) }
            storages = opened.entries.filter { !$0.value.shape.contains(0) }
                .mapValues { "\($0.storage) \($0.offset) \($0.strides) \($0.shape) \($0.type)" }
            (values, dictionaries) = (opened.values, opened.dictionaries)
            (format, metadata, file) = (.pyTorch, [:], .pyTorch(opened))
        } else {
            let opened = try SafetensorsFile(path: path)
            all = opened.entries.mapValues { Entry(type: $0.type, shape: $0.shape) }
            storages = [:]
            (format, metadata, file) = (.safetensors, opened.metadata, .safetensors(opened))
        }
        let chosen = key ?? Self.usualKeys.first { dictionaries.contains($0) && all.keys.hasAny(in: $0) }
        self.key = chosen
        guard let chosen else {
            (entries, leftOut) = (all, Self.summary(tensors: [], values: values, beside: nil))
            tied = Self.groups(of: storages)
            return
        }
        guard all.keys.hasAny(in: chosen) else {
            throw WeightFileError.noSuchKey(chosen, path: path, known: Self.heads(of: all.keys))
        }
        func inner<Value>(_ values: [String: Value]) -> [String: Value] {
            Dictionary(
                uniqueKeysWithValues: values.compactMap { name, value in
                    name.isInside(chosen) ? (String(name.dropFirst(chosen.count + 1)), value) : nil
                })
        }
        entries = inner(all)
        tied = Self.groups(of: inner(storages))
        leftOut = Self.summary(
            tensors: all.keys.filter { !$0.isInside(chosen) }, values: values.filter { !$0.key.isInside(chosen) },
            beside: chosen)
    }

    /// Calls `body` with the bytes of a tensor, little-endian and in row-major order, which are valid only during
    /// the call.
    ///
    /// - Throws: an error when there is no such tensor; what `body` throws.
    public func withBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let name = key.map { "\($0).\(name)" } ?? name
        return switch file {
        case .safetensors(let file): try file.withBytes(of: name, body)
        case .pyTorch(let file): try file.withBytes(of: name, body)
        }
    }

    // MARK: Looking into the file

    /// Where training programs put a network's state dictionary.
    private static let usualKeys = ["state_dict", "model_state_dict", "model", "net", "network", "weights"]

    private static func isPyTorch(_ path: String) throws -> Bool {
        let file = try MappedFile(path: path)
        return try withExtendedLifetime(file) {
            if PyTorchContent.isPyTorch(file.bytes) { return true }
            // Whoever says that it is safetensors gets to know what is wrong with it.
            guard path.hasSuffix(".safetensors") || file.bytes.count > 8 && file.bytes[8] == UInt8(ascii: "{") else {
                throw WeightFileError.unknownFormat(path: path)
            }
            return false
        }
    }

    /// Names that have the same value, by group.
    private static func groups(of storages: [String: String]) -> [[String]] {
        Dictionary(grouping: storages.keys) { storages[$0]! }.values.filter { $0.count > 1 }.map { $0.sorted() }
            .sorted { $0[0] < $1[0] }
    }

    private static func heads(of names: some Sequence<String>) -> [String] {
        Set(names.map { String($0.prefix { $0 != "." }) }).sorted()
    }

    /// A line for each thing that lies beside the dictionary `key`, or beside a dictionary around it.
    private static func summary(
        tensors: [String], values: [String: String], beside key: String?
    ) -> [String] {
        let path = key?.split(separator: ".") ?? []
        func group(_ name: String) -> String {
            let parts = name.split(separator: ".")
            let common = zip(parts, path).prefix { $0 == $1 }.count
            return parts.prefix(common + 1).joined(separator: ".")
        }
        let tensorCounts = Dictionary(grouping: tensors, by: group).mapValues(\.count)
        let valueNames = Dictionary(grouping: values.keys, by: group)
        return Set(tensorCounts.keys).union(valueNames.keys).sorted().map { name in
            if let value = values[name] { return "\(name): \(value)" }
            let counts = [(tensorCounts[name] ?? 0, "tensor"), (valueNames[name]?.count ?? 0, "value")]
            return "\(name): "
                + counts.filter { $0.0 > 0 }.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
        }
    }
}

extension String {
    fileprivate func isInside(_ key: String) -> Bool { hasPrefix(key) && dropFirst(key.count).first == "." }
}

extension Dictionary<String, WeightFile.Entry>.Keys {
    fileprivate func hasAny(in key: String) -> Bool { contains { $0.isInside(key) } }
}

/// Why a file's weights cannot be used.
public enum WeightFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is in none of the formats that are read.
    case unknownFormat(path: String)
    /// No tensor's name begins with the key; `known` are the beginnings that there are.
    case noSuchKey(String, path: String, known: [String])

    /// One line: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .unknownFormat(let path):
            "\(path): neither a safetensors file nor one that torch.save wrote"
        case .noSuchKey(let key, let path, let known):
            "\(path): no tensor lies in \(key.quotedForMessage); there are "
                + known.prefix(20).map(\.quotedForMessage).joined(separator: ", ") + (known.count > 20 ? " ..." : "")
        }
    }
}

// MARK: As tensors

extension WeightFile {
    /// A tensor of the file, copied to the CPU.
    ///
    /// - Throws: an error when there is no such tensor, and ``TorchError`` when its type is one that ``DType`` lacks.
    public func tensor(_ name: String) throws -> Tensor {
        try withBytes(of: name) { bytes in
            let entry = entries[name]!
            return try Tensor(copying: bytes, shape: entry.shape, type: entry.type, of: "\(path): tensor \(name)")
        }
    }

    /// All tensors of the file, copied to the CPU.
    public func tensors() throws -> [String: Tensor] {
        try Dictionary(uniqueKeysWithValues: entries.keys.map { ($0, try tensor($0)) })
    }
}
