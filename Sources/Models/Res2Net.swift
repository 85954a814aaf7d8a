import Activations
import Layers
import Torch

/// Res2Net (Gao et al., arXiv 1904.01169), v1 and v1b, and Res2NeXt, with timm's names.
///
/// Input [n, 3, h, w], result: logits [n, classes].
public final class Res2Net: Module, Layer {
    private let conv1: any Layer
    private let bn1: BatchNorm2d
    private let maxpool = MaxPool2d(3, stride: 2, padding: 1)
    private let layer1, layer2, layer3, layer4: Sequential
    private let fc: Linear
    private let activation: Activation

    /// The published variants.
    public enum Version: String, Sendable, CaseIterable {
        /// A stem of one 7x7 convolution, shortcuts that skip pixels.
        case v1
        /// A stem of three 3x3 convolutions, shortcuts that average.
        case v1b
    }

    /// - Parameters:
    ///   - depths: blocks of each of the four stages.
    ///   - classes: how many logits.
    ///   - channels: of the input.
    ///   - version: of stem and shortcuts.
    ///   - split: of the blocks' middles.
    ///   - activation: everywhere.
    public init(
        depths: [Int] = [3, 4, 6, 3], classes: Int, channels: Int = 3, version: Version = .v1,
        split: Res2NetSplit = Res2NetSplit(), activation: Activation = .relu
    ) {
        precondition(depths.count == 4, "Res2Net has four stages, not \(depths.count)")
        switch version {
        case .v1:
            conv1 = Conv2d(channels, 64, kernel: 7, stride: 2, padding: 3, bias: false).kaimingNormal(fan: .output)
        case .v1b:
            conv1 = Sequential {
                Conv2d(channels, 32, kernel: 3, stride: 2, padding: 1, bias: false).kaimingNormal(fan: .output)
                BatchNorm2d(32)
                Activate(activation)
                Conv2d(32, 32, kernel: 3, padding: 1, bias: false).kaimingNormal(fan: .output)
                BatchNorm2d(32)
                Activate(activation)
                Conv2d(32, 64, kernel: 3, padding: 1, bias: false).kaimingNormal(fan: .output)
            }
        }
        bn1 = BatchNorm2d(64)
        let stages = Res2Net.stages(
            depths, from: 64, split: split, activation: activation, order: .normFirst, averaging: version == .v1b)
        (layer1, layer2, layer3, layer4) = (stages[0], stages[1], stages[2], stages[3])
        fc = Linear(512 * Res2NetBlock.expansion, classes)
        self.activation = activation
    }

    /// Stages of 64, 128, 256 and 512 planes, the last three of which halve the image.
    static func stages(
        _ depths: [Int], from inChannels: Int, split: Res2NetSplit, activation: Activation, order: NormOrder,
        averaging: Bool
    ) -> [Sequential] {
        var current = inChannels
        return zip([64, 128, 256, 512], depths).enumerated().map { index, stage in
            let (planes, depth) = stage
            let blocks = (0..<depth).map { block in
                let stride = index > 0 && block == 0 ? 2 : 1
                let outChannels = planes * Res2NetBlock.expansion
                defer { current = outChannels }
                return Res2NetBlock(
                    current, planes: planes, stride: stride, isFirst: block == 0, split: split,
                    activation: activation, order: order,
                    downsample: block == 0 ? shortcut(current, outChannels, stride, averaging: averaging) : nil)
            }
            return Sequential(blocks)
        }
    }

    static func shortcut(_ inChannels: Int, _ outChannels: Int, _ stride: Int, averaging: Bool) -> Sequential {
        Sequential {
            if averaging { AvgPool2d(stride, ceilMode: true, countIncludePad: false) }
            Conv2d(inChannels, outChannels, kernel: 1, stride: averaging ? 1 : stride, bias: false)
                .kaimingNormal(fan: .output)
            BatchNorm2d(outChannels)
        }
    }

    /// Images to logits.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let stem = maxpool(activation(bn1(conv1(x))))
        let features = layer4(layer3(layer2(layer1(stem))))
        return fc(features.mean(dims: [2, 3]))
    }
}
