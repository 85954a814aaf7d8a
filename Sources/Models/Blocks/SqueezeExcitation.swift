import Activations
import Layers
import Torch

/// Scales each channel by what all of them say about the whole image (Hu et al., arXiv 1709.01507):
/// x sigmoid(W2 activation(W1 mean(x))).
public final class SqueezeExcitation: Module, Layer {
    private let convReduce: Conv2d
    private let convExpand: Conv2d
    private let activation: Activation

    /// - Parameters:
    ///   - channels: c of the input and the result [n, c, h, w].
    ///   - squeezed: the channels between.
    ///   - activation: between.
    public init(_ channels: Int, squeezed: Int, activation: Activation) {
        convReduce = Conv2d(channels, squeezed, kernel: 1).kaimingNormal()
        convExpand = Conv2d(squeezed, channels, kernel: 1).kaimingNormal()
        self.activation = activation
    }

    /// Scales the channels of [n, c, h, w].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let squeezed = x.mean(dims: [2, 3], keepDim: true)
        return x * convExpand(activation(convReduce(squeezed))).sigmoid()
    }
}
