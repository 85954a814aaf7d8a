import Activations
import Models

extension Recipe {
    /// A network and what is chosen about it. What is nil the network does not have.
    public struct Model: Equatable, Sendable {
        /// The architecture, such as `mxresnet18`.
        public var name: String
        /// The activation function's name. Default: the one that the network was published with.
        public var activation = "mish"
        /// What the activation's forward pass keeps for the backward pass.
        public var saving = Activation.Saved.input
        /// Blocks per stage, for an architecture that leaves them open.
        public var depths: [Int]?
        /// Channels per stage, for an architecture that leaves them open.
        public var widths: [Int]?
        /// Channels of the stem's convolutions, the first of which halves the image.
        public var stem: [Int]?
        /// Whether norm or activation follows a convolution.
        public var order: NormOrder?
        /// What halves the image after the stem.
        public var stemPool: Pooling?
        /// What halves the image in blocks.
        public var pool: Pooling?
        /// Where blocks halve the image.
        public var halving: XResNetStyle.Halving?
        /// The SimpleSelfAttention at the end of the first stage.
        public var selfAttention: SelfAttention?
        /// Channels of each of the parts into which a Res2Net block of 64 is split.
        public var baseWidth: Int?
        /// The number of these parts.
        public var scale: Int?
        /// The probability of dropout before the last layer.
        public var dropout: Double?
        /// The probability with which the last block is left out in training; it falls to 0 at the first.
        public var dropConnect: Double?

        /// The network called `name`, as published if it is in the catalog.
        public init(_ name: String = "mxresnet18") {
            self.name = name
            if let entry = try? ModelCatalog.entry(named: name) { publish(entry) }
        }

        private mutating func publish(_ entry: ModelCatalog.Entry) {
            func value<Value>(_ choice: ModelOptions.Choice, _ value: Value?) -> Value? {
                entry.options.contains(choice) ? value : nil
            }
            let published = entry.published
            activation = published.activation?.name ?? activation
            stem = value(.stem, published.stem)
            order = value(.order, published.order)
            stemPool = value(.stemPool, published.stemPool)
            pool = value(.pool, published.pool)
            halving = value(.halving, published.halving)
            selfAttention = value(.selfAttention, SelfAttention.without)
            baseWidth = value(.baseWidth, published.baseWidth)
            scale = value(.scale, published.scale)
            dropout = value(.dropout, published.dropout)
            dropConnect = value(.dropConnect, published.dropConnect)
        }
    }

    /// Whether a network has a SimpleSelfAttention (github.com/sdoria/SimpleSelfAttention).
    public enum SelfAttention: String, RecipeChoice, Sendable {
        /// It has none.
        case without = "none"
        /// As published.
        case plain
        /// With a matrix that is made symmetric first, as the published `sym` was meant to.
        case symmetric
    }
}

/// The names that a recipe may use, from the modules that implement them.
public struct RecipeVocabulary: Sendable {
    /// The architectures.
    public let models: [ModelCatalog.Entry]
    /// The activation functions.
    public let activations: [String]

    /// The vocabulary of these architectures and activation functions.
    public init(models: [ModelCatalog.Entry], activations: [String]) {
        self.models = models
        self.activations = activations
    }
}

extension Recipe.Model: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.value("name", &name, .printable)
        var options = Set(ModelOptions.Choice.allCases)
        if let vocabulary = fields.vocabulary {
            guard let entry = vocabulary.models.first(where: { $0.name == name }) else {
                fields.refuse("name", unknown("unknown model", name, known: vocabulary.models.map(\.name)))
                return fields.giveUp()
            }
            fields.kind = name
            options = entry.options
        }
        if fields.isReading { self = Self(name) }
        fields.value("activation", &activation, .printable)
        if let known = fields.vocabulary?.activations, !known.contains(activation) {
            fields.refuse("activation", unknown("unknown activation", activation, known: known))
        }
        fields.value("saving", &saving)
        if let savable = Activation(named: activation)?.savable, !savable.contains(saving) {
            fields.refuse("saving", "\(activation) keeps its input; only mish can save its \(saving)")
        }
        visit(options, &fields)
        if fields.vocabulary != nil {
            for (choice, stages) in [(ModelOptions.Choice.depths, depths), (.widths, widths)]
            where options.contains(choice) && stages == nil {
                fields.refuse(choice.rawValue, "missing; \(name) needs a list of one number per stage")
            }
        }
        if let depths, let widths, depths.count != widths.count {
            fields.refuse("widths", "\(widths.count) stages, but depths has \(depths.count)")
        }
    }

    private mutating func visit(_ options: Set<ModelOptions.Choice>, _ fields: inout RecipeFields) {
        for choice in ModelOptions.Choice.allCases where options.contains(choice) {
            let key = choice.rawValue
            switch choice {
            case .depths: fields.listIfGiven(key, &depths, count: 1...16, .within(1...1000))
            case .widths: fields.listIfGiven(key, &widths, count: 1...16, .within(1...65536))
            case .stem: fields.listIfGiven(key, &stem, count: 1...16, .within(1...65536))
            case .order: fields.valueIfGiven(key, &order)
            case .stemPool: fields.valueIfGiven(key, &stemPool)
            case .pool: fields.valueIfGiven(key, &pool)
            case .halving: fields.valueIfGiven(key, &halving)
            case .selfAttention: fields.valueIfGiven(key, &selfAttention)
            case .baseWidth: fields.valueIfGiven(key, &baseWidth, .within(1...1024))
            case .scale: fields.valueIfGiven(key, &scale, .within(2...64))
            case .dropout: fields.valueIfGiven(key, &dropout, .within(0..<1))
            case .dropConnect: fields.valueIfGiven(key, &dropConnect, .within(0..<1))
            }
        }
    }
}

extension Activation.Saved: RecipeChoice {}
extension NormOrder: RecipeChoice {}
extension Pooling: RecipeChoice {}
extension XResNetStyle.Halving: RecipeChoice {}
