/// What is wrong with a safetensors file, or with what should become one.
public struct SafetensorsError: Error, Equatable, Sendable {
    /// The file.
    public let path: String
    /// The tensor that the problem belongs to; `nil` when it concerns the whole file.
    public let tensor: String?
    /// What is wrong.
    public let problem: Problem

    /// The ways in which a file can break the format's rules.
    public enum Problem: Error, Equatable, Sendable {
        /// The file is shorter than the eight bytes that hold the header's length.
        case tooShort(fileSize: Int)
        /// The header's length is above the format's limit of 100 MB.
        case headerTooLong(length: UInt64)
        /// The header's length is above what the file holds.
        case headerBeyondEnd(length: UInt64, fileSize: Int)
        /// The header is not the JSON that the format asks for; `offset` counts bytes from the file's start.
        case malformedHeader(offset: Int, detail: String)
        /// More tensors, or metadata entries, than any network has.
        case tooManyEntries(limit: Int)
        /// Two tensors, or two metadata entries, have one name.
        case duplicateKey(String)
        /// The header lacks `dtype`, `shape` or `data_offsets`.
        case missingField(String)
        /// The element type is none of ``SafetensorsType``.
        case unknownType(String)
        /// More dimensions than LibTorch's tensors can have.
        case tooManyDimensions(limit: Int)
        /// The shape's size in bits does not fit 64 bits.
        case sizeOverflow(type: SafetensorsType, shape: [Int])
        /// Elements smaller than a byte do not fill the last byte.
        case partialByte(type: SafetensorsType, shape: [Int])
        /// The data's end lies before its start.
        case reversedOffsets(start: Int, end: Int)
        /// The data's length is not what type and shape need.
        case wrongLength(found: Int, expected: Int, type: SafetensorsType, shape: [Int])
        /// The data does not start where the data before it ends.
        case notContiguous(start: Int, expected: Int)
        /// The tensors' data and the file end at different places.
        case wrongFileSize(found: Int, expected: Int)
        /// The file has no tensor of that name.
        case noSuchTensor
        /// The name is the one that the format keeps for metadata.
        case reservedName
    }
}

extension SafetensorsError: CustomStringConvertible {
    /// One sentence: file, tensor, what is wrong and what would be right.
    public var description: String {
        let place = tensor.map { "\(path): tensor \($0.quotedForMessage)" } ?? path
        return "\(place): \(problem)"
    }
}

extension SafetensorsError.Problem: CustomStringConvertible {
    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .tooShort(let fileSize):
            "\(fileSize) bytes are too few for a safetensors file, which starts with the 8 bytes of its "
                + "header's length"
        case .headerTooLong(let length):
            "the header's length is given as \(length) bytes, the format allows "
                + "\(SafetensorsHeader.lengthLimit); this is not a safetensors file, or it is damaged"
        case .headerBeyondEnd(let length, let fileSize):
            "the header should have \(length) bytes, but the file has only \(fileSize); it is truncated, "
                + "or not a safetensors file"
        case .malformedHeader(let offset, let detail):
            "the header is malformed at byte \(offset): \(detail)"
        case .tooManyEntries(let limit):
            "more than \(limit) entries"
        case .duplicateKey(let key):
            "\(key.quotedForMessage) occurs twice; names must be unique"
        case .missingField(let field):
            "\"\(field)\" is missing; a tensor needs dtype, shape and data_offsets"
        case .unknownType(let name):
            "unknown dtype \(name.quotedForMessage); known are "
                + SafetensorsType.allCases.map(\.rawValue).joined(separator: ", ")
        case .tooManyDimensions(let limit):
            "more than \(limit) dimensions"
        case .sizeOverflow(let type, let shape):
            "\(type.rawValue) \(shape) is larger than any memory"
        case .partialByte(let type, let shape):
            "\(type.rawValue) \(shape) does not fill a whole number of bytes"
        case .reversedOffsets(let start, let end):
            "data_offsets [\(start), \(end)] end before they start"
        case .wrongLength(let found, let expected, let type, let shape):
            "\(type.rawValue) \(shape) takes \(expected) bytes, but \(found) were given"
        case .notContiguous(let start, let expected):
            start > expected
                ? "a hole: the data starts at \(start), but the data before it ends at \(expected)"
                : "an overlap: the data starts at \(start), before the end at \(expected) of the data before it"
        case .wrongFileSize(let found, let expected):
            found < expected
                ? "the file is truncated: \(found) of \(expected) bytes"
                : "\(found - expected) bytes follow the last tensor's data; there must be none"
        case .noSuchTensor:
            "the file has no such tensor"
        case .reservedName:
            "this name is reserved for the file's metadata"
        }
    }
}

extension String {
    /// The text in quotes, shortened, and with control characters escaped: a hostile file's words must not
    /// reach the terminal as they are.
    var quotedForMessage: String {
        let start = unicodeScalars.prefix(100)
        return start.endIndex == endIndex ? debugDescription : String(start).debugDescription + "..."
    }
}
