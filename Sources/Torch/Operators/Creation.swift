private enum Aten {
    static let empty = Operator("aten::empty", "memory_format")
    static let zeros = Operator("aten::zeros")
    static let ones = Operator("aten::ones")
    static let full = Operator("aten::full")
    static let arange = Operator("aten::arange", "start_step")
    static let linspace = Operator("aten::linspace")
    static let eye = Operator("aten::eye")
    static let zerosLike = Operator("aten::zeros_like")
    static let onesLike = Operator("aten::ones_like")
    static let fullLike = Operator("aten::full_like")
    static let emptyLike = Operator("aten::empty_like")
    static let to = Operator("aten::to", "dtype_layout")
    static let contiguous = Operator("aten::contiguous")
    static let clone = Operator("aten::clone")
    static let copy = Operator("aten::copy_")
    static let fill = Operator("aten::fill_", "Scalar")
    static let zero = Operator("aten::zero_")
    static let cat = Operator("aten::cat")
    static let stack = Operator("aten::stack")
    static let oneHot = Operator("aten::one_hot")
    static let tril = Operator("aten::tril")
    static let triu = Operator("aten::triu")
    static let randn = Operator("aten::randn")
    static let rand = Operator("aten::rand")
    static let randint = Operator("aten::randint", "low")
    static let randperm = Operator("aten::randperm")
    static let bernoulli = Operator("aten::bernoulli", "p")
    static let normal = Operator("aten::normal_")
    static let uniform = Operator("aten::uniform_")
    static let multinomial = Operator("aten::multinomial")
}

/// How the elements of a four-dimensional tensor follow each other in memory.
public enum MemoryFormat: Int, Sendable {
    /// N, C, H, W: row-major.
    case contiguous = 0
    /// The order of the source.
    case preserve = 1
    /// N, H, W, C, which convolutions in half precision (GPU) and oneDNN (CPU) prefer.
    case channelsLast = 2
}

extension Tensor {
    /// Memory that nothing was written to.
    public static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        Aten.empty(.ints(shape), .dtype(dtype), nil, .device(device))
    }

    /// Zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        Aten.zeros(.ints(shape), .dtype(dtype), nil, .device(device))
    }

    /// Ones.
    public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        Aten.ones(.ints(shape), .dtype(dtype), nil, .device(device))
    }

    /// One value everywhere.
    public static func full<Scalar: TensorScalar>(
        _ shape: [Int], _ value: Scalar, dtype: DType? = nil, device: Device = .cpu
    ) -> Tensor {
        Aten.full(.ints(shape), value.value, .dtype(dtype ?? Scalar.dtype), nil, .device(device))
    }

    /// `start`, `start + step` and so on, below `end`.
    public static func arange<Scalar: TensorScalar>(
        _ start: Scalar, _ end: Scalar, step: Scalar, dtype: DType? = nil, device: Device = .cpu
    ) -> Tensor {
        Aten.arange(
            start.value, end.value, step.value, .dtype(dtype ?? Scalar.dtype), nil, .device(device))
    }

    /// The integers from 0 to `end` - 1.
    public static func arange(_ end: Int, dtype: DType = .int64, device: Device = .cpu) -> Tensor {
        arange(0, end, step: 1, dtype: dtype, device: device)
    }

    /// `steps` numbers at equal distances, both ends included.
    public static func linspace(
        _ start: Double, _ end: Double, steps: Int, dtype: DType = .float32, device: Device = .cpu
    ) -> Tensor {
        Aten.linspace(.double(start), .double(end), .int(steps), .dtype(dtype), nil, .device(device))
    }

    /// The identity matrix of shape [n, n].
    public static func eye(_ n: Int, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        Aten.eye(.int(n), .dtype(dtype), nil, .device(device))
    }

    /// Zeros of this tensor's shape, type, device and memory format.
    public func zerosLike() -> Tensor { Aten.zerosLike(self) }
    /// Ones of this tensor's shape, type, device and memory format.
    public func onesLike() -> Tensor { Aten.onesLike(self) }
    /// Unwritten memory of this tensor's shape, type, device and memory format.
    public func emptyLike() -> Tensor { Aten.emptyLike(self) }
    /// One value in this tensor's shape, type, device and memory format.
    public func fullLike<Scalar: TensorScalar>(_ value: Scalar) -> Tensor {
        Aten.fullLike(.tensor(self), value.value)
    }

    /// Joins tensors along an existing dimension.
    public static func cat(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
        Aten.cat(.tensors(tensors), .int(dim))
    }

    /// Joins tensors of one shape along a new dimension.
    public static func stack(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
        Aten.stack(.tensors(tensors), .int(dim))
    }

    /// Ones at the classes' places: shape [...] of int64 to [..., classes].
    public func oneHot(classes: Int) -> Tensor { Aten.oneHot(.tensor(self), .int(classes)) }

    /// The part on and below a diagonal of matrices [..., rows, columns], zero elsewhere.
    public func tril(diagonal: Int = 0) -> Tensor { Aten.tril(.tensor(self), .int(diagonal)) }
    /// The part on and above a diagonal of matrices [..., rows, columns], zero elsewhere.
    public func triu(diagonal: Int = 0) -> Tensor { Aten.triu(.tensor(self), .int(diagonal)) }
}

// MARK: Conversions and copies

extension Tensor {
    /// The tensor in another type, on another device or in another memory format; itself when nothing changes.
    public func to(
        dtype: DType? = nil, device: Device? = nil, memoryFormat: MemoryFormat? = nil, nonBlocking: Bool = false,
        copy: Bool = false
    ) -> Tensor {
        if !copy, memoryFormat == nil, dtype == nil || dtype == self.dtype, device == nil || device == self.device {
            return self
        }
        if let device, case .cuda = device {
            do { try device.checkAvailable() } catch {
                Failure.report(error)
                return Tensor(taking: nil)
            }
        }
        return Aten.to(
            .tensor(self), .optional(dtype), nil, device.map(Value.device) ?? .none, nil, .bool(nonBlocking),
            .bool(copy), .optional(memoryFormat?.rawValue))
    }

    /// The tensor without gaps in memory; itself when it has none.
    public func contiguous(memoryFormat: MemoryFormat = .contiguous) -> Tensor {
        if memoryFormat == .contiguous, isContiguous { return self }
        return Aten.contiguous(.tensor(self), .int(memoryFormat.rawValue))
    }

    /// A copy with memory of its own, through which gradients flow.
    public func clone() -> Tensor { Aten.clone(self) }

    /// Overwrites the elements with those of `source`, broadcast and converted.
    @discardableResult
    public func copy_(_ source: Tensor, nonBlocking: Bool = false) -> Tensor {
        Aten.copy(.tensor(self), .tensor(source), .bool(nonBlocking))
    }

    /// Overwrites every element.
    @discardableResult
    public func fill_<Scalar: TensorScalar>(_ value: Scalar) -> Tensor { Aten.fill(.tensor(self), value.value) }

    /// Overwrites every element with zero.
    @discardableResult
    public func zero_() -> Tensor { Aten.zero(self) }
}

// MARK: Random numbers

extension Tensor {
    /// Draws from the standard normal distribution, with the device's generator (see ``manualSeed(_:)``).
    public static func randn(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        Aten.randn(.ints(shape), .dtype(dtype), nil, .device(device))
    }

    /// Draws uniformly from [0, 1).
    public static func rand(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        Aten.rand(.ints(shape), .dtype(dtype), nil, .device(device))
    }

    /// Draws integers uniformly from a range.
    public static func randint(
        _ range: Range<Int>, _ shape: [Int], dtype: DType = .int64, device: Device = .cpu
    ) -> Tensor {
        Aten.randint(
            .int(range.lowerBound), .int(range.upperBound), .ints(shape), .dtype(dtype), nil, .device(device))
    }

    /// The integers from 0 to `n` - 1 in random order.
    public static func randperm(_ n: Int, device: Device = .cpu) -> Tensor {
        Aten.randperm(.int(n), .dtype(.int64), nil, .device(device))
    }

    /// Ones with probability `p`, zeros otherwise, in this tensor's shape and type.
    public func bernoulli(p: Double) -> Tensor { Aten.bernoulli(.tensor(self), .double(p)) }

    /// Draws indices, in proportion to the weights in the last dimension.
    public func multinomial(samples: Int, replacement: Bool = false) -> Tensor {
        Aten.multinomial(.tensor(self), .int(samples), .bool(replacement))
    }

    /// Overwrites the elements with draws from a normal distribution.
    @discardableResult
    public func normal_(mean: Double = 0, std: Double = 1) -> Tensor {
        Aten.normal(.tensor(self), .double(mean), .double(std))
    }

    /// Overwrites the elements with uniform draws from [low, high).
    @discardableResult
    public func uniform_(_ low: Double = 0, _ high: Double = 1) -> Tensor {
        Aten.uniform(.tensor(self), .double(low), .double(high))
    }
}
