/// CRC-32 (ISO 3309, the polynomial of zip), eight bytes at a time.
enum CRC32 {
    /// At `256 k + b`: the remainder of byte `b` followed by `k` zero bytes.
    private static let table: [UInt32] = {
        var table = (0..<256 as Range<UInt32>).map { byte in
            (0..<8).reduce(byte) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        for place in 256..<2048 {
            let shorter = table[place - 256]
            table.append(shorter >> 8 ^ table[Int(shorter & 0xFF)])
        }
        return table
    }()

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var crc: UInt32 = 0xFFFF_FFFF
            var position = 0
            while bytes.count - position >= 8 {
                let word = UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let x = word ^ UInt64(crc)
                crc = 0
                for k in 0..<8 { crc ^= table[(7 - k) << 8 | Int(x >> (8 * UInt64(k)) & 0xFF)] }
                position += 8
            }
            while position < bytes.count {
                crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[position])) & 0xFF)]
                position += 1
            }
            return ~crc
        }
    }
}
