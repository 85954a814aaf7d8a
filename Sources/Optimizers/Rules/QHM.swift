import Torch

/// Quasi-hyperbolic momentum (Ma and Yarats, arXiv 1810.06801; facebookresearch/qhoptim): a mean of plain
/// descent and momentum, m <- momentum m + (1 - momentum) g, p <- p - lr ((1 - nu) g + nu m), with no bias
/// correction. nu 0 is plain descent, nu 1 dampened momentum, nu = momentum Nesterov's.
///
/// SGD with momentum at learning rate a is this at a / (1 - momentum). The paper suggests momentum 0.999,
/// nu 0.7 and a learning rate of 1.
public struct QHM: UpdateRule {
    /// As recipes and saved states call it.
    public static let name = "qhm"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of the momentum buffer; at least 0 and below 1.
    public var momentum: Double
    /// The share of momentum in a step, the rest being the gradient's.
    public var nu: Double
    /// How strongly weights are pulled towards 0; at least 0.
    public var weightDecay: Double
    /// How weight decay acts: qhoptim's `grad` is `l2`, its `direct` is `decoupled`.
    public var decay: WeightDecay

    /// The paper's suggestion; qhoptim has no defaults.
    public init(
        learningRate: Double = 1, momentum: Double = 0.999, nu: Double = 0.7, weightDecay: Double = 0,
        decay: WeightDecay = .l2
    ) {
        (self.learningRate, self.momentum, self.nu) = (learningRate, momentum, nu)
        (self.weightDecay, self.decay) = (weightDecay, decay)
    }

    /// What is kept of each parameter.
    public var memory: [Memory] { [Memory("momentum_buffer")] }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try check(
            Self.name, ("learning rate", learningRate, .notNegative), ("momentum", momentum, .decayRate),
            ("nu", nu, .fraction), ("weight decay", weightDecay, .notNegative))
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        batch.decay(weightDecay, decay, learningRate: learningRate)
        let m = batch.memory("momentum_buffer")
        m.average_(batch.gradients, rate: momentum)
        batch.descend(
            Direction(numerators: batch.gradients.lerp(m, weight: nu)), learningRate: learningRate)
    }
}
