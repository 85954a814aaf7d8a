import Torch

/// Stochastic gradient descent with momentum (Sutskever et al., 2013), as `torch.optim.SGD` defines it:
/// b <- momentum b + (1 - dampening) g with b = g at a parameter's first step, p <- p - lr b, or with Nesterov
/// p <- p - lr (g + momentum b).
public struct SGD: UpdateRule {
    /// As recipes and saved states call it.
    public static let name = "sgd"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of the momentum buffer; at least 0 and below 1.
    public var momentum: Double
    /// How much less than 1 a gradient counts in the buffer.
    public var dampening: Double
    /// Whether the step looks ahead by one momentum.
    public var nesterov: Bool
    /// How strongly weights are pulled towards 0; at least 0.
    public var weightDecay: Double
    /// How weight decay acts; PyTorch's is `l2`.
    public var decay: WeightDecay

    /// PyTorch's defaults, and its order.
    public init(
        learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false,
        weightDecay: Double = 0, decay: WeightDecay = .l2
    ) {
        (self.learningRate, self.momentum, self.dampening) = (learningRate, momentum, dampening)
        (self.nesterov, self.weightDecay, self.decay) = (nesterov, weightDecay, decay)
    }

    /// What is kept of each parameter.
    public var memory: [Memory] { momentum == 0 ? [] : [Memory("momentum_buffer")] }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try check(
            Self.name, ("learning rate", learningRate, .notNegative), ("momentum", momentum, .decayRate),
            ("dampening", dampening, .fraction), ("weight decay", weightDecay, .notNegative))
        if nesterov, momentum == 0 || dampening != 0 {
            throw .settings(of: Self.name, "Nesterov needs a momentum above 0 and a dampening of 0")
        }
    }

    private static let fused = Operator("aten::_fused_sgd_")

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        guard momentum != 0 else {
            batch.decay(weightDecay, decay, learningRate: learningRate)
            return batch.descend(Direction(numerators: batch.gradients), learningRate: learningRate)
        }
        if decay == .decoupled { batch.decay(weightDecay, decay, learningRate: learningRate) }
        Self.fused(
            .tensors(batch.parameters), .tensors(batch.gradients), .tensors(batch.memory("momentum_buffer")),
            .double(decay == .l2 ? weightDecay : 0), .double(momentum), .double(learningRate), .double(dampening),
            .bool(nesterov), false,
            .bool(batch.step == 1))
    }
}
