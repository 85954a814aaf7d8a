import Foundation

/// A rectangle of whole pixels; the origin is the top left corner.
public struct Rectangle: Sendable, Hashable {
    /// The column of the left edge.
    public var x: Int

    /// The row of the top edge.
    public var y: Int

    /// Columns.
    public var width: Int

    /// Rows.
    public var height: Int

    /// A rectangle; without a position it lies at the origin.
    public init(x: Int = 0, y: Int = 0, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// Whether `other` is not empty and lies wholly inside this rectangle.
    public func contains(_ other: Rectangle) -> Bool {
        other.width > 0 && other.height > 0 && other.x >= x && other.y >= y
            && other.x + other.width <= x + width && other.y + other.height <= y + height
    }

    /// The size at which the shorter side is `length` and the aspect is kept, as torchvision's `Resize` has it:
    /// the longer side is truncated to whole pixels.
    func withShortestSide(_ length: Int) -> Rectangle {
        width <= height
            ? Rectangle(width: length, height: length * height / width)
            : Rectangle(width: length * width / height, height: length)
    }

    /// The rectangle of the given size in the middle of this one, as `torchvision`'s `CenterCrop` places it:
    /// halves are rounded to even.
    fileprivate func center(width: Int, height: Int) -> Rectangle {
        Rectangle(
            x: x + Int((Double(self.width - width) / 2).rounded(.toNearestOrEven)),
            y: y + Int((Double(self.height - height) / 2).rounded(.toNearestOrEven)),
            width: width, height: height)
    }
}

/// What of an image is seen, and how large: `crop` is cut out of the image and resized to `resizedWidth` x
/// `resizedHeight`; `window` is cut out of that; and it may be flipped.
///
/// Every way to prepare an image, for training as for validation, is such a view. It holds no pixels, so
/// that the same view can be rendered on any device.
public struct ImageView: Sendable, Hashable {
    /// The part of the image that is resized.
    public let crop: Rectangle

    /// The width that the crop is resized to.
    public let resizedWidth: Int

    /// The height that the crop is resized to.
    public let resizedHeight: Int

    /// The part of the resized crop that is kept.
    public let window: Rectangle

    /// Whether left and right are exchanged in the end.
    public let isFlipped: Bool

    /// The width of the result.
    public var width: Int { window.width }

    /// The height of the result.
    public var height: Int { window.height }

    /// A view; without a `window` the whole resized crop is kept.
    public init(
        crop: Rectangle, resizedWidth: Int, resizedHeight: Int, window: Rectangle? = nil,
        isFlipped: Bool = false
    ) {
        let whole = Rectangle(width: resizedWidth, height: resizedHeight)
        let window = window ?? whole
        precondition(whole.contains(window), "\(window) is not inside \(resizedWidth) x \(resizedHeight)")
        self.crop = crop
        self.resizedWidth = resizedWidth
        self.resizedHeight = resizedHeight
        self.window = window
        self.isFlipped = isFlipped
    }
}

/// How images are prepared for validation: deterministic, each image whole but for its borders.
public enum EvaluationTransform: Sendable, Hashable {
    /// The shorter side becomes `shortestSide`, the aspect is kept, and a square of `size` is cut from the
    /// middle: `Resize(shortestSide)` and `CenterCrop(size)` of torchvision. The thread's recipe has
    /// `size + 32`.
    case resizeAndCrop(size: Int, shortestSide: Int)

    /// The image becomes a square of `resizedTo` whatever its aspect was, and a square of `size` is cut from
    /// the middle, as fastai's `RandomResizedCrop` does in validation.
    case squishAndCrop(size: Int, resizedTo: Int)

    /// The view of an image of `width` x `height`. What the image is resized to must not be smaller than `size`.
    public func view(width: Int, height: Int) -> ImageView {
        let size: Int
        let resized: Rectangle
        switch self {
        case .resizeAndCrop(let outputSize, let shortestSide):
            size = outputSize
            resized = Rectangle(width: width, height: height).withShortestSide(shortestSide)
        case .squishAndCrop(let outputSize, let resizedTo):
            size = outputSize
            resized = Rectangle(width: resizedTo, height: resizedTo)
        }
        return ImageView(
            crop: Rectangle(width: width, height: height),
            resizedWidth: resized.width, resizedHeight: resized.height,
            window: resized.center(width: size, height: size))
    }
}

/// How images are prepared for training: a random part of the image, resized to a square and flipped at random.
public struct TrainingTransform: Sendable, Hashable {
    /// Which part of an image is kept.
    public enum Crop: Sendable, Hashable {
        /// A part of random area and aspect: torchvision's `RandomResizedCrop`.
        ///
        /// `scale` is the part of the image's area, within (0, 1]; `ratio` is the aspect (width / height), above
        /// 0. The defaults are torchvision's but for `scale`, which is the thread's.
        ///
        /// Source: C. Szegedy et al., "Going deeper with convolutions", 2014; the exact procedure is
        /// torchvision's (`transforms/transforms.py`, `RandomResizedCrop.get_params`).
        case randomResized(scale: ClosedRange<Double> = 0.35...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3)

        /// The largest square, at a random place along the longer side: fastai's `Resize`.
        case square
    }

    /// The width and height of the result.
    public var size: Int

    /// The random crop; nil keeps the whole image, stretched to the square.
    public var crop: Crop?

    /// The probability of a horizontal flip.
    public var flipProbability: Double

    /// A transform to squares of `size`.
    public init(size: Int, crop: Crop? = .randomResized(), flipProbability: Double = 0.5) {
        self.size = size
        self.crop = crop
        self.flipProbability = flipProbability
    }

    /// The view of an image of `width` x `height` as sample `index` in `epoch`; nothing else has a say.
    public func view(width: Int, height: Int, seed: UInt64, epoch: Int, index: Int) -> ImageView {
        var random = CounterRandom(seed: seed, epoch: epoch, index: index, purpose: .augmentation)
        let isFlipped = random.uniform() < flipProbability
        return ImageView(
            crop: crop?.rectangle(width: width, height: height, random: &random)
                ?? Rectangle(width: width, height: height),
            resizedWidth: size, resizedHeight: size, isFlipped: isFlipped)
    }
}

extension TrainingTransform.Crop {
    fileprivate func rectangle(width: Int, height: Int, random: inout CounterRandom) -> Rectangle {
        switch self {
        case .randomResized(let scale, let ratio):
            return randomPart(width: width, height: height, scale: scale, ratio: ratio, random: &random)
                ?? largestPart(width: width, height: height, ratio: ratio)
        case .square:
            let side = min(width, height)
            let start = random.integer(below: max(width, height) - side + 1)
            return Rectangle(
                x: width > height ? start : 0, y: width > height ? 0 : start, width: side, height: side)
        }
    }
}

/// A part of random area, aspect and place; nil when ten in a row do not fit into the image.
private func randomPart(
    width: Int, height: Int, scale: ClosedRange<Double>, ratio: ClosedRange<Double>, random: inout CounterRandom
) -> Rectangle? {
    let area = Double(width * height)
    let logRatio = log(ratio.lowerBound)...log(ratio.upperBound)
    for _ in 0..<10 {
        let targetArea = area * random.uniform(in: scale)
        let aspect = exp(random.uniform(in: logRatio))
        let w = Int((targetArea * aspect).squareRoot().rounded(.toNearestOrEven))
        let h = Int((targetArea / aspect).squareRoot().rounded(.toNearestOrEven))
        if (1...width).contains(w) && (1...height).contains(h) {
            let y = random.integer(below: height - h + 1)
            let x = random.integer(below: width - w + 1)
            return Rectangle(x: x, y: y, width: w, height: h)
        }
    }
    return nil
}

/// The largest part with an allowed aspect, in the middle.
private func largestPart(width: Int, height: Int, ratio: ClosedRange<Double>) -> Rectangle {
    let aspect = Double(width) / Double(height)
    var w = width
    var h = height
    if aspect < ratio.lowerBound {
        h = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if aspect > ratio.upperBound {
        w = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    // A picture of a pixel or two a side can round to nothing.
    w = max(w, 1)
    h = max(h, 1)
    return Rectangle(x: (width - w) / 2, y: (height - h) / 2, width: w, height: h)
}
