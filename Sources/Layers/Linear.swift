import Torch

/// x W^T + b: [..., in] to [..., out].
public final class Linear: Module, Layer {
    /// [out, in].
    @Param public var weight: Tensor
    /// [out], or none.
    public let bias: Parameter?

    /// First weights as in PyTorch: uniform in plus or minus 1 / sqrt(in).
    public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true) {
        let weight = Tensor.empty([outFeatures, inFeatures])
        Initialization.kaimingUniform(weight, gain: (1.0 / 3).squareRoot())
        _weight = Param(wrappedValue: weight)
        let bound = 1 / Double(inFeatures).squareRoot()
        self.bias =
            bias ? Parameter(Tensor.empty([outFeatures]).uniform_(-bound, bound), decays: false) : nil
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight, bias?.tensor) }
}
