import Layers
import Torch

// Published weights. fastai's XResNet with the stem 32-32-64 is ResNet-D (He et al., arXiv 1812.01187), for which
// timm has weights: resnet18d to resnet152d.

extension XResNet {
    /// timm's name of a parameter or buffer of this network.
    func timmName(of name: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        guard let layer = Int(parts[0]) else { return name }
        let rest = parts.dropFirst()
        switch layers[layer] {
        case is ConvNorm:
            // Convolution, norm and activation of the stem are counted through; the last norm stands apart.
            let place = 3 * layer + Int(parts[1])!
            let isLastNorm = !(layers[layer + 1] is ConvNorm) && parts[1] == "1"
            return ([isLastNorm ? "bn1" : "conv1.\(place)"] + rest.dropFirst()).joined(separator: ".")
        case is Sequential:
            let stage = layer - layers.firstIndex { $0 is Sequential && !($0 is ConvNorm) }! + 1
            return (["layer\(stage)", parts[1]] + timmName(inBlock: Array(parts.dropFirst(2))))
                .joined(separator: ".")
        default:
            return (["fc"] + rest).joined(separator: ".")
        }
    }

    private func timmName(inBlock parts: [String]) -> [String] {
        switch parts[0] {
        case "convs": ["\(parts[2] == "0" ? "conv" : "bn")\(Int(parts[1])! + 1)"] + parts.dropFirst(3)
        case "idconv": ["downsample", parts[1] == "0" ? "1" : "2"] + parts.dropFirst(2)
        default: parts
        }
    }
}
