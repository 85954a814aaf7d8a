import Foundation
import Synchronization
import Testing
import Training

@Suite struct RunDirectoryTests {
    let metrics = (1...4).map { epoch in
        EpochMetrics(
            epoch: epoch, step: 10 * epoch, learningRate: 0.004, trainLoss: 2 / Double(epoch), validLoss: nil,
            accuracy: 0.5, imagesPerSecond: 900, seconds: Double(epoch))
    }

    @Test func oneClaimAtATime() throws {
        try withTemporaryFolder { folder in
            let run = RunDirectory(folder.appending(path: "a/b"))
            var claim = try run.claim()
            #expect(claim != nil)
            #expect(try run.claim() == nil)
            #expect(try run.state() == .absent)
            claim = nil
            #expect(!FileManager.default.fileExists(atPath: run.url.path), "nothing has begun, and nothing is left")

            claim = try run.claim()
            try run.begin(someRecord)
            claim = nil
            #expect(try FileManager.default.contentsOfDirectory(atPath: run.url.path) == ["run.json"])

            // The claim of a folder that was removed meanwhile is worth nothing, and its end changes nothing.
            claim = try run.claim()
            try run.remove()
            let new = try #require(try run.claim())
            claim = nil
            #expect(try run.claim() == nil)
            withExtendedLifetime(new) {}
        }
    }

    @Test func claimsOfManyThreadsExcludeEachOther() throws {
        try withTemporaryFolder { folder in
            let run = RunDirectory(folder.appending(path: "run"))
            let holders = Atomic(0), most = Atomic(0), granted = Atomic(0)
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                for _ in 0..<200 {
                    guard let claim = try? run.claim() else { continue }
                    let count = holders.add(1, ordering: .sequentiallyConsistent).newValue
                    most.max(count, ordering: .sequentiallyConsistent)
                    granted.add(1, ordering: .sequentiallyConsistent)
                    holders.subtract(1, ordering: .sequentiallyConsistent)
                    withExtendedLifetime(claim) {}
                }
            }
            #expect(most.load(ordering: .sequentiallyConsistent) == 1)
            #expect(granted.load(ordering: .sequentiallyConsistent) > 0)
        }
    }

    @Test func aRunPassesThroughItsStates() throws {
        try withTemporaryFolder { folder in
            let run = RunDirectory(folder.appending(path: "a/b"))
            #expect(try run.state() == .absent)
            try run.begin(someRecord)
            #expect(try run.state() == .interrupted)
            #expect(try run.record() == someRecord)
            #expect(throws: RunDirectoryError.alreadyExists(path: run.url.path + "/run.json")) {
                try run.begin(someRecord)
            }
            let result = RunResult(
                status: .completed, accuracy: 0.75, validLoss: .nan, epochs: 4, seconds: 60)
            try run.finish(result)
            #expect(try run.state() == .complete)
            let read = try run.result()
            #expect(read.accuracy == 0.75 && read.validLoss!.isNaN && read.predictions == nil)
            try run.finish(RunResult(status: .failed, reason: "loss became NaN", epochs: 2, seconds: 30))
            #expect(try run.state() == .failed)
            let names = try FileManager.default.contentsOfDirectory(atPath: run.url.path)
            #expect(names.sorted() == ["result.json", "run.json"])
            try run.remove()
            #expect(try run.state() == .absent)
        }
    }

    @Test func metricsSurviveACrashInTheMiddleOfALine() throws {
        try withTemporaryFolder { folder in
            let run = RunDirectory(folder)
            let file = folder.appending(path: "metrics.jsonl")
            #expect(try run.metrics() == [])
            for line in metrics { try run.append(line) }
            let whole = try Data(contentsOf: file)
            #expect(whole.split(separator: 10).count == 4)

            // Wherever the last line is cut, the first three epochs stay.
            let start = whole.dropLast().lastIndex(of: 10)! + 1
            for end in start..<whole.count - 1 {
                try whole.prefix(end).write(to: file)
                #expect(try run.metrics() == Array(metrics.prefix(3)))
            }
            try run.truncateMetrics(afterEpoch: 3)
            try run.append(metrics[3])
            #expect(try Data(contentsOf: file) == whole)

            try run.truncateMetrics(afterEpoch: 2)
            #expect(try run.metrics() == Array(metrics.prefix(2)))
            try run.truncateMetrics(afterEpoch: 0)
            #expect(try run.metrics() == [])
        }
    }

    @Test func lossesThatAreNotNumbersAreKept() throws {
        try withTemporaryFolder { folder in
            let run = RunDirectory(folder)
            var line = metrics[0]
            line.trainLoss = .infinity
            line.validLoss = .nan
            try run.append(line)
            let read = try #require(try run.metrics().first)
            #expect(read.trainLoss == .infinity && read.validLoss!.isNaN)
        }
    }

    @Test func corruptFilesAreReportedWithTheirPath() throws {
        try withTemporaryFolder { folder in
            let run = RunDirectory(folder)
            try run.begin(someRecord)
            func expectCorrupt(_ name: String, _ content: String, line: Int? = nil, _ read: () throws -> Void) {
                #expect {
                    try Data(content.utf8).write(to: folder.appending(path: name))
                    try read()
                } throws: { error in
                    guard case RunDirectoryError.corrupt(let path, line, let reason) = error else {
                        return false
                    }
                    return path == folder.path + "/" + name && !reason.contains("\n")
                }
            }
            expectCorrupt("metrics.jsonl", "{\"epoch\":1}\n{", line: 1) { _ = try run.metrics() }
            expectCorrupt("metrics.jsonl", "\n\0\0\0\n", line: 2) { _ = try run.metrics() }
            expectCorrupt("result.json", "") { _ = try run.state() }
            expectCorrupt("result.json", "[1]") { _ = try run.state() }
            let result = #"{"status":"completed","epochs":1,"seconds":2"#
            expectCorrupt("result.json", result + "}") { _ = try run.state() }
            expectCorrupt("result.json", result + #","accuracy":87.4}"#) { _ = try run.state() }
            expectCorrupt("result.json", result + #","accuracy":"NaN"}"#) { _ = try run.state() }
            expectCorrupt("run.json", "{\"name\": 1}") { _ = try run.record() }
            try FileManager.default.removeItem(at: folder.appending(path: "run.json"))
            expectCorrupt("result.json", "{}") { _ = try run.state() }

            try Data(#"{"schemaVersion": 99}"#.utf8).write(to: folder.appending(path: "run.json"))
            #expect(throws: RunDirectoryError.newerVersion(path: folder.path + "/run.json", found: 99)) {
                try run.record()
            }
        }
    }

    /// /dev/full answers every write with "no space left". (Files that are written in one piece go through
    /// `AtomicFile`, whose tests fail each of its steps.)
    @Test func aFullDiskIsNamedAndTheRunStaysInterrupted() throws {
        try withTemporaryFolder { folder in
            let run = RunDirectory(folder)
            try run.begin(someRecord)
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/metrics.jsonl", withDestinationPath: "/dev/full")
            #expect(throws: RunDirectoryError.diskFull(path: folder.path + "/metrics.jsonl")) {
                try run.append(metrics[0])
            }
            #expect(try run.state() == .interrupted)
        }
    }

    @Test func anUnwritableFolderIsNamed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "file")
            try Data().write(to: file)
            #expect {
                try RunDirectory(file.appending(path: "run")).begin(someRecord)
            } throws: {
                guard case RunDirectoryError.notWritable(let path, _) = $0 else { return false }
                return path == file.path + "/run"
            }
            #expect {
                try RunDirectory.all(at: folder.appending(path: "nowhere"))
            } throws: {
                guard case RunDirectoryError.notReadable(let path, _) = $0 else { return false }
                return path == folder.path + "/nowhere"
            }
        }
    }

    @Test func runsAreFoundInAFolderOrAtItself() throws {
        try withTemporaryFolder { folder in
            for name in ["b", "a"] { try RunDirectory(folder.appending(path: name)).begin(someRecord) }
            try FileManager.default.createDirectory(
                at: folder.appending(path: "other"), withIntermediateDirectories: true)
            let runs = try RunDirectory.all(at: folder)
            #expect(runs.map(\.url.lastPathComponent) == ["a", "b"])
            #expect(try RunDirectory.all(at: runs[0].url) == [runs[0]])
        }
    }

    @Test func folderNamesAreSafeAndTellRecipesApart() {
        #expect(
            RunDirectory.folderName(recipe: "mish", hash: "0123456789abcdef", seed: 3) == "mish-0123456789-s3"
        )
        #expect(
            RunDirectory.folderName(recipe: "../ä b", hash: "0123456789", seed: 0) == "..---b-0123456789-s0")
    }

    @Test func jsonValuesKeepTheirKind() throws {
        struct Recipe: Encodable {
            let name = "mish", epochs = 5, rate = 0.004, flag = true, sizes = [64, 128]
            let large = Int.max
            let nothing: [String: String] = [:]
        }
        let value = try JSONValue(encoding: Recipe())
        #expect(
            value
                == .object([
                    "name": .string("mish"), "epochs": .integer(5), "rate": .number(0.004),
                    "flag": .bool(true),
                    "sizes": .array([.integer(64), .integer(128)]), "large": .integer(.max),
                    "nothing": .object([:]),
                ]))
        #expect(try JSONValue(encoding: value) == value)
    }
}

let someRecord = RunRecord(
    name: "mish", recipe: .object(["epochs": .integer(4)]), recipeHash: "0123456789abcdef", seed: 3,
    versions: ["mish": "0.1.0"], device: "cpu", dataHash: "aa")

/// Runs `body` with a new folder that is removed afterwards.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mish-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}
