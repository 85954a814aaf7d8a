import Foundation
import Torch

/// AMSGrad with a softplus around the denominator (Tong, Liang and Bi, "Calibrating the adaptive learning rate",
/// arXiv 1908.00700): p <- p - lr (sqrt(1 - beta2^t) / (1 - beta1^t)) m / softplus(sqrt(max v)).
public struct SAMSGrad: UpdateRule {
    /// As recipes and saved states call it.
    public static let name = "samsgrad"
    /// How far a step goes; at least 0.
    public var learningRate: Double
    /// The decay rate of m, the running average of gradients.
    public var beta1: Double
    /// The decay rate of v, the running average of their squares.
    public var beta2: Double
    /// Added to the denominator when there is no softplus.
    public var eps: Double
    /// How strongly weights are pulled towards 0; at least 0.
    public var weightDecay: Double
    /// How weight decay acts.
    public var decay: WeightDecay
    /// Whether the largest v so far is taken (Reddi, Kale and Kumar, 2018).
    public var amsgrad: Bool
    /// The softplus's sharpness; 0 for none.
    public var softplus: Double
    /// What v averages.
    public var secondMoment: SecondMoment

    /// What the second moment averages.
    public enum SecondMoment: String, Sendable, Codable, CaseIterable {
        /// Squares; the denominator is their root.
        case square
        /// Absolute values, which are the denominator.
        case absolute
    }

    /// The defaults of lessw2020's ranger913A.py.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.95, beta2: Double = 0.999, eps: Double = 1e-5,
        weightDecay: Double = 0, decay: WeightDecay = .decoupled, amsgrad: Bool = true, softplus: Double = 50,
        secondMoment: SecondMoment = .square
    ) {
        (self.learningRate, self.beta1, self.beta2, self.eps) = (learningRate, beta1, beta2, eps)
        (self.weightDecay, self.decay, self.amsgrad) = (weightDecay, decay, amsgrad)
        (self.softplus, self.secondMoment) = (softplus, secondMoment)
    }

    /// ``beta1``, under the name by which schedules set it.
    public var momentum: Double {
        get { beta1 }
        set { beta1 = newValue }
    }
    /// What is kept of each parameter.
    public var memory: [Memory] { .moments + (amsgrad ? [Memory("max_exp_avg_sq")] : []) }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try check(
            Self.name, ("learning rate", learningRate, .notNegative), ("beta1", beta1, .decayRate),
            ("beta2", beta2, .decayRate), ("eps", eps, .notNegative),
            ("weight decay", weightDecay, .notNegative), ("softplus", softplus, .notNegative))
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) {
        batch.decay(weightDecay, decay, learningRate: learningRate)
        var v = batch.memory("exp_avg_sq")
        let m = batch.memory("exp_avg")
        m.average_(batch.gradients, rate: beta1)
        switch secondMoment {
        case .square: v.averageSquare_(batch.gradients, rate: beta2)
        case .absolute: v.average_(batch.gradients.map { $0.abs() }, rate: beta2)
        }
        if amsgrad {
            let largest = batch.memory("max_exp_avg_sq")
            largest.maximum_(v)
            v = largest
        }
        var denominators = secondMoment == .square ? v.sqrt() : v.multiplied(by: 1)
        if softplus != 0 {
            denominators = denominators.softplus(beta: softplus)
        } else {
            denominators.add_(eps)
        }
        let scale = (1 - pow(beta2, Double(batch.step))).squareRoot() / (1 - pow(beta1, Double(batch.step)))
        batch.descend(
            Direction(numerators: m, denominators: denominators, scale: scale), learningRate: learningRate)
    }
}

/// RangerVA (lessw2020, ranger913A.py): SAMSGrad inside look-ahead.
///
/// Different from the published file: there v is averaged twice in a step, and without softplus the learning rate
/// counts twice. Its rectification threshold has no effect and is left out.
public typealias RangerVA = LookAhead<SAMSGrad>

extension RangerVA {
    /// lessw2020's defaults.
    public init(
        learningRate: Double = 1e-3, k: Int = 6, alpha: Double = 0.5, beta1: Double = 0.95,
        beta2: Double = 0.999,
        eps: Double = 1e-5, weightDecay: Double = 0, amsgrad: Bool = true, softplus: Double = 50,
        secondMoment: SAMSGrad.SecondMoment = .square
    ) {
        self.init(
            SAMSGrad(
                learningRate: learningRate, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay,
                amsgrad: amsgrad, softplus: softplus, secondMoment: secondMoment),
            k: k, alpha: alpha)
    }
}
