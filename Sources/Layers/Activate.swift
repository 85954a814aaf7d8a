import Activations
import Torch

/// An activation function as a layer.
public final class Activate: Module, Layer {
    private let activation: Activation

    /// - Parameter activation: such as `.mish`.
    public init(_ activation: Activation) { self.activation = activation }

    public func callAsFunction(_ x: Tensor) -> Tensor { activation(x) }
}
