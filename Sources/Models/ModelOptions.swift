import Activations
import Layers

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
    /// A SimpleSelfAttention at the first stage's end. No published network has one.
    public var selfAttention: SimpleSelfAttention.Form?
    /// Whether norm or activation follows a convolution.
    public var order: NormOrder?
    /// What halves the image after the stem.
    public var stemPool: Pooling?
    /// What halves the image in blocks.
    public var pool: Pooling?
    /// Where blocks halve the image.
    public var halving: XResNetStyle.Halving?
    /// Channels of each of the parts into which a Res2Net block of 64 is split.
    public var baseWidth: Int?
    /// The number of these parts.
    public var scale: Int?
    /// The probability of dropout before the last layer.
    public var dropout: Double?
    /// The probability with which the last block is left out in training; it falls to 0 at the first.
    public var dropConnect: Double?

    /// Everything as published.
    public init(classes: Int) { self.classes = classes }

    /// An option that only some networks have.
    public enum Choice: String, Sendable, CaseIterable {
        case depths
        case widths
        case stem
        case selfAttention = "self_attention"
        case order
        case stemPool = "stem_pool"
        case pool
        case halving
        case baseWidth = "base_width"
        case scale
        case dropout
        case dropConnect = "drop_connect"
    }

    private var given: [(choice: Choice, isGiven: Bool)] {
        [
            (.depths, depths != nil), (.widths, widths != nil), (.stem, stem != nil),
            (.selfAttention, selfAttention != nil), (.order, order != nil), (.stemPool, stemPool != nil),
            (.pool, pool != nil), (.halving, halving != nil), (.baseWidth, baseWidth != nil), (.scale, scale != nil),
            (.dropout, dropout != nil), (.dropConnect, dropConnect != nil),
        ]
    }

    func check(against entry: ModelCatalog.Entry) throws(ModelError) {
        func atLeast(_ bound: Int, _ option: String, _ value: Int?) throws(ModelError) {
            if let value, value < bound {
                throw .badValue(option: option, value: "\(value)", expected: "at least \(bound)")
            }
        }
        func positive(_ option: String, _ values: [Int]?) throws(ModelError) {
            if let values, values.isEmpty || values.contains(where: { $0 < 1 }) {
                throw .badValue(option: option, value: "\(values)", expected: "a list of numbers from 1")
            }
        }
        func probability(_ option: String, _ value: Double?) throws(ModelError) {
            if let value, !(0..<1).contains(value) {
                throw .badValue(option: option, value: "\(value)", expected: "at least 0 and below 1")
            }
        }
        try atLeast(1, "classes", classes)
        try atLeast(1, "channels", channels)
        for (choice, isGiven) in given where isGiven && !entry.options.contains(choice) {
            throw .notAnOption(choice.rawValue, model: entry.name)
        }
        try positive("stem", stem)
        try positive("depths", depths)
        try positive("widths", widths)
        try atLeast(1, "base_width", baseWidth)
        try atLeast(2, "scale", scale)
        try probability("dropout", dropout)
        try probability("drop_connect", dropConnect)
        if entry.hasOpenStages {
            guard let depths, let widths else { throw .stagesMissing(model: entry.name) }
            if depths.count != widths.count {
                throw .badValue(
                    option: "widths", value: "\(widths)",
                    expected: "a list of \(depths.count), as many as depths")
            }
        }
    }

    /// These, and what they leave open as published.
    func completed(by published: ModelOptions) -> ModelOptions {
        var options = self
        options.activation = activation ?? published.activation
        options.stem = stem ?? published.stem
        options.order = order ?? published.order
        options.stemPool = stemPool ?? published.stemPool
        options.pool = pool ?? published.pool
        options.halving = halving ?? published.halving
        options.baseWidth = baseWidth ?? published.baseWidth
        options.scale = scale ?? published.scale
        options.dropout = dropout ?? published.dropout
        options.dropConnect = dropConnect ?? published.dropConnect
        return options
    }
}
