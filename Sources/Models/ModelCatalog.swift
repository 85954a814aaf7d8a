import Activations
import Layers

/// The networks by name, as recipes and `mish models` know them.
public enum ModelCatalog {
    /// A network of the catalog.
    public struct Entry: Sendable {
        /// Such as `mxresnet18`.
        public let name: String
        /// One line for people.
        public let summary: String
        /// The side of the images, in pixels, that the network was published for.
        public let imageSize: Int
        /// What can be chosen, besides the activation, and for open stages has to be.
        public let options: Set<ModelOptions.Choice>
        /// The published values of what can be chosen.
        public let published: ModelOptions

        private let construct: @Sendable (ModelOptions) -> any Layer

        /// Whether depths and widths of the stages have to be given.
        public var hasOpenStages: Bool { options.contains(.depths) }

        /// - Parameters:
        ///   - name: unique in the catalog.
        ///   - summary: one line for people.
        ///   - imageSize: the images' side that it was published for.
        ///   - activation: that it was published with.
        ///   - options: what can be chosen.
        ///   - publish: sets the published value of each option; a self-attention has none, nor have open stages.
        ///   - construct: makes the network from options in which all that was published is filled in.
        init(
            name: String, summary: String, imageSize: Int, activation: Activation, options: Set<ModelOptions.Choice>,
            publish: (inout ModelOptions) -> Void, construct: @escaping @Sendable (ModelOptions) -> any Layer
        ) {
            (self.name, self.summary, self.imageSize, self.options) = (name, summary, imageSize, options)
            var published = ModelOptions(classes: 1000)
            published.activation = activation
            publish(&published)
            (self.published, self.construct) = (published, construct)
        }

        /// Makes the network, with first weights drawn from the CPU's random generator.
        ///
        /// - Throws: ``ModelError`` when an option does not fit it.
        func make(_ options: ModelOptions) throws(ModelError) -> any Layer {
            try options.check(against: self)
            return construct(options.completed(by: published))
        }

        /// The cost with 1,000 classes and images of ``imageSize``; nil for a network with open stages.
        public func cost() -> ModelCost? {
            hasOpenStages ? nil : ModelCost(of: construct(published), imageSize: imageSize)
        }
    }

    /// Every network, in the order in which they are shown.
    public static let entries: [Entry] = xresnets + depthwiseXResNets + res2nets + efficientNets

    /// The network of this name.
    ///
    /// - Throws: ``ModelError/unknownName(_:known:)``.
    public static func entry(named name: String) throws(ModelError) -> Entry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw .unknownName(name, known: entries.map(\.name))
        }
        return entry
    }

    /// Makes the network of this name, with first weights drawn from the CPU's random generator.
    ///
    /// - Throws: ``ModelError`` when there is no such network or an option does not fit it.
    public static func make(_ name: String, _ options: ModelOptions) throws(ModelError) -> any Layer {
        try entry(named: name).make(options)
    }
}
