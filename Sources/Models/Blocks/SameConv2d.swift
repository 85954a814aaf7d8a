import Layers
import Torch

/// A convolution without bias whose padding follows the framework that the weights come from.
public final class SameConv2d: Module, Layer {
    /// [out, in / groups, kernel, kernel].
    @Param public var weight: Tensor
    private let kernel: Int
    private let stride: Int
    private let groups: Int
    private let padding: Padding

    /// How many zeros surround an image.
    public enum Padding: String, Sendable, CaseIterable {
        /// TensorFlow's SAME: sides are divided by the stride and rounded up; an odd zero is right and below.
        case same
        /// PyTorch's habit: (kernel - 1) / 2 on each side.
        case symmetric
    }

    /// First weights: normal with variance 2 / (outputs of one input), as the EfficientNets begin.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, groups: Int = 1, padding: Padding
    ) {
        let weight = Tensor.empty([outChannels, inChannels / groups, kernel, kernel])
        let fan = Double(kernel * kernel * outChannels / groups)
        withoutGradients { _ = weight.normal_(mean: 0, std: (2 / fan).squareRoot()) }
        _weight = Param(wrappedValue: weight)
        (self.kernel, self.stride, self.groups, self.padding) = (kernel, stride, groups, padding)
    }

    /// Convolves [n, in, h, w].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let height = zeros(along: x.shape[2])
        let width = zeros(along: x.shape[3])
        if height % 2 == 0, width % 2 == 0 {
            return convolve(x, padding: [height / 2, width / 2])
        }
        let padded = x.pad([width / 2, width - width / 2, height / 2, height - height / 2])
        return convolve(padded, padding: [0, 0])
    }

    private func convolve(_ x: Tensor, padding: [Int]) -> Tensor {
        x.conv2d(weight, stride: [stride, stride], padding: padding, groups: groups)
    }

    /// Zeros on both sides together.
    private func zeros(along side: Int) -> Int {
        switch padding {
        case .same: max(((side + stride - 1) / stride - 1) * stride + kernel - side, 0)
        case .symmetric: (kernel - 1) / 2 * 2
        }
    }
}
