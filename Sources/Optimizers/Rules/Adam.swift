import Foundation
import Torch

/// Adam (Kingma and Ba, arXiv 1412.6980), and with decoupled decay AdamW (Loshchilov and Hutter, arXiv
/// 1711.05101), as PyTorch defines them: p <- p - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
public struct Adam: DirectedRule {
    /// As recipes and saved states call it.
    public static let name = "adam"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of m, the running average of gradients.
    public var beta1: Double
    /// The decay rate of v, the running average of their squares.
    public var beta2: Double
    /// Added to the root of v.
    public var eps: Double
    /// How strongly weights are pulled towards 0; at least 0.
    public var weightDecay: Double
    /// How weight decay acts: `l2` for Adam, `decoupled` for AdamW.
    public var decay: WeightDecay

    /// `torch.optim.Adam`'s defaults.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8,
        weightDecay: Double = 0, decay: WeightDecay = .l2
    ) {
        (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
        (self.eps, self.weightDecay, self.decay) = (eps, weightDecay, decay)
    }

    /// AdamW with `torch.optim.AdamW`'s defaults.
    public static func adamW(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8,
        weightDecay: Double = 1e-2
    ) -> Adam {
        Adam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay,
            decay: .decoupled)
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
            ("beta2", beta2, .decayRate), ("eps", eps, .notNegative),
            ("weight decay", weightDecay, .notNegative))
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        batch.takeAdamStep(
            learningRate: learningRate, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay, decay)
    }

    /// m over the root of v, both corrected for their start at 0.
    public func direction(_ batch: inout ParameterBatch) -> Direction? {
        let (m, v) = batch.averaged(beta1: beta1, beta2: beta2)
        let denominators = v.sqrt()
        denominators.mul_(1 / (1 - pow(beta2, Double(batch.step))).squareRoot())
        denominators.add_(eps)
        return Direction(
            numerators: m, denominators: denominators, scale: 1 / (1 - pow(beta1, Double(batch.step))))
    }
}

extension [Memory] {
    /// Running averages of the gradients and of their squares.
    static var moments: [Memory] { [Memory("exp_avg"), Memory("exp_avg_sq")] }
}

private let fused: [WeightDecay: Operator] = [
    .l2: Operator("aten::_fused_adam_"), .decoupled: Operator("aten::_fused_adamw_"),
]

extension ParameterBatch {
    /// Both moments after this step's gradients have entered.
    func averaged(beta1: Double, beta2: Double) -> (m: [Tensor], v: [Tensor]) {
        let (m, v) = (memory("exp_avg"), memory("exp_avg_sq"))
        m.average_(gradients, rate: beta1)
        v.averageSquare_(gradients, rate: beta2)
        return (m, v)
    }

    /// Moments, decay and step of Adam in one pass over memory, which is what a step costs.
    func takeAdamStep(
        learningRate: Double, beta1: Double, beta2: Double, eps: Double, weightDecay: Double, _ decay: WeightDecay
    ) {
        // Filled on the device: a copy from the CPU would wait for it.
        let step = Tensor.full([], Float(step), device: parameters[0].device)
        fused[decay]!(
            .tensors(parameters), .tensors(gradients), .tensors(memory("exp_avg")),
            .tensors(memory("exp_avg_sq")), .tensors([]),
            .tensors(Array(repeating: step, count: parameters.count)), .double(learningRate), .double(beta1),
            .double(beta2), .double(weightDecay), .double(eps), false, false)
    }
}
