import Torch

/// Quasi-hyperbolic Adam (Ma and Yarats, arXiv 1810.06801; facebookresearch/qhoptim):
/// p <- p - lr ((1 - nu1) g + nu1 m) / (sqrt((1 - nu2) g^2 + nu2 v) + eps).
///
/// m and v are weighted so that they need no bias correction, also when a schedule changes beta1: with
/// w <- 1 + beta w, m <- (1 - 1/w) m + g/w. nu1 = nu2 = 1 is Adam; nu1 = beta1, nu2 = 1 about NAdam. The paper
/// suggests nu1 0.7, nu2 1, beta1 0.995, beta2 0.999. With decoupled decay it is QHAdamW.
public struct QHAdam: UpdateRule {
    /// As recipes and saved states call it.
    public static let name = "qhadam"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of m, the running average of gradients.
    public var beta1: Double
    /// The decay rate of v, the running average of their squares.
    public var beta2: Double
    /// The share of m in the numerator, the rest being the gradient's.
    public var nu1: Double
    /// The share of v in the denominator, the rest being the squared gradient's.
    public var nu2: Double
    /// Added to the root.
    public var eps: Double
    /// How strongly weights are pulled towards 0; at least 0.
    public var weightDecay: Double
    /// How weight decay acts.
    public var decay: WeightDecay

    /// qhoptim's defaults, with which this is Adam.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, nu1: Double = 1,
        nu2: Double = 1,
        eps: Double = 1e-8, weightDecay: Double = 0, decay: WeightDecay = .l2
    ) {
        (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
        (self.nu1, self.nu2, self.eps) = (nu1, nu2, eps)
        (self.weightDecay, self.decay) = (weightDecay, decay)
    }

    /// ``beta1``, under the name by which schedules set it.
    public var momentum: Double {
        get { beta1 }
        set { beta1 = newValue }
    }
    /// What is kept of each parameter.
    public var memory: [Memory] { .moments }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try check(
            Self.name, ("learning rate", learningRate, .notNegative), ("beta1", beta1, .decayRate),
            ("beta2", beta2, .decayRate), ("nu1", nu1, .fraction), ("nu2", nu2, .fraction),
            ("eps", eps, .notNegative), ("weight decay", weightDecay, .notNegative))
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        batch.decay(weightDecay, decay, learningRate: learningRate)
        func weight(_ name: String, beta: Double) -> Double {
            let weight = 1 + beta * batch.numbers[name, default: 0]
            batch.numbers[name] = weight
            return weight
        }
        let rate1 = 1 - 1 / weight("beta1_weight", beta: beta1)
        let rate2 = 1 - 1 / weight("beta2_weight", beta: beta2)
        let (m, v) = batch.averaged(beta1: rate1, beta2: rate2)
        let denominators = nu2 == 1 ? v.sqrt() : v.multiplied(by: nu2)
        if nu2 != 1 {
            denominators.addcmul_(batch.gradients, batch.gradients, value: 1 - nu2)
            denominators.sqrt_()
        }
        denominators.add_(eps)
        batch.descend(
            Direction(numerators: batch.gradients.lerp(m, weight: nu1), denominators: denominators),
            learningRate: learningRate)
    }
}
