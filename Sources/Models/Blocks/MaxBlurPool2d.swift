import Layers
import Torch

/// A 3x3 maximum at every pixel, then the binomial 3x3 blur at every second one (Zhang, arXiv 1904.11486; as in
/// kornia with `ceil_mode`): sides are halved and rounded up, as by a 3x3 convolution of stride 2. Outside the
/// image is 0.
public final class MaxBlurPool2d: Module, Layer {
    private let channels: Int
    private let blur: Tensor

    /// - Parameter channels: c of the input [n, c, h, w].
    public init(_ channels: Int) {
        self.channels = channels
        let row = Tensor([0.25, 0.5, 0.25], dtype: .float32)
        blur = row.outer(row).expand([channels, 1, 3, 3]).contiguous()
    }

    /// Halves the sides of [n, c, h, w], rounded up.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        // A constant, neither a parameter nor part of the state: it follows the input.
        x.maxPool2d(kernel: 3, stride: 1, padding: 1).conv2d(
            blur.to(dtype: x.dtype, device: x.device), stride: [2, 2], padding: [1, 1], groups: channels)
    }
}
