/// Reads the pickle of a file of `torch.save`, as data: of Python's pickle machine only the instructions that
/// build numbers, texts, tuples, lists, dictionaries and tensors exist, and nothing is ever run.
///
/// Everything is kept in flat arrays and referred to by index, so that neither depth nor cycles in a hostile
/// file can exhaust the stack. Format: Python's `pickletools`.
struct PyTorchPickle {
    enum Item {
        case none
        case bool(Bool)
        case int(Int)
        case double(Double)
        case text(String)
        case global(Global)
        case storage(Storage)
        /// An index into `objects`.
        case object(Int)
    }

    enum Object {
        case tuple([Item])
        case list([Item])
        case dictionary([(key: Item, value: Item)])
        case tensor(PyTorchFile.Entry)
    }

    /// What a tensor's numbers lie in.
    struct Storage {
        let key: String
        /// `nil`: bytes, whose type the tensor gives.
        let type: SafetensorsType?
        /// In elements, or bytes without a type.
        let count: Int

        var elementSize: Int { (type?.bitWidth ?? 8) / 8 }
        var byteCount: Int { count * elementSize }
    }

    enum Global {
        case orderedDictionary
        case rebuildTensor
        case rebuildTypedTensor
        case rebuildParameter
        case size
        case storage(SafetensorsType?)
        case type(SafetensorsType)
    }

    typealias Problem = PyTorchFileError.Problem

    /// Of values that are ever put on the stack: what a state dictionary of 90,000 tensors needs. A value takes one
    /// byte of a file and forty of memory.
    private static let limit = 2_000_000

    private(set) var reader: ByteReader
    private(set) var objects: [Object] = []
    /// By key: what the pickle says about each storage.
    private(set) var storages: [String: Storage] = [:]
    private var stack: [Item] = []
    private var marks: [Int] = []
    private var memo: [Int: Item] = [:]
    /// Values that left the stack for a container, a call or nothing.
    private var poppedCount = 0

    init(_ reader: ByteReader) {
        self.reader = reader
    }

    /// Reads up to the instruction that ends the pickle, and returns its value.
    mutating func run() throws(Problem) -> Item {
        while true {
            let start = reader.position
            let opcode = try reader.read(UInt8.self)
            guard stack.count + poppedCount + memo.count + marks.count < Self.limit else {
                throw .tooLarge("more than \(Self.limit) values")
            }
            switch opcode {
            case 0x80:  // PROTO
                guard try reader.read(UInt8.self) <= 5 else { throw malformed(start, "an unknown protocol") }
            case 0x95: _ = try reader.take(8)  // FRAME
            case UInt8(ascii: "."):  // STOP
                let value = try pop()
                guard stack.isEmpty, marks.isEmpty else { throw malformed(start, "values are left over") }
                return value

            case UInt8(ascii: "N"): stack.append(.none)
            case 0x88: stack.append(.bool(true))
            case 0x89: stack.append(.bool(false))
            case UInt8(ascii: "J"): stack.append(.int(Int(try reader.read(Int32.self))))
            case UInt8(ascii: "K"): stack.append(.int(Int(try reader.read(UInt8.self))))
            case UInt8(ascii: "M"): stack.append(.int(Int(try reader.read(UInt16.self))))
            case 0x8A: stack.append(.int(try readLong()))
            case UInt8(ascii: "G"):
                stack.append(.double(Double(bitPattern: try reader.read(UInt64.self).byteSwapped)))
            case UInt8(ascii: "X"): stack.append(.text(try reader.readText(reader.readCount(UInt32.self))))
            case 0x8C: stack.append(.text(try reader.readText(reader.readCount(UInt8.self))))
            case 0x8D: stack.append(.text(try reader.readText(reader.readCount(UInt64.self))))
            case UInt8(ascii: "U"): stack.append(.text(try reader.readText(reader.readCount(UInt8.self))))

            case UInt8(ascii: "("): marks.append(stack.count)
            case UInt8(ascii: ")"): push(.tuple([]))
            case 0x85...0x87: push(.tuple(try pop(Int(opcode) - 0x84)))
            case UInt8(ascii: "t"): push(.tuple(try popToMark()))
            case UInt8(ascii: "]"): push(.list([]))
            case UInt8(ascii: "a"): try append(pop(1))
            case UInt8(ascii: "e"): try append(popToMark())
            case UInt8(ascii: "}"): push(.dictionary([]))
            case UInt8(ascii: "s"): try setItems(pop(2))
            case UInt8(ascii: "u"): try setItems(popToMark())

            case UInt8(ascii: "q"): try remember(reader.readCount(UInt8.self))
            case UInt8(ascii: "r"): try remember(reader.readCount(UInt32.self))
            case 0x94: try remember(memo.count)
            case UInt8(ascii: "h"): try recall(reader.readCount(UInt8.self))
            case UInt8(ascii: "j"): try recall(reader.readCount(UInt32.self))

            case UInt8(ascii: "c"):
                let module = try reader.readLine()
                stack.append(.global(try Self.global(module, try reader.readLine())))
            case 0x93:  // STACK_GLOBAL
                let names = try pop(2)
                guard case .text(let module) = names[0], case .text(let name) = names[1] else {
                    throw malformed(start, "a class without a name")
                }
                stack.append(.global(try Self.global(module, name)))
            case UInt8(ascii: "R"): try reduce()
            case UInt8(ascii: "b"):  // BUILD: attributes of an OrderedDict
                _ = try pop()
                guard case .dictionary = object(stack.last) else {
                    throw malformed(start, "attributes of something that is not a dictionary")
                }
            case UInt8(ascii: "Q"): stack.append(.storage(try readStorage(pop())))
            default:
                throw .unsupported("the pickle instruction 0x\(String(opcode, radix: 16)) at byte \(start)")
            }
        }
    }

    // MARK: Stack and memo

    private mutating func push(_ object: Object) {
        stack.append(.object(objects.count))
        objects.append(object)
    }

    private mutating func pop() throws(Problem) -> Item { try pop(1)[0] }

    private mutating func pop(_ count: Int) throws(Problem) -> [Item] {
        guard stack.count - count >= (marks.last ?? 0) else {
            throw malformed(reader.position, "a value is missing")
        }
        poppedCount += count
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(Problem) -> [Item] {
        guard let mark = marks.popLast() else { throw malformed(reader.position, "a mark is missing") }
        poppedCount += stack.count - mark
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func remember(_ key: Int) throws(Problem) {
        guard let item = stack.last else { throw malformed(reader.position, "a value is missing") }
        memo[key] = item
    }

    private mutating func recall(_ key: Int) throws(Problem) {
        guard let item = memo[key] else { throw malformed(reader.position, "a remembered value is missing") }
        stack.append(item)
    }

    private func object(_ item: Item?) -> Object? {
        if case .object(let index)? = item { objects[index] } else { nil }
    }

    // MARK: Containers

    private mutating func append(_ items: [Item]) throws(Problem) {
        guard case .object(let index)? = stack.last, case .list(var list) = objects[index] else {
            throw malformed(reader.position, "elements of something that is not a list")
        }
        objects[index] = .tuple([])  // so that the list is not copied
        list += items
        objects[index] = .list(list)
    }

    private mutating func setItems(_ items: [Item]) throws(Problem) {
        guard items.count.isMultiple(of: 2), case .object(let index)? = stack.last,
            case .dictionary(var pairs) = objects[index]
        else { throw malformed(reader.position, "entries of something that is not a dictionary") }
        objects[index] = .tuple([])  // so that the dictionary is not copied
        for position in stride(from: 0, to: items.count, by: 2) {
            pairs.append((items[position], items[position + 1]))
        }
        objects[index] = .dictionary(pairs)
    }

    // MARK: Numbers

    private mutating func readLong() throws(Problem) -> Int {
        let start = reader.position
        let count = try reader.readCount(UInt8.self)
        guard count <= 8 else { throw malformed(start, "a number above 64 bits") }
        let bytes = try reader.take(count)
        guard let last = bytes.last else { return 0 }
        // Little-endian two's complement: the last byte carries the sign.
        return bytes.dropLast().reversed().reduce(Int(Int8(bitPattern: last))) { $0 << 8 | Int($1) }
    }

    // MARK: Tensors

    private static func global(_ module: String, _ name: String) throws(Problem) -> Global {
        switch (module, name) {
        case ("collections", "OrderedDict"): return .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): return .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v3"): return .rebuildTypedTensor
        case ("torch._utils", "_rebuild_parameter"): return .rebuildParameter
        case ("torch", "Size"): return .size
        case ("torch.storage", "UntypedStorage"): return .storage(nil)
        case ("torch", _):
            if let type = storageTypes[name] { return .storage(type) }
            if let type = elementTypes[name] { return .type(type) }
        default: break
        }
        throw .forbidden(name: "\(module).\(name)")
    }

    private static let storageTypes: [String: SafetensorsType] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
        "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16,
        "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool, "ComplexFloatStorage": .complex64,
    ]

    private static let elementTypes: [String: SafetensorsType] = [
        "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16, "int64": .int64,
        "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8, "bool": .bool,
        "complex64": .complex64, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
        "float8_e4m3fn": .float8E4M3, "float8_e5m2": .float8E5M2, "float8_e8m0fnu": .float8E8M0,
        "float8_e4m3fnuz": .float8E4M3FNUZ, "float8_e5m2fnuz": .float8E5M2FNUZ,
    ]

    /// ("storage", class, key, device, count); before PyTorch 1.6 a sixth element for views, which is None.
    private mutating func readStorage(_ item: Item) throws(Problem) -> Storage {
        guard case .tuple(let parts)? = object(item), parts.count == 5 || parts.count == 6,
            case .text("storage") = parts[0], case .global(.storage(let type)) = parts[1],
            case .text(let key) = parts[2], case .text = parts[3], case .int(let count) = parts[4], count >= 0
        else { throw malformed(reader.position, "a tensor's storage is not described as PyTorch does") }
        if parts.count == 6 {
            guard case .none = parts[5] else {
                throw .unsupported("a view of a storage (PyTorch before 0.4)")
            }
        }
        let storage = Storage(key: key, type: type, count: count)
        guard !count.multipliedReportingOverflow(by: storage.elementSize).overflow else {
            throw .wrongStorage(key: key, detail: "\(count) elements are too many")
        }
        guard storages.updateValue(storage, forKey: key)?.byteCount ?? storage.byteCount == storage.byteCount
        else {
            throw .wrongStorage(key: key, detail: "two sizes are given")
        }
        return storage
    }

    private mutating func reduce() throws(Problem) {
        let start = reader.position
        let parts = try pop(2)
        guard case .global(let global) = parts[0], case .tuple(let arguments)? = object(parts[1]),
            let result = try call(global, arguments)
        else { throw malformed(start, "a call that PyTorch does not write") }
        push(result)
    }

    private func call(_ global: Global, _ arguments: [Item]) throws(Problem) -> Object? {
        switch (global, arguments.count) {
        case (.orderedDictionary, 0):
            return .dictionary([])
        case (.size, 1):
            guard case .tuple(let sizes)? = object(arguments[0]) else { return nil }
            return .tuple(sizes)
        case (.rebuildTensor, 6...7):
            return .tensor(try tensor(arguments, type: nil))
        case (.rebuildTypedTensor, 7...8):
            guard case .global(.type(let type)) = arguments[6] else { return nil }
            return .tensor(try tensor(arguments, type: type))
        case (.rebuildParameter, 3):
            guard case .tensor(var entry)? = object(arguments[0]) else { return nil }
            entry.isParameter = true
            return .tensor(entry)
        default:
            return nil
        }
    }

    /// storage, offset, sizes, strides, requires_grad, hooks
    private func tensor(_ arguments: [Item], type: SafetensorsType?) throws(Problem) -> PyTorchFile.Entry {
        guard case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1], offset >= 0,
            let shape = counts(arguments[2]), let strides = counts(arguments[3]),
            shape.count == strides.count, shape.count <= SafetensorsHeader.dimensionLimit,
            let type = type ?? storage.type
        else { throw malformed(reader.position, "a tensor is not described as PyTorch does") }
        let entry = PyTorchFile.Entry(
            type: type, shape: shape, strides: strides, offset: offset, storage: storage.key)
        let size = storage.byteCount
        guard let end = entry.storageEnd, end <= size / (type.bitWidth / 8) else {
            throw .wrongStorage(
                key: storage.key,
                detail:
                    "it has \(size) bytes, too few for a tensor \(shape) with strides \(strides) at \(offset)"
            )
        }
        return entry
    }

    private func counts(_ item: Item) -> [Int]? {
        guard case .tuple(let items)? = object(item) else { return nil }
        var counts: [Int] = []
        for item in items {
            guard case .int(let count) = item, count >= 0 else { return nil }
            counts.append(count)
        }
        return counts
    }

    private func malformed(_ offset: Int, _ detail: String) -> Problem {
        .malformed(offset: offset, detail: detail)
    }
}
