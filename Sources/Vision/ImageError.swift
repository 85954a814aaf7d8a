/// Why an image could not be had. Each case names the file.
public enum ImageError: Error, Equatable, Sendable {
    /// The file could not be opened or read; `reason` is the operating system's.
    case unreadable(path: String, reason: String)

    /// The file has no bytes.
    case empty(path: String)

    /// The file is neither a JPEG nor a PNG; `found` says what it looks like.
    case notAnImage(path: String, found: String)

    /// A sound file of a kind that is not read.
    case unsupported(path: String, reason: String)

    /// More pixels, memory or scans than an image may have.
    case tooLarge(path: String, reason: String)

    /// The file is truncated or damaged.
    case corrupt(path: String, reason: String)

    /// There was not enough memory to decode the image.
    case outOfMemory(path: String)

    /// The file.
    public var path: String {
        switch self {
        case .unreadable(let path, _), .empty(let path), .notAnImage(let path, _), .unsupported(let path, _),
            .tooLarge(let path, _), .corrupt(let path, _), .outOfMemory(let path):
            path
        }
    }
}

extension ImageError: CustomStringConvertible {
    /// One line: the file and what is wrong with it.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .empty(let path):
            "\(path): the file is empty (0 bytes); an image was expected"
        case .notAnImage(let path, let found):
            "\(path): not an image but \(found); JPEG and PNG are read, by content and not by name"
        case .unsupported(let path, let reason):
            "\(path): not supported: \(reason)"
        case .tooLarge(let path, let reason):
            "\(path): too large: \(reason)"
        case .corrupt(let path, let reason):
            "\(path): the image is truncated or damaged: \(reason)"
        case .outOfMemory(let path):
            "\(path): not enough memory to decode the image"
        }
    }
}
