import Foundation
import Torch
import Vision

/// Downloads a published data set, checks it and puts its folder in place.
///
/// All is prepared under hidden names in the same folder, `.NAME.tgz` and `.NAME.unpacking`, and the last step is to
/// rename. So an interruption, even of the machine, leaves no folder that looks whole and is not, and what was
/// downloaded is used by the next attempt.
public struct DataSetInstaller {
    /// What to get.
    public let dataSet: PublishedDataSet
    /// Where the archive is.
    public let url: String
    /// The folder that the data set's own folder is put into.
    public let parent: URL
    /// The archive's SHA-256 in hexadecimal digits, if it is known.
    public let sha256: String?

    /// What there is to tell on the way.
    public enum Progress: Sendable {
        /// Bytes that have arrived, out of how many, if the server says so; `resumed` of them came earlier.
        case downloading(done: Int, total: Int?, resumed: Int)
        /// The archive's checksum is being computed.
        case verifying
        /// Bytes of the archive that are unpacked.
        case unpacking(done: Int, total: Int)
    }

    /// What has been put in place.
    public struct Result: Encodable, Sendable {
        /// The data set's folder.
        public let folder: String
        /// Whether it was there before.
        public let wasThere: Bool
        /// The numbers of images.
        public let training, validation: Int
        /// The archive's SHA-256 and size in bytes, when it was downloaded.
        public let sha256: String?
        public let bytes: Int?
    }

    /// - Parameters:
    ///   - dataSet: what to get.
    ///   - url: where the archive is, unless its makers' place.
    ///   - parent: the folder to put its folder into; ``PublishedDataSet/standardFolder`` unless told otherwise.
    ///   - sha256: the archive's digest, if it is known.
    public init(_ dataSet: PublishedDataSet, url: String? = nil, parent: URL? = nil, sha256: String? = nil) {
        self.dataSet = dataSet
        self.url = url ?? dataSet.url
        self.parent = parent ?? PublishedDataSet.standardFolder
        self.sha256 = sha256?.lowercased()
    }

    /// Does it all; when the folder is there already, only its contents are counted.
    ///
    /// - Parameters:
    ///   - progress: called often, on the caller's thread.
    ///   - shouldStop: asked often, on the caller's thread.
    /// - Throws: ``DataSetError``, `FileError`, `ImageFolderError`, or `CancellationError` when told to stop.
    public func run(progress: @escaping (Progress) -> Void, shouldStop: @escaping () -> Bool) throws -> Result {
        let folder = parent.appending(path: dataSet.name, directoryHint: .isDirectory)
        if FileManager.default.fileExists(atPath: folder.path) {
            return try result(folder, dataSet.check(folder), sha256: nil, bytes: nil)
        }
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw FileError(path: parent.path, operation: "create")
        }
        let lock = try takeLock()
        defer { close(lock) }

        let archive = hidden("tgz")
        let download = Download(
            url, to: archive, progress: { progress(.downloading(done: $0, total: $1, resumed: $2)) },
            shouldStop: shouldStop)
        try download.run()
        progress(.verifying)
        let digest = try SHA256.hexDigest(ofFile: archive.path)
        if let sha256, digest != sha256 {
            download.remove()
            throw DataSetError.digest(found: digest, expected: sha256)
        }
        let bytes = try FileManager.default.attributesOfItem(atPath: archive.path)[.size] as? Int ?? 0
        let unpacking = hidden("unpacking")
        do {
            // Left by an attempt that was killed.
            try? FileManager.default.removeItem(at: unpacking)
            defer { try? FileManager.default.removeItem(at: unpacking) }
            let free = try freeSpace(at: parent)
            // JPEG files hardly shrink in an archive.
            guard free >= bytes else { throw DataSetError.noSpace(path: parent.path, needed: bytes, free: free) }
            guard mkdir(unpacking.path, 0o755) == 0 else {
                throw FileError(path: unpacking.path, operation: "create")
            }
            try TarArchive.extract(
                archive, root: dataSet.name, into: unpacking,
                progress: { progress(.unpacking(done: $0, total: bytes)) }, shouldStop: shouldStop)
            let images = try contents(of: unpacking)
            guard rename(unpacking.path, folder.path) == 0 else {
                throw FileError(path: folder.path, operation: "create")
            }
            download.remove()
            return result(folder, images, sha256: digest, bytes: bytes)
        } catch let error as DataSetError {
            if case .archive = error { download.remove() }
            throw error
        }
    }

    private func contents(of folder: URL) throws -> ImageFolder {
        do {
            return try dataSet.check(folder)
        } catch DataSetError.incomplete(_, let differences) {
            throw DataSetError.archive(
                reason: "it is not \(dataSet.name): \(differences.prefix(3).joined(separator: ", "))")
        } catch let error as ImageFolderError {
            throw DataSetError.archive(reason: "it is not \(dataSet.name): \(error)")
        }
    }

    private func result(_ folder: URL, _ images: ImageFolder, sha256: String?, bytes: Int?) -> Result {
        Result(
            folder: folder.path, wasThere: bytes == nil, training: images.training.count,
            validation: images.validation.count, sha256: sha256, bytes: bytes)
    }

    private func hidden(_ suffix: String) -> URL { parent.appending(path: ".\(dataSet.name).\(suffix)") }

    /// Keeps other processes from the same files until the descriptor is closed.
    private func takeLock() throws -> Int32 {
        let path = hidden("lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(path: path, operation: "create") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw DataSetError.busy(path: parent.appending(path: dataSet.name).path)
        }
        return descriptor
    }
}
