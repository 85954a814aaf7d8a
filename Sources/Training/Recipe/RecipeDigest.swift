import Foundation

/// SHA-256 (NIST FIPS 180-4).
enum SHA256 {
    /// The digest of `message` as 64 hexadecimal digits.
    static func hexDigest(of message: some Sequence<UInt8>) -> String {
        var state = initialState
        let padded = pad(Array(message))
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(padded[start..<start + 64], into: &state)
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// A one bit, zeros, and the length in bits, up to a multiple of 64 bytes.
    private static func pad(_ message: [UInt8]) -> [UInt8] {
        let zeros = (119 - message.count % 64) % 64
        let length = withUnsafeBytes(of: UInt64(message.count * 8).bigEndian, Array.init)
        return message + [0x80] + Array(repeating: 0, count: zeros) + length
    }

    private static func compress(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var w = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
            block[index..<index + 4].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        }
        for t in 16..<64 {
            let (x, y) = (w[t - 15], w[t - 2])
            let s0 = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3
            let s1 = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10
            w.append(w[t - 16] &+ s0 &+ w[t - 7] &+ s1)
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
