import Torch

/// Batch normalisation of images [n, c, h, w] (Ioffe and Szegedy, arXiv 1502.03167).
public final class BatchNorm2d: Module, Layer {
    /// The scale gamma, [c].
    @Param public var weight: Tensor
    /// The shift beta, [c].
    @Param public var bias: Tensor
    /// The mean that is used when not training, [c].
    @Buffer public var runningMean: Tensor
    /// The unbiased variance that is used when not training, [c].
    @Buffer public var runningVar: Tensor
    /// How many batches the running values have seen.
    @Buffer public var numBatchesTracked: Tensor
    private let momentum: Double
    private let eps: Double

    /// - Parameters:
    ///   - channels: c.
    ///   - momentum: how far the running values move towards a batch's, 0 to 1.
    ///   - eps: added to the variance.
    ///   - gamma: the first scale; 0 makes a residual branch start as nothing.
    public init(_ channels: Int, momentum: Double = 0.1, eps: Double = 1e-5, gamma: Float = 1) {
        _weight = Param(wrappedValue: Tensor.full([channels], gamma), decays: false)
        _bias = Param(wrappedValue: Tensor.zeros([channels]), decays: false)
        _runningMean = Buffer(wrappedValue: Tensor.zeros([channels]))
        _runningVar = Buffer(wrappedValue: Tensor.ones([channels]))
        _numBatchesTracked = Buffer(wrappedValue: Tensor(0))
        (self.momentum, self.eps) = (momentum, eps)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        if isTraining { numBatchesTracked += 1 }
        return x.batchNorm(
            weight: weight, bias: bias, runningMean: runningMean, runningVar: runningVar, training: isTraining,
            momentum: momentum, eps: eps)
    }
}

/// Normalisation of each image and channel by its own statistics, [n, c, h, w] (arXiv 1607.08022).
public final class InstanceNorm2d: Module, Layer {
    /// The scale, [c].
    @Param public var weight: Tensor
    /// The shift, [c].
    @Param public var bias: Tensor
    private let eps: Double

    /// - Parameters:
    ///   - channels: c.
    ///   - eps: added to the variance.
    public init(_ channels: Int, eps: Double = 1e-5) {
        _weight = Param(wrappedValue: Tensor.ones([channels]), decays: false)
        _bias = Param(wrappedValue: Tensor.zeros([channels]), decays: false)
        self.eps = eps
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { x.instanceNorm(weight: weight, bias: bias, eps: eps) }
}
