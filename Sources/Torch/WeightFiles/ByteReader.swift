/// Reads little-endian values from bytes that nobody vouches for.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    typealias Problem = PyTorchFileError.Problem

    var isAtEnd: Bool { position == bytes.count }

    /// The next `count` bytes.
    mutating func take(_ count: Int) throws(Problem) -> UnsafeRawBufferPointer {
        guard 0 <= position, 0 <= count, position <= bytes.count, count <= bytes.count - position else {
            throw .malformed(offset: position, detail: "\(count) more bytes should follow, but the data ends")
        }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func read<Value: FixedWidthInteger>(_ type: Value.Type) throws(Problem) -> Value {
        Value(littleEndian: try take(MemoryLayout<Value>.size).loadUnaligned(as: Value.self))
    }

    /// A length or an offset.
    mutating func readCount<Value: FixedWidthInteger>(_ type: Value.Type) throws(Problem) -> Int {
        let start = position
        guard let count = Int(exactly: try read(type)), count >= 0 else {
            throw .malformed(offset: start, detail: "an impossible length")
        }
        return count
    }

    mutating func readText(_ count: Int) throws(Problem) -> String {
        let start = position
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw .malformed(offset: start, detail: "a text that is not UTF-8")
        }
        return text
    }

    /// The text up to the end of the line.
    mutating func readLine() throws(Problem) -> String {
        guard let length = bytes[position...].prefix(1000).firstIndex(of: UInt8(ascii: "\n")) else {
            throw .malformed(offset: position, detail: "a line without an end")
        }
        let line = try readText(length - position)
        position += 1
        return line
    }
}
