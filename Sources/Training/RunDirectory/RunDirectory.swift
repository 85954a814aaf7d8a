import Foundation
import Torch

/// The folder of one training run: what it was, how it went, how it ended.
///
/// - `run.json` (``RunRecord``) is written once, when the run begins.
/// - `metrics.jsonl` (``EpochMetrics``) grows by one line an epoch.
/// - `result.json` (``RunResult``) is written last and in one piece: its presence is what makes a run complete.
///
/// Other files (checkpoints, predictions, the `.lock` of a ``RunClaim``) may lie beside them. Whatever else shows runs
/// is derived from these folders. JSON has no NaN or infinity; where a loss is one, the files say `"NaN"`,
/// `"Infinity"` or `"-Infinity"`.
public struct RunDirectory: Sendable, Hashable {
    /// How far a run has come.
    public enum State: Sendable, Hashable {
        /// No run has begun here.
        case absent
        /// The run has begun and not ended: it is still running, or was interrupted and may be resumed.
        case interrupted
        /// The run has ended with a result.
        case complete
        /// The run has ended without a usable result.
        case failed
    }

    /// The folder, which need not exist yet.
    public let url: URL

    /// The run directory at `url`.
    public init(_ url: URL) { self.url = url }

    /// A run's folder name: `<recipe name>-<first 10 digits of the recipe's hash>-s<seed>`.
    ///
    /// Characters of the name other than letters, digits, `.`, `_` and `-` become `-`.
    /// - Precondition: the hash has at least 10 digits, all hexadecimal.
    public static func folderName(recipe name: String, hash: String, seed: Int) -> String {
        precondition(hash.count >= 10 && hash.allSatisfy(\.isHexDigit), "\(hash) is no recipe hash")
        return "\(plainName(name))-\(hash.prefix(10))-s\(seed)"
    }

    /// The beginning of a name with what does not belong into a file's name replaced.
    package static func plainName(_ name: String) -> String {
        String(
            name.prefix(100).map { character in
                character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                    ? character : "-"
            })
    }

    /// How far the run has come.
    /// - Throws: ``RunDirectoryError`` when the folder cannot be read or its `result.json` is corrupt.
    public func state() throws(RunDirectoryError) -> State {
        guard exists(recordFile) else {
            guard !exists(resultFile) else {
                throw .corrupt(path: resultFile.path, line: nil, reason: "there is no run.json beside it")
            }
            return .absent
        }
        guard exists(resultFile) else { return .interrupted }
        return try result().status == .completed ? .complete : .failed
    }

    /// Begins a run: creates the folder and writes `run.json`.
    /// - Throws: ``RunDirectoryError``, among others `alreadyExists` when a run has begun here.
    public func begin(_ record: RunRecord) throws(RunDirectoryError) {
        guard !exists(recordFile) else { throw .alreadyExists(path: recordFile.path) }
        try createFolder()
        try write(JSON.pretty(record), to: recordFile)
    }

    /// Creates the folder where there is none.
    func createFolder() throws(RunDirectoryError) {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw RunDirectoryError(error, writing: url)
        }
    }

    /// What the run is.
    /// - Throws: ``RunDirectoryError`` when `run.json` is missing, corrupt or of a newer version.
    public func record() throws(RunDirectoryError) -> RunRecord {
        try decode(RunRecord.self, from: recordFile)
    }

    /// Adds the metrics of one epoch and waits until they are on the disk.
    ///
    /// When the disk is full, no part of the line stays behind.
    /// - Throws: ``RunDirectoryError`` when the file cannot be written.
    public func append(_ metrics: EpochMetrics) throws(RunDirectoryError) {
        let file = try OutputFile(metricsFile, flags: O_WRONLY | O_CREAT | O_APPEND)
        let size = lseek(file.descriptor, 0, SEEK_END)
        do throws(RunDirectoryError) {
            try file.write(JSON.line(metrics))
            try file.close()
        } catch {
            truncate(metricsFile.path, size)
            throw error
        }
    }

    /// The metrics of all epochs so far, in the order written; empty before the first.
    ///
    /// A last line that an interruption cut short is left out.
    /// - Throws: ``RunDirectoryError`` with file and line when another line is not valid.
    public func metrics() throws(RunDirectoryError) -> [EpochMetrics] {
        guard exists(metricsFile) else { return [] }
        let data = try read(metricsFile)
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var metrics: [EpochMetrics] = []
        for (index, line) in lines.enumerated() where !line.isEmpty {
            do {
                metrics.append(try JSON.decoder.decode(EpochMetrics.self, from: line))
            } catch {
                // Whole lines end in a line feed, which leaves an empty piece behind the last one.
                if index == lines.count - 1 { break }
                throw .corrupt(path: metricsFile.path, line: index + 1, reason: explanation(error))
            }
        }
        return metrics
    }

    /// Drops what was written after the end of an epoch, cut-off lines included: a run that resumes from the
    /// checkpoint of that epoch writes it again.
    /// - Throws: ``RunDirectoryError`` when the file cannot be read or written.
    public func truncateMetrics(afterEpoch epoch: Int) throws(RunDirectoryError) {
        guard exists(metricsFile) else { return }
        let kept = try metrics().filter { $0.epoch <= epoch }
        try write(kept.reduce(into: Data()) { $0 += JSON.line($1) }, to: metricsFile)
    }

    /// Ends the run: writes `result.json`, whole or not at all.
    /// - Throws: ``RunDirectoryError`` when the file cannot be written.
    public func finish(_ result: RunResult) throws(RunDirectoryError) {
        try write(JSON.pretty(result), to: resultFile)
    }

    /// How the run ended.
    /// - Throws: ``RunDirectoryError`` when `result.json` is missing, corrupt or impossible.
    public func result() throws(RunDirectoryError) -> RunResult {
        let result = try decode(RunResult.self, from: resultFile)
        if result.status == .completed {
            guard let accuracy = result.accuracy, (0...1).contains(accuracy) else {
                throw .corrupt(
                    path: resultFile.path, line: nil,
                    reason: "a completed run needs an accuracy from 0 to 1, this one says "
                        + (result.accuracy.map { "\($0)" } ?? "none"))
            }
        }
        return result
    }

    /// Removes the run's folder and everything in it.
    /// - Throws: ``RunDirectoryError`` when it cannot be removed.
    public func remove() throws(RunDirectoryError) {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            throw RunDirectoryError(error, writing: url)
        }
    }

    /// The runs at `url`: the folder itself if it is a run, else the runs among the folders in it, by name.
    /// - Throws: ``RunDirectoryError`` when the folder cannot be read.
    public static func all(at url: URL) throws(RunDirectoryError) -> [RunDirectory] {
        let itself = RunDirectory(url)
        if itself.exists(itself.recordFile) { return [itself] }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
            return names.map { RunDirectory(url.appending(path: $0)) }.filter { $0.exists($0.recordFile) }
        } catch {
            throw .notReadable(path: url.path, reason: explanation(error))
        }
    }

    var recordFile: URL { url.appending(path: "run.json") }
    var metricsFile: URL { url.appending(path: "metrics.jsonl") }
    var resultFile: URL { url.appending(path: "result.json") }
}

// MARK: - Files

extension RunDirectory {
    private func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }

    private func read(_ file: URL) throws(RunDirectoryError) -> Data {
        do {
            return try Data(contentsOf: file)
        } catch {
            throw .notReadable(path: file.path, reason: explanation(error))
        }
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, from file: URL
    ) throws(RunDirectoryError) -> Value {
        let data = try read(file)
        // A newer file may lack what this version expects: look at its version first.
        if let found = try? JSON.decoder.decode(FileVersion.self, from: data).schemaVersion,
            found > RunRecord.schemaVersion
        {
            throw .newerVersion(path: file.path, found: found)
        }
        do {
            return try JSON.decoder.decode(type, from: data)
        } catch {
            throw .corrupt(path: file.path, line: nil, reason: explanation(error))
        }
    }

    /// The old file or the new one, and nothing between, also after a crash.
    private func write(_ data: Data, to file: URL) throws(RunDirectoryError) {
        do {
            try AtomicFile.write(to: file.path) { output in try data.withUnsafeBytes { try output.write($0) } }
        } catch {
            throw (error as? FileError).map { RunDirectoryError(errno: $0.code, writing: file) }
                ?? RunDirectoryError(error, writing: file)
        }
    }
}

private struct FileVersion: Decodable { var schemaVersion: Int? }

/// A file open for writing, closed when the last reference goes.
private final class OutputFile {
    private(set) var descriptor: Int32
    private let url: URL

    init(_ url: URL, flags: Int32) throws(RunDirectoryError) {
        self.url = url
        descriptor = open(url.path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw RunDirectoryError(errno: errno, writing: url) }
    }

    deinit {
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
    }

    func write(_ data: Data) throws(RunDirectoryError) {
        var rest = data[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw RunDirectoryError(errno: errno, writing: url) }
            rest = rest.dropFirst(written)
        }
    }

    /// Waits for the disk, where some file systems only then find that it is full, and closes.
    func close() throws(RunDirectoryError) {
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw RunDirectoryError(errno: errno, writing: url)
        }
        let closed = Foundation.close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw RunDirectoryError(errno: errno, writing: url) }
    }
}
