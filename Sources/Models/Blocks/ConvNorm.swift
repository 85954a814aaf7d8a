import Activations
import Layers
import Torch

/// Where the activation stands in ``ConvNorm``.
public enum NormOrder: String, Sendable, CaseIterable {
    /// Convolution, norm, activation.
    case normFirst = "norm-first"
    /// Convolution, activation, norm.
    case activationFirst = "activation-first"
}

/// A convolution without bias, a batch norm and an activation, called `0`, `1` and `2` in the order in which they
/// run. The convolution keeps the size of the image, less the stride.
public final class ConvNorm: Sequential {
    /// - Parameters:
    ///   - inChannels: c of the input [n, c, h, w].
    ///   - outChannels: c of the result.
    ///   - kernel: the convolution's side, odd.
    ///   - stride: the convolution's.
    ///   - groups: the convolution's.
    ///   - activation: none when left out.
    ///   - order: whether norm or activation comes first.
    ///   - gamma: the norm's first scale; 0 makes a residual branch start as nothing.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernel: Int = 3, stride: Int = 1, groups: Int = 1,
        activation: Activation? = nil, order: NormOrder = .normFirst, gamma: Float = 1
    ) {
        let convolution = Conv2d(
            inChannels, outChannels, kernel: kernel, stride: stride, padding: kernel / 2, groups: groups,
            bias: false
        ).kaimingNormal()
        let norm = BatchNorm2d(outChannels, gamma: gamma)
        let activate = activation.map { Activate($0) as any Layer }
        let rest: [(any Layer)?] = order == .normFirst ? [norm, activate] : [activate, norm]
        super.init([convolution] + rest.compactMap { $0 })
    }
}
