private enum Aten {
    static let reshape = Operator("aten::reshape")
    static let view = Operator("aten::view")
    static let flatten = Operator("aten::flatten", "using_ints")
    static let transpose = Operator("aten::transpose", "int")
    static let permute = Operator("aten::permute")
    static let squeeze = Operator("aten::squeeze")
    static let squeezeDim = Operator("aten::squeeze", "dim")
    static let unsqueeze = Operator("aten::unsqueeze")
    static let expand = Operator("aten::expand")
    static let asStrided = Operator("aten::as_strided")
    static let narrow = Operator("aten::narrow")
    static let chunk = Operator("aten::chunk")
    static let split = Operator("aten::split", "Tensor")
    static let flip = Operator("aten::flip")
    static let roll = Operator("aten::roll")
    static let repeated = Operator("aten::repeat")
    static let pad = Operator("aten::pad")
    static let detach = Operator("aten::detach")
}

extension Tensor {
    /// The elements in another shape; -1 stands for what is left. A view where memory allows, else a copy.
    public func reshape(_ shape: [Int]) -> Tensor { Aten.reshape(.tensor(self), .ints(shape)) }

    /// The same memory in another shape; an error where memory does not allow it.
    public func view(_ shape: [Int]) -> Tensor { Aten.view(.tensor(self), .ints(shape)) }

    /// Joins the dimensions from `startDim` to `endDim`.
    public func flatten(startDim: Int = 0, endDim: Int = -1) -> Tensor {
        Aten.flatten(.tensor(self), .int(startDim), .int(endDim))
    }

    /// Exchanges two dimensions. A view.
    public func transpose(_ first: Int, _ second: Int) -> Tensor {
        Aten.transpose(.tensor(self), .int(first), .int(second))
    }

    /// Reorders the dimensions. A view.
    public func permute(_ dims: [Int]) -> Tensor { Aten.permute(.tensor(self), .ints(dims)) }

    /// Drops one dimension of size 1, or all of them. A view.
    public func squeeze(dim: Int? = nil) -> Tensor {
        dim.map { Aten.squeezeDim(.tensor(self), .int($0)) } ?? Aten.squeeze(self)
    }

    /// Adds a dimension of size 1. A view.
    public func unsqueeze(dim: Int) -> Tensor { Aten.unsqueeze(.tensor(self), .int(dim)) }

    /// Repeats dimensions of size 1 without a copy; -1 keeps a dimension. A view whose elements overlap.
    public func expand(_ shape: [Int]) -> Tensor { Aten.expand(.tensor(self), .ints(shape)) }

    /// A view with any sizes and strides, in elements.
    public func asStrided(_ shape: [Int], strides: [Int], offset: Int = 0) -> Tensor {
        Aten.asStrided(.tensor(self), .ints(shape), .ints(strides), .int(offset))
    }

    /// The part from `start` of `length` along a dimension. A view.
    public func narrow(dim: Int, start: Int, length: Int) -> Tensor {
        Aten.narrow(.tensor(self), .int(dim), .int(start), .int(length))
    }

    /// At most `count` parts of equal size (the last may be smaller) along a dimension. Views.
    public func chunk(_ count: Int, dim: Int = 0) -> [Tensor] {
        Aten.chunk.tensors(.tensor(self), .int(count), .int(dim))
    }

    /// Parts of `size` (the last may be smaller) along a dimension. Views.
    public func split(_ size: Int, dim: Int = 0) -> [Tensor] {
        Aten.split.tensors(.tensor(self), .int(size), .int(dim))
    }

    /// The elements in reverse order along dimensions.
    public func flip(dims: [Int]) -> Tensor { Aten.flip(.tensor(self), .ints(dims)) }

    /// Moves the elements along dimensions, those that fall off coming back at the other end.
    public func roll(_ shifts: [Int], dims: [Int]) -> Tensor { Aten.roll(.tensor(self), .ints(shifts), .ints(dims)) }

    /// Copies of the tensor side by side, so many along each dimension.
    public func repeated(_ counts: [Int]) -> Tensor { Aten.repeated(.tensor(self), .ints(counts)) }

    /// How ``pad(_:mode:value:)`` makes up what is outside.
    public enum PaddingMode: String, Sendable {
        case constant, reflect, replicate, circular
    }

    /// Adds elements around: `padding` is (left, right) of the last dimension, then of the one before it, and
    /// so on. Negative numbers crop.
    public func pad(_ padding: [Int], mode: PaddingMode = .constant, value: Double = 0) -> Tensor {
        Aten.pad(
            .tensor(self), .ints(padding), .string(mode.rawValue), mode == .constant ? .double(value) : .none)
    }

    /// The same memory, outside the graph of gradients.
    public func detach() -> Tensor { Aten.detach(self) }
}
