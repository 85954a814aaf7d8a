import Activations
import Foundation
import Layers
import Torch

/// EfficientNet B0 to B7 (Tan and Le, arXiv 1905.11946), with timm's names; ``WeightNames`` translates others.
///
/// Input [n, channels, h, w], result: logits [n, classes].
///
/// The classifier's first weights are PyTorch's, uniform in plus or minus 1 / sqrt(features), as in lukemelas' network.
/// Google's, timm's and torchvision's have 1 / sqrt(classes): much the same for 1,000 classes, but with ten the first
/// loss is 5 to 9 instead of ln 10.
public final class EfficientNet: Module, Layer {
    private let convStem: SameConv2d
    private let bn1: BatchNorm2d
    private let blocks: [Sequential]
    private let convHead: SameConv2d
    private let bn2: BatchNorm2d
    private let dropout: Dropout
    private let classifier: Linear
    private let activation: Activation
    private let size: Size
    let origin: Origin

    /// How far B0 is scaled.
    public enum Size: Int, Sendable, CaseIterable {
        case b0, b1, b2, b3, b4, b5, b6, b7

        /// Factors of channels and of repeats, the images' side in pixels, and the dropout before the classifier.
        public var scaling: (width: Double, depth: Double, imageSize: Int, dropout: Double) {
            switch self {
            case .b0: (1.0, 1.0, 224, 0.2)
            case .b1: (1.0, 1.1, 240, 0.2)
            case .b2: (1.1, 1.2, 260, 0.3)
            case .b3: (1.2, 1.4, 300, 0.3)
            case .b4: (1.4, 1.8, 380, 0.4)
            case .b5: (1.6, 2.2, 456, 0.4)
            case .b6: (1.8, 2.6, 528, 0.5)
            case .b7: (2.0, 3.1, 600, 0.5)
            }
        }

        /// Scaled and rounded to a multiple of 8, but not by more than a tenth downwards.
        func channels(_ base: Int) -> Int {
            let scaled = Double(base) * scaling.width
            let rounded = max(8, Int(scaled + 4) / 8 * 8)
            return Double(rounded) < 0.9 * scaled ? rounded + 8 : rounded
        }

        func repeats(_ base: Int) -> Int { Int((Double(base) * scaling.depth).rounded(.up)) }
    }

    /// Whose conventions: what is not in the weights.
    public enum Origin: String, Sendable, CaseIterable {
        /// Google's, as in lukemelas' and in timm's `tf_` networks: SAME padding, batch norms with eps 1e-3 and
        /// momentum 0.01.
        case tensorFlow = "tf"
        /// timm's own, and torchvision's up to B4: symmetric padding, batch norms with PyTorch's values.
        case timm
        /// torchvision's from B5 on: symmetric padding, batch norms with eps 1e-3 and momentum 0.01.
        case torchvision

        var padding: SameConv2d.Padding { self == .tensorFlow ? .same : .symmetric }

        func norm(_ channels: Int) -> BatchNorm2d {
            self == .timm ? BatchNorm2d(channels) : BatchNorm2d(channels, momentum: 0.01, eps: 1e-3)
        }
    }

    /// B0's stages: blocks, kernel, stride, expansion, channels.
    private static let stages = [
        (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
        (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
    ]

    /// - Parameters:
    ///   - size: which of the eight.
    ///   - classes: how many logits.
    ///   - channels: of the input.
    ///   - origin: whose padding and norms.
    ///   - activation: everywhere; SiLU (Swish) as published.
    ///   - dropConnect: the probability with which the last block is left out; it falls to 0 at the first.
    ///   - dropout: its probability before the classifier; the size's own if nil.
    public init(
        _ size: Size, classes: Int, channels: Int = 3, origin: Origin = .tensorFlow, activation: Activation = .silu,
        dropConnect: Double = 0.2, dropout: Double? = nil
    ) {
        var current = size.channels(32)
        convStem = SameConv2d(channels, current, kernel: 3, stride: 2, padding: origin.padding)
        bn1 = origin.norm(current)
        let count = EfficientNet.stages.reduce(0) { $0 + size.repeats($1.0) }
        var index = 0
        blocks = EfficientNet.stages.map { repeats, kernel, stride, expansion, outChannels in
            let outChannels = size.channels(outChannels)
            let stage = (0..<size.repeats(repeats)).map { block in
                defer { (current, index) = (outChannels, index + 1) }
                return MBConv(
                    current, outChannels, kernel: kernel, stride: block == 0 ? stride : 1, expansion: expansion,
                    origin: origin, activation: activation,
                    dropConnect: dropConnect * Double(index) / Double(count))
            }
            return Sequential(stage)
        }
        let head = size.channels(1280)
        convHead = SameConv2d(current, head, kernel: 1, padding: origin.padding)
        bn2 = origin.norm(head)
        self.dropout = Dropout(p: dropout ?? size.scaling.dropout)
        classifier = Linear(head, classes)
        (self.activation, self.size, self.origin) = (activation, size, origin)
        super.init()
        withoutGradients { _ = classifier.bias?.tensor.zero_() }
    }

    /// Images to logits.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let stem = activation(bn1(convStem(x)))
        let features = activation(bn2(convHead(blocks.reduce(stem) { $1($0) })))
        return classifier(dropout(features.mean(dims: [2, 3])))
    }
}

/// The mobile inverted bottleneck (Sandler et al., arXiv 1801.04381) with squeeze and excitation: expand, convolve
/// each channel, excite, project; with a shortcut where input and result have one shape.
private final class MBConv: Module, Layer {
    private let convPw: SameConv2d?
    private let bn1: BatchNorm2d
    private let convDw: SameConv2d
    private let bn2: BatchNorm2d
    private let se: SqueezeExcitation
    private let convPwl: SameConv2d?
    /// timm numbers norms as they come: without an expansion, the projection is `conv_pw` and its norm `bn2`.
    private let bn3: BatchNorm2d?
    private let dropConnect: DropConnect?
    private let activation: Activation

    init(
        _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int, expansion: Int,
        origin: EfficientNet.Origin, activation: Activation, dropConnect: Double
    ) {
        let inner = inChannels * expansion
        func pointwise(_ inChannels: Int, _ outChannels: Int) -> SameConv2d {
            SameConv2d(inChannels, outChannels, kernel: 1, padding: origin.padding)
        }
        convDw = SameConv2d(inner, inner, kernel: kernel, stride: stride, groups: inner, padding: origin.padding)
        bn1 = origin.norm(inner)
        se = SqueezeExcitation(inner, squeezed: max(1, inChannels / 4), activation: activation)
        if expansion == 1 {
            convPw = pointwise(inner, outChannels)
            bn2 = origin.norm(outChannels)
            (convPwl, bn3) = (nil, nil)
        } else {
            convPw = pointwise(inChannels, inner)
            bn2 = origin.norm(inner)
            convPwl = pointwise(inner, outChannels)
            bn3 = origin.norm(outChannels)
        }
        self.dropConnect = inChannels == outChannels && stride == 1 ? DropConnect(p: dropConnect) : nil
        self.activation = activation
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let residual: Tensor
        if let convPwl, let bn3 {
            let expanded = activation(bn1(convPw!(x)))
            residual = bn3(convPwl(se(activation(bn2(convDw(expanded))))))
        } else {
            residual = bn2(convPw!(se(activation(bn1(convDw(x))))))
        }
        return dropConnect.map { $0(residual) + x } ?? residual
    }
}

// MARK: Others' names

extension EfficientNet {
    /// Whether torchvision publishes weights of it.
    var isTorchvisions: Bool { origin == .torchvision || origin == .timm && size.rawValue <= 4 }

    /// lukemelas' name of a parameter or buffer of this network: blocks are counted through, and a block's norms
    /// have numbers that do not depend on whether it expands.
    func lukemelasName(of name: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        guard parts[0] == "blocks", let stage = Int(parts[1]), let block = Int(parts[2]) else {
            return renamed(
                name,
                [
                    "conv_stem": "_conv_stem", "bn1": "_bn0", "conv_head": "_conv_head", "bn2": "_bn1",
                    "classifier": "_fc",
                ])
        }
        let inBlock = parts.dropFirst(3).joined(separator: ".")
        let number = blocks[..<stage].reduce(block) { $0 + $1.layers.count }
        let common = ["se.conv_reduce": "_se_reduce", "se.conv_expand": "_se_expand", "conv_dw": "_depthwise_conv"]
        // The first stage is the only one that does not expand.
        let special =
            stage == 0
            ? ["bn1": "_bn1", "conv_pw": "_project_conv", "bn2": "_bn2"]
            : ["conv_pw": "_expand_conv", "bn1": "_bn0", "bn2": "_bn1", "conv_pwl": "_project_conv", "bn3": "_bn2"]
        return "_blocks.\(number)." + renamed(inBlock, common.merging(special) { $1 })
    }

    private func renamed(_ name: String, _ table: [String: String]) -> String {
        let entry = table.first { name.hasPrefix($0.key + ".") }
        return entry.map { $0.value + name.dropFirst($0.key.count) } ?? name
    }

    /// torchvision's name of a parameter or buffer of this network: convolutions, norms and activations are rows of
    /// layers with numbers.
    func torchvisionName(of name: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        func joined(_ prefix: String, _ rest: ArraySlice<String>) -> String { ([prefix] + rest).joined(separator: ".") }
        guard parts[0] == "blocks", let stage = Int(parts[1]) else {
            let prefixes = [
                "conv_stem": "features.0.0", "bn1": "features.0.1", "conv_head": "features.8.0",
                "bn2": "features.8.1", "classifier": "classifier.1",
            ]
            return joined(prefixes[parts[0]]!, parts.dropFirst())
        }
        // The first stage is the only one that does not expand.
        let places =
            stage == 0
            ? ["conv_dw": "0.0", "bn1": "0.1", "se": "1", "conv_pw": "2.0", "bn2": "2.1"]
            : [
                "conv_pw": "0.0", "bn1": "0.1", "conv_dw": "1.0", "bn2": "1.1", "se": "2", "conv_pwl": "3.0",
                "bn3": "3.1",
            ]
        let rest = parts.dropFirst(4).map { ["conv_reduce": "fc1", "conv_expand": "fc2"][$0] ?? $0 }
        return joined("features.\(stage + 1).\(parts[2]).block.\(places[parts[3]]!)", rest[...])
    }
}
