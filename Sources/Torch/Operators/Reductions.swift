private enum Aten {
    static let sum = Operator("aten::sum", "dim_IntList")
    static let mean = Operator("aten::mean", "dim")
    static let variance = Operator("aten::var", "correction")
    static let max = Operator("aten::max")
    static let min = Operator("aten::min")
    static let amax = Operator("aten::amax")
    static let amin = Operator("aten::amin")
    static let maxDim = Operator("aten::max", "dim")
    static let argmax = Operator("aten::argmax")
    static let argmin = Operator("aten::argmin")
    static let all = Operator("aten::all")
    static let any = Operator("aten::any")
    static let norm = Operator("aten::linalg_vector_norm")
    static let logsumexp = Operator("aten::logsumexp")
    static let cumsum = Operator("aten::cumsum")
    static let prod = Operator("aten::prod")
    static let sort = Operator("aten::sort")
    static let topk = Operator("aten::topk")
    static let softmax = Operator("aten::softmax", "int")
    static let logSoftmax = Operator("aten::log_softmax", "int")
    static let bincount = Operator("aten::bincount")
}

extension Tensor {
    /// The sum of all elements, or along dimensions.
    ///
    /// - Parameters:
    ///   - dims: all when left out; negative numbers count from the end.
    ///   - keepDim: whether the dimensions stay, with size 1.
    ///   - dtype: what to add up in and to return.
    public func sum(dims: [Int]? = nil, keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
        Aten.sum(.tensor(self), dims.map(Value.ints) ?? .none, .bool(keepDim), .optional(dtype))
    }

    /// The sum along one dimension.
    public func sum(dim: Int, keepDim: Bool = false) -> Tensor { sum(dims: [dim], keepDim: keepDim) }

    /// The mean of all elements, or along dimensions.
    public func mean(dims: [Int]? = nil, keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
        Aten.mean(.tensor(self), dims.map(Value.ints) ?? .none, .bool(keepDim), .optional(dtype))
    }

    /// The mean along one dimension.
    public func mean(dim: Int, keepDim: Bool = false) -> Tensor { mean(dims: [dim], keepDim: keepDim) }

    /// The variance: squared distances from the mean over (count - `correction`).
    public func variance(dims: [Int]? = nil, correction: Int = 1, keepDim: Bool = false) -> Tensor {
        Aten.variance(.tensor(self), dims.map(Value.ints) ?? .none, .int(correction), .bool(keepDim))
    }

    /// The square root of ``variance(dims:correction:keepDim:)``.
    public func std(dims: [Int]? = nil, correction: Int = 1, keepDim: Bool = false) -> Tensor {
        variance(dims: dims, correction: correction, keepDim: keepDim).sqrt()
    }

    /// The product of all elements.
    public func prod() -> Tensor { Aten.prod(self) }
    /// The largest element.
    public func max() -> Tensor { Aten.max(self) }
    /// The smallest element.
    public func min() -> Tensor { Aten.min(self) }
    /// The largest elements along dimensions.
    public func amax(dims: [Int], keepDim: Bool = false) -> Tensor {
        Aten.amax(.tensor(self), .ints(dims), .bool(keepDim))
    }
    /// The smallest elements along dimensions.
    public func amin(dims: [Int], keepDim: Bool = false) -> Tensor {
        Aten.amin(.tensor(self), .ints(dims), .bool(keepDim))
    }
    /// The largest elements along a dimension, and where they are.
    public func max(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
        pair(Aten.maxDim.tensors(.tensor(self), .int(dim), .bool(keepDim)))
    }
    /// Where the largest element is, along a dimension or in the flattened tensor.
    public func argmax(dim: Int? = nil, keepDim: Bool = false) -> Tensor {
        Aten.argmax(.tensor(self), .optional(dim), .bool(keepDim))
    }
    /// Where the smallest element is, along a dimension or in the flattened tensor.
    public func argmin(dim: Int? = nil, keepDim: Bool = false) -> Tensor {
        Aten.argmin(.tensor(self), .optional(dim), .bool(keepDim))
    }
    /// Whether all elements hold (are not zero).
    public func all() -> Tensor { Aten.all(self) }
    /// Whether an element holds (is not zero).
    public func any() -> Tensor { Aten.any(self) }

    /// The vector norm of the given order over all elements or along dimensions.
    public func norm(order: Double = 2, dims: [Int]? = nil, keepDim: Bool = false) -> Tensor {
        Aten.norm(.tensor(self), .double(order), dims.map(Value.ints) ?? .none, .bool(keepDim))
    }

    /// ln of the sum of e^x along dimensions, without overflow.
    public func logsumexp(dims: [Int], keepDim: Bool = false) -> Tensor {
        Aten.logsumexp(.tensor(self), .ints(dims), .bool(keepDim))
    }

    /// Running sums along a dimension.
    public func cumsum(dim: Int) -> Tensor { Aten.cumsum(.tensor(self), .int(dim)) }

    /// The elements in order along a dimension, and where they were.
    public func sort(dim: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
        pair(Aten.sort.tensors(.tensor(self), .int(dim), .bool(descending)))
    }

    /// The `k` largest elements along a dimension, largest first, and where they are.
    public func topk(_ k: Int, dim: Int = -1) -> (values: Tensor, indices: Tensor) {
        pair(Aten.topk.tensors(.tensor(self), .int(k), .int(dim)))
    }

    /// e^x over its sum along a dimension.
    public func softmax(dim: Int) -> Tensor { Aten.softmax(.tensor(self), .int(dim)) }
    /// The logarithm of ``softmax(dim:)``, without overflow.
    public func logSoftmax(dim: Int) -> Tensor { Aten.logSoftmax(.tensor(self), .int(dim)) }

    /// How often each of the integers 0 ..< max(`minLength`, largest + 1) occurs.
    public func bincount(minLength: Int = 0) -> Tensor {
        Aten.bincount(.tensor(self), nil, .int(minLength))
    }

    private func pair(_ results: [Tensor]) -> (values: Tensor, indices: Tensor) {
        results.count == 2 ? (results[0], results[1]) : (Tensor(taking: nil), Tensor(taking: nil))
    }
}
