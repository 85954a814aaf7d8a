import Layers
import Torch

/// What a network costs, for one image.
public struct ModelCost: Sendable, Equatable {
    /// Trained values.
    public let parameters: Int
    /// Multiplications with an addition in convolutions, linear layers and matrix products of one forward pass.
    public let multiplyAdds: Int
    /// Values that convolutions and linear layers give, which is what timm's tables call activations.
    public let activations: Int

    /// Runs one image through a network, which is not training meanwhile, and counts.
    ///
    /// - Parameters:
    ///   - net: on the CPU, from images to whatever.
    ///   - imageSize: the image's side in pixels.
    ///   - channels: the image's.
    public init(of net: any Layer, imageSize: Int, channels: Int = 3) {
        var (multiplyAdds, activations) = (0, 0)
        let image = Tensor.zeros(
            [1, channels, imageSize, imageSize], dtype: net.parameters().first?.tensor.dtype ?? .float32)
        let wasTraining = net.isTraining
        net.eval()
        defer { net.train(wasTraining) }
        withoutGradients {
            observingOperators { called, arguments, results in
                guard case .tensor(let result)? = results.first else { return }
                switch called.name {
                case "aten::conv1d", "aten::conv2d", "aten::linear":
                    guard case .tensor(let weight) = arguments[1] else { return }
                    multiplyAdds += result.count * (weight.count / weight.shape[0])
                    activations += result.count
                case "aten::bmm", "aten::matmul":
                    guard case .tensor(let left) = arguments[0] else { return }
                    multiplyAdds += result.count * left.shape.last!
                default: break
                }
            } during: {
                _ = net(image)
            }
        }
        parameters = net.parameterCount
        (self.multiplyAdds, self.activations) = (multiplyAdds, activations)
    }
}
