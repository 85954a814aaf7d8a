import Torch

/// What an optimizer changes: a box around a tensor, so that whoever holds the parameter (module, optimizer,
/// loader) sees the same one after it moved to another device or type.
public final class Parameter {
    /// The current values. A leaf of the graph of gradients.
    public internal(set) var tensor: Tensor

    /// Whether weight decay should act on it: false for the parameters of norms and for biases.
    public let decays: Bool

    /// - Parameters:
    ///   - tensor: the first values.
    ///   - decays: whether weight decay should act on it.
    public init(_ tensor: Tensor, decays: Bool = true) {
        self.tensor = tensor.detach().requiringGrad()
        self.decays = decays
    }

    /// The gradient of the last backward passes.
    public var grad: Tensor? {
        get { tensor.grad }
        set { tensor.grad = newValue }
    }

    /// Whether gradients are computed for it; false freezes it.
    public var isTrainable: Bool {
        get { tensor.requiresGrad }
        set { tensor.requiresGrad = newValue }
    }
}

/// A parameter of a ``Module``: `@Param var weight: Tensor`. `$weight` is the ``Parameter`` itself.
@propertyWrapper public struct Param {
    /// The box.
    public let projectedValue: Parameter
    /// The parameter's tensor.
    public var wrappedValue: Tensor { projectedValue.tensor }

    /// - Parameters:
    ///   - wrappedValue: the first values.
    ///   - decays: whether weight decay should act on it.
    public init(wrappedValue: Tensor, decays: Bool = true) {
        projectedValue = Parameter(wrappedValue, decays: decays)
    }
}

/// A tensor that belongs to a module's state and is not trained, such as a running mean.
@propertyWrapper public struct Buffer {
    /// The box, through which the tensor moves with its module.
    public final class Box {
        /// The current values.
        public internal(set) var tensor: Tensor
        init(_ tensor: Tensor) { self.tensor = tensor }
    }

    /// The box.
    public let projectedValue: Box
    /// The buffer's tensor.
    public var wrappedValue: Tensor {
        get { projectedValue.tensor }
        nonmutating set { projectedValue.tensor = newValue }
    }

    /// - Parameter wrappedValue: the first values.
    public init(wrappedValue: Tensor) { projectedValue = Box(wrappedValue) }
}
