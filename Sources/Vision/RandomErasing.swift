import Foundation

/// Random erasing: rectangles of random size and place are overwritten, in some of the images.
///
/// Source: Z. Zhong et al., "Random erasing data augmentation", arXiv 1708.04896; the exact procedure and the
/// defaults are timm's (`data/random_erasing.py`), but for the aspect, which is width / height here.
public struct RandomErasing: Sendable, Hashable {
    /// What erased pixels become, after normalisation.
    public enum Fill: Sendable, Hashable {
        /// Each channel of each pixel draws from the standard normal distribution: fastai's, and timm's `pixel`.
        case noise

        /// Zero, which is the mean colour of normalised images: timm's `const`.
        case zero
    }

    /// The probability that an image is changed.
    public var probability: Double

    /// The part of the image's area that is erased, within 0 ... 1.
    public var scale: ClosedRange<Double>

    /// The aspect (width / height) of a rectangle, above 0.
    public var ratio: ClosedRange<Double>

    /// The most rectangles in an image; they share the area.
    public var maxCount: Int

    /// What erased pixels become.
    public var fill: Fill

    /// Random erasing with these parameters.
    public init(
        probability: Double = 0.5, scale: ClosedRange<Double> = 0.02...1.0 / 3,
        ratio: ClosedRange<Double> = 0.3...1 / 0.3, maxCount: Int = 1, fill: Fill = .noise
    ) {
        self.probability = probability
        self.scale = scale
        self.ratio = ratio
        self.maxCount = maxCount
        self.fill = fill
    }

    /// The rectangles that are erased in an image of `width` x `height` as sample `index` in `epoch`; nothing
    /// else has a say. They may overlap.
    public func rectangles(width: Int, height: Int, seed: UInt64, epoch: Int, index: Int) -> [Rectangle] {
        var random = CounterRandom(seed: seed, epoch: epoch, index: index, purpose: .erasing)
        guard random.uniform() < probability else { return [] }
        let count = 1 + random.integer(below: maxCount)
        let area = Double(width * height) / Double(count)
        let logRatio = log(ratio.lowerBound)...log(ratio.upperBound)
        return (0..<count).compactMap { _ in
            for _ in 0..<10 {
                let targetArea = area * random.uniform(in: scale)
                let aspect = exp(random.uniform(in: logRatio))
                let w = Int((targetArea * aspect).squareRoot().rounded(.toNearestOrEven))
                let h = Int((targetArea / aspect).squareRoot().rounded(.toNearestOrEven))
                if w < width && h < height {
                    let x = random.integer(below: width - w + 1)
                    let y = random.integer(below: height - h + 1)
                    return Rectangle(x: x, y: y, width: w, height: h)
                }
            }
            return nil
        }
    }

    /// What is erased in a batch whose position b holds sample `indices[b]`, all of `width` x `height`.
    ///
    /// - Parameters:
    ///   - indices: of the samples, in the order of the batch.
    ///   - width: of each image.
    ///   - height: of each image.
    ///   - seed: of the run.
    ///   - epoch: from 0.
    ///   - workers: the threads that draw noise.
    /// - Throws: `CancellationError` when the current task is cancelled.
    public func erase(
        _ indices: [Int], width: Int, height: Int, seed: UInt64, epoch: Int, workers: Int
    ) throws -> ErasedPixels {
        let images = try mapInParallel(count: indices.count, workers: workers) { position in
            let rectangles = rectangles(
                width: width, height: height, seed: seed, epoch: epoch, index: indices[position])
            var random = CounterRandom(seed: seed, epoch: epoch, index: indices[position], purpose: .noise)
            var erased = ErasedPixels(positions: [], values: [])
            var isErased = rectangles.isEmpty ? [] : Array(repeating: false, count: width * height)
            for rectangle in rectangles {
                for y in rectangle.y..<rectangle.y + rectangle.height {
                    for pixel in y * width + rectangle.x..<y * width + rectangle.x + rectangle.width
                    where !isErased[pixel] {
                        isErased[pixel] = true
                        erased.positions.append(position * width * height + pixel)
                        for _ in 0..<3 { erased.values.append(fill == .noise ? Float(random.normal()) : 0) }
                    }
                }
            }
            return erased
        }
        return ErasedPixels(
            positions: images.flatMap(\.positions), values: images.flatMap(\.values))
    }
}

/// Pixels of a batch that are overwritten after normalisation.
public struct ErasedPixels: Sendable, Hashable {
    /// Of each pixel: (place in the batch x height + row) x width + column. Each pixel occurs once.
    public internal(set) var positions: [Int]

    /// Three channels for each pixel.
    public internal(set) var values: [Float]

    package init(positions: [Int], values: [Float]) {
        precondition(values.count == 3 * positions.count, "\(values.count) values for \(positions.count) pixels")
        (self.positions, self.values) = (positions, values)
    }
}
