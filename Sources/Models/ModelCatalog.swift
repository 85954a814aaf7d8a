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

        fileprivate let make: @Sendable (ModelOptions) -> any Layer

        /// Whether depths and widths of the stages have to be given.
        public var hasOpenStages: Bool { options.contains(.stages) }
    }

    /// Every network, in the order in which they are shown.
    public static let entries: [Entry] = xresnets

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

/// What can be chosen when a network of the catalog is made. What is nil is as published.
public struct ModelOptions: Sendable {
    /// How many logits.
    public var classes: Int
    /// Channels of the images.
    public var channels = 3
    /// The activation function.
    public var activation: Activation?
    /// Channels of the stem's convolutions.
    public var stem: [Int]?
    /// Blocks of each stage, for a network with open stages.
    public var depths: [Int]?
    /// Channels of each stage, for a network with open stages.
    public var widths: [Int]?
    /// A SimpleSelfAttention at the first stage's end.
    public var selfAttention: SimpleSelfAttention.Form?
    /// Whether norm or activation follows a convolution.
    public var order: NormOrder?
    /// What halves the image after the stem.
    public var stemPool: Pooling?
    /// What halves the image in blocks.
    public var pool: Pooling?
    /// Where blocks halve the image.
    public var halving: XResNetStyle.Halving?

    /// Everything as published.
    public init(classes: Int) { self.classes = classes }

    /// An option that only some networks have.
    public enum Choice: String, Sendable, CaseIterable {
        case stem
        case stages
        case selfAttention = "self_attention"
        case order
        case stemPool = "stem_pool"
        case pool
        case halving
    }

    private var given: Set<Choice> {
        var given: Set<Choice> = []
        if stem != nil { given.insert(.stem) }
        if depths != nil || widths != nil { given.insert(.stages) }
        if selfAttention != nil { given.insert(.selfAttention) }
        if order != nil { given.insert(.order) }
        if stemPool != nil { given.insert(.stemPool) }
        if pool != nil { given.insert(.pool) }
        if halving != nil { given.insert(.halving) }
        return given
    }

    fileprivate func check(against entry: ModelCatalog.Entry) throws(ModelError) {
        func positive(_ option: String, _ values: [Int]?) throws(ModelError) {
            if let values, values.isEmpty || values.contains(where: { $0 < 1 }) {
                throw .badValue(option: option, value: "\(values)", expected: "a list of numbers from 1")
            }
        }
        if classes < 1 { throw .badValue(option: "classes", value: "\(classes)", expected: "at least 1") }
        if channels < 1 { throw .badValue(option: "channels", value: "\(channels)", expected: "at least 1") }
        for choice in Choice.allCases where given.contains(choice) && !entry.options.contains(choice) {
            throw .notAnOption(choice.rawValue, model: entry.name)
        }
        try positive("stem", stem)
        try positive("depths", depths)
        try positive("widths", widths)
        if entry.hasOpenStages {
            guard let depths, let widths else { throw .stagesMissing(model: entry.name) }
            if depths.count != widths.count {
                throw .badValue(
                    option: "widths", value: "\(widths)",
                    expected: "a list of \(depths.count), as many as depths")
            }
        }
    }
}

// MARK: The XResNet family

extension ModelOptions {
    fileprivate func style(activation published: Activation) -> XResNetStyle {
        var style = XResNetStyle(activation: activation ?? published)
        if let order { style.order = order }
        if let stemPool { style.stemPool = stemPool }
        if let pool { style.pool = pool }
        if let halving { style.halving = halving }
        return style
    }
}

extension ModelCatalog {
    private static let xresnetOptions: Set<ModelOptions.Choice> = [
        .stem, .selfAttention, .order, .stemPool, .pool, .halving,
    ]

    private static let xresnets: [Entry] =
        [
            Entry(
                name: "mxresnet", summary: "the Mish thread's XResNet with stages of any depth and width",
                imageSize: 128, activation: .mish, stem: [32, 64, 64],
                options: xresnetOptions.union([.stages])
            ) { options in
                MXResNet(
                    depths: options.depths!, widths: options.widths!, classes: options.classes,
                    channels: options.channels, stem: options.stem ?? [32, 64, 64],
                    selfAttention: options.selfAttention, style: options.style(activation: .mish))
            }
        ]
        + XResNet.Depth.allCases.map { depth in
            Entry(
                name: "mxresnet\(depth.rawValue)", summary: "the Mish thread's XResNet-\(depth.rawValue)",
                imageSize: 128, activation: .mish, stem: [32, 64, 64], options: xresnetOptions
            ) { options in
                MXResNet(
                    depth, classes: options.classes, channels: options.channels,
                    stem: options.stem ?? [32, 64, 64], selfAttention: options.selfAttention,
                    style: options.style(activation: .mish))
            }
        }
        + XResNet.Depth.allCases.map { depth in
            Entry(
                name: "xresnet\(depth.rawValue)", summary: "fastai2's XResNet-\(depth.rawValue)",
                imageSize: 128, activation: .relu, stem: [32, 32, 64], options: xresnetOptions
            ) { options in
                XResNet(
                    depth, classes: options.classes, channels: options.channels,
                    stem: options.stem ?? [32, 32, 64], selfAttention: options.selfAttention,
                    style: options.style(activation: .relu))
            }
        }
        + [
            Entry(
                name: "xse_resnext50", summary: "fastai2's XResNet-50 of SE-ResNeXt blocks",
                imageSize: 128, activation: .relu, stem: [32, 32, 64], options: xresnetOptions
            ) { options in
                var style = options.style(activation: .relu)
                style.resNeXt = .init()
                return XResNet(
                    .d50, classes: options.classes, channels: options.channels,
                    stem: options.stem ?? [32, 32, 64], selfAttention: options.selfAttention, style: style)
            }
        ]
}
