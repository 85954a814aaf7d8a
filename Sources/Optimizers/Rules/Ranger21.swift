import Foundation
import Torch

/// Ranger21 (Wright and Demeure, arXiv 2106.13731; lessw2020/Ranger21): ``AdaPNM`` inside look-ahead. Its
/// learning rates are ``Schedule/ranger21(learningRate:finalLearningRate:beta2:warmdownStart:)``.
///
/// Different from the published code, which has mistakes here: stable decay and norm loss act on all parameters,
/// not the last alone (its issue 53); the largest v is kept and used; the factor of positive-negative momentum
/// is a number; counts are saved. Stable decay averages over a group, there over all; norm loss leaves alone
/// what has one dimension, whose elements are no weights of a unit. AdaBelief, MadGrad and the Chebyshev
/// schedule are not offered.
public typealias Ranger21 = LookAhead<AdaPNM>

extension Ranger21 {
    /// The published defaults; the learning rate has none there.
    public init(
        learningRate: Double, k: Int = 5, alpha: Double = 0.5, beta1: Double = 0.9, beta2: Double = 0.999,
        eps: Double = 1e-8, weightDecay: Double = 1e-4, normLoss: Double = 1e-4, clipping: Double? = 1e-2,
        centralization: GradientCentralization = .all
    ) {
        self.init(
            AdaPNM(
                learningRate: learningRate, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay,
                normLoss: normLoss, clipping: clipping, centralization: centralization),
            k: k, alpha: alpha)
    }
}

/// Adam with positive-negative momentum (Xie et al., arXiv 2103.17182) and what Ranger21 puts around it.
///
/// In this order: adaptive gradient clipping (Brock et al., arXiv 2102.06171), gradient centralization and
/// normalization, the second moment, stable weight decay (Xie et al., arXiv 2011.11152) and norm loss (Georgiou
/// et al., arXiv 2103.06583), and the step. Two averages of the gradient take turns; the step follows the one
/// whose turn it is and goes against the other.
public struct AdaPNM: UpdateRule {
    /// As recipes and saved states call it.
    public static let name = "adapnm"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of the average of gradients: each of both averages decays by its square every other step.
    public var beta1: Double
    /// The decay rate of v, the running average of their squares.
    public var beta2: Double
    /// Added to the denominator.
    public var eps: Double
    /// How strongly weights are pulled towards 0, relative to the root of the mean of v; at least 0.
    public var weightDecay: Double
    /// How strongly the norm of a unit's weights is pulled towards 1.
    public var normLoss: Double
    /// How long a unit's gradient may be, relative to its weights; nil for no limit.
    public var clipping: Double?
    /// The least that the norm of a unit's weights counts as in clipping.
    public var clippingEps: Double
    /// What is taken from gradients.
    public var centralization: GradientCentralization
    /// Whether a gradient of more than two elements is divided by its standard deviation.
    public var normalizes: Bool
    /// How much the step follows one average and goes against the other.
    public var positiveNegative: Double
    /// The sharpness of the softplus around the denominator; 0 for none.
    public var softplus: Double

    /// Ranger21's defaults.
    public init(
        learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8,
        weightDecay: Double = 1e-4, normLoss: Double = 1e-4, clipping: Double? = 1e-2,
        clippingEps: Double = 1e-3,
        centralization: GradientCentralization = .all, normalizes: Bool = true, positiveNegative: Double = 1,
        softplus: Double = 50
    ) {
        (self.learningRate, self.beta1, self.beta2, self.eps) = (learningRate, beta1, beta2, eps)
        (self.weightDecay, self.normLoss) = (weightDecay, normLoss)
        (self.clipping, self.clippingEps) = (clipping, clippingEps)
        (self.centralization, self.normalizes) = (centralization, normalizes)
        (self.positiveNegative, self.softplus) = (positiveNegative, softplus)
    }

    /// ``beta1``, under the name by which schedules set it.
    public var momentum: Double {
        get { beta1 }
        set { beta1 = newValue }
    }
    /// What is kept of each parameter.
    public var memory: [Memory] { .moments + [Memory("neg_exp_avg"), Memory("max_exp_avg_sq")] }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try check(
            Self.name, ("learning rate", learningRate, .notNegative), ("beta1", beta1, .decayRate),
            ("beta2", beta2, .decayRate), ("eps", eps, .notNegative),
            ("weight decay", weightDecay, .notNegative), ("norm loss", normLoss, .notNegative),
            ("clipping", clipping ?? 1, .positive), ("clipping eps", clippingEps, .positive),
            ("positive-negative factor", positiveNegative, .notNegative), ("softplus", softplus, .notNegative)
        )
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        if let clipping { clip(&batch, to: clipping) }
        batch.centralize(centralization)
        if normalizes { normalize(&batch) }

        let v = batch.memory("exp_avg_sq")
        v.averageSquare_(batch.gradients, rate: beta2)
        let correction2 = 1 - pow(beta2, Double(batch.step))
        if weightDecay != 0 { decayStably(batch, v, correction2: correction2) }
        if normLoss != 0 { pullNorms(batch) }

        let averages = [batch.memory("exp_avg"), batch.memory("neg_exp_avg")]
        let (positive, negative) =
            batch.step % 2 == 1 ? (averages[0], averages[1]) : (averages[1], averages[0])
        positive.average_(batch.gradients, rate: beta1 * beta1)
        let numerators = positive.multiplied(by: 1 + positiveNegative)
        numerators.add_(negative, alpha: -positiveNegative)

        let largest = batch.memory("max_exp_avg_sq")
        largest.maximum_(v)
        var denominators = largest.sqrt()
        denominators.mul_(1 / correction2.squareRoot())
        denominators.add_(eps)
        if softplus != 0 { denominators = denominators.softplus(beta: softplus) }

        let noise = ((1 + beta2) * (1 + beta2) + beta2 * beta2).squareRoot()
        let scale = 1 / noise / (1 - pow(beta1, Double(batch.step)))
        batch.descend(
            Direction(numerators: numerators, denominators: denominators, scale: scale),
            learningRate: learningRate)
    }

    /// Adaptive gradient clipping: no unit's gradient is longer than `limit` times its weights.
    private func clip(_ batch: inout ParameterBatch, to limit: Double) {
        let factors = batch.parameters.map { $0.unitNorm() }
        let norms = batch.gradients.map { $0.unitNorm() }
        factors.clamp_(min: clippingEps)
        factors.mul_(limit)
        norms.clamp_(min: 1e-6)
        let clipped = factors.divided(by: norms)
        clipped.clamp_(max: 1)
        batch.gradients = batch.gradients.multiplied(by: clipped)
    }

    /// Gradients over their standard deviation.
    private func normalize(_ batch: inout ParameterBatch) {
        batch.gradients = batch.gradients.map { $0.count > 2 ? $0 / ($0.std() + 1e-8) : $0 }
    }

    /// p <- p (1 - lr wd / sqrt(mean of the corrected v)), the mean being over all elements.
    private func decayStably(_ batch: ParameterBatch, _ v: [Tensor], correction2: Double) {
        let count = Double(v.reduce(0) { $0 + $1.count })
        let root = (v.norms(order: 1).sum() / (correction2 * count)).sqrt()
        let factor = 1 - learningRate * weightDecay * root.reciprocal()
        // Without any gradient so far there is nothing to measure decay by.
        batch.parameters.mul_(Tensor.where(root .> 0, factor, factor.onesLike()))
    }

    /// Norm loss: p <- p (1 - 2 lr normLoss (1 - 1 / |p|)), for the weights of each unit.
    private func pullNorms(_ batch: ParameterBatch) {
        let weights = batch.parameters.filter { $0.rank > 1 }
        guard !weights.isEmpty else { return }
        let factors = weights.map { $0.unitNorm() }
        factors.add_(eps)
        factors.reciprocal_()
        factors.mul_(2 * learningRate * normLoss)
        factors.add_(1 - 2 * learningRate * normLoss)
        weights.mul_(factors)
    }
}

extension Tensor {
    /// The norm of the weights of each unit: over the second dimension of a matrix, over all but the first of a
    /// convolution, over everything of a vector.
    fileprivate func unitNorm() -> Tensor {
        switch rank {
        case 0, 1: norm()
        case 2, 3: norm(dims: [1], keepDim: true)
        default: norm(dims: Array(1..<rank), keepDim: true)
        }
    }
}
