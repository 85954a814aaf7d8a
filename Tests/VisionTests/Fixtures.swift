import Foundation
import Vision

/// The files that Tests/Reference/vision.py made.
enum Fixtures {
    /// A file's place.
    static func url(_ name: String) throws -> URL {
        try folder.appending(path: name)
    }

    /// A file's bytes.
    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(name)))
    }

    /// The names of all images.
    static func imageNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasSuffix(".json") }
            .sorted()
    }

    /// The records of a JSON file.
    static func records<Record: Decodable>(_ type: Record.Type, in name: String) throws -> [Record] {
        try JSONDecoder().decode([Record].self, from: Data(contentsOf: url(name)))
    }

    private static var folder: URL {
        get throws {
            guard let url = Bundle.module.url(forResource: "Fixtures", withExtension: nil) else {
                throw CocoaError(.fileNoSuchFile)
            }
            return url
        }
    }
}

/// A new empty folder, removed when the last reference goes.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "VisionTests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file and the folders that it lies in.
    @discardableResult
    func write(_ bytes: [UInt8], to path: String) throws -> URL {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file
    }
}

/// The largest difference between two images' bytes, in grey levels.
func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0
}
