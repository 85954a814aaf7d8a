import Torch

/// Layers one after another, called `0`, `1` and so on.
///
/// ```swift
/// let net = Sequential {
///     Conv2d(3, 32, kernel: 3, padding: 1)
///     if normalized { BatchNorm2d(32) }
///     Activate(.mish)
/// }
/// ```
///
/// A network that is a row of layers may be a subclass, as in PyTorch: its names then are numbers.
open class Sequential: Module, Layer {
    /// The layers in order.
    public final let layers: [any Layer]

    /// The layers in order.
    public init(_ layers: [any Layer]) { self.layers = layers }

    /// The layers in order.
    public convenience init(@LayerBuilder _ layers: () -> [any Layer]) { self.init(layers()) }

    public final override var namedChildren: [(name: String, module: Module)] {
        layers.enumerated().map { ("\($0)", $1) }
    }

    open func callAsFunction(_ x: Tensor) -> Tensor {
        traced { layers.reduce(x) { x, layer in layer.traced { layer(x) } } }
    }
}

/// Collects the layers of a ``Sequential``.
@resultBuilder public enum LayerBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}

/// Joins all dimensions but the first: [n, ...] to [n, features].
public final class Flatten: Module, Layer {
    /// Nothing to set.
    public override init() {}

    public func callAsFunction(_ x: Tensor) -> Tensor { x.flatten(startDim: 1) }
}

/// Zeroes elements with probability `p` while training (Srivastava et al., 2014).
public final class Dropout: Module, Layer {
    private let p: Double

    /// - Parameter p: from 0 to 1.
    public init(p: Double) {
        precondition((0...1).contains(p), "a probability lies between 0 and 1, not \(p)")
        self.p = p
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { x.dropout(p: p, training: isTraining) }
}
