/// The element types of the safetensors format, in the order in which its reference implementation
/// (version 0.8) lays tensors out: the widest last.
///
/// Raw values are the names in a file's header. `Tensor` holds only some of them; the others can still be read
/// and written as bytes.
public enum SafetensorsType: String, CaseIterable, Sendable {
    /// One byte, 0 or 1.
    case bool = "BOOL"
    /// Four bits (MXFP4), two to a byte.
    case float4 = "F4"
    /// Six bits: 2 of exponent, 3 of mantissa (MXFP6).
    case float6E2M3 = "F6_E2M3"
    /// Six bits: 3 of exponent, 2 of mantissa (MXFP6).
    case float6E3M2 = "F6_E3M2"
    /// Unsigned byte.
    case uint8 = "U8"
    /// Signed byte.
    case int8 = "I8"
    /// Eight bits: 5 of exponent, 2 of mantissa.
    case float8E5M2 = "F8_E5M2"
    /// Eight bits: 4 of exponent, 3 of mantissa, no infinities.
    case float8E4M3 = "F8_E4M3"
    /// Eight bits of exponent: a power of two (the scales of the MX formats).
    case float8E8M0 = "F8_E8M0"
    /// Eight bits: 4 of exponent, 3 of mantissa, no infinities, no negative zero.
    case float8E4M3FNUZ = "F8_E4M3FNUZ"
    /// Eight bits: 5 of exponent, 2 of mantissa, no infinities, no negative zero.
    case float8E5M2FNUZ = "F8_E5M2FNUZ"
    /// Signed 16-bit integer.
    case int16 = "I16"
    /// Unsigned 16-bit integer.
    case uint16 = "U16"
    /// IEEE half precision.
    case float16 = "F16"
    /// The upper half of IEEE single precision.
    case bfloat16 = "BF16"
    /// Signed 32-bit integer.
    case int32 = "I32"
    /// Unsigned 32-bit integer.
    case uint32 = "U32"
    /// IEEE single precision.
    case float32 = "F32"
    /// Two IEEE single precision numbers: real and imaginary part.
    case complex64 = "C64"
    /// IEEE double precision.
    case float64 = "F64"
    /// Signed 64-bit integer.
    case int64 = "I64"
    /// Unsigned 64-bit integer.
    case uint64 = "U64"

    /// The size of one element in bits; elements below a byte are packed.
    public var bitWidth: Int {
        switch self {
        case .float4: 4
        case .float6E2M3, .float6E3M2: 6
        case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
        case .int16, .uint16, .float16, .bfloat16: 16
        case .int32, .uint32, .float32: 32
        case .complex64, .float64, .int64, .uint64: 64
        }
    }

    /// The number of bytes that a tensor of this type and `shape` takes.
    ///
    /// - Throws: `SafetensorsError.Problem` when the number does not fit an `Int` or is not whole.
    func byteCount(shape: [Int]) throws(SafetensorsError.Problem) -> Int {
        // A zero among the sizes makes the tensor empty, but not every intermediate product small: sizes
        // that overflow before the zero is met are refused, as in the reference implementation.
        var bits = bitWidth
        for size in shape {
            let (product, overflow) = bits.multipliedReportingOverflow(by: size)
            guard !overflow else { throw .sizeOverflow(type: self, shape: shape) }
            bits = product
        }
        guard bits.isMultiple(of: 8) else { throw .partialByte(type: self, shape: shape) }
        return bits / 8
    }
}
