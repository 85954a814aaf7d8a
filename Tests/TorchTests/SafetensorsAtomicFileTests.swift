import Foundation
import Testing

@testable import Torch

/// A save that fails at any step leaves the old file as it was, no temporary file, and says why.
@Suite struct SafetensorsAtomicFileTests {
    static let old: [UInt8] = [1, 2, 3]

    /// Replaces a file of `old` while `system` fails, and returns the error.
    static func failingWrite(_ system: AtomicFile.SystemCalls) throws -> FileError? {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            try writeFile(old, to: path)
            let error = #expect(throws: FileError.self) {
                try AtomicFile.write(to: path, system: system) { file in
                    for _ in 0..<3 { try withUnsafeBytes(of: UInt64(0)) { try file.write($0) } }
                }
            }
            #expect(try fileBytes(path) == old)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
            #expect(error?.path == path)
            return error
        }
    }

    @Test(arguments: [ENOSPC, EDQUOT, EIO], ["write", "flush", "close", "rename"])
    func failures(code: Int32, operation: String) throws {
        func fail<Value: SignedInteger>() -> Value {
            errno = code
            return -1
        }
        var system = AtomicFile.SystemCalls()
        switch operation {
        case "write":
            var calls = 0
            system.write = { descriptor, bytes, count in
                calls += 1
                return calls == 2 ? fail() : write(descriptor, bytes, count)
            }
        case "flush": system.fsync = { _ in fail() }
        case "close":
            system.close = { descriptor in
                close(descriptor)
                return fail()
            }
        default: system.rename = { _, _ in fail() }
        }
        let error = try Self.failingWrite(system)
        #expect(error?.operation == operation)
        #expect(error?.code == code)
        #expect(error?.isDiskFull == (code != EIO))
        #expect(error?.description.contains("unchanged") == (code != EIO))
    }

    @Test func shortAndInterruptedWritesGoOn() throws {
        try withTemporaryFolder { folder in
            var system = AtomicFile.SystemCalls()
            var calls = 0
            system.write = { descriptor, bytes, count in
                calls += 1
                guard calls.isMultiple(of: 2) else {
                    errno = EINTR
                    return -1
                }
                return write(descriptor, bytes, min(count, 3))
            }
            let content = (0..<100).map { UInt8($0) }
            let path = folder + "/file"
            try AtomicFile.write(to: path, system: system) { file in try content.withUnsafeBytes(file.write) }
            #expect(try fileBytes(path) == content)
        }
    }

    @Test func whatTheWriterThrowsLeavesTheOldFile() throws {
        try withTemporaryFolder { folder in
            struct Stop: Error {}
            let path = folder + "/file"
            try writeFile(Self.old, to: path)
            let source = Safetensors.Source(type: .uint8, shape: [1]) { _ in throw Stop() }
            #expect(throws: Stop.self) { try Safetensors.write(["x": source], to: path) }
            #expect(try fileBytes(path) == Self.old)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
        }
    }

    @Test func placesThatCannotBeWritten() throws {
        try withTemporaryFolder { folder in
            let missing = #expect(throws: FileError.self) {
                try Safetensors.write([:], to: folder + "/missing/file")
            }
            #expect(missing?.code == ENOENT)
            let isFolder = #expect(throws: FileError.self) { try Safetensors.write([:], to: folder) }
            #expect(isFolder?.code == EISDIR)
        }
    }

    @Test func aPathWithoutFolderIsInTheCurrentOne() throws {
        let name = UUID().uuidString
        defer { unlink(name) }
        try Safetensors.write([:], to: name)
        #expect(try SafetensorsFile(path: name).entries.isEmpty)
    }
}
