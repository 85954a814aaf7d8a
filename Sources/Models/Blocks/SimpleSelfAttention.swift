import Layers
import Torch

/// Self-attention without softmax or scaling (github.com/sdoria/SimpleSelfAttention):
/// gamma (X X^T) (W X) + X, where X is the image [c, h w] and gamma starts at 0.
///
/// X X^T grows with the number of pixels and would leave the range of fp16: it is computed in fp32 whatever the
/// network runs in.
public final class SimpleSelfAttention: Module, Layer {
    /// How W is made.
    public enum Form: String, Sendable, CaseIterable {
        /// Normalised by its largest singular value.
        case plain
        /// Symmetrised, then normalised. The published code normalises last what was never symmetrised, so that
        /// its `sym` changes nothing.
        case symmetric
    }

    private let conv: SpectralConv1d
    @Param private var gamma: Tensor

    /// - Parameters:
    ///   - channels: c.
    ///   - form: how W is made.
    public init(_ channels: Int, form: Form = .plain) {
        conv = SpectralConv1d(channels, symmetric: form == .symmetric)
        _gamma = Param(wrappedValue: Tensor.zeros([1]))
    }

    /// Attends over the pixels of [n, c, h, w]; the shape stays.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        withoutAutocast(device: x.device) {
            let wide = x.dtype == .float64 ? x : x.to(dtype: .float32)
            let pixels = wide.flatten(startDim: 2)
            let gram = pixels.bmm(pixels.transpose(1, 2))
            let attended = gamma * gram.bmm(conv(pixels)) + pixels
            return attended.reshape(x.shape).to(dtype: x.dtype)
        }
    }
}
