private enum Aten {
    static let select = Operator("aten::select", "int")
    static let slice = Operator("aten::slice", "Tensor")
    static let index = Operator("aten::index", "Tensor")
    static let indexPut = Operator("aten::index_put_")
    static let indexSelect = Operator("aten::index_select")
    static let gather = Operator("aten::gather")
    static let scatter = Operator("aten::scatter_", "src")
    static let scatterValue = Operator("aten::scatter_", "value")
    static let nonzero = Operator("aten::nonzero")
    static let maskedSelect = Operator("aten::masked_select")
}

/// What a tensor can be subscripted with: an integer drops a dimension (negative ones count from the end), a
/// range keeps part of one, and `.all`, `.newAxis`, `.ellipsis` and `.slice` say what they mean.
public protocol TensorIndexConvertible {
    /// The place it means.
    var tensorIndex: TensorIndex { get }
}

/// One place in a tensor's subscript.
public struct TensorIndex: Sendable, TensorIndexConvertible {
    enum Kind {
        case at(Int)
        case slice(Int?, Int?, step: Int)
        case newAxis
        case ellipsis
    }
    let kind: Kind

    /// Itself.
    public var tensorIndex: TensorIndex { self }
}

extension TensorIndexConvertible where Self == TensorIndex {
    /// The whole dimension.
    public static var all: TensorIndex { slice(nil, nil, step: 1) }
    /// A new dimension of size 1.
    public static var newAxis: TensorIndex { TensorIndex(kind: .newAxis) }
    /// As many whole dimensions as are needed to reach the rest.
    public static var ellipsis: TensorIndex { TensorIndex(kind: .ellipsis) }
    /// From `start` below `end`, every `step`-th; nil is the dimension's own end.
    public static func slice(_ start: Int?, _ end: Int?, step: Int) -> TensorIndex {
        TensorIndex(kind: .slice(start, end, step: step))
    }
}

extension Int: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { TensorIndex(kind: .at(self)) }
}
extension Range<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(lowerBound, upperBound, step: 1) }
}
extension ClosedRange<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(lowerBound, upperBound == -1 ? nil : upperBound + 1, step: 1) }
}
extension PartialRangeFrom<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(lowerBound, nil, step: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(nil, upperBound, step: 1) }
}

extension Tensor {
    /// A part of the tensor, as a view: `x[0]`, `x[1..<3, .all, 2]`, `x[.ellipsis, -1]`.
    ///
    /// Assigning copies into the part: `x[0] = y`.
    public subscript(_ indices: any TensorIndexConvertible...) -> Tensor {
        get { part(indices.map(\.tensorIndex)) }
        nonmutating set { part(indices.map(\.tensorIndex)).copy_(newValue) }
    }

    private func part(_ indices: [TensorIndex]) -> Tensor {
        var result = self
        var dim = 0
        for (position, index) in indices.enumerated() {
            switch index.kind {
            case .at(let place):
                result = Aten.select(.tensor(result), .int(dim), .int(place))
            case .slice(let start, let end, let step):
                result = Aten.slice(.tensor(result), .int(dim), .optional(start), .optional(end), .int(step))
                dim += 1
            case .newAxis:
                result = result.unsqueeze(dim: dim)
                dim += 1
            case .ellipsis:
                let consumed = indices[(position + 1)...].filter { if case .newAxis = $0.kind { false } else { true } }
                dim = result.rank - consumed.count
            }
        }
        return result
    }

    /// The elements where `index`, a tensor of integers or of `bool`, says. A copy.
    public subscript(_ index: Tensor) -> Tensor {
        get { Aten.index(.tensor(self), .optionalTensors([index])) }
        nonmutating set { Aten.indexPut(.tensor(self), .optionalTensors([index]), .tensor(newValue)) }
    }

    /// The parts at these positions along a dimension. A copy.
    public func indexSelect(dim: Int, _ index: Tensor) -> Tensor {
        Aten.indexSelect(.tensor(self), .int(dim), .tensor(index))
    }

    /// result[i][j] = x[index[i][j]][j] for dim 0, and so on.
    public func gather(dim: Int, _ index: Tensor) -> Tensor {
        Aten.gather(.tensor(self), .int(dim), .tensor(index))
    }

    /// x[index[i][j]][j] = source[i][j] for dim 0, and so on, in place.
    @discardableResult
    public func scatter_(dim: Int, _ index: Tensor, _ source: Tensor) -> Tensor {
        Aten.scatter(.tensor(self), .int(dim), .tensor(index), .tensor(source))
    }

    /// x[index[i][j]][j] = value for dim 0, and so on, in place.
    @discardableResult
    public func scatter_<Scalar: TensorScalar>(dim: Int, _ index: Tensor, _ value: Scalar) -> Tensor {
        Aten.scatterValue(.tensor(self), .int(dim), .tensor(index), value.value)
    }

    /// The positions of the elements that are not zero: shape [found, rank].
    public func nonzero() -> Tensor { Aten.nonzero(self) }
    /// The elements where `mask` holds, in one dimension.
    public func maskedSelect(_ mask: Tensor) -> Tensor { Aten.maskedSelect(self, mask) }
}
