import CDataSets
import Foundation
import Torch

/// The download of one file, which goes on where an earlier one was interrupted.
///
/// What has arrived lies in `FILE.part`; beside it `FILE.source` keeps where it came from and the server's mark of
/// that version (its ETag, or else the date of change). The rest is asked for only if the file on the server is
/// still the same (RFC 9110, `Range` with `If-Range`); otherwise, or when the server knows no ranges, it starts over.
final class Download {
    private let url: String
    private let file: URL
    private let progress: (_ done: Int, _ total: Int?, _ resumed: Int) -> Void
    private let shouldStop: () -> Bool

    private var part: URL { file.appendingPathExtension("part") }
    private var sourceFile: URL { file.appendingPathExtension("source") }

    /// What is known of a file's origin.
    private struct Source: Codable, Equatable {
        var url: String
        var version: String?
    }

    // The response that is being received.
    private var status = 0
    private var fields: [String: String] = [:]
    private var descriptor: Int32 = -1
    private var total: Int?
    private var done = 0
    private var resumed = 0
    private var error: (any Error)?

    init(
        _ url: String, to file: URL, progress: @escaping (_ done: Int, _ total: Int?, _ resumed: Int) -> Void,
        shouldStop: @escaping () -> Bool
    ) {
        self.url = url
        self.file = file
        self.progress = progress
        self.shouldStop = shouldStop
    }

    /// Fetches the file, unless an earlier call has.
    ///
    /// - Throws: ``DataSetError``, `FileError`, or `CancellationError` when told to stop.
    func run() throws {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme), URL(string: url)?.host() != nil else {
            throw DataSetError.badURL(url)
        }
        let source = try? JSONDecoder().decode(Source.self, from: Data(contentsOf: sourceFile))
        if source?.url != url { remove() }
        if FileManager.default.fileExists(atPath: file.path) { return }
        let size = (try? FileManager.default.attributesOfItem(atPath: part.path)[.size]) as? Int ?? 0
        resumed = source?.version == nil ? 0 : size

        try request(version: source?.version)
        // 416: nothing lies beyond what is here. Either that is all, or it belongs to something else.
        let isWhole = status == 416 && fields["content-range"] == "bytes */\(resumed)"
        if status == 416 && !isWhole {
            remove()
            resumed = 0
            try request(version: nil)
        }
        guard isWhole || status == 200 || status == 206 else { throw DataSetError.status(url: url, code: status) }
        guard rename(part.path, file.path) == 0 else { throw FileError(path: file.path, operation: "write") }
    }

    /// Removes what was downloaded.
    func remove() {
        for url in [file, part, sourceFile] { try? FileManager.default.removeItem(at: url) }
    }

    private func request(version: String?) throws {
        var headers = ["Accept-Encoding: identity"]
        if resumed > 0, let version { headers += ["Range: bytes=\(resumed)-", "If-Range: \(version)"] }
        var receiver = cdatasets_receiver()
        receiver.context = Unmanaged.passUnretained(self).toOpaque()
        receiver.header = { context, line, length in
            let bytes = UnsafeRawBufferPointer(start: line, count: length)
            Download.of(context).receive(header: String(decoding: bytes, as: UTF8.self))
        }
        receiver.body = { context, bytes, length in
            Download.of(context).receive(UnsafeRawBufferPointer(start: bytes, count: length)) ? 1 : 0
        }
        receiver.tick = { context in Download.of(context).shouldStop() ? 0 : 1 }

        defer {
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
        var message = [CChar](repeating: 0, count: 300)
        let strings = headers.map { strdup($0) }
        defer { strings.forEach { free($0) } }
        let outcome = (strings.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer {
            cdatasets_get(url, $0.baseAddress, &receiver, &message, message.count)
        }
        if let error { throw error }
        switch outcome {
        case CDATASETS_DONE: break
        case CDATASETS_STOPPED: throw CancellationError()
        case CDATASETS_NO_CURL: throw DataSetError.noCurl
        default:
            let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw DataSetError.transfer(url: url, reason: reason, kept: max(done, resumed))
        }
        // An empty body has called nobody.
        if descriptor < 0 && (status == 200 || status == 206) { try begin() }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Download {
        Unmanaged<Download>.fromOpaque(context!).takeUnretainedValue()
    }

    private func receive(header line: String) {
        if line.hasPrefix("HTTP/") {
            status = Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
            fields = [:]
        } else if let colon = line.firstIndex(of: ":") {
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard status == 200 || status == 206 else { return !shouldStop() }  // the text of an error
        do {
            if descriptor < 0 { try begin() }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { throw FileError(path: part.path, operation: "write") }
                rest = rest.dropFirst(count)
            }
            done += bytes.count
            progress(done, total, resumed)
            return !shouldStop()
        } catch {
            self.error = error
            return false
        }
    }

    /// Prepares the file for the response's body.
    private func begin() throws {
        let length = fields["content-length"].flatMap { Int($0) }
        if status == 206 {
            // Content-Range: bytes FIRST-LAST/TOTAL
            let range = (fields["content-range"] ?? "").split { " -/".contains($0) }
            guard range.count == 4, Int(range[1]) == resumed else {
                throw DataSetError.transfer(url: url, reason: "the server sends another part", kept: resumed)
            }
            total = Int(range[3])
        } else {
            resumed = 0
            total = length
        }
        done = resumed
        let free = try freeSpace(at: file.deletingLastPathComponent())
        if let total, total - done > free {
            throw DataSetError.noSpace(path: file.deletingLastPathComponent().path, needed: total - done, free: free)
        }
        // A weak ETag may stand for other bytes.
        let version = fields["etag"].flatMap { $0.hasPrefix("W/") ? nil : $0 } ?? fields["last-modified"]
        try JSONEncoder().encode(Source(url: url, version: version)).write(to: sourceFile, options: .atomic)
        descriptor = open(part.path, O_WRONLY | O_CREAT | O_CLOEXEC | (resumed > 0 ? O_APPEND : O_TRUNC), 0o644)
        guard descriptor >= 0 else { throw FileError(path: part.path, operation: "create") }
    }
}

/// The bytes that a user may still write to the volume of a folder.
func freeSpace(at folder: URL) throws -> Int {
    var volume = statvfs()
    guard statvfs(folder.path, &volume) == 0 else { throw FileError(path: folder.path, operation: "look at") }
    return Int(volume.f_bavail) * Int(volume.f_frsize)
}
