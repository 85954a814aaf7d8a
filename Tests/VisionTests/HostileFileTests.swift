import CImage
import Foundation
import Testing
import Vision

@Suite("Files that are not sound images give errors that name them")
struct HostileFileTests {
    private func error(decoding bytes: [UInt8]) -> ImageError? {
        #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes, path: "photo.jpg") }
    }

    @Test("An empty file")
    func empty() {
        let error = error(decoding: [])
        #expect(error == .empty(path: "photo.jpg"))
        #expect(error?.description == "photo.jpg: the file is empty (0 bytes); an image was expected")
    }

    @Test(
        "Other kinds of file are named",
        arguments: [
            (Array("Once upon a time".utf8), "text"),
            (Array("GIF89a".utf8) + [1, 0], "a GIF"),
            (Array("RIFF1234WEBPVP8 ".utf8), "a WebP"),
            ([0, 0, 0, 24] + Array("ftypheic".utf8), "an HEIF, AVIF or video file"),
            ([0, 1, 2, 3], "data of an unknown kind"),
        ])
    func notAnImage(bytes: [UInt8], found: String) {
        #expect(error(decoding: bytes) == .notAnImage(path: "photo.jpg", found: found))
    }

    @Test(
        "Every proper beginning of a file is an error",
        arguments: ["baseline.jpg", "progressive.jpg", "cmyk.jpg", "rgb8.png", "interlaced-rgb8.png"])
    func truncated(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        for length in 0..<bytes.count {
            #expect(throws: ImageError.self, "\(length) of \(bytes.count) bytes") {
                try ImageDecoder.decode(Array(bytes[..<length]), path: name)
            }
        }
    }

    @Test("A JPEG with 12 bits a sample is refused as such")
    func twelveBit() throws {
        guard case .unsupported(_, let reason) = error(decoding: try Fixtures.bytes("12bit.jpg")) else {
            Issue.record("not refused as unsupported")
            return
        }
        #expect(reason.contains("8 bits"))
    }

    @Test(
        "Huge dimensions and scans without end are refused before they cost anything",
        arguments: ["huge.jpg", "huge.png", "scans.jpg"])
    func tooLarge(name: String) throws {
        guard case .tooLarge = error(decoding: try Fixtures.bytes(name)) else {
            Issue.record("not refused as too large")
            return
        }
    }

    @Test("A wrong checksum is damage")
    func checksum() throws {
        guard case .corrupt(_, let reason) = error(decoding: try Fixtures.bytes("badcrc.png")) else {
            Issue.record("not refused as corrupt")
            return
        }
        #expect(reason.contains("CRC"))
    }

    @Test("Bytes after the end do no harm", arguments: ["baseline.jpg", "rgb8.png"])
    func trailingBytes(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let image = try ImageDecoder.decode(bytes, path: name)
        #expect(try ImageDecoder.decode(bytes + [1, 2, 3], path: name) == image)
    }

    @Test("Files that are not there, folders and pipes")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let missing = folder.url.appending(path: "missing.jpg")
        #expect(throws: ImageError.unreadable(path: missing.path, reason: "No such file or directory")) {
            try ImageDecoder.decode(contentsOf: missing)
        }
        #expect(throws: ImageError.self) { try ImageDecoder.decode(contentsOf: folder.url) }
        let pipe = folder.url.appending(path: "pipe.jpg")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        #expect(throws: ImageError.unreadable(path: pipe.path, reason: "not a regular file")) {
            try ImageDecoder.decode(contentsOf: pipe)
        }
        let loop = folder.url.appending(path: "loop.jpg")
        try FileManager.default.createSymbolicLink(atPath: loop.path, withDestinationPath: loop.path)
        #expect(throws: ImageError.self) { try ImageDecoder.decode(contentsOf: loop) }
    }

    @Test("Mutated files decode or give an error, and nothing else happens", arguments: 0..<4)
    func mutations(seed: Int) throws {
        let files = try Fixtures.imageNames().map(Fixtures.bytes)
        var random = CounterRandom(seed: UInt64(seed), epoch: 0, index: 0, purpose: .init(rawValue: 9))
        for _ in 0..<4000 {
            var bytes = files[random.integer(below: files.count)]
            for _ in 0...random.integer(below: 4) { mutate(&bytes, using: &random) }
            if random.uniform() < 0.7 { repairChecksums(&bytes) }
            if let image = try? ImageDecoder.decode(bytes, path: "mutated") {
                #expect(image.pixels.count == image.width * image.height * 3)
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], using random: inout CounterRandom) {
        guard !bytes.isEmpty else { return }
        let position = random.integer(below: bytes.count)
        switch random.integer(below: 6) {
        case 0: bytes[position] ^= 1 << UInt8(random.integer(below: 8))
        case 1: bytes[position] = UInt8(random.integer(below: 256))
        case 2: bytes[position] = [0, 0xFF, 0x7F, 0x80][random.integer(below: 4)]
        case 3: bytes.removeSubrange(position..<min(position + 1 + random.integer(below: 16), bytes.count))
        case 4: bytes.insert(contentsOf: bytes[position...].prefix(random.integer(below: 64)), at: position)
        default: bytes.removeSubrange(position...)
        }
    }

    /// Gives each chunk of a PNG the checksum of its contents, so that mutations get past the checks.
    private func repairChecksums(_ bytes: inout [UInt8]) {
        guard bytes.starts(with: [0x89, 0x50]) else { return }
        var chunk = 8
        while chunk + 12 <= bytes.count {
            let length = bytes[chunk..<chunk + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = chunk + 8 + length
            guard end + 4 <= bytes.count else { return }
            let body = Array(bytes[chunk + 4..<end])
            let crc = cimage_crc32(0, body, body.count)
            bytes.replaceSubrange(
                end..<end + 4, with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) })
            chunk = end + 4
        }
    }
}
