import Glibc

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

    private let mapping: UnsafeRawBufferPointer

    /// Opens the file at `path` and checks it.
    ///
    /// - Throws: ``FileError`` when it cannot be read, ``SafetensorsError`` when it breaks a rule of the format.
    public init(path: String) throws {
        mapping = try Self.map(path)
        self.path = path
        do {
            let header = try SafetensorsHeader(of: mapping, path: path)
            entries = header.entries
            metadata = header.metadata
        } catch {
            Self.unmap(mapping)
            throw error
        }
    }

    deinit {
        Self.unmap(mapping)
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
        return try body(UnsafeRawBufferPointer(rebasing: mapping[entry.byteRange]))
    }

    private static func map(_ path: String) throws -> UnsafeRawBufferPointer {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(path: path, operation: "open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, operation: "examine") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw FileError(path: path, operation: "read", code: isFolder ? EISDIR : ESPIPE)
        }
        let size = Int(status.st_size)
        guard size > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw FileError(path: path, operation: "map")
        }
        return UnsafeRawBufferPointer(start: start, count: size)
    }

    private static func unmap(_ mapping: UnsafeRawBufferPointer) {
        guard let start = mapping.baseAddress else { return }
        munmap(UnsafeMutableRawPointer(mutating: start), mapping.count)
    }
}

// The mapping is read-only and lives as long as the object.
extension SafetensorsFile: @unchecked Sendable {}
