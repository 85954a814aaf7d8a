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
        /// The activation that it was published with.
        public let activation: Activation
        /// Channels of the stem's convolutions, where they can be chosen.
        public let stem: [Int]?
        /// The options that it has besides those of every network.
        public let options: Set<ModelOptions.Choice>

        let make: @Sendable (ModelOptions) -> any Layer

        /// Whether depths and widths of the stages have to be given.
        public var hasOpenStages: Bool { options.contains(.stages) }
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
        let entry = try entry(named: name)
        try options.check(against: entry)
        return entry.make(options)
    }
}
