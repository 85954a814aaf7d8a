import Foundation

/// Why a data set is not there. Each description says what would be right.
public enum DataSetError: Error, Equatable, Sendable {
    /// `path` names a published data set that has not been downloaded.
    case notDownloaded(path: String, dataSet: PublishedDataSet)
    /// The URL is not one of http or https.
    case badURL(String)
    /// This machine has no libcurl.
    case noCurl
    /// No connection, or it broke off; `kept` bytes are on the disk.
    case transfer(url: String, reason: String, kept: Int)
    /// The server's answer is none that helps.
    case status(url: String, code: Int)
    /// The volume is too small.
    case noSpace(path: String, needed: Int, free: Int)
    /// Another process is getting the same data set.
    case busy(path: String)
    /// The archive has another digest than the one that was asked for.
    case digest(found: String, expected: String)
    /// The archive cannot be unpacked.
    case archive(reason: String)
    /// The folder's classes and images are not those that were published.
    case incomplete(path: String, differences: [String])
}

extension DataSetError: CustomStringConvertible {
    /// What is wrong, and what would be right.
    public var description: String {
        switch self {
        case .notDownloaded(let path, let dataSet):
            let size = dataSet.size == .full ? "" : " --size \(dataSet.size.rawValue)"
            return """
                \(path): there is no such folder, and \(dataSet.name) has not been downloaded; \
                mish data get \(dataSet.family.rawValue)\(size) does that
                """
        case .badURL(let url):
            return "\(url) is not the URL of an archive; one that begins with https:// or http:// is accepted"
        case .noCurl:
            return "this machine has no libcurl, which downloads; install it (on Debian and Ubuntu: libcurl4)"
        case .transfer(let url, let reason, let kept):
            let rest = kept > 0 ? "; \(kept.megabytes) are kept, and the same command goes on from there" : ""
            return "cannot download \(url): \(reason)\(rest)"
        case .status(let url, let code):
            let meaning =
                switch code {
                case 404, 410: "there is no such file; --url names another place"
                case 401, 403: "access is denied; --url names another place"
                case 500...: "the server has a problem; try again later, or name another place with --url"
                default: "--url names another place"
                }
            return "\(url): the server answers \(code): \(meaning)"
        case .noSpace(let path, let needed, let free):
            return """
                \(path): \(needed.megabytes) are needed and \(free.megabytes) are free; make room, or choose another \
                folder with --to or a smaller --size
                """
        case .busy(let path):
            return "\(path): another mish data get is at work on it; wait for it to end"
        case .digest(let found, let expected):
            return """
                the archive's SHA-256 is \(found), not \(expected); it was removed, so that the same command \
                downloads it again
                """
        case .archive(let reason):
            return "the archive cannot be unpacked: \(reason); it was removed, and nothing was put in place"
        case .incomplete(let path, let differences):
            let more = differences.count > 5 ? ", and \(differences.count - 5) differences more" : ""
            return "\(path): not the published data set: \(differences.prefix(5).joined(separator: ", "))\(more)"
        }
    }
}

extension Int {
    /// Bytes in megabytes.
    public var megabytes: String { String(format: "%.1f MB", Double(self) / 1e6) }
}
