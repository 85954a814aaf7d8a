/// The header of a safetensors file: what it holds and where.
///
/// A file is the header's length (8 bytes, little-endian), the header (JSON), and the tensors' bytes without a
/// gap between them. Format: <https://github.com/huggingface/safetensors>.
struct SafetensorsHeader {
    /// What the format allows, in bytes.
    static let lengthLimit = 100_000_000
    /// Ours, ten times what the largest networks need: a header of small entries would otherwise grow tenfold
    /// in memory.
    static let entryLimit = 1_000_000
    /// What LibTorch's tensors can have.
    static let dimensionLimit = 64
    static let metadataKey = "__metadata__"

    /// Byte ranges count from the file's start.
    private(set) var entries: [String: SafetensorsFile.Entry] = [:]
    private(set) var metadata: [String: String] = [:]

    /// Reads and checks the header of the whole `file`; `path` only names it in errors.
    init(of file: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
        var tensor: String?
        do {
            let length = try Self.length(in: file)
            let dataStart = 8 + length
            var scanner = SafetensorsHeaderScanner(Array(file[8..<dataStart]), origin: 8)
            guard file.count > 8, file[8] == UInt8(ascii: "{") else {
                throw Problem.malformedHeader(offset: 8, detail: "a header starts with {")
            }
            var hasMetadata = false
            try scanner.readObject { name, scanner in
                if name == Self.metadataKey {
                    guard !hasMetadata else { throw Problem.duplicateKey(name) }
                    hasMetadata = true
                    try readMetadata(&scanner)
                } else {
                    tensor = name
                    try readEntry(name, &scanner, dataStart: dataStart)
                    tensor = nil
                }
            }
            try scanner.readEnd()
            var end = dataStart
            for (name, entry) in entries.sorted(by: { $0.value.precedesInFile($1.value) }) {
                tensor = name
                guard entry.byteRange.lowerBound == end else {
                    throw Problem.notContiguous(
                        start: entry.byteRange.lowerBound - dataStart, expected: end - dataStart)
                }
                end = entry.byteRange.upperBound
            }
            tensor = nil
            guard end == file.count else {
                throw Problem.wrongFileSize(found: file.count, expected: end)
            }
        } catch let problem as Problem {
            throw SafetensorsError(path: path, tensor: tensor, problem: problem)
        } catch {
            preconditionFailure("the scanner throws problems only, not \(error)")
        }
    }

    private typealias Problem = SafetensorsError.Problem

    private static func length(in file: UnsafeRawBufferPointer) throws(Problem) -> Int {
        guard file.count >= 8 else { throw .tooShort(fileSize: file.count) }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= lengthLimit else { throw .headerTooLong(length: length) }
        guard length <= file.count - 8 else {
            throw .headerBeyondEnd(length: length, fileSize: file.count)
        }
        return Int(length)
    }

    private mutating func readMetadata(_ scanner: inout SafetensorsHeaderScanner) throws {
        try scanner.readObject { key, scanner in
            let value = try scanner.readString()
            guard metadata.updateValue(value, forKey: key) == nil else { throw Problem.duplicateKey(key) }
        }
    }

    private mutating func readEntry(
        _ name: String, _ scanner: inout SafetensorsHeaderScanner, dataStart: Int
    ) throws {
        var type: SafetensorsType?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.readObject { field, scanner in
            switch field {
            case "dtype" where type == nil:
                let typeName = try scanner.readString()
                type = SafetensorsType(rawValue: typeName)
                if type == nil { throw Problem.unknownType(typeName) }
            case "shape" where shape == nil:
                shape = try scanner.readCounts(limit: Self.dimensionLimit)
            case "data_offsets" where offsets == nil:
                offsets = try scanner.readCounts(limit: Self.dimensionLimit)
            case "dtype", "shape", "data_offsets":
                throw Problem.duplicateKey(field)
            default:
                throw scanner.malformed(
                    "unknown field \(field.quotedForMessage); known are dtype, shape, data_offsets")
            }
        }
        guard let type else { throw Problem.missingField("dtype") }
        guard let shape else { throw Problem.missingField("shape") }
        guard let offsets else { throw Problem.missingField("data_offsets") }
        guard offsets.count == 2 else {
            throw scanner.malformed("data_offsets needs two numbers, start and end")
        }
        let (start, end) = (offsets[0], offsets[1])
        guard start <= end else { throw Problem.reversedOffsets(start: start, end: end) }
        let expected = try type.byteCount(shape: shape)
        guard end - start == expected else {
            throw Problem.wrongLength(found: end - start, expected: expected, type: type, shape: shape)
        }
        let (fileEnd, overflow) = end.addingReportingOverflow(dataStart)
        guard !overflow else { throw Problem.sizeOverflow(type: type, shape: shape) }
        let entry = SafetensorsFile.Entry(type: type, shape: shape, byteRange: dataStart + start..<fileEnd)
        guard entries.updateValue(entry, forKey: name) == nil else { throw Problem.duplicateKey(name) }
    }
}

extension SafetensorsFile.Entry {
    /// Empty tensors come before the one that starts at the same place.
    fileprivate func precedesInFile(_ other: Self) -> Bool {
        (byteRange.lowerBound, byteRange.upperBound) < (
            other.byteRange.lowerBound, other.byteRange.upperBound
        )
    }
}
