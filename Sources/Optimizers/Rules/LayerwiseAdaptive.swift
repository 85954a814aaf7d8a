import Torch

/// Layer-wise adaptation (You et al., arXiv 1904.00962): each parameter's step u, weight decay included, is
/// scaled to be as long as the parameter itself, p <- p - lr (|p| / |u|) u, or not scaled when one of both is 0.
///
/// Around Adam it is LAMB, around RAdam over9000's Ralamb.
public struct LayerwiseAdaptive<Inner: DirectedRule>: WrappingRule {
    /// As recipes and saved states call it.
    public static var name: String { "layerwise(\(Inner.name))" }
    /// The rule that gives the direction. Its weight decay is added to the direction, whatever its `decay` is.
    public var inner: Inner
    /// The longest that a parameter counts as; nil for no limit.
    public var weightNormLimit: Double?

    /// - Parameters:
    ///   - inner: the rule that gives the direction.
    ///   - weightNormLimit: the longest that a parameter counts as; nil for no limit.
    public init(_ inner: Inner, weightNormLimit: Double? = nil) {
        (self.inner, self.weightNormLimit) = (inner, weightNormLimit)
    }

    /// What is kept of each parameter.
    public var memory: [Memory] { inner.memory }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try inner.validate()
        try check(Self.name, ("weight norm limit", weightNormLimit ?? 1, .positive))
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        guard let steps = inner.direction(&batch)?.tensors() else { return }
        if weightDecay != 0 { steps.add_(batch.parameters, alpha: weightDecay) }
        let norms = batch.parameters.norms()
        steps.mul_(each: ratio(weightNormLimit.map { norms.clamp(max: $0) } ?? norms, steps.norms()))
        batch.parameters.add_(steps, alpha: -learningRate)
    }
}

/// weights / steps, and 1 where one of both is 0.
private func ratio(_ weights: Tensor, _ steps: Tensor) -> Tensor {
    Tensor.where((weights .> 0).logicalAnd(steps .> 0), weights / steps, weights.onesLike())
}

/// LAMB (You et al., arXiv 1904.00962) with bias correction, as in the paper's last version; the version that
/// over9000 measured has none, and limits the weight norm to 10.
public typealias LAMB = LayerwiseAdaptive<Adam>

extension LAMB {
    /// The paper's defaults for BERT.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-6,
        weightDecay: Double = 0.01, weightNormLimit: Double? = nil
    ) {
        self.init(
            Adam(learningRate: learningRate, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay),
            weightNormLimit: weightNormLimit)
    }
}

/// RangerLars (mgrankin/over9000): RAdam with layer-wise adaptation inside look-ahead.
///
/// Different from the published code: that divides the parameter's norm by the norm of the parameter after weight
/// decay, not of the step, which makes the ratio nearly 1; and its look-ahead does nothing at the first
/// synchronisation, since the slow weights start there.
public typealias RangerLars = LookAhead<LayerwiseAdaptive<RAdam>>

extension RangerLars {
    /// over9000's defaults.
    public init(
        learningRate: Double = 1e-3, k: Int = 6, alpha: Double = 0.5, beta1: Double = 0.9,
        beta2: Double = 0.999,
        eps: Double = 1e-8, weightDecay: Double = 0, weightNormLimit: Double? = 10
    ) {
        self.init(
            LayerwiseAdaptive(
                RAdam(
                    learningRate: learningRate, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay
                ),
                weightNormLimit: weightNormLimit),
            k: k, alpha: alpha)
    }
}

/// LARS (You, Gitman and Ginsburg, arXiv 1708.03888): SGD in which each parameter's gradient, weight decay
/// included, is first scaled by trustCoefficient |p| / (|g| + weightDecay |p| + eps), or not when a norm is 0.
///
/// The learning rate stands outside the momentum buffer, as in PyTorch's SGD; in the paper it is inside, which is
/// the same as long as it does not change.
public struct LARS: UpdateRule {
    /// As recipes and saved states call it.
    public static let name = "lars"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of the momentum buffer; at least 0 and below 1.
    public var momentum: Double
    /// Whether the step looks ahead by one momentum.
    public var nesterov: Bool
    /// How strongly weights are pulled towards 0; at least 0.
    public var weightDecay: Double
    /// How long a step may be, relative to the parameter.
    public var trustCoefficient: Double
    /// Added to the gradient's norm.
    public var eps: Double

    /// The paper's momentum and trust; timm's learning rate.
    public init(
        learningRate: Double = 1, momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0,
        trustCoefficient: Double = 1e-3, eps: Double = 1e-8
    ) {
        (self.learningRate, self.momentum, self.nesterov) = (learningRate, momentum, nesterov)
        (self.weightDecay, self.trustCoefficient, self.eps) = (weightDecay, trustCoefficient, eps)
    }

    private var descent: SGD { SGD(learningRate: learningRate, momentum: momentum, nesterov: nesterov) }
    /// What is kept of each parameter.
    public var memory: [Memory] { descent.memory }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try descent.validate()
        try check(
            Self.name, ("weight decay", weightDecay, .notNegative), ("eps", eps, .notNegative),
            ("trust coefficient", trustCoefficient, .positive))
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        let (weights, gradients) = (batch.parameters.norms(), batch.gradients.norms())
        let trust = ratio(weights * trustCoefficient, gradients + weights * weightDecay + eps)
        let scaled = batch.gradients.adding(batch.parameters, alpha: weightDecay)
        scaled.mul_(each: Tensor.where(gradients .> 0, trust, trust.onesLike()))
        batch.gradients = scaled
        descent.update(&batch)
    }
}
