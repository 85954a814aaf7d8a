import Activations
import Layers
import Torch

/// A bottleneck whose middle is split into scales (Gao et al., arXiv 1904.01169): each 3x3 convolution but the
/// first also sees the one before it, and the last part passes through.
///
/// In the first block of a stage the convolutions do not see each other, and the last part is averaged over 3x3
/// pixels, padding included, as the published weights expect.
public final class Res2NetBlock: Module, Layer {
    private let conv1: Conv2d
    private let bn1: BatchNorm2d
    private let convs: [Conv2d]
    private let bns: [BatchNorm2d]
    private let conv3: Conv2d
    private let bn3: BatchNorm2d
    private let downsample: Sequential?
    private let pool: AvgPool2d?
    private let activation: Activation
    private let order: NormOrder

    /// - Parameters:
    ///   - inChannels: c of the input [n, c, h, w].
    ///   - planes: a quarter of the result's channels.
    ///   - stride: 1, or 2 to halve the image.
    ///   - isFirst: whether it begins a stage.
    ///   - split: how the middle is split.
    ///   - activation: after each norm but the last, and after the sum.
    ///   - order: of norm and activation after the first convolution; elsewhere the norm comes first.
    ///   - downsample: what makes the shortcut fit; nil where it does already.
    init(
        _ inChannels: Int, planes: Int, stride: Int, isFirst: Bool, split: Res2NetSplit, activation: Activation,
        order: NormOrder, downsample: Sequential?
    ) {
        let width = split.width(planes)
        func convolution(_ inChannels: Int, _ outChannels: Int, _ kernel: Int, stride: Int = 1, groups: Int = 1)
            -> Conv2d
        {
            Conv2d(
                inChannels, outChannels, kernel: kernel, stride: stride, padding: kernel / 2, groups: groups,
                bias: false
            ).kaimingNormal(fan: .output)
        }
        conv1 = convolution(inChannels, width * split.scale, 1)
        bn1 = BatchNorm2d(width * split.scale)
        convs = (1..<split.scale).map { _ in convolution(width, width, 3, stride: stride, groups: split.groups) }
        bns = (1..<split.scale).map { _ in BatchNorm2d(width) }
        conv3 = convolution(width * split.scale, planes * Res2NetBlock.expansion, 1)
        bn3 = BatchNorm2d(planes * Res2NetBlock.expansion)
        pool = isFirst ? AvgPool2d(3, stride: stride, padding: 1) : nil
        (self.downsample, self.activation, self.order) = (downsample, activation, order)
    }

    static let expansion = 4

    /// Applies the block: [n, in, h, w] to [n, 4 planes, h / stride, w / stride].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let first = conv1(x)
        let parts = (order == .normFirst ? activation(bn1(first)) : bn1(activation(first)))
            .chunk(convs.count + 1, dim: 1)
        var scales: [Tensor] = []
        for (part, (conv, bn)) in zip(parts, zip(convs, bns)) {
            let input = pool == nil ? scales.last.map { $0 + part } ?? part : part
            scales.append(activation(bn(conv(input))))
        }
        let last = parts[convs.count]
        scales.append(pool.map { $0(last) } ?? last)
        let residual = bn3(conv3(Tensor.cat(scales, dim: 1)))
        return activation(residual + (downsample.map { $0(x) } ?? x))
    }
}

/// How a ``Res2NetBlock`` splits its middle, as in "26w 4s".
public struct Res2NetSplit: Sendable {
    /// Channels of a part in a stage of 64.
    public var baseWidth: Int
    /// The number of parts.
    public var scale: Int
    /// Groups of each 3x3 convolution (Res2NeXt).
    public var groups: Int

    /// 26w 4s by default.
    public init(baseWidth: Int = 26, scale: Int = 4, groups: Int = 1) {
        precondition(scale > 1, "a Res2Net block needs at least two scales")
        (self.baseWidth, self.scale, self.groups) = (baseWidth, scale, groups)
    }

    func width(_ planes: Int) -> Int { planes * baseWidth / 64 * groups }
}
