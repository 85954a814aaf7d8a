import Torch

/// RMSProp (Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012), as `torch.optim.RMSprop`
/// defines it: p <- p - lr g / (sqrt(v) + eps), where v is the running average of squared gradients, or with
/// `centered` their variance (Graves, arXiv 1308.0850); with momentum the quotient enters a buffer first.
public struct RMSProp: UpdateRule {
    /// As recipes and saved states call it.
    public static let name = "rmsprop"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of v.
    public var alpha: Double
    /// Added to the root of v.
    public var eps: Double
    /// The decay rate of the momentum buffer; at least 0 and below 1.
    public var momentum: Double
    /// Whether the gradients' mean is taken from v.
    public var centered: Bool
    /// How strongly weights are pulled towards 0; at least 0.
    public var weightDecay: Double
    /// How weight decay acts; PyTorch's is `l2`.
    public var decay: WeightDecay

    /// PyTorch's defaults.
    public init(
        learningRate: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8, momentum: Double = 0,
        centered: Bool = false, weightDecay: Double = 0, decay: WeightDecay = .l2
    ) {
        (self.learningRate, self.alpha, self.eps, self.momentum) = (learningRate, alpha, eps, momentum)
        (self.centered, self.weightDecay, self.decay) = (centered, weightDecay, decay)
    }

    /// What is kept of each parameter.
    public var memory: [Memory] {
        [Memory("square_avg")] + (centered ? [Memory("grad_avg")] : [])
            + (momentum == 0 ? [] : [Memory("momentum_buffer")])
    }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try check(
            Self.name, ("learning rate", learningRate, .notNegative), ("alpha", alpha, .decayRate),
            ("eps", eps, .notNegative), ("momentum", momentum, .decayRate),
            ("weight decay", weightDecay, .notNegative))
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        batch.decay(weightDecay, decay, learningRate: learningRate)
        let v = batch.memory("square_avg")
        v.averageSquare_(batch.gradients, rate: alpha)
        let denominators: [Tensor]
        if centered {
            let mean = batch.memory("grad_avg")
            mean.average_(batch.gradients, rate: alpha)
            denominators = v.multiplied(by: 1)
            denominators.addcmul_(mean, mean, value: -1)
            denominators.sqrt_()
        } else {
            denominators = v.sqrt()
        }
        denominators.add_(eps)
        guard momentum != 0 else {
            return batch.descend(
                Direction(numerators: batch.gradients, denominators: denominators), learningRate: learningRate
            )
        }
        let buffer = batch.memory("momentum_buffer")
        buffer.mul_(momentum)
        buffer.addcdiv_(batch.gradients, denominators, value: 1)
        batch.descend(Direction(numerators: buffer), learningRate: learningRate)
    }
}
