import Foundation

/// The folder of one training run: what it was, how it went, how it ended.
///
/// - `run.json` (``RunRecord``) is written once, when the run begins.
/// - `metrics.jsonl` (``EpochMetrics``) grows by one line an epoch.
/// - `result.json` (``RunResult``) is written last and in one piece: its presence is what makes a run complete.
///
/// Other files (checkpoints, predictions) may lie beside them. Whatever else shows runs is derived from these
/// folders. JSON has no NaN or infinity; where a loss is one, the files say `"NaN"`, `"Infinity"` or
/// `"-Infinity"`.
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
        let plain = name.prefix(100).map { character in
            character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                ? character : "-"
        }
        return "\(String(plain))-\(hash.prefix(10))-s\(seed)"
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
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw RunDirectoryError(error, writing: url)
        }
        try write(JSON.pretty(record), to: recordFile)
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

/// What a run is, known when it begins.
public struct RunRecord: Sendable, Codable, Equatable {
    /// The version of the run directory's files that this code writes and the newest that it reads.
    public static let schemaVersion = 1

    /// The version of the files.
    public var schemaVersion = RunRecord.schemaVersion
    /// The recipe's name.
    public var name: String
    /// The recipe with every default explicit.
    public var recipe: JSONValue
    /// The recipe's hash, hexadecimal. The seed is not part of it.
    public var recipeHash: String
    /// The seed of every random number in the run.
    public var seed: Int
    /// The software and its versions: "mish", "libtorch", "cuda" ...
    public var versions: [String: String]
    /// The device in words: "cpu (AMD EPYC 9354)".
    public var device: String
    /// A hash of the data set, hexadecimal.
    public var dataHash: String

    /// A record of a run that is about to begin.
    public init(
        name: String, recipe: JSONValue, recipeHash: String, seed: Int, versions: [String: String],
        device: String, dataHash: String
    ) {
        self.name = name
        self.recipe = recipe
        self.recipeHash = recipeHash
        self.seed = seed
        self.versions = versions
        self.device = device
        self.dataHash = dataHash
    }
}

/// One line of `metrics.jsonl`: the state at an epoch's end.
public struct EpochMetrics: Sendable, Codable, Equatable {
    /// The number of epochs done, 1 for the first line.
    public var epoch: Int
    /// Optimizer steps since the run began.
    public var step: Int
    /// The learning rate of the epoch's last step.
    public var learningRate: Double
    /// The mean training loss over the epoch.
    public var trainLoss: Double
    /// The mean loss on the validation set; `nil` when it was not evaluated.
    public var validLoss: Double?
    /// The fraction of the validation set that is classified correctly, 0...1; `nil` when not evaluated.
    public var accuracy: Double?
    /// Training images a second over the epoch.
    public var imagesPerSecond: Double
    /// Seconds since the run began, time before an interruption included.
    public var seconds: Double

    /// The metrics of one epoch.
    public init(
        epoch: Int, step: Int, learningRate: Double, trainLoss: Double, validLoss: Double?, accuracy: Double?,
        imagesPerSecond: Double, seconds: Double
    ) {
        self.epoch = epoch
        self.step = step
        self.learningRate = learningRate
        self.trainLoss = trainLoss
        self.validLoss = validLoss
        self.accuracy = accuracy
        self.imagesPerSecond = imagesPerSecond
        self.seconds = seconds
    }
}

/// How a run ended.
public struct RunResult: Sendable, Codable, Equatable {
    /// The two ways in which a run ends.
    public enum Status: String, Sendable, Codable {
        /// The last epoch was reached.
        case completed
        /// The run ended without a usable result: its loss became NaN, for example.
        case failed
    }

    /// The way in which the run ended.
    public var status: Status
    /// Why a failed run failed, and where.
    public var reason: String?
    /// The accuracy after the last epoch, 0...1; always there when the run completed.
    public var accuracy: Double?
    /// The validation loss after the last epoch.
    public var validLoss: Double?
    /// The epochs done.
    public var epochs: Int
    /// Seconds that the run took, time before an interruption included.
    public var seconds: Double
    /// The file with the predictions on the validation set, relative to the run's folder.
    public var predictions: String?

    /// The end of a run.
    public init(
        status: Status, reason: String? = nil, accuracy: Double? = nil, validLoss: Double? = nil, epochs: Int,
        seconds: Double, predictions: String? = nil
    ) {
        self.status = status
        self.reason = reason
        self.accuracy = accuracy
        self.validLoss = validLoss
        self.epochs = epochs
        self.seconds = seconds
        self.predictions = predictions
    }
}

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

/// Any JSON value: a recipe as it is stored in `run.json`.
public enum JSONValue: Sendable, Hashable, Codable {
    /// null
    case null
    /// true or false
    case bool(Bool)
    /// A whole number
    case integer(Int)
    /// Any other number
    case number(Double)
    /// A text
    case string(String)
    /// A list
    case array([JSONValue])
    /// Keys and values
    case object([String: JSONValue])

    /// The value of any `Encodable` type, as JSON shows it.
    /// - Throws: `EncodingError` when the value has no JSON form.
    public init(encoding value: some Encodable) throws {
        self = try JSON.decoder.decode(JSONValue.self, from: JSON.encoder.encode(value))
    }

    /// Reads whichever kind of value there is.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            // Before numbers: "NaN" is a text here.
            self = .string(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
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

    /// Writes beside the file, waits for the disk, and renames: a reader, or a crash, sees the old file or the
    /// new one and nothing between.
    private func write(_ data: Data, to file: URL) throws(RunDirectoryError) {
        let temporary = file.appendingPathExtension("tmp")
        do throws(RunDirectoryError) {
            let output = try OutputFile(temporary, flags: O_WRONLY | O_CREAT | O_TRUNC)
            try output.write(data)
            try output.close()
            guard rename(temporary.path, file.path) == 0 else {
                throw RunDirectoryError(errno: errno, writing: file)
            }
        } catch {
            unlink(temporary.path)
            throw error.naming(file)
        }
        // The new name is on the disk once the folder is; a file system that cannot sync a folder has no say.
        let folder = open(url.path, O_RDONLY)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }
}

extension RunDirectoryError {
    /// The same error about another file: nobody asked for a temporary one.
    fileprivate func naming(_ file: URL) -> RunDirectoryError {
        switch self {
        case .diskFull: .diskFull(path: file.path)
        case .notWritable(_, let reason): .notWritable(path: file.path, reason: reason)
        default: self
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

private enum JSON {
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return decoder
    }

    static func pretty(_ value: some Encodable) -> Data {
        let encoder = encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        return encode(value, with: encoder)
    }

    static func line(_ value: some Encodable) -> Data { encode(value, with: encoder) }

    private static func encode(_ value: some Encodable, with encoder: JSONEncoder) -> Data {
        do {
            return try encoder.encode(value) + Data([UInt8(ascii: "\n")])
        } catch {
            preconditionFailure("a \(type(of: value)) always has a JSON form: \(error)")
        }
    }
}

/// What an error of Foundation says, in one line.
private func explanation(_ error: any Error) -> String {
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
