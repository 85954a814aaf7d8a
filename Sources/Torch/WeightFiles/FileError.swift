import Glibc

/// A failed operation on a file: which, on what, and the system's reason.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file that was to be read or written.
    public let path: String
    /// What failed: "open", "write", "rename" ...
    public let operation: String
    /// The system's error number.
    public let code: Int32

    /// Makes the error of a failed `operation` on `path`; `code` is the current `errno` unless given.
    public init(path: String, operation: String, code: Int32 = errno) {
        self.path = path
        self.operation = operation
        self.code = code
    }

    /// Whether the volume, or the user's share of it, is full.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    /// One sentence: file, what failed, why, and for a full disk what has become of the old file.
    public var description: String {
        let reason = String(cString: strerror(code))
        let consequence = isDiskFull ? "; free some space (a file that was there before is unchanged)" : ""
        return "\(path): cannot \(operation): \(reason)\(consequence)"
    }
}
