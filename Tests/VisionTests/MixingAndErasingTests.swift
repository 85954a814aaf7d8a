import Testing

import Vision

@Suite("Beta distributions")
struct BetaTests {
    struct Case: Decodable, Sendable {
        let alpha: Double
        let points: [Double]
        let cdf: [Double]
    }

    /// Draws as training makes them: a stream for each batch.
    private static func draws(_ alpha: Double, count: Int) -> [Double] {
        (0..<count / 50).flatMap { step in
            var random = CounterRandom(seed: 17, epoch: 3, index: step, purpose: .mixing)
            return (0..<50).map { _ in random.beta(alpha, alpha) }
        }
    }

    @Test("The Kolmogorov-Smirnov distance to SciPy's distribution function is that of honest draws")
    func distribution() throws {
        let count = 20_000
        for expected in try Fixtures.records(Case.self, in: "beta.json") {
            let draws = Self.draws(expected.alpha, count: count).sorted()
            var below = 0
            var distance = 0.0
            for (point, probability) in zip(expected.points, expected.cdf) {
                while below < count && draws[below] <= point { below += 1 }
                distance = max(distance, abs(Double(below) / Double(count) - probability))
            }
            // Exceeded once in a thousand such tests: sqrt(ln(2 / 0.001) / 2 / n).
            #expect(distance < 1.95 / Double(count).squareRoot(), "alpha \(expected.alpha)")
        }
    }

    @Test("Mean and variance", arguments: [0.01, 0.1, 0.2, 0.4, 1, 2, 50])
    func moments(alpha: Double) {
        let count = 20_000
        let draws = Self.draws(alpha, count: count)
        let mean = draws.reduce(0, +) / Double(count)
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        let expected = 1 / (4 * (2 * alpha + 1))
        // Five standard deviations of the mean, and of the variance at most, since |x - 1/2| <= 1/2.
        #expect(abs(mean - 0.5) < 5 * (expected / Double(count)).squareRoot())
        #expect(abs(variance - expected) < 5 * 0.5 * (expected / Double(count)).squareRoot())
    }

    @Test("An unequal pair of parameters has its mean a / (a + b)")
    func unequal() {
        var random = CounterRandom(seed: 1, epoch: 0, index: 0, purpose: .mixing)
        let mean = (0..<20_000).reduce(0.0) { sum, _ in sum + random.beta(0.5, 1.5) } / 20_000
        let variance = 0.5 * 1.5 / (4 * 3)
        #expect(abs(mean - 0.25) < 5 * (variance / 20_000).squareRoot())
    }

    @Test("Extreme parameters give numbers within 0 ... 1", arguments: [1e-300, 1e-9, 1e9, 1e300])
    func extremes(alpha: Double) {
        #expect(Self.draws(alpha, count: 500).allSatisfy { 0 <= $0 && $0 <= 1 })
    }

    @Test("Normal draws have the moments of the standard normal distribution")
    func normal() {
        var random = CounterRandom(seed: 2, epoch: 0, index: 0, purpose: .noise)
        let draws = (0..<40_000).map { _ in random.normal() }
        // Five standard deviations: those of x, x^2, x^3 and x^4 are 1, 2, 15 and 96, square roots taken.
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
            let mean = draws.reduce(0) { sum, x in sum + (0..<power).reduce(1) { y, _ in y * x } } / 40_000
            #expect(abs(mean - expected) < 5 * (variance / 40_000).squareRoot(), "power \(power)")
        }
    }
}

@Suite("Mixup and CutMix")
struct BatchMixingTests {
    struct Box: Decodable, Sendable {
        let width: Int
        let height: Int
        let weight: Double
        let x: Int
        let y: Int
        let box: [Int]
        let left: Double
    }

    @Test("CutMix's boxes and the weights that they leave are timm's, for images of any shape")
    func boxes() throws {
        for expected in try Fixtures.records(Box.self, in: "cutmix.json") {
            let box = BatchMix.box(
                width: expected.width, height: expected.height, weight: expected.weight, centerX: expected.x,
                centerY: expected.y)
            #expect([box.x, box.y, box.width, box.height] == expected.box)
            let mix = BatchMix(partners: [0], box: box, width: expected.width, height: expected.height)
            #expect(mix.weights == [Float(expected.left)])
        }
    }

    private func mixes(_ mixing: BatchMixing, count: Int = 4000) -> [BatchMix?] {
        (0..<count).map { mixing.mix(count: 8, width: 32, height: 24, seed: 9, epoch: 2, step: $0) }
    }

    @Test("Partners are a permutation, boxes lie inside, weights within 0 ... 1")
    func invariants() {
        for mix in mixes(BatchMixing(mixup: 0.4, cutMix: 1)) {
            guard let mix else {
                Issue.record("a batch was not mixed")
                continue
            }
            #expect(mix.partners.sorted() == Array(0..<8))
            #expect(mix.weights.count == 8)
            if let box = mix.box {
                #expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= 32 && box.y + box.height <= 24)
                #expect(mix.weights == Array(repeating: Float(1 - Double(box.width * box.height) / 768), count: 8))
            } else {
                #expect(mix.weights.allSatisfy { (0.5...1).contains($0) })
                #expect(Set(mix.weights).count > 1, "each image has a weight of its own")
            }
        }
    }

    @Test("As many batches are mixed, and as many of them cut, as the probabilities say")
    func probabilities() {
        // Five standard deviations of 4000 throws with probability p: at most 5 sqrt(4000 / 4) = 158.
        let both = mixes(BatchMixing(mixup: 0.4, cutMix: 1, probability: 0.7, switchProbability: 0.25)).compactMap(
            \.self)
        #expect(abs(both.count - 2800) < 158)
        #expect(abs(both.count { $0.box != nil } - 700) < 158)
        #expect(
            mixes(BatchMixing(mixup: 0.4, switchProbability: 1)).allSatisfy { $0?.weights.count == 8 && $0?.box == nil }
        )
        #expect(mixes(BatchMixing(cutMix: 1, switchProbability: 0)).allSatisfy { $0?.box != nil })
        #expect(mixes(BatchMixing()).allSatisfy { $0 == nil })
        #expect(mixes(BatchMixing(mixup: 0.4, probability: 0)).allSatisfy { $0 == nil })
    }

    /// The larger of x and 1 - x has mean 3/4 where x is uniform; CutMix's box, before it is clipped, the mean area 1/2.
    @Test("Mixup's weights at alpha 1 are uniform above a half")
    func weights() {
        let weights = mixes(BatchMixing(mixup: 1)).flatMap { $0?.weights ?? [] }
        let mean = weights.reduce(0) { $0 + Double($1) } / Double(weights.count)
        #expect(abs(mean - 0.75) < 5 * (1.0 / 48 / Double(weights.count)).squareRoot())
    }

    @Test("A batch's mix depends on seed, epoch and step")
    func keys() {
        let mixing = BatchMixing(mixup: 0.4, cutMix: 1)
        func mix(_ seed: UInt64, _ epoch: Int, _ step: Int) -> BatchMix? {
            mixing.mix(count: 8, width: 32, height: 24, seed: seed, epoch: epoch, step: step)
        }
        #expect(mix(1, 2, 3) == mix(1, 2, 3))
        #expect(Set([mix(1, 2, 3), mix(2, 2, 3), mix(1, 3, 3), mix(1, 2, 4)]).count == 4)
    }
}

@Suite("Random erasing")
struct RandomErasingTests {
    struct Case: Decodable, Sendable {
        let width: Int
        let height: Int
        let probability: Double
        let scale: [Double]
        let ratio: [Double]
        let maxCount: Int
        let seed: UInt64
        let epoch: Int
        let index: Int
        let rectangles: [[Int]]
    }

    @Test("Rectangles are those that timm's code draws from the same numbers")
    func rectangles() throws {
        for expected in try Fixtures.records(Case.self, in: "erasing.json") {
            let erasing = RandomErasing(
                probability: expected.probability, scale: expected.scale[0]...expected.scale[1],
                ratio: expected.ratio[0]...expected.ratio[1], maxCount: expected.maxCount)
            let rectangles = erasing.rectangles(
                width: expected.width, height: expected.height, seed: expected.seed, epoch: expected.epoch,
                index: expected.index)
            #expect(rectangles.map { [$0.x, $0.y, $0.width, $0.height] } == expected.rectangles, "\(expected)")
        }
    }

    @Test("A batch's erased pixels are those of its samples' rectangles, each once, on any number of threads")
    func pixels() throws {
        let erasing = RandomErasing(probability: 0.7, scale: 0.1...0.5, maxCount: 3)
        let indices = [5, 0, 99, 7, 7]
        let (width, height) = (13, 9)
        let erased = try erasing.erase(indices, width: width, height: height, seed: 4, epoch: 1, workers: 3)
        var expected: Set<Int> = []
        for (position, index) in indices.enumerated() {
            for box in erasing.rectangles(width: width, height: height, seed: 4, epoch: 1, index: index) {
                for y in box.y..<box.y + box.height {
                    for x in box.x..<box.x + box.width {
                        expected.insert((position * height + y) * width + x)
                    }
                }
            }
        }
        #expect(!expected.isEmpty)
        #expect(erased.positions.count == expected.count && Set(erased.positions) == expected)
        #expect(erased.values.count == 3 * expected.count && Set(erased.values).count > expected.count)
        #expect(try erased == erasing.erase(indices, width: width, height: height, seed: 4, epoch: 1, workers: 1))
        // The same sample twice in a batch: the same pixels.
        let area = width * height
        let last = erased.positions.filter { $0 >= 4 * area }.map { $0 - area }
        #expect(last == erased.positions.filter { 3 * area..<4 * area ~= $0 })
    }

    @Test("Pixels filled with zero are the same pixels")
    func zeros() throws {
        let noise = try RandomErasing(probability: 1).erase(
            [0, 1], width: 20, height: 20, seed: 0, epoch: 0, workers: 1)
        let zeros = try RandomErasing(probability: 1, fill: .zero).erase(
            [0, 1], width: 20, height: 20, seed: 0, epoch: 0, workers: 1)
        #expect(zeros.positions == noise.positions && zeros.values.allSatisfy { $0 == 0 })
    }
}
