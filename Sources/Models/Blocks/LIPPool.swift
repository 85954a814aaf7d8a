import Layers
import Torch

extension Tensor {
    /// Local importance pooling (Gao, Wang and Wu, arXiv 1908.04156): in each window the mean of [n, c, h, w],
    /// weighted by e^logit. Padding has no weight.
    ///
    /// The exponentials are computed in fp32 where the input has 16 bits: e^12, which a gate of 12 allows, is
    /// already beyond fp16. Logits from -80 to 80 are safe.
    ///
    /// - Parameters:
    ///   - logit: of the input's shape.
    ///   - kernel: the window's side.
    ///   - stride: the distance of windows.
    ///   - padding: on each side.
    public func localImportancePool2d(
        logit: Tensor, kernel: Int = 3, stride: Int = 2, padding: Int = 1
    ) -> Tensor {
        withoutAutocast(device: device) {
            let wide = dtype == .float64 ? self : to(dtype: .float32)
            let weight = logit.to(dtype: wide.dtype).exp()
            let sum = (wide * weight).avgPool2d(kernel: kernel, stride: stride, padding: padding)
            return (sum / weight.avgPool2d(kernel: kernel, stride: stride, padding: padding)).to(dtype: dtype)
        }
    }
}

/// Local importance pooling whose logits come from one convolution ("SimplifiedLIP" of the paper's code):
/// 12 sigmoid(norm(convolution(x))). The convolution starts at 0, so that the layer starts as average pooling
/// without padding.
public final class LIPPool: Module, Layer {
    private let logit: Logit
    private let kernel: Int

    /// - Parameters:
    ///   - channels: c of the input [n, c, h, w].
    ///   - kernel: the window's side: 3, or 2, which pads nothing. The stride is 2.
    public init(_ channels: Int, kernel: Int = 3) {
        logit = Logit(channels)
        self.kernel = kernel
    }

    /// Halves the sides of [n, c, h, w].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.localImportancePool2d(logit: logit(x), kernel: kernel, stride: 2, padding: (kernel - 1) / 2)
    }

    private final class Logit: Module, Layer {
        private let conv: Conv2d
        private let bn: InstanceNorm2d

        init(_ channels: Int) {
            conv = Conv2d(channels, channels, kernel: 3, padding: 1, bias: false)
            bn = InstanceNorm2d(channels)
            super.init()
            withoutGradients { _ = conv.weight.zero_() }
        }

        func callAsFunction(_ x: Tensor) -> Tensor { 12 * bn(conv(x)).sigmoid() }
    }
}
