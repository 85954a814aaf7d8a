private enum Aten {
    static let crossEntropy = Operator("aten::cross_entropy_loss")
    static let nll = Operator("aten::nll_loss")
    static let bceWithLogits = Operator("aten::binary_cross_entropy_with_logits")
    static let mse = Operator("aten::mse_loss")
    static let l1 = Operator("aten::l1_loss")
    static let smoothL1 = Operator("aten::smooth_l1_loss")
    static let klDiv = Operator("aten::kl_div")
}

/// What becomes of the losses of a batch's samples.
public enum Reduction: Int, Sendable {
    case none = 0
    case mean = 1
    case sum = 2
}

extension Tensor {
    /// Cross-entropy of logits [n, classes, ...] with class numbers [n, ...] of int64, or with probabilities of
    /// the logits' shape.
    ///
    /// With smoothing e and c classes: (1 - e) NLL + (e / c) sum of -log p (Szegedy et al., arXiv 1512.00567).
    public func crossEntropy(
        _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean, labelSmoothing: Double = 0
    ) -> Tensor {
        Aten.crossEntropy(
            .tensor(self), .tensor(target), .optional(weight), .int(reduction.rawValue), -100,
            .double(labelSmoothing))
    }

    /// Negative log-likelihood of log-probabilities [n, classes] with class numbers [n].
    public func nllLoss(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
        Aten.nll(.tensor(self), .tensor(target), nil, .int(reduction.rawValue))
    }

    /// Binary cross-entropy of logits with targets in [0, 1] of the same shape.
    public func bceWithLogits(_ target: Tensor, positiveWeight: Tensor? = nil, reduction: Reduction = .mean) -> Tensor {
        Aten.bceWithLogits(
            .tensor(self), .tensor(target), nil, .optional(positiveWeight), .int(reduction.rawValue))
    }

    /// Squared differences.
    public func mseLoss(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
        Aten.mse(.tensor(self), .tensor(target), .int(reduction.rawValue))
    }

    /// Absolute differences.
    public func l1Loss(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
        Aten.l1(.tensor(self), .tensor(target), .int(reduction.rawValue))
    }

    /// Squared differences below `beta`, absolute ones above (Girshick, arXiv 1504.08083).
    public func smoothL1Loss(_ target: Tensor, beta: Double = 1, reduction: Reduction = .mean) -> Tensor {
        Aten.smoothL1(.tensor(self), .tensor(target), .int(reduction.rawValue), .double(beta))
    }

    /// Kullback-Leibler divergence of log-probabilities from target probabilities.
    public func klDivergence(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
        Aten.klDiv(.tensor(self), .tensor(target), .int(reduction.rawValue))
    }
}
