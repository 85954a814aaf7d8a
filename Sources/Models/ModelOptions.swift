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

    func check(against entry: ModelCatalog.Entry) throws(ModelError) {
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
