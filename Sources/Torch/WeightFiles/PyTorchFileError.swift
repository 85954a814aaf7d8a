/// What is wrong with a file that `torch.save` should have written.
public struct PyTorchFileError: Error, Equatable, Sendable {
    /// The file.
    public let path: String
    /// What is wrong.
    public let problem: Problem

    /// The ways in which such a file can be unusable.
    public enum Problem: Error, Equatable, Sendable {
        /// Neither of the two formats.
        case unknownFormat
        /// Bytes that break the format; `offset` counts from the start of the file, in the zip format of its
        /// member `data.pkl`.
        case malformed(offset: Int, detail: String)
        /// The file asks for a class or a function other than those that tensors are made of. Nothing is run.
        case forbidden(name: String)
        /// The file uses something that is not read.
        case unsupported(String)
        /// The file asks for more than any network needs.
        case tooLarge(String)
        /// A member of the archive does not have its checksum.
        case wrongChecksum(member: String)
        /// A tensor's numbers are not where the file says.
        case wrongStorage(key: String, detail: String)
        /// Two tensors have one name.
        case duplicateName(String)
        /// The file has no tensor of that name.
        case noSuchTensor(String)
    }
}

extension PyTorchFileError: CustomStringConvertible {
    /// One sentence: file, what is wrong and what would be right.
    public var description: String { "\(path): \(problem)" }
}

extension PyTorchFileError.Problem: CustomStringConvertible {
    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .unknownFormat:
            "not a file of torch.save: neither a zip archive with data.pkl nor the format before PyTorch 1.6"
        case .malformed(let offset, let detail):
            "malformed at byte \(offset): \(detail)"
        case .forbidden(let name):
            "the file asks for \(name.quotedForMessage), and only tensors in dictionaries and lists are read; "
                + "save model.state_dict() instead of the model"
        case .unsupported(let what):
            "\(what) is not supported"
        case .tooLarge(let what):
            "the file asks for \(what), more than any network needs"
        case .wrongChecksum(let member):
            "\(member.quotedForMessage) does not have its checksum: the file is damaged, or it was saved with "
                + "checksums turned off"
        case .wrongStorage(let key, let detail):
            "storage \(key.quotedForMessage): \(detail)"
        case .duplicateName(let name):
            "two tensors are called \(name.quotedForMessage)"
        case .noSuchTensor(let name):
            "the file has no tensor \(name.quotedForMessage)"
        }
    }
}
