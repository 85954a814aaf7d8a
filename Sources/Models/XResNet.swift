import Activations
import Layers
import Torch

/// A ResNet with the "bag of tricks" (He et al., arXiv 1812.01187) as fastai builds it: a stem of three 3x3
/// convolutions, shortcuts that pool instead of skipping pixels, last norms that start at 0.
///
/// Input [n, channels, h, w], result: logits [n, classes]. A row of layers with numbers for names: the stem's
/// convolutions, a pooling, the stages, then the head's pooling, flattening, dropout (if any) and linear layer.
open class XResNet: Sequential {
    /// A network of any depth and width.
    ///
    /// ```swift
    /// let small = MXResNet(depths: [1, 1, 1], widths: [16, 32, 64], classes: 10)
    /// ```
    ///
    /// - Parameters:
    ///   - depths: blocks of each stage. From the second on, a stage halves the image.
    ///   - widths: channels inside the blocks of each stage.
    ///   - expansion: 1 for blocks of two 3x3 convolutions; otherwise blocks are bottlenecks whose results have
    ///     so many times their width.
    ///   - classes: how many logits.
    ///   - channels: of the input.
    ///   - stem: channels of the stem's convolutions, the first of which halves the image.
    ///   - selfAttention: in the last block of the first stage.
    ///   - dropout: its probability before the linear layer; nil for no such layer.
    ///   - style: what the blocks have in common.
    public init(
        depths: [Int], widths: [Int] = [64, 128, 256, 512], expansion: Int = 1, classes: Int,
        channels: Int = 3,
        stem: [Int] = [32, 32, 64], selfAttention: SimpleSelfAttention.Form? = nil, dropout: Double? = 0,
        style: XResNetStyle = XResNetStyle(activation: .relu)
    ) {
        precondition(
            depths.count == widths.count && !depths.isEmpty && !stem.isEmpty,
            "\(depths.count) depths and \(widths.count) widths do not make stages")
        var current = channels
        func convolution(_ index: Int) -> any Layer {
            defer { current = stem[index] }
            let isSeparable = style.depthwise != nil && index > 0
            let convolution = ConvNorm(
                current, stem[index], kernel: isSeparable ? 1 : 3, stride: index == 0 ? 2 : 1,
                activation: style.activation, order: style.order)
            return isSeparable ? Sequential([Conv2d(depthwise: current), convolution]) : convolution
        }
        func stage(_ index: Int) -> Sequential {
            Sequential(
                (0..<depths[index]).map { block in
                    defer { current = widths[index] * expansion }
                    return XResNetBlock(
                        current, width: widths[index], expansion: expansion,
                        stride: index > 0 && block == 0 ? 2 : 1,
                        selfAttention: index == 0 && block == depths[0] - 1 ? selfAttention : nil,
                        style: style)
                })
        }
        var layers: [any Layer] = stem.indices.map(convolution)
        layers.append(style.stemPool.afterStem(current))
        layers += depths.indices.map(stage)
        layers += [AdaptiveAvgPool2d(1), Flatten()]
        if let dropout { layers.append(Dropout(p: dropout)) }
        layers.append(Linear(current, classes).kaimingNormal())
        super.init(layers)
    }

    /// The standard depths.
    public enum Depth: Int, Sendable, CaseIterable {
        case d18 = 18
        case d34 = 34
        case d50 = 50
        case d101 = 101
        case d152 = 152

        /// Blocks of each stage.
        public var blocks: [Int] {
            switch self {
            case .d18: [2, 2, 2, 2]
            case .d34, .d50: [3, 4, 6, 3]
            case .d101: [3, 4, 23, 3]
            case .d152: [3, 8, 36, 3]
            }
        }

        /// Bottlenecks, of four times their width, from 50 on.
        public var expansion: Int { rawValue < 50 ? 1 : 4 }
    }

    /// fastai2's network of a standard depth.
    public convenience init(
        _ depth: Depth, classes: Int, channels: Int = 3, stem: [Int] = [32, 32, 64],
        selfAttention: SimpleSelfAttention.Form? = nil, dropout: Double? = 0,
        style: XResNetStyle = XResNetStyle(activation: .relu)
    ) {
        self.init(
            depths: depth.blocks, expansion: depth.expansion, classes: classes, channels: channels,
            stem: stem,
            selfAttention: selfAttention, dropout: dropout, style: style)
    }
}

/// The Mish thread's ``XResNet`` (github.com/lessw2020/mish): a wider stem, and Mish.
public final class MXResNet: XResNet {
    /// A network of any depth and width; see ``XResNet``.
    public init(
        depths: [Int], widths: [Int] = [64, 128, 256, 512], expansion: Int = 1, classes: Int,
        channels: Int = 3,
        stem: [Int] = [32, 64, 64], selfAttention: SimpleSelfAttention.Form? = nil,
        style: XResNetStyle = XResNetStyle(activation: .mish)
    ) {
        super.init(
            depths: depths, widths: widths, expansion: expansion, classes: classes, channels: channels,
            stem: stem,
            selfAttention: selfAttention, dropout: nil, style: style)
    }

    /// The thread's network of a standard depth.
    public convenience init(
        _ depth: Depth, classes: Int, channels: Int = 3, stem: [Int] = [32, 64, 64],
        selfAttention: SimpleSelfAttention.Form? = nil, style: XResNetStyle = XResNetStyle(activation: .mish)
    ) {
        self.init(
            depths: depth.blocks, expansion: depth.expansion, classes: classes, channels: channels,
            stem: stem,
            selfAttention: selfAttention, style: style)
    }
}
