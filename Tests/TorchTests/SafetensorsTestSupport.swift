import Foundation
import Torch

/// Calls `body` with a new folder and removes it afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

func fileBytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
}

func writeFile(_ bytes: some Sequence<UInt8>, to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
}

/// A safetensors file with `header` as it stands, followed by `data`.
func safetensorsBytes(header: String, data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
}

extension Safetensors.Source {
    init(_ type: SafetensorsType, _ shape: [Int], _ bytes: [UInt8]) {
        self.init(type: type, shape: shape) { consume in try bytes.withUnsafeBytes(consume) }
    }
}

extension SafetensorsFile {
    func bytes(of name: String) throws -> [UInt8] {
        try withBytes(of: name) { Array($0) }
    }
}
