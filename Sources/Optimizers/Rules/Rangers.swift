import Torch

/// Ranger (lessw2020/Ranger-Deep-Learning-Optimizer, ranger.py 20.4.11): RAdam with gradient centralization and
/// decoupled decay, inside look-ahead.
///
/// Per parameter, in this order: centralization, moments, decay, step; then look-ahead. Different from the
/// published file: centralization can be switched off (there, `use_gc` is ignored), every setting is the
/// group's own, slow weights are kept in fp32. ranger2020.py's decay, which is scaled with the step, is not
/// offered. Best with a flat learning rate for about 72 % of the run and then a cosine
/// (``Schedule/flatAndAnneal(start:momenta:)``).
public typealias Ranger = LookAhead<RAdam>

extension Ranger {
    /// lessw2020's defaults.
    public init(
        learningRate: Double = 1e-3, k: Int = 6, alpha: Double = 0.5, beta1: Double = 0.95,
        beta2: Double = 0.999,
        eps: Double = 1e-5, weightDecay: Double = 0, threshold: Double = 5,
        centralization: GradientCentralization = .all
    ) {
        self.init(
            RAdam(
                learningRate: learningRate, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay,
                threshold: threshold, centralization: centralization),
            k: k, alpha: alpha)
    }
}

/// RangerQH (lessw2020, rangerqh.py), with which the thread's record was set: QHAdam inside look-ahead. It has
/// no rectification and no centralization.
///
/// Different from the published file: gradients are not changed in place, k and alpha are saved and may differ
/// between groups. Its docstring calls the default nus (1, 1); they are (0.7, 1).
public typealias RangerQH = LookAhead<QHAdam>

extension RangerQH {
    /// lessw2020's defaults.
    public init(
        learningRate: Double = 1e-3, k: Int = 6, alpha: Double = 0.5, beta1: Double = 0.9,
        beta2: Double = 0.999,
        nu1: Double = 0.7, nu2: Double = 1, eps: Double = 1e-8, weightDecay: Double = 0,
        decay: WeightDecay = .l2
    ) {
        self.init(
            QHAdam(
                learningRate: learningRate, beta1: beta1, beta2: beta2, nu1: nu1, nu2: nu2, eps: eps,
                weightDecay: weightDecay, decay: decay),
            k: k, alpha: alpha)
    }
}
