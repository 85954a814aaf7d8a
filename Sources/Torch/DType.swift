/// The type of a tensor's elements, with LibTorch's numbering.
///
/// The data type is a property of a tensor at run time, as in PyTorch: mixed precision changes it
/// from layer to layer, which a type parameter would make everybody's business.
public enum DType: Int32, Sendable, CaseIterable, CustomStringConvertible {
    case uint8 = 0
    case int8 = 1
    case int16 = 2
    case int32 = 3
    case int64 = 4
    /// IEEE 754 binary16: 10 bits of fraction, largest value 65,504.
    case float16 = 5
    /// IEEE 754 binary32.
    case float32 = 6
    /// IEEE 754 binary64.
    case float64 = 7
    case bool = 11
    /// bfloat16: the upper half of a binary32, 7 bits of fraction.
    case bfloat16 = 15

    /// Whether values are fractions, so that gradients exist.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        default: false
        }
    }

    /// Bytes per element.
    public var size: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .int16, .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// PyTorch's name, such as `float32`.
    public var description: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .float16: "float16"
        case .float32: "float32"
        case .float64: "float64"
        case .bool: "bool"
        case .bfloat16: "bfloat16"
        }
    }
}

/// A Swift type whose values can be a tensor's elements.
public protocol TensorScalar: Sendable {
    /// The data type with the same memory layout.
    static var dtype: DType { get }
    /// The value as an operator's argument.
    var value: Value { get }
}

extension TensorScalar where Self: BinaryInteger {
    public var value: Value { .int(Int(self)) }
}

extension Int: TensorScalar { public static var dtype: DType { .int64 } }
extension Int64: TensorScalar { public static var dtype: DType { .int64 } }
extension Int32: TensorScalar { public static var dtype: DType { .int32 } }
extension Int16: TensorScalar { public static var dtype: DType { .int16 } }
extension Int8: TensorScalar { public static var dtype: DType { .int8 } }
extension UInt8: TensorScalar { public static var dtype: DType { .uint8 } }

extension Float: TensorScalar {
    public static var dtype: DType { .float32 }
    public var value: Value { .double(Double(self)) }
}

extension Double: TensorScalar {
    public static var dtype: DType { .float64 }
    public var value: Value { .double(self) }
}

extension Float16: TensorScalar {
    public static var dtype: DType { .float16 }
    public var value: Value { .double(Double(self)) }
}

extension Bool: TensorScalar {
    public static var dtype: DType { .bool }
    public var value: Value { .bool(self) }
}
