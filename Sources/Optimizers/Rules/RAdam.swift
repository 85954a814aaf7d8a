import Foundation
import Torch

/// Rectified Adam (Liu et al., arXiv 1908.03265): Adam whose step is scaled by how far the variance of its
/// second moment can be trusted, and which does not divide by it in the first few steps.
///
/// With rho_inf = 2 / (1 - beta2) - 1 and rho_t = rho_inf - 2 t beta2^t / (1 - beta2^t), a step is rectified when
/// rho_t exceeds ``threshold``: for beta2 of 0.99 or 0.999 from the sixth step on.
public struct RAdam: DirectedRule {
    /// As recipes and saved states call it.
    public static let name = "radam"
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
    /// How weight decay acts. Only PyTorch's default is `l2`; all others publish `decoupled`.
    public var decay: WeightDecay
    /// Which of the published rules.
    public var variant: Variant
    /// The rho_t beyond which a step is rectified.
    public var threshold: Double
    /// The sharpness of a softplus around the denominator, as fastai has it; 0 for none.
    public var softplus: Double
    /// What is done to gradients first.
    public var centralization: GradientCentralization

    /// The published rules. They differ in steps that are not rectified, and in where eps stands.
    public enum Variant: String, Sendable, Codable, CaseIterable {
        /// The authors' (LiyuanLucasLiu/RAdam, 2020): no step and no decay. eps is added to sqrt(v).
        case official
        /// `torch.optim.RAdam` and lessw2020's Ranger, and the authors' before 2020: a step of plain momentum,
        /// p - lr m / (1 - beta1^t). eps is added to sqrt(v).
        case pytorch
        /// fastai 2: a step of plain momentum. eps is added to sqrt(v / (1 - beta2^t)).
        case fastai
    }

    /// The paper's defaults. fastai's are beta1 0.9, beta2 0.99, eps 1e-5.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8,
        weightDecay: Double = 0, decay: WeightDecay = .decoupled, variant: Variant = .pytorch,
        threshold: Double = 5, softplus: Double = 0, centralization: GradientCentralization = .none
    ) {
        (self.learningRate, self.beta1, self.beta2, self.eps) = (learningRate, beta1, beta2, eps)
        (self.weightDecay, self.decay, self.variant) = (weightDecay, decay, variant)
        (self.threshold, self.softplus, self.centralization) = (threshold, softplus, centralization)
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
            ("weight decay", weightDecay, .notNegative),
            ("threshold", threshold, .notNegative), ("softplus", softplus, .notNegative))
        // The root in the rectification needs it.
        if threshold < 4 {
            throw .settings(of: Self.name, "the threshold must be at least 4, not \(threshold)")
        }
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        batch.centralize(centralization)
        let r = rectification(step: batch.step)
        if let r, softplus == 0 {
            // Adam's step at another learning rate and eps; the decay keeps its own.
            let correction2 = 1 - pow(beta2, Double(batch.step))
            batch.takeAdamStep(
                learningRate: learningRate * r, beta1: beta1, beta2: beta2,
                eps: variant == .fastai ? eps : eps / correction2.squareRoot(),
                weightDecay: decay == .decoupled ? weightDecay / r : weightDecay, decay)
        } else {
            let stands = r == nil && variant == .official
            if !stands || decay == .l2 { batch.decay(weightDecay, decay, learningRate: learningRate) }
            if let direction = rectified(batch) { batch.descend(direction, learningRate: learningRate) }
        }
    }

    /// m, over the root of v when the step is rectified.
    public func direction(_ batch: inout ParameterBatch) -> Direction? {
        batch.centralize(centralization)
        return rectified(batch)
    }

    private func rectified(_ batch: ParameterBatch) -> Direction? {
        let (m, v) = batch.averaged(beta1: beta1, beta2: beta2)
        let correction1 = 1 - pow(beta1, Double(batch.step))
        let correction2 = 1 - pow(beta2, Double(batch.step))
        guard let r = rectification(step: batch.step) else {
            return variant == .official ? nil : Direction(numerators: m, scale: 1 / correction1)
        }
        var denominators = v.sqrt()
        if variant == .fastai { denominators.mul_(1 / correction2.squareRoot()) }
        denominators.add_(eps)
        if softplus != 0 { denominators = denominators.softplus(beta: softplus) }
        let scale = variant == .fastai ? r / correction1 : r * correction2.squareRoot() / correction1
        return Direction(numerators: m, denominators: denominators, scale: scale)
    }

    /// rho_t, the length of the simple moving average that v is like after `step` steps.
    func averageLength(step: Int) -> Double {
        let t = Double(step)
        return longestAverage - 2 * t * pow(beta2, t) / (1 - pow(beta2, t))
    }

    private var longestAverage: Double { 2 / (1 - beta2) - 1 }

    /// r_t, or nil when the step is not to be rectified.
    func rectification(step: Int) -> Double? {
        let (rho, limit) = (averageLength(step: step), longestAverage)
        guard rho > threshold else { return nil }
        return ((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)).squareRoot()
    }
}

private let softplus = Operator("aten::softplus")

extension [Tensor] {
    /// ln(1 + e^(beta x)) / beta of each element: a smooth lower limit for a denominator (Tong et al., arXiv
    /// 1908.00700).
    func softplus(beta: Double) -> [Tensor] { map { Optimizers.softplus(.tensor($0), .double(beta)) } }
}
