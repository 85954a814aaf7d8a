private enum Aten {
    static let matmul = Operator("aten::matmul")
    static let bmm = Operator("aten::bmm")
    static let linear = Operator("aten::linear")
    static let outer = Operator("aten::outer")
    static let einsum = Operator("aten::einsum")
    static let inv = Operator("aten::linalg_inv")
    static let solve = Operator("aten::linalg_solve")
    static let svd = Operator("aten::linalg_svd")
    static let qr = Operator("aten::linalg_qr")
    static let cholesky = Operator("aten::linalg_cholesky")
    static let det = Operator("aten::linalg_det")
}

extension Tensor {
    /// The matrix product: [..., n, k] times [..., k, m]; vectors as in PyTorch.
    public func matmul(_ y: Tensor) -> Tensor { Aten.matmul(self, y) }

    /// The product of each pair of matrices: [b, n, k] times [b, k, m].
    public func bmm(_ y: Tensor) -> Tensor { Aten.bmm(self, y) }

    /// x W^T + b: [..., in] with weight [out, in] and bias [out].
    public func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
        Aten.linear(.tensor(self), .tensor(weight), .optional(bias))
    }

    /// All products of the elements of two vectors.
    public func outer(_ y: Tensor) -> Tensor { Aten.outer(self, y) }

    /// Sums of products in Einstein's notation, such as `"bij,bjk->bik"`.
    public static func einsum(_ equation: String, _ tensors: Tensor...) -> Tensor {
        Aten.einsum(.string(equation), .tensors(tensors))
    }

    /// The inverse of matrices [..., n, n].
    public func inverse() -> Tensor { Aten.inv(self) }
    /// X with A X = B, for A = self of shape [..., n, n].
    public func solve(_ b: Tensor) -> Tensor { Aten.solve(self, b) }
    /// U, S, V^H with A = U diag(S) V^H.
    public func svd(fullMatrices: Bool = false) -> [Tensor] { Aten.svd.tensors(.tensor(self), .bool(fullMatrices)) }
    /// Q, R with A = Q R.
    public func qr() -> [Tensor] { Aten.qr.tensors(.tensor(self)) }
    /// L, lower triangular, with A = L L^T.
    public func cholesky() -> Tensor { Aten.cholesky(self) }
    /// The determinant of matrices [..., n, n].
    public func determinant() -> Tensor { Aten.det(self) }
}
