import CDataSets
import Foundation
import Torch

/// Unpacks a gzip-compressed tar archive that comes from anywhere.
///
/// A data set consists of files and folders. So links, devices and everything else that is neither are refused, and
/// with them every way out of the folder but the names, each component of which is checked. The folder must be new
/// and belong to the caller alone: then nothing that was there before can be reached or overwritten.
///
/// Formats: POSIX ustar and pax (IEEE Std 1003.1), GNU tar's long names and sizes.
struct TarArchive {
    /// What an archive may take at most.
    struct Limits {
        var bytes = 4 << 30
        var fileBytes = 256 << 20
        var entries = 100_000
        var depth = 8
        /// Of a long name or a pax header.
        var headerBytes = 64 << 10
    }

    private let gzip: OpaquePointer
    private let folder: String
    private let root: String
    private let limits: Limits
    private let shouldStop: () -> Bool
    private let progress: (Int) -> Void
    private var byteCount = 0
    private var entryCount = 0
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    /// Unpacks the contents of the archive's folder `root` into `folder`.
    ///
    /// - Parameter progress: told how many bytes of the archive are done.
    /// - Throws: ``DataSetError/archive(reason:)``, `FileError`, or `CancellationError` when told to stop.
    static func extract(
        _ archive: URL, root: String, into folder: URL, limits: Limits = Limits(),
        progress: @escaping (Int) -> Void, shouldStop: @escaping () -> Bool
    ) throws {
        guard let gzip = cdatasets_gzip_open(archive.path) else {
            throw FileError(path: archive.path, operation: "open")
        }
        defer { cdatasets_gzip_close(gzip) }
        var reader = TarArchive(
            gzip: gzip, folder: folder.path, root: root, limits: limits, shouldStop: shouldStop, progress: progress)
        try reader.extract()
    }

    private init(
        gzip: OpaquePointer, folder: String, root: String, limits: Limits, shouldStop: @escaping () -> Bool,
        progress: @escaping (Int) -> Void
    ) {
        (self.gzip, self.folder, self.root, self.limits) = (gzip, folder, root, limits)
        (self.shouldStop, self.progress) = (shouldStop, progress)
    }

    private mutating func extract() throws {
        var longName: String?
        var longSize: Int?
        while let header = try nextHeader() {
            entryCount += 1
            guard entryCount <= limits.entries else { throw refusal("it has more than \(limits.entries) entries") }
            let size = longSize ?? header.size
            switch header.type {
            case "L":
                longName = String(decoding: try metadata(header).prefix { $0 != 0 }, as: UTF8.self)
                continue
            case "x":
                for (key, value) in try paxRecords(metadata(header)) {
                    if key == "path" { longName = value }
                    if key == "size" { longSize = Int(value) ?? -1 }
                }
                continue
            case "g": _ = try metadata(header)
            case "0", "\0", "5":
                // Old archives mark a folder by its name only.
                let name = longName ?? header.name
                let isFolder = header.type == "5" || name.hasSuffix("/")
                let components = try place(of: name)
                if isFolder {
                    guard size == 0 else { throw refusal("the folder \(name.quoted) has contents") }
                    try makeFolders(components)
                } else {
                    try makeFile(components, name: name, size: size)
                }
            default:
                let kinds: [Character: String] = [
                    "1": "a hard link", "2": "a symbolic link", "3": "a device", "4": "a device", "6": "a pipe",
                ]
                let kind = kinds[header.type] ?? "an entry of the unknown type \(String(header.type).quoted)"
                throw refusal("\((longName ?? header.name).quoted) is \(kind); only files and folders are accepted")
            }
            (longName, longSize) = (nil, nil)
        }
        // What follows is padding, but the checksum of all bytes comes only after it.
        while try read(buffer.count) > 0 {}
    }

    // MARK: Places

    /// The components of an entry's name below the archive's root folder.
    private func place(of name: String) throws -> [String] {
        guard !name.hasPrefix("/") else { throw refusal("\(name.quoted) is an absolute path") }
        var components = name.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if components.first == "." { components.removeFirst() }
        for component in components {
            guard component != "..", component != "." else { throw refusal("\(name.quoted) leads out of its folder") }
            guard component.utf8.count <= 255, component.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
                throw refusal("\(name.quoted) is not a file's name")
            }
        }
        guard components.first == root else {
            throw refusal("it holds \(name.quoted) and should hold only the folder \(root); is it another data set's?")
        }
        guard components.count <= limits.depth else { throw refusal("\(name.quoted) lies too deep") }
        return Array(components.dropFirst())
    }

    private func makeFolders(_ components: some Sequence<String>) throws {
        var path = folder
        for component in components {
            path += "/" + component
            var status = stat()
            guard mkdir(path, 0o755) != 0 else { continue }
            guard errno == EEXIST else { throw FileError(path: path, operation: "create") }
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw refusal("\(component.quoted) is a file and a folder")
            }
        }
    }

    private mutating func makeFile(_ components: [String], name: String, size: Int) throws {
        guard !components.isEmpty else { throw refusal("\(name.quoted) is a file and not a folder") }
        guard 0...limits.fileBytes ~= size else {
            throw refusal("\(name.quoted) would have \(size.megabytes) of at most \(limits.fileBytes.megabytes)")
        }
        try makeFolders(components.dropLast())
        let path = folder + "/" + components.joined(separator: "/")
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw refusal("\(name.quoted) is in it twice") }
            throw FileError(path: path, operation: "create")
        }
        do {
            try copy(size) { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count >= 0 else { throw FileError(path: path, operation: "write") }
                    rest = rest.dropFirst(count)
                }
            }
        } catch {
            close(descriptor)
            throw error
        }
        // Some file systems report a full disk only here.
        guard close(descriptor) == 0 else { throw FileError(path: path, operation: "write") }
    }

    // MARK: Bytes

    private static let block = 512

    /// Hands `size` bytes on, and skips the rest of their last block.
    private mutating func copy(_ size: Int, to consume: (UnsafeRawBufferPointer) throws -> Void) throws {
        var left = size
        while left > 0 {
            let count = try read(min(left, buffer.count))
            guard count > 0 else { throw refusal("it ends too early") }
            try buffer.withUnsafeBytes { try consume(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            left -= count
        }
        let padding = (Self.block - size % Self.block) % Self.block
        guard try read(padding) == padding else { throw refusal("it ends too early") }
    }

    /// Reads up to `count` bytes to the beginning of the buffer; fewer only at the archive's end.
    private mutating func read(_ count: Int) throws -> Int {
        if shouldStop() { throw CancellationError() }
        var message: UnsafePointer<CChar>?
        let got = cdatasets_gzip_read(gzip, &buffer, UInt32(count), &message)
        guard got >= 0 else { throw refusal(message.map { String(cString: $0) } ?? "it is damaged") }
        byteCount += got
        guard byteCount <= limits.bytes else {
            throw refusal("it unpacks to more than \(limits.bytes.megabytes)")
        }
        progress(Int(cdatasets_gzip_position(gzip)))
        return got
    }

    private mutating func metadata(_ header: Header) throws -> [UInt8] {
        guard 0...limits.headerBytes ~= header.size else { throw refusal("a header of it is too large") }
        var bytes: [UInt8] = []
        try copy(header.size) { bytes += $0 }
        return bytes
    }

    // MARK: Headers

    private struct Header {
        let name: String
        let size: Int
        let type: Character
    }

    /// The next entry's header, or `nil` at the end, which two blocks of zeros mark.
    private mutating func nextHeader() throws -> Header? {
        let count = try read(Self.block)
        guard count == Self.block else { throw refusal("it ends too early") }
        let header = Array(buffer.prefix(Self.block))
        if header.allSatisfy({ $0 == 0 }) { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self) }

        // The sum of all bytes, those of the checksum itself counting as spaces.
        let sum = header.reduce(0) { $0 + Int($1) } - header[148..<156].reduce(0) { $0 + Int($1) } + 8 * 32
        guard number(header[148..<156]) == sum else { throw refusal("it is not a tar archive, or it is damaged") }
        guard let size = number(header[124..<136]) else { throw refusal("an entry of it has no size") }
        // POSIX: the first part of a long name; GNU has other things there.
        let prefix = text(257..<263) == "ustar" ? text(345..<500) : ""
        let name = prefix.isEmpty ? text(0..<100) : prefix + "/" + text(0..<100)
        return Header(name: name, size: size, type: Character(Unicode.Scalar(header[156])))
    }

    /// Octal digits between spaces and zeros, or, for large numbers in GNU's format, a set high bit and binary.
    private func number(_ field: ArraySlice<UInt8>) -> Int? {
        if field.first == 0x80 {
            guard field.dropLast(7).dropFirst().allSatisfy({ $0 == 0 }) else { return nil }
            return field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
        }
        let text = String(decoding: field.prefix { $0 != 0 }, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        return text.isEmpty ? 0 : text.allSatisfy { "01234567".contains($0) } ? Int(text, radix: 8) : nil
    }

    /// Records of the form `LENGTH KEY=VALUE\n`.
    private func paxRecords(_ bytes: [UInt8]) throws -> [(key: String, value: String)] {
        var records: [(String, String)] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1,
                length <= rest.count
            else { throw refusal("a pax header of it is damaged") }
            let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw refusal("a pax header of it is damaged")
            }
            records.append(
                (
                    String(decoding: record[..<equals], as: UTF8.self),
                    String(decoding: record[record.index(after: equals)...], as: UTF8.self)
                ))
            rest = rest.dropFirst(length)
        }
        return records
    }

    private func refusal(_ reason: String) -> DataSetError { .archive(reason: reason) }
}

extension String {
    /// In quotation marks, without anything that a terminal would obey, and not endless.
    fileprivate var quoted: String {
        let shown = unicodeScalars.prefix(120).map { $0.value < 32 || $0.value == 127 ? "?" : Character($0) }
        return "\"\(String(shown))\(unicodeScalars.count > 120 ? "..." : "")\""
    }
}
