import Glibc

/// SHA-256 (NIST FIPS 180-4), of bytes that come in parts.
package struct SHA256 {
    private var state = Self.initialState
    /// Bytes that do not fill a block yet.
    private var rest: [UInt8] = []
    private var byteCount = 0

    private static let blockSize = 64

    /// Of nothing yet.
    package init() {}

    /// The digest of `message` as 64 hexadecimal digits.
    package static func hexDigest(of message: some Sequence<UInt8>) -> String {
        Array(message).withUnsafeBytes { hexDigest(of: $0) }
    }

    private static func hexDigest(of bytes: UnsafeRawBufferPointer) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hexDigest()
    }

    /// The digest of the file at `path` as 64 hexadecimal digits.
    ///
    /// - Throws: ``FileError``.
    package static func hexDigest(ofFile path: String) throws(FileError) -> String {
        let file = try MappedFile(path: path)
        return withExtendedLifetime(file) { hexDigest(of: file.bytes) }
    }

    /// Adds bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount += bytes.count
        var bytes = bytes[...]
        if !rest.isEmpty {
            let needed = bytes.prefix(Self.blockSize - rest.count)
            rest += needed
            bytes = bytes.dropFirst(needed.count)
            guard rest.count == Self.blockSize else { return }
            rest.withUnsafeBytes { Self.compress($0, into: &state) }
            rest = []
        }
        let whole = bytes.count / Self.blockSize * Self.blockSize
        Self.compress(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)), into: &state)
        rest += bytes.dropFirst(whole)
    }

    /// The digest of all bytes as 64 hexadecimal digits.
    package func hexDigest() -> String {
        // A one bit, zeros, and the length in bits, up to a multiple of the block.
        let zeros = (119 - rest.count) % Self.blockSize
        let length = withUnsafeBytes(of: UInt64(byteCount * 8).bigEndian, Array.init)
        var state = state
        (rest + [0x80] + Array(repeating: 0, count: zeros) + length)
            .withUnsafeBytes { Self.compress($0, into: &state) }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// Adds whole blocks.
    private static func compress(_ blocks: UnsafeRawBufferPointer, into state: inout [UInt32]) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            constants.withUnsafeBufferPointer { constants in
                for start in stride(from: 0, to: blocks.count, by: blockSize) {
                    for t in 0..<16 {
                        w[t] = blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self).bigEndian
                    }
                    for t in 16..<64 {
                        let (x, y) = (w[t - 15], w[t - 2])
                        let s0 = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3
                        let s1 = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10
                        w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
                    }
                    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
                    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
                    for t in 0..<64 {
                        let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
                        let choice = e & f ^ ~e & g
                        let t1 = h &+ sum1 &+ choice &+ constants[t] &+ w[t]
                        let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
                        let majority = a & b ^ a & c ^ b & c
                        let t2 = sum0 &+ majority
                        (a, b, c, d, e, f, g, h) = (t1 &+ t2, a, b, c, d &+ t1, e, f, g)
                    }
                    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
                }
            }
        }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    private static let primes = (2...311).filter { n in !(2..<n).contains { n.isMultiple(of: $0) } }

    private static let initialState = primes.prefix(8).map { fractionBits(of: Double($0).squareRoot()) }

    private static let constants = primes.map { fractionBits(of: cbrt(Double($0))) }

    /// The first 32 bits of the fractional part.
    private static func fractionBits(of number: Double) -> UInt32 {
        UInt32((number - number.rounded(.down)) * 0x1p32)
    }
}
