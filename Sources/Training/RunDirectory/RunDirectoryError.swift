import Foundation

/// What can go wrong with a run's folder; every case names the path.
public enum RunDirectoryError: Error, Equatable, CustomStringConvertible {
    /// No space is left on the disk (or in the quota).
    case diskFull(path: String)
    /// The file or folder cannot be written for another reason.
    case notWritable(path: String, reason: String)
    /// The file or folder cannot be read.
    case notReadable(path: String, reason: String)
    /// The file's content is not what the project writes.
    case corrupt(path: String, line: Int?, reason: String)
    /// A run has begun in this folder before.
    case alreadyExists(path: String)
    /// The files were written by a newer version of the project.
    case newerVersion(path: String, found: Int)

    /// What is wrong, where, and what to do about it, in one line.
    public var description: String {
        switch self {
        case .diskFull(let path):
            "\(path): no space left on the disk; free some and resume the run"
        case .notWritable(let path, let reason):
            "\(path): cannot be written: \(reason)"
        case .notReadable(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .corrupt(let path, let line, let reason):
            "\(path)\(line.map { ":\($0)" } ?? ""): corrupt: \(reason)"
        case .alreadyExists(let path):
            "\(path): a run has begun here before; resume it or choose another folder"
        case .newerVersion(let path, let found):
            "\(path): written in version \(found) of the format, this program reads up to version "
                + "\(RunRecord.schemaVersion); use a newer one"
        }
    }

    init(errno code: Int32, writing url: URL) {
        self =
            code == ENOSPC || code == EDQUOT
            ? .diskFull(path: url.path)
            : .notWritable(path: url.path, reason: String(cString: strerror(code)))
    }

    init(_ error: any Error, writing url: URL) {
        let cocoa = error as? CocoaError
        let posix = cocoa?.underlying as? POSIXError
        if cocoa?.code == .fileWriteOutOfSpace {
            self = .diskFull(path: url.path)
        } else if let posix {
            self.init(errno: posix.code.rawValue, writing: url)
        } else {
            self = .notWritable(path: url.path, reason: explanation(error))
        }
    }
}

/// What an error of Foundation says, in one line.
func explanation(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty
            ? "" : " at " + context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
        return "the key \(key.stringValue) is missing" + place(context)
    case DecodingError.typeMismatch(let type, let context):
        return "expected \(type)" + place(context)
    case DecodingError.valueNotFound(let type, let context):
        return "expected \(type), found null" + place(context)
    case DecodingError.dataCorrupted(let context):
        return context.codingPath.isEmpty
            ? "this is not valid JSON" : context.debugDescription + place(context)
    default:
        return error.localizedDescription
    }
}
