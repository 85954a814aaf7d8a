import Torch

/// A loss that compares a classifier's logits with classes, or with probabilities of classes.
public struct ClassificationLoss: Sendable {
    /// How logits are compared.
    public enum Kind: Sendable, Equatable {
        /// The cross-entropy of the softmax.
        case crossEntropy

        /// The binary cross-entropy of each class's sigmoid, by itself (R. Wightman et al., "ResNet strikes back",
        /// arXiv 2110.00476): the mean over the classes, or their sum.
        case binaryCrossEntropy(sumsClasses: Bool)
    }

    private let kind: Kind
    private let labelSmoothing: Double

    /// - Parameters:
    ///   - kind: how logits are compared.
    ///   - labelSmoothing: the part of the target's probability that is spread over all classes, 0 ..< 1
    ///     (C. Szegedy et al., arXiv 1512.00567).
    public init(_ kind: Kind = .crossEntropy, labelSmoothing: Double = 0) {
        precondition((0..<1).contains(labelSmoothing), "label smoothing \(labelSmoothing) is not in 0 ..< 1")
        self.kind = kind
        self.labelSmoothing = labelSmoothing
    }

    /// The loss of a batch.
    ///
    /// Both losses are linear in the target, so that a mixed label's loss is the mixture of the labels' losses;
    /// and mixing and smoothing labels commute.
    ///
    /// - Parameters:
    ///   - logits: [n, classes]; half-precision ones are taken to fp32 first.
    ///   - targets: the class numbers [n] of type int64, or the classes' probabilities [n, classes] before
    ///     smoothing.
    ///   - reduction: what becomes of the n losses.
    public func callAsFunction(_ logits: Tensor, _ targets: Tensor, reduction: Reduction = .mean) -> Tensor {
        let logits = logits.dtype.size < 4 ? logits.to(dtype: .float32) : logits
        switch kind {
        case .crossEntropy:
            return logits.crossEntropy(targets, reduction: reduction, labelSmoothing: labelSmoothing)
        case .binaryCrossEntropy(let sumsClasses):
            let classes = logits.shape.last ?? 1
            let probabilities = targets.dtype == .int64 ? targets.oneHot(classes: classes) : targets
            let smoothed =
                probabilities.to(dtype: logits.dtype) * (1 - labelSmoothing) + labelSmoothing / Double(classes)
            let each = logits.bceWithLogits(smoothed, reduction: .none)
            let losses = sumsClasses ? each.sum(dim: 1) : each.mean(dim: 1)
            switch reduction {
            case .none: return losses
            case .mean: return losses.mean()
            case .sum: return losses.sum()
            }
        }
    }
}
