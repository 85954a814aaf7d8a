import Foundation

/// The right to run in a folder. One process or claim has it at a time, until the last reference to it goes or the
/// process ends, however that happens.
public final class RunClaim {
    private let descriptor: Int32
    private let file: URL

    fileprivate init(_ descriptor: Int32, _ file: URL) { (self.descriptor, self.file) = (descriptor, file) }

    deinit {
        if isAtItsPlace {
            unlink(file.path)
            // Succeeds only where nothing has begun.
            rmdir(file.deletingLastPathComponent().path)
        }
        close(descriptor)
    }

    /// Whether the locked file is still the one that others find.
    fileprivate var isAtItsPlace: Bool {
        var own = stat(), found = stat()
        return fstat(descriptor, &own) == 0 && stat(file.path, &found) == 0
            && (own.st_dev, own.st_ino) == (found.st_dev, found.st_ino)
    }
}

extension RunDirectory {
    /// Claims the run, so that no other claim can be made meanwhile, and creates its folder.
    ///
    /// Where the file system has no locks, everybody's claim is granted.
    /// - Returns: nil while somebody else has it.
    /// - Throws: ``RunDirectoryError`` when the folder cannot be written.
    public func claim() throws(RunDirectoryError) -> RunClaim? {
        let file = url.appending(path: ".lock")
        var attempts = 0
        while true {
            attempts += 1
            try createFolder()
            let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            if descriptor < 0 {
                // A claim that ended took an empty folder with it.
                if errno == ENOENT { continue }
                throw RunDirectoryError(errno: errno, writing: file)
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
                close(descriptor)
                return nil
            }
            // The claim that ended may have removed the file between its opening and its locking. It does not do so a
            // hundred times: then the file system gives one file several identities.
            let claim = RunClaim(descriptor, file)
            if claim.isAtItsPlace || attempts == 100 { return claim }
        }
    }
}
