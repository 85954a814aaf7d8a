import Foundation

/// Files as bytes, with errors that name them.
enum FileBytes {
    /// The size of a file in bytes.
    static func size(of url: URL) throws(ImageError) -> Int {
        var status = stat()
        guard stat(url.filePath, &status) == 0 else { throw unreadable(url) }
        return Int(status.st_size)
    }

    /// The whole of a regular file of at most 1 GiB. A pipe or a device is refused, since reading it might
    /// never end.
    static func read(_ url: URL) throws(ImageError) -> [UInt8] {
        let descriptor = open(url.filePath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(url) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(url) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: url.filePath, reason: "not a regular file")
        }
        let size = Int(status.st_size)
        guard size <= 1 << 30 else {
            throw .tooLarge(path: url.filePath, reason: "a file of \(size) bytes, more than 1 GiB")
        }
        var isBroken = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            while initialized < size {
                let count = Foundation.read(descriptor, buffer.baseAddress! + initialized, size - initialized)
                if count > 0 {
                    initialized += count
                } else if count == 0 || errno != EINTR {
                    isBroken = count < 0
                    return
                }
            }
        }
        if isBroken { throw unreadable(url) }
        return bytes
    }

    /// The error of the system call that has just failed.
    private static func unreadable(_ url: URL) -> ImageError {
        .unreadable(path: url.filePath, reason: String(cString: strerror(errno)))
    }
}
