import Torch

/// Cross-correlation of images: [n, in, h, w] to [n, out, h', w'].
public final class Conv2d: Module, Layer {
    /// [out, in / groups, kernel, kernel].
    @Param public var weight: Tensor
    /// [out], or none.
    public let bias: Parameter?
    private let stride: Int
    private let padding: Int
    private let dilation: Int
    private let groups: Int

    /// First weights as in PyTorch: uniform in plus or minus 1 / sqrt(inputs to one output).
    public init(
        _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
        groups: Int = 1, bias: Bool = true
    ) {
        precondition(
            inChannels % groups == 0 && outChannels % groups == 0,
            "\(inChannels) and \(outChannels) channels cannot be split into \(groups) groups")
        let weight = Tensor.empty([outChannels, inChannels / groups, kernel, kernel])
        Initialization.kaimingUniform(weight, gain: (1.0 / 3).squareRoot())
        _weight = Param(wrappedValue: weight)
        let bound = 1 / Double(inChannels / groups * kernel * kernel).squareRoot()
        self.bias =
            bias ? Parameter(Tensor.empty([outChannels]).uniform_(-bound, bound), decays: false) : nil
        (self.stride, self.padding, self.dilation, self.groups) = (stride, padding, dilation, groups)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.conv2d(
            weight, bias: bias?.tensor, stride: [stride, stride], padding: [padding, padding],
            dilation: [dilation, dilation], groups: groups)
    }
}

/// Cross-correlation of sequences: [n, in, l] to [n, out, l'].
public final class Conv1d: Module, Layer {
    /// [out, in, kernel].
    @Param public var weight: Tensor
    /// [out], or none.
    public let bias: Parameter?

    /// First weights as in PyTorch: uniform in plus or minus 1 / sqrt(inputs to one output).
    public init(_ inChannels: Int, _ outChannels: Int, kernel: Int, bias: Bool = true) {
        let weight = Tensor.empty([outChannels, inChannels, kernel])
        Initialization.kaimingUniform(weight, gain: (1.0 / 3).squareRoot())
        _weight = Param(wrappedValue: weight)
        let bound = 1 / Double(inChannels * kernel).squareRoot()
        self.bias =
            bias ? Parameter(Tensor.empty([outChannels]).uniform_(-bound, bound), decays: false) : nil
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { x.conv1d(weight, bias: bias?.tensor) }
}
