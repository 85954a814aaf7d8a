import Foundation
import Layers
import Torch

/// Whose names a file of weights has.
public enum WeightNames: String, Sendable, CaseIterable {
    /// Those of this package.
    case mish
    /// github.com/huggingface/pytorch-image-models.
    case timm
    /// github.com/pytorch/vision.
    case torchvision
    /// github.com/lukemelas/EfficientNet-PyTorch.
    case lukemelas

    /// The networks of the catalog that they publish weights of.
    var networks: String {
        switch self {
        case .mish: "all of its own"
        case .timm:
            "xresnet18 to xresnet152 (called resnet18d to resnet152d there), of res2net... and res2next50, and of "
                + "efficientnet_b0 to b7 and tf_efficientnet_b0 to b7"
        case .torchvision: "efficientnet_b0 to b4 and tv_efficientnet_b5 to b7"
        case .lukemelas: "tf_efficientnet_b0 to b7"
        }
    }

    /// The network's names of parameters and buffers by theirs. What the network does not have keeps its name, so that
    /// loading reports it.
    ///
    /// - Throws: ``ModelError/notPublished(by:)`` when they do not publish weights of such a network.
    public func renaming(for network: Module) throws(ModelError) -> [String: String] {
        let theirName: (String) -> String
        switch (self, network) {
        case (.mish, _), (.timm, is Res2Net): theirName = { $0 }
        case (.timm, let network as EfficientNet) where network.origin != .torchvision: theirName = { $0 }
        case (.timm, let network as XResNet) where type(of: network) == XResNet.self: theirName = network.timmName
        case (.torchvision, let network as EfficientNet) where network.isTorchvisions:
            theirName = network.torchvisionName
        case (.lukemelas, let network as EfficientNet) where network.origin == .tensorFlow:
            theirName = network.lukemelasName
        default: throw .notPublished(by: self)
        }
        return Dictionary(uniqueKeysWithValues: network.state().keys.map { (theirName($0), $0) })
    }
}

extension Module {
    /// Loads a file of weights that has another library's names.
    ///
    /// ```swift
    /// try net.load(weights: URL(filePath: "tf_efficientnet_b0.safetensors"), names: .timm)
    /// ```
    ///
    /// - Parameters:
    ///   - url: safetensors, or what `torch.save` wrote of a state dictionary.
    ///   - names: whose.
    ///   - key: the dictionary in the file that holds the weights; see ``Torch/WeightFile/init(path:key:)``.
    ///   - strict: whether every name and shape has to fit. Otherwise what fits is loaded.
    /// - Returns: what deviates.
    /// - Throws: ``ModelError/notPublished(by:)``; an error that names the file when it cannot be read;
    ///   `LoadError` when `strict` and something deviates, and nothing is changed then.
    @discardableResult
    public final func load(
        weights url: URL, names: WeightNames, key: String? = nil, strict: Bool = true
    ) throws -> LoadReport {
        try load(weights: url, key: key, renaming: names.renaming(for: self), strict: strict)
    }
}
