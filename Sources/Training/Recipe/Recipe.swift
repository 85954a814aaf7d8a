import Foundation

/// An experiment: everything that decides the result of a training run but its seed.
///
/// A recipe is written in YAML; what it does not say has the default that is documented here, and a resolved
/// recipe prints all of it. Its ``hash`` names the experiment.
public struct Recipe: Equatable, Sendable {
    /// What people call it; not part of the experiment's identity.
    public var name: String
    /// The images.
    public var data: DataSource
    /// The percentage of training images whose labels are wrong, as the data set's table of noisy labels says
    /// (Imagenette and ImageWoof: 1, 5, 25 or 50). Default: 0, the true labels.
    public var noisyLabels = 0
    /// The side of the square that the network sees, in pixels. Default: 128; digits 8, as they are.
    public var imageSize: Int
    /// How training images are varied.
    public var augmentation: Augmentation
    /// How validation images are prepared.
    public var validation: Validation
    /// What to do about an image that cannot be decoded.
    public var brokenImages = BrokenImages.stop
    /// The network.
    public var model = Model()
    /// The file of weights that the network begins with, if any.
    public var weights: Weights?
    /// The rule that changes the parameters.
    public var optimizer: Optimizer
    /// How the learning rate moves. Default: the optimizer's usual one (``Schedule/init(usualFor:)``).
    public var schedule: Schedule
    /// How often training sees each image.
    public var epochs = 5
    /// Layer groups that stay frozen for a while or learn at rates of their own, if any.
    public var fineTuning: FineTuning?
    /// Images per step.
    public var batchSize = 64
    /// Whether the last batch of an epoch is left out when it is not full.
    public var dropsLastBatch = true
    /// What training minimises.
    public var loss = Loss.crossEntropy
    /// The part of the target's probability that is spread over all classes.
    public var labelSmoothing = 0.1
    /// What convolutions compute in.
    public var precision = Precision.fp32
    /// Where it runs.
    public var device = Device.cpu
    /// Threads that decode images. Default: one per processor core.
    public var workers: Int
    /// When the state of training is saved.
    public var checkpoint = Checkpointing.epoch
    /// What to do about a value that is not finite.
    public var nonFinite = NonFinite.stop

    /// The default recipe for `data`.
    public init(name: String = "recipe", data: DataSource = .digits) {
        self.name = name
        self.data = data
        imageSize = data == .digits ? 8 : 128
        augmentation = Augmentation(for: data)
        validation = Validation(for: data, imageSize: imageSize)
        optimizer = Optimizer(.ranger)
        schedule = Schedule(usualFor: optimizer)
        workers = ProcessInfo.processInfo.activeProcessorCount
    }
}

extension Recipe: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.value("name", &name, .printable)
        fields.value("data", &data)
        if fields.isReading { self = Recipe(name: name, data: data) }
        fields.value("noisy_labels", &noisyLabels, .init(text: "0, 1, 5, 25 or 50") { [0, 1, 5, 25, 50].contains($0) })
        if data == .digits && noisyLabels > 0 { fields.refuse("noisy_labels", "must be 0 for the digits") }
        fields.value("image_size", &imageSize, .within(1...8192))
        fields.section("augmentation", &augmentation)
        if !augmentation.normalize.fits(data) {
            let right = data == .digits ? "digits" : "imagenet"
            fields.refuse("augmentation.normalize", "must be \(right) or none for this data")
        }
        if fields.isReading { validation = Validation(for: data, imageSize: imageSize) }
        var preparation = RecipeValidationSection(validation: validation, imageSize: imageSize)
        fields.section("validation", &preparation)
        validation = preparation.validation
        fields.value("broken_images", &brokenImages)
        fields.section("model", &model)
        fields.optionalSection("weights", &weights, defaults: Weights())
        fields.section("optimizer", &optimizer)
        if fields.isReading { schedule = Schedule(usualFor: optimizer) }
        fields.section("schedule", &schedule)
        if schedule.movesMomentum && optimizer.momentum == 0 {
            fields.refuse("schedule.momenta", "must be none, since the optimizer has momentum 0")
        }
        if case .ranger21(let settings) = schedule, settings.finalLearningRate > optimizer.learningRate {
            fields.refuse(
                "schedule.final_learning_rate",
                "must be at most the optimizer's learning_rate, \(optimizer.learningRate)")
        }
        fields.value("epochs", &epochs, .atLeast(1))
        visitFineTuning(&fields)
        fields.value("batch_size", &batchSize, .atLeast(1))
        fields.value("drop_last", &dropsLastBatch)
        if augmentation.mixesImages && batchSize == 1 {
            fields.refuse("batch_size", "must be at least 2 to mix images")
        }
        fields.section("loss", &loss)
        fields.value("label_smoothing", &labelSmoothing, .within(0..<1))
        fields.value("precision", &precision)
        fields.value("device", &device)
        fields.value("workers", &workers, .within(1...1024))
        fields.value("checkpoint", &checkpoint)
        fields.value("non_finite", &nonFinite)
        if nonFinite == .rollBack, checkpoint == .none {
            fields.refuse("non_finite", "must be stop or skip where checkpoint is none: there is nothing to go back to")
        }
    }
}

extension Recipe {
    /// What to do about an image that cannot be decoded.
    public enum BrokenImages: String, RecipeChoice, Sendable {
        /// The run ends as failed and names the file.
        case stop
        /// The image is left out, counted and reported.
        case skip
    }

    /// What convolutions compute in; parameters and optimizer state are always fp32.
    public enum Precision: String, RecipeChoice, Sendable {
        /// IEEE single precision.
        case fp32
        /// bfloat16.
        case bf16
        /// IEEE half precision, with a dynamic loss scale.
        case fp16
    }

    /// When the state of training is saved.
    public enum Checkpointing: String, RecipeChoice, Sendable {
        /// At the end of each epoch.
        case epoch
        /// Never: the run cannot be resumed.
        case none
    }

    /// What to do when the loss, a gradient or a weight is not finite. The step that broke is found, taken apart
    /// and saved in any case. A step that fp16's loss scaler leaves out by itself, with a smaller scale next time, is
    /// only counted.
    public enum NonFinite: String, RecipeChoice, Sendable {
        /// The run ends as failed.
        case stop
        /// The step is left out: weights, buffers and the optimizer's memory stay as they were before it. A sixth
        /// step in a row ends the run.
        case skip
        /// The run goes back to its last checkpoint, the beginning of the epoch, and goes on with half the learning
        /// rate until its end. The fourth time ends it.
        case rollBack = "roll_back"
    }

    /// Where a run computes.
    public enum Device: Equatable, Sendable {
        /// The processor.
        case cpu
        /// The GPU of that number; without a number, the one that the launcher assigns, or the first.
        case cuda(Int?)
    }
}

extension Recipe.Device: RecipeScalar {
    package init?(_ scalar: RecipeNode.Scalar) {
        let parts = scalar.text.split(separator: ":", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("cpu", 1): self = .cpu
        case ("cuda", 1): self = .cuda(nil)
        case ("cuda", 2):
            guard let index = UInt16(parts[1]) else { return nil }
            self = .cuda(Int(index))
        default: return nil
        }
    }

    package var scalar: RecipeNode.Scalar {
        switch self {
        case .cpu: .init(text: "cpu", isQuoted: true)
        case .cuda(nil): .init(text: "cuda", isQuoted: true)
        case .cuda(let index?): .init(text: "cuda:\(index)", isQuoted: true)
        }
    }

    package static func mismatch(_ found: String) -> String {
        "expected cpu, cuda or cuda:N, found \(found)"
    }
}

extension RecipeRequirement where Value == String {
    static var printable: Self {
        .init(text: "a text without control characters, not empty") { text in
            !text.isEmpty && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        }
    }
}
