/// Writes safetensors files.
public enum Safetensors {
    /// A tensor to write.
    public struct Source {
        let type: SafetensorsType
        let shape: [Int]
        let withBytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

        /// A tensor of `type` and `shape` (row-major).
        ///
        /// `withBytes` is called once, when the tensor's turn has come, and passes its little-endian bytes to
        /// its argument, whole or in parts. A tensor that must be copied first, from a GPU or to make it
        /// contiguous, thus needs no memory before or after.
        public init(
            type: SafetensorsType, shape: [Int],
            withBytes: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
        ) {
            precondition(shape.allSatisfy { $0 >= 0 }, "sizes are not negative: \(shape)")
            self.type = type
            self.shape = shape
            self.withBytes = withBytes
        }
    }

    /// Writes `tensors`, by name, and `metadata` to the file at `path`.
    ///
    /// The file appears whole or not at all (see ``AtomicFile``). Equal input gives equal bytes, those of the
    /// reference implementation: tensors ordered by type, the widest first, then by name; the header padded
    /// with spaces to a multiple of 8 bytes, so that all data is aligned. Metadata is ordered by key.
    ///
    /// - Throws: ``FileError`` (a full disk, for example), ``SafetensorsError`` for a tensor that the format
    ///   cannot hold or whose source gave another number of bytes than its shape needs; what a source throws.
    public static func write(
        _ tensors: [String: Source], metadata: [String: String] = [:], to path: String
    ) throws {
        let layout = try layOut(tensors, path: path)
        let header = header(layout, metadata: metadata)
        guard header.count <= SafetensorsHeader.lengthLimit else {
            throw SafetensorsError(
                path: path, tensor: nil, problem: .headerTooLong(length: UInt64(header.count)))
        }
        try AtomicFile.write(to: path) { file in
            try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
            try header.withUnsafeBytes { try file.write($0) }
            for tensor in layout {
                var written = 0
                try tensor.source.withBytes { bytes in
                    written += bytes.count
                    try file.write(bytes)
                }
                guard written == tensor.byteRange.count else {
                    throw SafetensorsError(
                        path: path, tensor: tensor.name,
                        problem: .wrongLength(
                            found: written, expected: tensor.byteRange.count, type: tensor.source.type,
                            shape: tensor.source.shape))
                }
            }
        }
    }

    private typealias Placed = (name: String, source: Source, byteRange: Range<Int>)

    private static func layOut(_ tensors: [String: Source], path: String) throws(SafetensorsError) -> [Placed] {
        let rank = Dictionary(uniqueKeysWithValues: zip(SafetensorsType.allCases, 0...))
        let ordered = tensors.sorted { left, right in
            let (leftRank, rightRank) = (rank[left.value.type]!, rank[right.value.type]!)
            return leftRank == rightRank
                ? left.key.utf8.lexicographicallyPrecedes(right.key.utf8) : leftRank > rightRank
        }
        var end = 0
        var layout: [Placed] = []
        for (name, source) in ordered {
            do throws(SafetensorsError.Problem) {
                guard name != SafetensorsHeader.metadataKey else { throw .reservedName }
                guard source.shape.count <= SafetensorsHeader.dimensionLimit else {
                    throw .tooManyDimensions(limit: SafetensorsHeader.dimensionLimit)
                }
                let size = try source.type.byteCount(shape: source.shape)
                layout.append((name, source, end..<end + size))
                end += size
            } catch {
                throw SafetensorsError(path: path, tensor: name, problem: error)
            }
        }
        return layout
    }

    private static func header(_ layout: [Placed], metadata: [String: String]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\(quoted(SafetensorsHeader.metadataKey)):{\(pairs.joined(separator: ","))}")
        }
        for (name, source, range) in layout {
            let shape = source.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(quoted(name)):{\"dtype\":\"\(source.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}")
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        return header
    }

    /// `string` as JSON, escaped only where JSON demands it.
    private static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
