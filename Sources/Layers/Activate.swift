import Activations
import Torch

/// An activation function as a layer.
public final class Activate: Module, Layer {
    private let activation: Activation

    /// - Parameter activation: such as `.mish`, or `.mish.saving(.output)` to save memory.
    public init(_ activation: Activation) { self.activation = activation }

    public func callAsFunction(_ x: Tensor) -> Tensor { traced { activation(x) } }
}
