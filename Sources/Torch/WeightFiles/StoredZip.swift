/// The members of a zip archive that holds them uncompressed, as `torch.save` writes it
/// (PKWARE APPNOTE 6.3, with the 64-bit extension).
struct StoredZip {
    struct Member {
        let name: String
        let checksum: UInt32
        /// Where its bytes lie in the file.
        let range: Range<Int>
    }

    typealias Problem = PyTorchFileError.Problem

    /// A hundred times what the largest networks have.
    private static let memberLimit = 1_000_000

    private(set) var members: [Member] = []

    init(_ file: UnsafeRawBufferPointer) throws(Problem) {
        let directory = try Self.findDirectory(file)
        guard directory.count <= Self.memberLimit else {
            throw .tooLarge("\(directory.count) archive members")
        }
        var reader = ByteReader(file, at: directory.offset)
        var names: Set<String> = []
        for _ in 0..<directory.count {
            let member = try Self.readMember(&reader)
            guard names.insert(member.name).inserted else {
                throw .malformed(
                    offset: reader.position, detail: "two members \(member.name.quotedForMessage)")
            }
            members.append(member)
        }
        // Members that share bytes let a small file claim a large content.
        var end = 0
        for member in members.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
        where !member.range.isEmpty {
            guard member.range.lowerBound >= end else {
                throw .malformed(offset: member.range.lowerBound, detail: "archive members overlap")
            }
            end = member.range.upperBound
        }
    }

    static func isZip(_ file: UnsafeRawBufferPointer) -> Bool {
        file.starts(with: [0x50, 0x4B, 0x03, 0x04])
    }

    private static func findDirectory(_ file: UnsafeRawBufferPointer) throws(Problem) -> (
        offset: Int, count: Int
    ) {
        // The last record is 22 bytes and a comment of at most 64 KiB.
        let latest = file.count - 22
        let places = stride(from: latest, through: max(0, latest - 0xFFFF), by: -1)
        guard let start = places.first(where: { file.startsRecord(0x0605_4B50, at: $0) }) else {
            throw .malformed(
                offset: file.count, detail: "the archive's directory is missing; the file is truncated")
        }
        var reader = ByteReader(file, at: start + 10)
        let count = try reader.readCount(UInt16.self)
        _ = try reader.take(4)
        let offset = try reader.readCount(UInt32.self)
        guard count == 0xFFFF || offset == 0xFFFF_FFFF else { return (offset, count) }

        var locator = ByteReader(file, at: start - 20)
        guard try locator.read(UInt32.self) == 0x0706_4B50 else { return (offset, count) }
        _ = try locator.take(4)
        var record = ByteReader(file, at: try locator.readCount(UInt64.self))
        guard try record.read(UInt32.self) == 0x0606_4B50 else {
            throw .malformed(offset: record.position, detail: "the archive's 64-bit directory is missing")
        }
        _ = try record.take(28)
        let wideCount = try record.readCount(UInt64.self)
        _ = try record.take(8)
        return (try record.readCount(UInt64.self), wideCount)
    }

    private static func readMember(_ reader: inout ByteReader) throws(Problem) -> Member {
        let start = reader.position
        guard try reader.read(UInt32.self) == 0x0201_4B50 else {
            throw .malformed(offset: start, detail: "not an entry of the archive's directory")
        }
        _ = try reader.take(4)
        let flags = try reader.read(UInt16.self)
        let method = try reader.read(UInt16.self)
        _ = try reader.take(4)
        let checksum = try reader.read(UInt32.self)
        var packedSize = try reader.readCount(UInt32.self)
        var size = try reader.readCount(UInt32.self)
        let nameLength = try reader.readCount(UInt16.self)
        let extraLength = try reader.readCount(UInt16.self)
        let commentLength = try reader.readCount(UInt16.self)
        _ = try reader.take(8)
        var header = try reader.readCount(UInt32.self)
        let name = try reader.readText(nameLength)
        var extra = ByteReader(try reader.take(extraLength))
        _ = try reader.take(commentLength)
        while !extra.isAtEnd {
            let tag = try extra.read(UInt16.self)
            var field = ByteReader(try extra.take(try extra.readCount(UInt16.self)))
            guard tag == 1 else { continue }
            if size == 0xFFFF_FFFF { size = try field.readCount(UInt64.self) }
            if packedSize == 0xFFFF_FFFF { packedSize = try field.readCount(UInt64.self) }
            if header == 0xFFFF_FFFF { header = try field.readCount(UInt64.self) }
        }
        guard method == 0, flags & 1 == 0, packedSize == size else {
            throw .unsupported("the compressed or encrypted member \(name.quotedForMessage)")
        }
        var local = ByteReader(reader.bytes, at: header)
        guard try local.read(UInt32.self) == 0x0403_4B50 else {
            throw .malformed(offset: header, detail: "the member \(name.quotedForMessage) is not there")
        }
        _ = try local.take(22)
        let localName = try local.readCount(UInt16.self)
        let localExtra = try local.readCount(UInt16.self)
        _ = try local.take(localName + localExtra)
        let data = local.position
        _ = try local.take(size)
        return Member(name: name, checksum: checksum, range: data..<data + size)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func startsRecord(_ signature: UInt32, at place: Int) -> Bool {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: place, as: UInt32.self)) == signature
    }
}
