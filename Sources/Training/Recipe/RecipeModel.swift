extension Recipe {
    /// A network.
    public struct Model: Equatable, Sendable {
        /// The architecture, such as `mxresnet18`.
        public var name = "mxresnet18"
        /// Blocks per stage, for an architecture that leaves them open.
        public var depths: [Int]?
        /// Channels per stage, for an architecture that leaves them open.
        public var widths: [Int]?
        /// Channels of the stem's convolutions. Default: the architecture's own.
        public var stem: [Int]?
        /// The activation function's name.
        public var activation = "mish"
        /// Whether the first stage ends with a SimpleSelfAttention.
        public var selfAttention = false
    }
}

/// The names that a recipe may use, from the modules that implement them.
public struct RecipeVocabulary: Sendable {
    /// An architecture that a recipe may name.
    public struct Model: Sendable {
        /// Its name.
        public let name: String
        /// The channels of its stem's convolutions; `nil` when they cannot be chosen.
        public let stem: [Int]?
        /// Whether the recipe says how many stages there are, how deep and how wide.
        public let hasOpenStages: Bool

        /// An architecture called `name`.
        public init(name: String, stem: [Int]?, hasOpenStages: Bool = false) {
            self.name = name
            self.stem = stem
            self.hasOpenStages = hasOpenStages
        }
    }

    /// The architectures.
    public let models: [Model]
    /// The activation functions.
    public let activations: [String]

    /// The vocabulary of these architectures and activation functions.
    public init(models: [Model], activations: [String]) {
        self.models = models
        self.activations = activations
    }
}

extension Recipe.Model: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.value("name", &name, .printable)
        fields.listIfGiven("depths", &depths, count: 1...16, .within(1...1000))
        fields.listIfGiven("widths", &widths, count: 1...16, .within(1...65536))
        fields.listIfGiven("stem", &stem, count: 1...16, .within(1...65536))
        fields.value("activation", &activation, .printable)
        fields.value("self_attention", &selfAttention)
        if let depths, let widths, depths.count != widths.count {
            fields.refuse("widths", "\(widths.count) stages, but depths has \(depths.count)")
        }
        if let vocabulary = fields.vocabulary { check(vocabulary, &fields) }
    }

    private mutating func check(_ vocabulary: RecipeVocabulary, _ fields: inout RecipeFields) {
        if !vocabulary.activations.contains(activation) {
            fields.refuse(
                "activation", unknown("unknown activation", activation, known: vocabulary.activations))
        }
        guard let model = vocabulary.models.first(where: { $0.name == name }) else {
            let known = vocabulary.models.map(\.name)
            return fields.refuse("name", unknown("unknown model", name, known: known))
        }
        for (key, stages) in [("depths", depths), ("widths", widths)] {
            if model.hasOpenStages && stages == nil {
                fields.refuse(key, "missing; \(name) needs a list of one number per stage")
            } else if !model.hasOpenStages && stages != nil {
                let open = vocabulary.models.filter(\.hasOpenStages).map(\.name).joined(separator: ", ")
                fields.refuse(key, "\(name) has stages of its own; they are chosen with: \(open)")
            }
        }
        if model.stem == nil && stem != nil { fields.refuse("stem", "\(name) has a stem of its own") }
        stem = stem ?? model.stem
    }
}
