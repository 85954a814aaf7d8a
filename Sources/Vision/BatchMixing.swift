/// Mixup and CutMix: training on images that are made of two, with labels made of both.
///
/// - Mixup blends the whole image with another, with weights of its own for each image of a batch. H. Zhang et
///   al., "mixup: Beyond empirical risk minimization", arXiv 1710.09412; in fastai's form
///   (`callback/mixup.py`): the larger weight is the image's own.
/// - CutMix puts a rectangle of another image into it, the same rectangle for a whole batch. S. Yun et al.,
///   "CutMix: Regularization strategy to train strong classifiers with localizable features", arXiv 1905.04899;
///   sizes are rounded as timm does (`data/mixup.py`).
///
/// When both are named, each batch takes one of them, as in timm.
public struct BatchMixing: Sendable, Hashable {
    /// The parameter of mixup's beta distribution; nil is no mixup.
    public var mixup: Double?

    /// The parameter of CutMix's beta distribution; nil is no CutMix.
    public var cutMix: Double?

    /// The probability that a batch is mixed at all.
    public var probability: Double

    /// The probability of CutMix for a mixed batch, where both are named.
    public var switchProbability: Double

    /// Mixing with these parameters.
    public init(
        mixup: Double? = nil, cutMix: Double? = nil, probability: Double = 1, switchProbability: Double = 0.5
    ) {
        self.mixup = mixup
        self.cutMix = cutMix
        self.probability = probability
        self.switchProbability = switchProbability
    }

    /// How batch `step` of `epoch` is mixed, `count` images of `width` x `height`; nothing else has a say. Nil
    /// when it is not.
    public func mix(count: Int, width: Int, height: Int, seed: UInt64, epoch: Int, step: Int) -> BatchMix? {
        var random = CounterRandom(seed: seed, epoch: epoch, index: step, purpose: .mixing)
        guard random.uniform() < probability else { return nil }
        let isCut = random.uniform() < (mixup == nil ? 1 : cutMix == nil ? 0 : switchProbability)
        guard let alpha = isCut ? cutMix : mixup else { return nil }
        let partners = random.permutation(count: count)
        guard isCut else {
            let weights = (0..<count).map { _ in
                let weight = random.beta(alpha, alpha)
                return Float(max(weight, 1 - weight))
            }
            return BatchMix(partners: partners, weights: weights)
        }
        let weight = random.beta(alpha, alpha)
        let (y, x) = (random.integer(below: height), random.integer(below: width))
        let box = BatchMix.box(width: width, height: height, weight: weight, centerX: x, centerY: y)
        return BatchMix(partners: partners, box: box, width: width, height: height)
    }
}

/// How the images of one batch are mixed: image i with image `partners[i]`.
public struct BatchMix: Sendable, Hashable {
    /// A permutation of the batch.
    public let partners: [Int]

    /// How much of each image's label is its own, 0 ... 1; the rest is its partner's. Without a box, this holds
    /// for the pixels, too.
    public let weights: [Float]

    /// The pixels that come from the partner (CutMix); nil when all are blended (mixup).
    public let box: Rectangle?

    /// Mixup: each image with weight `weights[i]` and its partner with the rest.
    public init(partners: [Int], weights: [Float]) {
        precondition(partners.count == weights.count, "\(weights.count) weights for \(partners.count) images")
        (self.partners, self.weights, box) = (partners, weights, nil)
    }

    /// CutMix: the pixels in `box`, inside images of `width` x `height`, are the partner's. The weight of the
    /// image's own label is the part of its area that is left.
    public init(partners: [Int], box: Rectangle, width: Int, height: Int) {
        let left = 1 - Double(box.width * box.height) / Double(width * height)
        (self.partners, self.box) = (partners, box)
        weights = Array(repeating: Float(left), count: partners.count)
    }

    /// CutMix's box: of sides sqrt(1 - `weight`) times the image's, around a pixel of it, clipped at its border.
    public static func box(width: Int, height: Int, weight: Double, centerX: Int, centerY: Int) -> Rectangle {
        let part = (1 - weight).squareRoot()
        let (w, h) = (Int(Double(width) * part), Int(Double(height) * part))
        let (left, top) = (max(centerX - w / 2, 0), max(centerY - h / 2, 0))
        let (right, bottom) = (min(centerX + (w + 1) / 2, width), min(centerY + (h + 1) / 2, height))
        return Rectangle(x: left, y: top, width: right - left, height: bottom - top)
    }
}
