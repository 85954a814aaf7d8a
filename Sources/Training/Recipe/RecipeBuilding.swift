import Activations
import Layers
import Models
import Optimizers
import Torch

// From what a recipe says to the things themselves.

extension RecipeVocabulary {
    /// The networks and activations of this package.
    public static let standard = RecipeVocabulary(
        models: ModelCatalog.entries.map { Model(name: $0.name, stem: $0.stem, hasOpenStages: $0.hasOpenStages) },
        activations: Activation.all.map(\.name))
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
        options.activation = Activation(named: model.activation)
        options.depths = model.depths
        options.widths = model.widths
        options.stem = model.stem
        options.selfAttention = model.selfAttention ? .plain : nil
        return try ModelCatalog.make(model.name, options)
    }

    /// The optimizer over a network's parameters.
    func makeOptimizer(for model: any Layer) throws -> Optimizers.Optimizer {
        let parameters = model.namedParameters()
        let groups = { (rule: any UpdateRule) in
            optimizer.decaysNormsAndBiases
                ? [ParameterGroup(named: parameters, rule)] : ParameterGroup.split(parameters, rule)
        }
        return try Optimizers.Optimizer(groups(optimizer.makeRule()))
    }

    /// The schedule of learning rate and momentum.
    func makeSchedule() throws -> Optimizers.Schedule {
        switch schedule {
        case .constant(let settings):
            return try .warmUp(steps: settings.warmupSteps)
        case .flatAndAnneal(let settings):
            return try .flatAndAnneal(start: settings.flatFraction).times(.warmUp(steps: settings.warmupSteps))
        case .flatCosine(let settings):
            return try .flatCos(start: settings.flatFraction, finalDivisor: settings.finalDivisor)
                .times(.warmUp(steps: settings.warmupSteps))
        case .oneCycle(let settings):
            return try .oneCycle(
                start: settings.risingFraction, divisor: settings.divisor, finalDivisor: settings.finalDivisor,
                momenta: settings.momenta.map { ($0[0], $0[1], $0[2]) })
        case .oneCycleV1(let settings):
            return try .oneCycleV1(
                start: settings.risingFraction, divisor: settings.divisor, finalDivisor: settings.finalDivisor,
                momenta: settings.momenta.map { ($0[0], $0[1]) })
        }
    }
}

extension Recipe.Optimizer {
    fileprivate func makeRule() -> any UpdateRule {
        switch rule {
        case .sgd(let settings):
            return wrapped(
                SGD(
                    learningRate: learningRate, momentum: settings.momentum, nesterov: settings.isNesterov,
                    weightDecay: weightDecay))
        case .adamW(let settings):
            return wrapped(
                Adam.adamW(
                    learningRate: learningRate, beta1: settings.betas[0], beta2: settings.betas[1],
                    eps: settings.epsilon, weightDecay: weightDecay))
        case .rAdam(let settings):
            return wrapped(
                RAdam(
                    learningRate: learningRate, beta1: settings.betas[0], beta2: settings.betas[1],
                    eps: settings.epsilon, weightDecay: weightDecay))
        case .ranger(let settings):
            return wrapped(
                RAdam(
                    learningRate: learningRate, beta1: settings.betas[0], beta2: settings.betas[1],
                    eps: settings.epsilon, weightDecay: weightDecay,
                    centralization: settings.centralizesGradients ? .all : .none))
        case .qhAdam(let settings), .rangerQH(let settings):
            return wrapped(
                QHAdam(
                    learningRate: learningRate, beta1: settings.betas[0], beta2: settings.betas[1],
                    nu1: settings.nus[0], nu2: settings.nus[1], eps: settings.epsilon, weightDecay: weightDecay))
        }
    }

    private func wrapped(_ rule: some UpdateRule) -> any UpdateRule {
        lookahead.map { LookAhead(rule, k: $0.steps, alpha: $0.alpha) } ?? rule
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
