import CTorch
import Synchronization

/// An array of numbers of one data type on one device, with LibTorch behind it.
///
/// A tensor is a handle: copies share memory, and views (``reshape(_:)``, subscripts, ``transpose(_:_:)``)
/// alias it, as in PyTorch. Memory is freed when the last handle goes; there is no collector.
///
/// An operator whose arguments do not fit stops the program with LibTorch's message; see ``catching(_:)``
/// for errors that can be handled. A tensor belongs to one thread at a time and is not `Sendable`.
public struct Tensor {
    let handle: Handle

    /// Owns one reference to a TensorImpl.
    final class Handle {
        /// Nil in a poisoned tensor, which stands for the result of an operator that failed.
        let raw: ct_tensor?

        init(taking raw: ct_tensor?) {
            self.raw = raw
            if raw != nil { Handle.alive.wrappingAdd(1, ordering: .relaxed) }
        }

        deinit {
            if let raw {
                Handle.alive.wrappingSubtract(1, ordering: .relaxed)
                ct_release(raw)
            }
        }

        static let alive = Atomic<Int>(0)
        static let poisoned = UncheckedSendable(Handle(taking: nil))
    }

    /// The poisoned handle holds nothing that could be raced for.
    struct UncheckedSendable: @unchecked Sendable {
        let handle: Handle
        init(_ handle: Handle) { self.handle = handle }
    }

    /// Takes over a reference from the C interface; NULL makes a poisoned tensor.
    init(taking raw: ct_tensor?) {
        handle = raw == nil ? Handle.poisoned.handle : Handle(taking: raw)
    }

    var raw: ct_tensor? { handle.raw }

    /// How many tensors the program holds at the moment. Tests use it to prove that nothing leaks.
    public static var liveCount: Int { Handle.alive.load(ordering: .relaxed) }

    /// Whether this stands for the result of an operator that failed inside ``catching(_:)``.
    public var isPoisoned: Bool { raw == nil }

    /// Whether both are handles of the very same tensor (not: whether their elements are equal).
    public func isIdentical(to other: Tensor) -> Bool { raw == other.raw }

    /// A number that handles of the very same tensor share, and that no other tensor has while this one lives.
    public var identity: Int { read(0) { Int(bitPattern: $0) } }
}

// MARK: Properties

extension Tensor {
    /// The size of each dimension; empty for a zero-dimensional tensor.
    public var shape: [Int] {
        guard let raw else { return [] }
        return withExtendedLifetime(handle) {
            UnsafeBufferPointer(start: ct_sizes(raw), count: Int(ct_dimensions(raw))).map(Int.init)
        }
    }

    /// How far apart in memory neighbours along each dimension are, in elements.
    public var strides: [Int] {
        guard let raw else { return [] }
        return withExtendedLifetime(handle) {
            UnsafeBufferPointer(start: ct_strides(raw), count: Int(ct_dimensions(raw))).map(Int.init)
        }
    }

    /// The number of dimensions.
    public var rank: Int { read(0) { Int(ct_dimensions($0)) } }

    /// The number of elements.
    public var count: Int { read(0) { Int(ct_element_count($0)) } }

    /// The type of the elements.
    ///
    /// - Precondition: the type is one of ``DType``'s (complex and quantized tensors are not).
    public var dtype: DType {
        read(.float32) { raw in
            guard let type = DType(rawValue: ct_dtype(raw)) else {
                fatalError("the tensor's data type (number \(ct_dtype(raw)) in LibTorch) has no DType")
            }
            return type
        }
    }

    /// Where the tensor lives.
    public var device: Device { read(.cpu) { Device(code: ct_device($0)) } }

    /// Whether the elements lie in memory in row-major order without gaps.
    public var isContiguous: Bool { read(true) { ct_is_contiguous($0) } }

    /// Whether a tensor of shape [N, C, H, W] lies in memory in the order N, H, W, C without gaps.
    public var isChannelsLast: Bool { read(false) { ct_is_channels_last($0) } }

    /// How often the tensor was changed in place.
    public var version: Int { read(0) { Int(ct_version($0)) } }

    func read<Result>(_ poisoned: Result, _ body: (ct_tensor) -> Result) -> Result {
        guard let raw else { return poisoned }
        return withExtendedLifetime(handle) { body(raw) }
    }
}

// MARK: Elements in and out

extension Tensor {
    /// A zero-dimensional tensor with one element.
    public init<Scalar: TensorScalar>(_ scalar: Scalar, dtype: DType? = nil, device: Device = .cpu) {
        self.init([scalar], shape: [], dtype: dtype, device: device)
    }

    /// A tensor with a copy of `elements`, in row-major order.
    ///
    /// - Parameters:
    ///   - elements: as many as `shape` has.
    ///   - shape: one dimension of all elements when left out.
    ///   - dtype: the elements' own type when left out.
    ///   - device: where the tensor is to live.
    /// - Precondition: `elements.count` is the product of `shape`.
    public init<Scalar: TensorScalar>(
        _ elements: [Scalar], shape: [Int]? = nil, dtype: DType? = nil, device: Device = .cpu
    ) {
        let shape = shape ?? [elements.count]
        precondition(
            shape.reduce(1, *) == elements.count, "\(elements.count) elements do not fill the shape \(shape)")
        let copied = elements.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: Scalar.dtype) }
        self = copied.to(dtype: dtype ?? Scalar.dtype, device: device)
    }

    /// A tensor on the CPU with a copy of raw memory, in row-major order.
    ///
    /// - Precondition: `bytes` holds at least the shape's elements.
    public init(copying bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
        precondition(
            bytes.count >= shape.reduce(1, *) * dtype.size, "too few bytes for \(shape) of \(dtype)")
        var result: ct_tensor?
        let sizes = shape.map(Int64.init)
        Failure.check(
            ct_from_copy(bytes.baseAddress, sizes, Int32(sizes.count), dtype.rawValue, &result),
            operation: "Tensor(copying:shape:dtype:)")
        self.init(taking: result)
    }

    /// The elements in row-major order, converted to `Scalar` when the tensor has another type.
    public func array<Scalar: TensorScalar>(_ type: Scalar.Type = Scalar.self) -> [Scalar] {
        let plain = detach().to(dtype: Scalar.dtype, device: .cpu).contiguous()
        guard plain.raw != nil else { return [] }
        return plain.withUnsafeBytes { bytes in
            Array(bytes.bindMemory(to: Scalar.self))
        }
    }

    /// The only element of a tensor that has one.
    ///
    /// On a GPU this waits for all work before it.
    /// - Precondition: the tensor has exactly one element.
    public func item<Scalar: TensorScalar>(_ type: Scalar.Type = Scalar.self) -> Scalar {
        precondition(isPoisoned || count == 1, "item() needs one element, and the shape is \(shape)")
        return array(Scalar.self).first ?? Tensor.zeros([1], dtype: Scalar.dtype).array(Scalar.self)[0]
    }

    /// Gives `body` the memory of a contiguous CPU tensor for reading.
    ///
    /// - Precondition: the tensor is contiguous and on the CPU.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeMutableBytes { try body(UnsafeRawBufferPointer($0)) }
    }

    /// Gives `body` the memory of a contiguous CPU tensor for reading and writing. Autograd does not see it.
    ///
    /// - Precondition: the tensor is contiguous and on the CPU.
    public func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        precondition(device == .cpu, "the memory of a tensor on \(device) cannot be reached; move it to the CPU")
        precondition(isContiguous, "the tensor's memory has gaps or another order; call contiguous() first")
        guard let raw else { return try body(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
        var address: UnsafeMutableRawPointer?
        Failure.check(ct_data(raw, &address), operation: "withUnsafeMutableBytes")
        return try withExtendedLifetime(handle) {
            try body(UnsafeMutableRawBufferPointer(start: address, count: count * dtype.size))
        }
    }
}

extension Tensor: CustomStringConvertible {
    /// Shape, type and device, then the first elements.
    public var description: String {
        if isPoisoned { return "Tensor(poisoned)" }
        let shown = 8
        let flat = detach().reshape([-1])
        let head = flat.narrow(dim: 0, start: 0, length: Swift.min(shown, count))
        let elements =
            dtype.isFloatingPoint
            ? head.array(Double.self).map { "\(Float($0))" } : head.array(Int.self).map(String.init)
        let rest = count > shown ? ", ..." : ""
        return "Tensor(\(shape), \(dtype), \(device)) [\(elements.joined(separator: ", "))\(rest)]"
    }
}
