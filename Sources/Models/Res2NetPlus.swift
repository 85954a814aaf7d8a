import Activations
import Layers
import Torch

/// The thread's Res2NetPlus (github.com/lessw2020/res2net-plus): Res2Net with a stem of three 3x3 convolutions,
/// and the activation before the norm in the stem and after each block's first convolution.
///
/// The published code fails below depth 50, where it names a block that it does not define; here those depths are
/// made of ResNet's plain blocks. Its choice of gammas that start at 0 fails for the same reason and is not
/// offered. With `stemPool: .lip` it is the network of the thread's record.
///
/// Input [n, channels, h, w], result: logits [n, classes].
public final class Res2NetPlus: Module, Layer {
    private let stem: Sequential
    private let maxpool: any Layer
    private let layer1, layer2, layer3, layer4: Sequential
    private let fc: Linear

    /// - Parameters:
    ///   - depth: 18 and 34 have plain blocks, the others Res2Net's.
    ///   - classes: how many logits.
    ///   - channels: of the input.
    ///   - stem: channels of the stem's convolutions, the first of which halves the image.
    ///   - split: of the blocks' middles.
    ///   - activation: everywhere.
    ///   - order: of norm and activation in the stem and after the first convolution of Res2Net's blocks.
    ///   - stemPool: what halves the image after the stem.
    public init(
        _ depth: XResNet.Depth, classes: Int, channels: Int = 3, stem: [Int] = [32, 64, 64],
        split: Res2NetSplit = Res2NetSplit(), activation: Activation = .mish, order: NormOrder = .activationFirst,
        stemPool: Pooling = .max
    ) {
        precondition(!stem.isEmpty, "a stem needs at least one convolution")
        let stemChannels = stem.last!
        self.stem = Sequential(
            zip([channels] + stem, stem).enumerated().map { index, channels in
                ConvNorm(
                    channels.0, channels.1, stride: index == 0 ? 2 : 1, activation: activation, order: order)
            })
        maxpool = stemPool.afterStem(stemChannels)
        let stages =
            depth.expansion == 1
            ? Res2NetPlus.plainStages(depth.blocks, from: stemChannels, activation: activation)
            : Res2Net.stages(
                depth.blocks, from: stemChannels, split: split, activation: activation, order: order,
                averaging: false)
        (layer1, layer2, layer3, layer4) = (stages[0], stages[1], stages[2], stages[3])
        fc = Linear(512 * depth.expansion, classes)
    }

    private static func plainStages(
        _ depths: [Int], from inChannels: Int, activation: Activation
    ) -> [Sequential] {
        var current = inChannels
        return zip([64, 128, 256, 512], depths).enumerated().map { index, stage in
            let (planes, depth) = stage
            let blocks = (0..<depth).map { block in
                defer { current = planes }
                return PlainBlock(current, planes, stride: index > 0 && block == 0 ? 2 : 1, activation: activation)
            }
            return Sequential(blocks)
        }
    }

    /// Images to logits.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let features = layer4(layer3(layer2(layer1(maxpool(stem(x))))))
        return fc(features.mean(dims: [2, 3]))
    }

    /// ResNet's block of two 3x3 convolutions (He et al., arXiv 1512.03385).
    private final class PlainBlock: Module, Layer {
        private let convs: Sequential
        private let downsample: Sequential?
        private let activation: Activation

        init(_ inChannels: Int, _ outChannels: Int, stride: Int, activation: Activation) {
            convs = Sequential {
                ConvNorm(inChannels, outChannels, stride: stride, activation: activation)
                ConvNorm(outChannels, outChannels)
            }
            downsample =
                inChannels == outChannels && stride == 1
                ? nil : Res2Net.shortcut(inChannels, outChannels, stride, averaging: false)
            self.activation = activation
        }

        func callAsFunction(_ x: Tensor) -> Tensor { activation(convs(x) + (downsample.map { $0(x) } ?? x)) }
    }
}
