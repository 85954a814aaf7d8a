import Activations
import Layers
import Torch

/// What the blocks of an ``XResNet`` have in common.
public struct XResNetStyle: Sendable {
    /// After each norm but the last, and after the sum.
    public var activation: Activation
    /// Whether norm or activation follows a convolution.
    public var order = NormOrder.normFirst
    /// What halves the image after the stem.
    public var stemPool = Pooling.max
    /// What halves the image in blocks.
    public var pool = Pooling.average
    /// Where blocks halve the image.
    public var halving = Halving.inEachPath
    /// The grouped convolution and the squeeze of SE-ResNeXt, in bottlenecks.
    public var resNeXt: ResNeXt?
    /// In bottlenecks, a 3x3 convolution that sees one channel at a time, gives so many channels for each, and has
    /// neither norm nor activation; the stem's convolutions but the first are then separable. (liuyao12's entries
    /// on the ImageWoof board, with 2, 4 or 6; the stem's details are inferred.)
    public var depthwise: Int?

    /// Where a block halves the image.
    public enum Halving: String, Sendable, CaseIterable {
        /// The residual path by the stride of its 3x3 convolution, the shortcut by pooling before its convolution.
        case inEachPath = "each-path"
        /// As `inEachPath`, with the shortcut's pooling after its convolution.
        case afterShortcut = "after-shortcut"
        /// By pooling before both paths, which then have no stride (ayasyrev's "ResnetTrick").
        case beforeBoth = "before-both"
    }

    /// A bottleneck's 3x3 convolution in groups (Xie et al., arXiv 1611.05431), then a ``SqueezeExcitation``.
    public struct ResNeXt: Sendable {
        /// Groups of the 3x3 convolution.
        public var groups: Int
        /// Channels of a group in a stage of 64.
        public var baseWidth: Int
        /// How many times fewer channels the squeeze has, rounded up to a multiple of 8.
        public var reduction: Int

        /// The published sizes by default.
        public init(groups: Int = 32, baseWidth: Int = 4, reduction: Int = 16) {
            (self.groups, self.baseWidth, self.reduction) = (groups, baseWidth, reduction)
        }
    }

    /// The plain style, with one activation everywhere.
    public init(activation: Activation) { self.activation = activation }
}

/// activation(attention(convolutions(x)) + shortcut(x)), where the last norm of the convolutions starts at 0.
public final class XResNetBlock: Module, Layer {
    private let sa: SimpleSelfAttention?
    private let convs: Sequential
    private let se: SqueezeExcitation?
    private let idconv: ConvNorm?
    private let pool: (any Layer)?
    private let act: Activate
    private let halving: XResNetStyle.Halving

    /// - Parameters:
    ///   - inChannels: c of the input [n, c, h, w].
    ///   - width: channels of the convolutions inside.
    ///   - expansion: 1 for two 3x3 convolutions, else a bottleneck whose result has `expansion` times `width`
    ///     channels.
    ///   - stride: 1, or 2 to halve the image.
    ///   - selfAttention: on the residual path, after the last norm.
    ///   - style: what all blocks share.
    public init(
        _ inChannels: Int, width: Int, expansion: Int, stride: Int,
        selfAttention: SimpleSelfAttention.Form? = nil, style: XResNetStyle
    ) {
        let outChannels = width * expansion
        let convStride = style.halving == .beforeBoth ? 1 : stride
        func conv(
            _ inChannels: Int, _ outChannels: Int, _ kernel: Int, stride: Int = 1, groups: Int = 1
        ) -> ConvNorm {
            ConvNorm(
                inChannels, outChannels, kernel: kernel, stride: stride, groups: groups,
                activation: style.activation, order: style.order)
        }
        func lastConv(_ inChannels: Int, _ kernel: Int) -> ConvNorm {
            ConvNorm(inChannels, outChannels, kernel: kernel, gamma: 0)
        }

        sa = selfAttention.map { SimpleSelfAttention(outChannels, form: $0) }
        if expansion == 1 {
            convs = Sequential {
                conv(inChannels, width, 3, stride: convStride)
                lastConv(width, 3)
            }
        } else {
            let groups = style.resNeXt?.groups ?? 1
            let inner = style.resNeXt.map { width * $0.baseWidth / 64 * $0.groups } ?? width
            convs = Sequential {
                conv(inChannels, inner, 1)
                if let multiplier = style.depthwise {
                    Conv2d(depthwise: inner, multiplier: multiplier, stride: convStride)
                    lastConv(inner * multiplier, 1)
                } else {
                    conv(inner, inner, 3, stride: convStride, groups: groups)
                    lastConv(inner, 1)
                }
            }
        }
        se = style.resNeXt.map {
            let squeezed = (outChannels / $0.reduction + 7) / 8 * 8
            return SqueezeExcitation(outChannels, squeezed: squeezed, activation: style.activation)
        }
        idconv = inChannels == outChannels ? nil : ConvNorm(inChannels, outChannels, kernel: 1)
        let pooled = style.halving == .afterShortcut ? outChannels : inChannels
        pool = stride == 1 ? nil : style.pool.inBlock(pooled)
        act = Activate(style.activation)
        halving = style.halving
    }

    /// Applies the block: [n, in, h, w] to [n, width expansion, h / stride, w / stride].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let input = halving == .beforeBoth ? pooled(x) : x
        let residual = attended(excited(convs(input)))
        return act(residual + shortcut(input))
    }

    private func shortcut(_ x: Tensor) -> Tensor {
        switch halving {
        case .inEachPath: projected(pooled(x))
        case .afterShortcut: pooled(projected(x))
        case .beforeBoth: projected(x)
        }
    }

    private func pooled(_ x: Tensor) -> Tensor { pool.map { $0(x) } ?? x }
    private func projected(_ x: Tensor) -> Tensor { idconv.map { $0(x) } ?? x }
    private func excited(_ x: Tensor) -> Tensor { se.map { $0(x) } ?? x }
    private func attended(_ x: Tensor) -> Tensor { sa.map { $0(x) } ?? x }
}
