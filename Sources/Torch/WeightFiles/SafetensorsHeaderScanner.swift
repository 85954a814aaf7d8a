/// A scanner for the JSON of a safetensors header: objects, arrays of counts, strings.
///
/// The header's grammar is fixed and three levels deep, so the caller asks for what must come next, nothing
/// recurses, and whatever else JSON allows is refused where it stands. A general decoder would not do: those
/// keep the last of two equal keys in silence.
struct SafetensorsHeaderScanner {
    private let bytes: [UInt8]
    private var position = 0
    /// Where the header starts in the file; errors count from the file's start.
    private let origin: Int

    init(_ bytes: [UInt8], origin: Int) {
        self.bytes = bytes
        self.origin = origin
    }

    typealias Problem = SafetensorsError.Problem

    /// Reads `{"key": value, ...}`; `readValue` reads each member's value.
    mutating func readObject(
        _ readValue: (_ key: String, _ scanner: inout Self) throws -> Void
    ) throws {
        try expect("{", "expected an object that starts with {")
        guard !skip("}") else { return }
        var count = 0
        repeat {
            count += 1
            guard count <= SafetensorsHeader.entryLimit else {
                throw Problem.tooManyEntries(limit: SafetensorsHeader.entryLimit)
            }
            skipWhitespace()
            let key = try readString()
            try expect(":", "expected : after the key \(key.quotedForMessage)")
            try readValue(key, &self)
        } while skip(",")
        try expect("}", "expected , or }")
    }

    /// Reads `[count, ...]` with at most `limit` elements.
    mutating func readCounts(limit: Int) throws -> [Int] {
        var counts: [Int] = []
        try expect("[", "expected a list that starts with [")
        guard !skip("]") else { return counts }
        repeat {
            guard counts.count < limit else { throw Problem.tooManyDimensions(limit: limit) }
            counts.append(try readCount())
        } while skip(",")
        try expect("]", "expected , or ]")
        return counts
    }

    /// Reads a string, with JSON's escapes resolved.
    mutating func readString() throws -> String {
        try expect("\"", "expected a string that starts with \"")
        let start = position
        var utf8: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: utf8, as: UTF8.self) else {
                    throw malformed(at: start, "the string is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                position += 1
                utf8.append(contentsOf: UTF8.encode(try readEscape())!)
            case 0..<0x20:
                throw malformed(at: position, "a control character inside a string")
            default:
                utf8.append(byte)
                position += 1
            }
        }
        throw malformed(at: start, "the string does not end")
    }

    /// Makes sure that only spaces, which writers pad with, are left.
    mutating func readEnd() throws {
        skipWhitespace()
        guard position == bytes.count else { throw malformed(at: position, "text after the closing }") }
    }

    /// The error `detail` at the place that was read last.
    func malformed(_ detail: String) -> Problem {
        malformed(at: position, detail)
    }

    // MARK: Parts

    private mutating func readCount() throws -> Int {
        skipWhitespace()
        let start = position
        var count = 0
        while let byte = peek, case let digit = Int(byte) - 48, 0...9 ~= digit {
            let (tens, overflow) = count.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(digit)
            guard !overflow, !carry else { throw malformed(at: start, "a number above 2^63 - 1") }
            count = sum
            position += 1
        }
        let isFollowedByFraction = peek.map { ".eE".utf8.contains($0) } ?? false
        guard position > start, !isFollowedByFraction else {
            throw malformed(at: start, "expected a whole number, 0 or more")
        }
        guard position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
            throw malformed(at: start, "a number with leading zeros")
        }
        return count
    }

    private mutating func readEscape() throws -> Unicode.Scalar {
        let start = position - 1
        defer { position += 1 }
        switch peek {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try readUnicodeEscape(start: start)
        default: throw malformed(at: start, "an unknown escape")
        }
    }

    /// Reads what follows `\u`: one UTF-16 code unit, or two when the first is half of a pair. Leaves the
    /// position on the last digit.
    private mutating func readUnicodeEscape(start: Int) throws -> Unicode.Scalar {
        var code = try readHexUnit(start: start)
        if 0xD800..<0xDC00 ~= code, bytes[(position + 1)...].starts(with: "\\u".utf8) {
            position += 2
            let trail = try readHexUnit(start: start)
            guard 0xDC00..<0xE000 ~= trail else { throw malformed(at: start, "half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (trail - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw malformed(at: start, "half of a surrogate pair")
        }
        return scalar
    }

    private mutating func readHexUnit(start: Int) throws -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            position += 1
            let digit: UInt8
            switch peek {
            case let byte? where 0x30...0x39 ~= byte: digit = byte - 0x30
            case let byte? where 0x41...0x46 ~= byte: digit = byte - 0x41 + 10
            case let byte? where 0x61...0x66 ~= byte: digit = byte - 0x61 + 10
            default: throw malformed(at: start, "\\u needs four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = peek, " \t\n\r".utf8.contains(byte) { position += 1 }
    }

    /// Steps over `character`, and white space before it, if it comes next.
    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipWhitespace()
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar, _ detail: @autoclosure () -> String) throws {
        guard skip(character) else { throw malformed(at: position, detail()) }
    }

    private func malformed(at offset: Int, _ detail: String) -> Problem {
        .malformedHeader(offset: origin + offset, detail: detail)
    }
}
