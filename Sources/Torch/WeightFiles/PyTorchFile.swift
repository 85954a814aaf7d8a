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
    public var entries: [String: Entry] { content.entries }

    /// The names of the dictionaries inside the file's dictionary, such as `state_dict`.
    public var dictionaries: Set<String> { content.dictionaries }

    /// What dictionaries hold besides tensors, dictionaries and lists, such as `epoch`, as short texts by name.
    public var values: [String: String] { content.values }

    private let file: MappedFile
    private let content: PyTorchContent

    /// Opens the file at `path` and checks it.
    ///
    /// - Throws: ``FileError`` when it cannot be read, ``PyTorchFileError`` when it is no such file or asks for
    ///   more than tensors.
    public init(path: String) throws {
        self.path = path
        file = try MappedFile(path: path)
        do {
            content = try PyTorchContent(of: file.bytes)
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
        return try content.withBytes(of: entry, in: file.bytes, body)
    }
}

// The mapping is read-only.
extension PyTorchFile: @unchecked Sendable {}
