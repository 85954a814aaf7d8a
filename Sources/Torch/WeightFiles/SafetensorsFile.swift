/// A safetensors file, opened for reading by memory map: nothing but the header is read before a tensor is.
///
/// All rules of the format are checked on opening; a file that breaks one is refused. The file must not be
/// shortened while it is open (replacing it by renaming, as ``Safetensors/write(_:metadata:to:)`` does, is
/// fine): touching a page that is gone ends the process.
public final class SafetensorsFile {
    /// A tensor in the file.
    public struct Entry: Equatable, Sendable {
        /// The elements' type.
        public let type: SafetensorsType
        /// The sizes of the dimensions; empty for a single number.
        public let shape: [Int]
        /// Where the elements lie, little-endian and in row-major order: byte offsets from the file's start.
        public let byteRange: Range<Int>
    }

    /// The file's path, as given.
    public let path: String
    /// The tensors by name.
    public let entries: [String: Entry]
    /// The free text that the writer added: key and value.
    public let metadata: [String: String]

    private let file: MappedFile

    /// Opens the file at `path` and checks it.
    ///
    /// - Throws: ``FileError`` when it cannot be read, ``SafetensorsError`` when it breaks a rule of the format.
    public init(path: String) throws {
        self.path = path
        file = try MappedFile(path: path)
        let header = try SafetensorsHeader(of: file.bytes, path: path)
        entries = header.entries
        metadata = header.metadata
    }

    /// Calls `body` with the bytes of the tensor `name`, which are valid only during the call.
    ///
    /// They are aligned to the element type in files of the reference implementation and of ours; the format
    /// does not promise it.
    ///
    /// - Throws: ``SafetensorsError`` when there is no such tensor; what `body` throws.
    public func withBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        guard let entry = entries[name] else {
            throw SafetensorsError(path: path, tensor: name, problem: .noSuchTensor)
        }
        return try body(UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange]))
    }
}

// The mapping is read-only.
extension SafetensorsFile: @unchecked Sendable {}
