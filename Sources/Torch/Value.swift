import CTorch

/// An argument or a result of an ``Operator``.
///
/// Literals stand for themselves: `op(.tensor(x), 1, 0.5, true, nil, [2, 3])`.
public enum Value {
    /// The schema's default.
    case defaulted
    case none
    case tensor(Tensor)
    case int(Int)
    case double(Double)
    case bool(Bool)
    case string(String)
    case device(Device)
    case ints([Int])
    case doubles([Double])
    case bools([Bool])
    case tensors([Tensor])
    /// Nil stands for None, as in `aten::index`.
    case optionalTensors([Tensor?])

    /// A data type, which schemas write as an integer.
    public static func dtype(_ dtype: DType) -> Value { .int(Int(dtype.rawValue)) }
    /// A tensor, or None.
    public static func optional(_ tensor: Tensor?) -> Value { tensor.map(Value.tensor) ?? .none }
    /// An integer, or None.
    public static func optional(_ int: Int?) -> Value { int.map(Value.int) ?? .none }
    /// A data type, or None.
    public static func optional(_ dtype: DType?) -> Value { dtype.map(Value.dtype) ?? .none }

    var isPoisoned: Bool {
        switch self {
        case .tensor(let tensor): tensor.isPoisoned
        case .tensors(let tensors): tensors.contains(where: \.isPoisoned)
        case .optionalTensors(let tensors): tensors.contains { $0?.isPoisoned ?? false }
        default: false
        }
    }
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
    /// An integer.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// A flag.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// None.
    public init(nilLiteral: ()) { self = .none }
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A list of integers.
    public init(arrayLiteral elements: Int...) { self = .ints(elements) }
}

// MARK: To and from the C interface

/// Memory that lives as long as one call.
final class Arena {
    private var blocks: [UnsafeMutableRawPointer] = []

    func copy<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let block = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
        block.initialize(from: elements, count: elements.count)
        blocks.append(UnsafeMutableRawPointer(block))
        return UnsafePointer(block)
    }

    deinit { for block in blocks { block.deallocate() } }
}

extension Value {
    func packed(in arena: Arena) -> ct_value {
        var packed = ct_value()
        func list<Element>(_ kind: ct_kind, _ elements: [Element]) -> UnsafePointer<Element> {
            packed.kind = kind
            packed.count = Int32(elements.count)
            return arena.copy(elements)
        }
        switch self {
        case .defaulted: packed.kind = CT_DEFAULT
        case .none: packed.kind = CT_NONE
        case .tensor(let tensor):
            packed.kind = CT_TENSOR
            packed.as.tensor = tensor.raw
        case .int(let int):
            packed.kind = CT_INT
            packed.as.integer = Int64(int)
        case .double(let double):
            packed.kind = CT_DOUBLE
            packed.as.number = double
        case .bool(let bool):
            packed.kind = CT_BOOL
            packed.as.flag = bool
        case .string(let string):
            packed.as.text = list(CT_STRING, string.utf8CString.map { $0 })
        case .device(let device):
            packed.kind = CT_DEVICE
            packed.as.integer = device.code
        case .ints(let ints): packed.as.integers = list(CT_INT_LIST, ints.map(Int64.init))
        case .doubles(let doubles): packed.as.numbers = list(CT_DOUBLE_LIST, doubles)
        case .bools(let bools): packed.as.flags = list(CT_BOOL_LIST, bools)
        case .tensors(let tensors): packed.as.tensors = list(CT_TENSOR_LIST, tensors.map(\.raw))
        case .optionalTensors(let tensors):
            packed.as.tensors = list(CT_OPTIONAL_TENSOR_LIST, tensors.map { $0?.raw })
        }
        return packed
    }

    init(taking result: ct_value) {
        switch result.kind {
        case CT_TENSOR: self = .tensor(Tensor(taking: result.as.tensor))
        case CT_INT: self = .int(Int(result.as.integer))
        case CT_DOUBLE: self = .double(result.as.number)
        case CT_BOOL: self = .bool(result.as.flag)
        default: self = .none
        }
    }
}
