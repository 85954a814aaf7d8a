import Foundation

/// A server on this machine, and the archives that it serves.
struct Server: @unchecked Sendable {
    let folder: URL
    let port: Int
    private let process: Process
    private let input = Pipe()

    private static let started = Result { try Server() }

    /// Started once, when a test first wants it.
    static var shared: Server { get throws { try started.get() } }

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let fixtures = Bundle.module.bundleURL.appending(path: "Fixtures")
        func python(_ script: String, _ output: Any?) throws -> Process {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", fixtures.appending(path: script).path, folder.path]
            process.standardOutput = output
            return process
        }
        let archives = try python("archives.py", nil)
        try archives.run()
        archives.waitUntilExit()
        precondition(archives.terminationStatus == 0, "archives.py failed")
        let output = Pipe()
        let process = try python("server.py", output)
        process.standardInput = input
        try process.run()
        // It ends when this process does, since its standard input ends.
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines))!
        (self.folder, self.process) = (folder, process)
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

    /// What was asked for a path: the Range, the If-Range and the status of each request.
    func requests(_ path: String) throws -> [[Substring]] {
        try String(contentsOf: folder.appending(path: "requests.log"), encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: " ") }.filter { $0[0] == "/\(path)" }
    }

    /// A copy of an archive under a name of its own.
    func publish(_ archive: String, as name: String) throws {
        let file = folder.appending(path: "\(name).tgz")
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.copyItem(at: folder.appending(path: "\(archive).tgz"), to: file)
    }
}

func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}
