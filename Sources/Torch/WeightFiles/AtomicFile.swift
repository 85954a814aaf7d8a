import Glibc

/// Writes files that are, at every moment and after a crash, either the old file or the whole new one.
///
/// The bytes go to a temporary file in the same folder, which is flushed to the disk and then renamed over the
/// old one; then the folder is flushed too. When anything fails, the temporary file is removed and the old file
/// stays. (A process that is killed may leave a `.*.tmp` file behind.)
public struct AtomicFile {
    private let path: String
    private let descriptor: Int32
    private let system: SystemCalls

    /// Replaces the file at `path` with what `body` writes; its argument is of use only during the call.
    ///
    /// - Throws: ``FileError``, or what `body` throws.
    public static func write(to path: String, _ body: (AtomicFile) throws -> Void) throws {
        try write(to: path, system: SystemCalls(), body)
    }

    static func write(
        to path: String, system: SystemCalls, _ body: (AtomicFile) throws -> Void
    ) throws {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        let temporary = folder + "." + String(UInt64.random(in: .min ... .max), radix: 36) + ".tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(path: path, operation: "create") }
        do {
            let file = AtomicFile(path: path, descriptor: descriptor, system: system)
            do {
                try body(file)
                try file.check("flush", system.fsync(descriptor))
            } catch {
                _ = system.close(descriptor)
                throw error
            }
            // Some file systems report a failed write only here.
            try file.check("close", system.close(descriptor))
            try file.check("rename", system.rename(temporary, path))
        } catch {
            unlink(temporary)
            throw error
        }
        try flushFolder(folder, of: path, system: system)
    }

    /// Appends `bytes`.
    ///
    /// - Throws: ``FileError``.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Linux writes at most 2 GiB at once.
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            let count = system.write(descriptor, part.baseAddress, part.count)
            if count < 0 && errno == EINTR { continue }
            try check("write", Int32(clamping: count))
            rest = rest.dropFirst(count)
        }
    }

    private func check(_ operation: String, _ result: Int32) throws {
        if result < 0 { throw FileError(path: path, operation: operation) }
    }

    /// Makes the rename last: it is an entry of the folder, not of the file.
    private static func flushFolder(_ folder: String, of path: String, system: SystemCalls) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, operation: "open the folder of") }
        defer { _ = close(descriptor) }
        // EINVAL: the file system does not flush folders.
        guard system.fsync(descriptor) == 0 || errno == EINVAL else {
            throw FileError(path: path, operation: "flush the folder of")
        }
    }

    /// The system calls that can fail in the middle; tests put failing ones in their place.
    struct SystemCalls {
        var write: (Int32, UnsafeRawPointer?, Int) -> Int = Glibc.write
        var fsync: (Int32) -> Int32 = Glibc.fsync
        var close: (Int32) -> Int32 = Glibc.close
        var rename: (String, String) -> Int32 = { Glibc.rename($0, $1) }
    }
}
