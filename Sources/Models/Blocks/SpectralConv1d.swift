import Layers
import Torch

/// A convolution of kernel 1 and without bias over sequences [n, c, l], whose matrix is divided by its largest
/// singular value (spectral normalisation: Miyato et al., arXiv 1802.05957).
///
/// The singular value is followed by one power iteration at each training step. Names and rules are those of
/// PyTorch's `spectral_norm`, so that its checkpoints load.
public final class SpectralConv1d: Module, Layer {
    /// Before normalisation, [c, c, 1].
    @Param public var weightOrig: Tensor
    /// The estimate of the left singular vector, [c].
    @Buffer public var weightU: Tensor
    /// The estimate of the right singular vector, [c].
    @Buffer public var weightV: Tensor
    private let symmetric: Bool

    /// - Parameters:
    ///   - channels: c.
    ///   - symmetric: whether (W + W^T) / 2 takes the place of W, before it is normalised.
    public init(_ channels: Int, symmetric: Bool = false) {
        let weight = Tensor.empty([channels, channels, 1])
        Initialization.kaimingNormal(weight)
        _weightOrig = Param(wrappedValue: weight)
        _weightU = Buffer(wrappedValue: Tensor.randn([channels]).normalized())
        _weightV = Buffer(wrappedValue: Tensor.randn([channels]).normalized())
        self.symmetric = symmetric
    }

    /// Multiplies each column of [n, c, l] by the normalised matrix; in training the singular vectors move on.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.conv1d(normalizedWeight(dtype: x.dtype))
    }

    private func normalizedWeight(dtype: DType) -> Tensor {
        var matrix = weightOrig.squeeze(dim: 2).to(dtype: dtype)
        if symmetric { matrix = (matrix + matrix.transpose(0, 1)) / 2 }
        var (u, v) = (weightU.to(dtype: dtype), weightV.to(dtype: dtype))
        if isTraining {
            withoutGradients {
                v = matrix.transpose(0, 1).matmul(u).normalized()
                u = matrix.matmul(v).normalized()
                weightV.copy_(v)
                weightU.copy_(u)
            }
        } else {
            // The buffers may change in place before a backward pass.
            (u, v) = (u.clone(), v.clone())
        }
        let largestSingularValue = (u * matrix.matmul(v)).sum()
        return (matrix / largestSingularValue).unsqueeze(dim: 2)
    }
}

extension Tensor {
    /// The vector with length 1, or shorter where it is nearly 0.
    fileprivate func normalized() -> Tensor { self / norm().clamp(min: 1e-12) }
}
