import Activations
import Layers
import Models
import Optimizers
import Torch
import Vision

// From what a recipe says to the things themselves.

extension RecipeVocabulary {
    /// The networks and activations of this package.
    public static let standard = RecipeVocabulary(
        models: ModelCatalog.entries, activations: Activation.all.map(\.name))
}

extension Recipe {
    /// The device, checked.
    ///
    /// - Throws: `TorchError` when this machine does not have it.
    func makeDevice() throws -> Torch.Device {
        guard case .cuda(let index) = device else { return .cpu }
        let device = Torch.Device.cuda(index ?? 0)
        try device.checkAvailable()
        return device
    }

    /// The network with first weights drawn from the CPU's random generator, the same on every device.
    func makeModel(classes: Int) throws -> any Layer {
        var options = ModelOptions(classes: classes)
        options.activation = Activation(named: model.activation)?.saving(model.saving)
        options.depths = model.depths
        options.widths = model.widths
        options.stem = model.stem
        options.selfAttention = model.selfAttention.flatMap { SimpleSelfAttention.Form(rawValue: $0.rawValue) }
        options.order = model.order
        options.stemPool = model.stemPool
        options.pool = model.pool
        options.halving = model.halving
        options.baseWidth = model.baseWidth
        options.scale = model.scale
        options.dropout = model.dropout
        options.dropConnect = model.dropConnect
        return try ModelCatalog.make(model.name, options)
    }

    /// The optimizer's groups over parameters that have a learning rate in common.
    func parameterGroups(
        _ parameters: [(name: String, parameter: Parameter)], learningRate: Double
    ) throws -> [ParameterGroup] {
        let groups = { (rule: any UpdateRule) in
            optimizer.decaysNormsAndBiases
                ? [ParameterGroup(named: parameters, rule)] : ParameterGroup.split(parameters, rule)
        }
        return groups(optimizer.makeRule().with(learningRate: learningRate))
    }

    /// The schedule of learning rate and momentum.
    func makeSchedule() throws -> Optimizers.Schedule {
        func warmed(_ schedule: Optimizers.Schedule, _ steps: Int) throws -> Optimizers.Schedule {
            try schedule.times(.warmUp(steps: steps))
        }
        switch schedule {
        case .constant(let settings):
            return try .warmUp(steps: settings.warmupSteps)
        case .flatAndAnneal(let settings):
            return try warmed(
                .flatAndAnneal(start: settings.flatFraction, momenta: settings.momenta.map { ($0[0], $0[1]) }),
                settings.warmupSteps)
        case .flatCosine(let settings):
            return try warmed(
                .flatCos(start: settings.flatFraction, finalDivisor: settings.finalDivisor), settings.warmupSteps)
        case .oneCycle(let settings):
            return try .oneCycle(
                start: settings.risingFraction, divisor: settings.divisor, finalDivisor: settings.finalDivisor,
                momenta: settings.momenta.map { ($0[0], $0[1], $0[2]) })
        case .oneCycleV1(let settings):
            return try .oneCycleV1(
                start: settings.risingFraction, divisor: settings.divisor, finalDivisor: settings.finalDivisor,
                momenta: settings.momenta.map { ($0[0], $0[1]) })
        case .cosine(let settings):
            return try warmed(.annealed(.cosine, to: settings.finalFraction), settings.warmupSteps)
        case .exponential(let settings):
            return try warmed(.annealed(.exponential, to: settings.finalFraction), settings.warmupSteps)
        case .polynomial(let settings):
            return try warmed(.annealed(.polynomial(power: settings.power)), settings.warmupSteps)
        case .steps(let settings):
            return try warmed(.steps(at: settings.milestones, factor: settings.factor), settings.warmupSteps)
        case .ranger21(let settings):
            return try .ranger21(
                learningRate: optimizer.learningRate, finalLearningRate: settings.finalLearningRate,
                beta2: settings.beta2, warmdownStart: settings.warmdownStart)
        case .fineTune(let settings):
            return try .fineTune(
                frozen: Double(frozenEpochs) / Double(epochs), frozenStart: settings.frozenRisingFraction,
                start: settings.risingFraction, divisor: settings.divisor, finalDivisor: settings.finalDivisor,
                momenta: settings.momenta.map { ($0[0], $0[1], $0[2]) })
        }
    }
}

extension Recipe {
    /// What training minimises, and what the loss on validation images is.
    func makeLoss() -> ClassificationLoss {
        switch loss {
        case .crossEntropy: ClassificationLoss(.crossEntropy, labelSmoothing: labelSmoothing)
        case .binaryCrossEntropy(let settings):
            ClassificationLoss(
                .binaryCrossEntropy(sumsClasses: settings.sumsClasses), labelSmoothing: labelSmoothing)
        }
    }

    /// How each training image is shown.
    func makeTrainingTransform() -> TrainingTransform {
        let crop: TrainingTransform.Crop? =
            switch augmentation.crop {
            case .randomResized(let settings):
                .randomResized(scale: settings.scale.bounds, ratio: settings.ratio.bounds)
            case .square: .square
            case nil: nil
            }
        return TrainingTransform(size: imageSize, crop: crop, flipProbability: augmentation.flip)
    }

    /// How each validation image is shown.
    func makeEvaluationTransform() -> EvaluationTransform {
        switch validation.method {
        case .crop: .resizeAndCrop(size: imageSize, shortestSide: validation.resize)
        case .squish: .squishAndCrop(size: imageSize, resizedTo: validation.resize)
        }
    }

    /// What is erased in training images.
    func makeErasing() -> RandomErasing? {
        augmentation.erasing.map { erasing in
            RandomErasing(
                probability: erasing.probability, scale: erasing.scale.bounds, ratio: erasing.ratio.bounds,
                maxCount: erasing.maxCount, fill: erasing.fill == .noise ? .noise : .zero)
        }
    }

    /// How the images of a batch are mixed.
    func makeMixing() -> BatchMixing {
        BatchMixing(
            mixup: augmentation.mixup, cutMix: augmentation.cutMix, probability: augmentation.mixProbability,
            switchProbability: augmentation.switchProbability)
    }
}

extension [Double] {
    /// The range from the first of two numbers to the second.
    fileprivate var bounds: ClosedRange<Double> { self[0]...self[1] }
}

extension Recipe.Optimizer {
    fileprivate func makeRule() -> any UpdateRule {
        func wrapped(_ rule: some UpdateRule) -> any UpdateRule {
            lookahead.map { LookAhead(rule, k: $0.steps, alpha: $0.alpha) } ?? rule
        }
        return wrapped(rule)
    }
}

extension Recipe.Precision {
    var dtype: DType {
        switch self {
        case .fp32: .float32
        case .bf16: .bfloat16
        case .fp16: .float16
        }
    }
}
