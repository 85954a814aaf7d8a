import Foundation

/// The counter-based random function Philox4x32-10: four random words from a key and a counter, without any
/// state.
///
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// and its library Random123. cuRAND and PyTorch's CUDA generator use the same function.
public enum Philox4x32 {
    /// The random words of one counter value.
    ///
    /// - Parameters:
    ///   - counter: 128 bits, lowest word first.
    ///   - key: 64 bits, lowest word first.
    public static func words(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var counter = counter
        var key = key
        for _ in 0..<10 {
            let (high0, low0) = UInt32(0xD251_1F53).multipliedFullWidth(by: counter[0])
            let (high1, low1) = UInt32(0xCD9E_8D57).multipliedFullWidth(by: counter[2])
            counter = SIMD4(high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0)
            key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return counter
    }
}

/// Random numbers that depend on a seed, an epoch, an index and a purpose, and on nothing else: neither on the
/// order in which samples are prepared nor on the number of threads or machines that share the work.
///
/// A resumed run needs no saved generator, since the state of the data is (epoch, position).
public struct CounterRandom: RandomNumberGenerator, Sendable {
    /// What the numbers are for. Different purposes get independent numbers from the same seed, epoch and
    /// index.
    public struct Purpose: RawRepresentable, Hashable, Sendable {
        /// The word of the counter that tells purposes apart, below 65,536.
        public let rawValue: UInt16

        /// A purpose by its number. This module uses 0 to 4.
        public init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// Crops and flips of one sample.
        public static let augmentation = Purpose(rawValue: 0)

        /// The order of the samples in an epoch.
        public static let order = Purpose(rawValue: 1)

        /// Which images of a batch are mixed, and how much of each; the index is the batch's.
        public static let mixing = Purpose(rawValue: 2)

        /// The rectangles that are erased in one sample.
        public static let erasing = Purpose(rawValue: 3)

        /// The noise in the erased rectangles of one sample.
        public static let noise = Purpose(rawValue: 4)
    }

    private let key: SIMD2<UInt32>
    private var counter: SIMD4<UInt32>
    private var words = SIMD4<UInt32>()
    private var used = 4
    private var spareNormal: Double?

    /// The stream of numbers of one sample in one epoch.
    ///
    /// - Parameters:
    ///   - seed: the seed of the run.
    ///   - epoch: from 0, below 2^32.
    ///   - index: the sample's index in the data set, from 0, below 2^48.
    ///   - purpose: what the numbers are for.
    public init(seed: UInt64, epoch: Int, index: Int, purpose: Purpose) {
        precondition((0..<1 << 32).contains(epoch), "epoch \(epoch) is not in 0 ..< 2^32")
        precondition((0..<1 << 48).contains(index), "index \(index) is not in 0 ..< 2^48")
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        counter = SIMD4(
            0, UInt32(truncatingIfNeeded: index), UInt32(epoch),
            UInt32(purpose.rawValue) << 16 | UInt32(index >> 32))
    }

    /// The next 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if used == 4 {
            words = Philox4x32.words(counter: counter, key: key)
            counter[0] += 1
            used = 0
        }
        defer { used += 1 }
        return words[used]
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        let low = UInt64(nextWord())
        return UInt64(nextWord()) << 32 | low
    }

    /// A number uniform in [0, 1), a multiple of 2^-32.
    public mutating func uniform() -> Double {
        Double(nextWord()) * 0x1p-32
    }

    /// A number uniform in [`range.lowerBound`, `range.upperBound`).
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
    }

    /// An integer uniform in 0 ..< `bound`, without bias.
    ///
    /// Source: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29, 2019.
    public mutating func integer(below bound: Int) -> Int {
        precondition((1...1 << 32).contains(bound), "bound \(bound) is not in 1 ... 2^32")
        let bound = UInt64(bound)
        let threshold = (1 << 32) % bound
        while true {
            let product = UInt64(nextWord()) * bound
            if product & 0xFFFF_FFFF >= threshold { return Int(product >> 32) }
        }
    }
}

// MARK: Distributions

extension CounterRandom {
    /// A number uniform in (0, 1): an odd multiple of 2^-53.
    private mutating func openUniform() -> Double {
        (Double(next() >> 12) + 0.5) * 0x1p-52
    }

    /// A draw from the standard normal distribution.
    ///
    /// Source: G. Box, M. Muller, "A note on the generation of random normal deviates", 1958.
    public mutating func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        let radius = (-2 * log(openUniform())).squareRoot()
        let angle = 2 * .pi * uniform()
        spareNormal = radius * sin(angle)
        return radius * cos(angle)
    }

    /// A draw from the beta distribution with these parameters, each within 10^-300 ... 10^300.
    ///
    /// It is X / (X + Y) with X and Y from gamma distributions, and computed from their logarithms: for small
    /// parameters, as mixup has them, X and Y themselves would often both be too small for a Double.
    public mutating func beta(_ a: Double, _ b: Double) -> Double {
        precondition([a, b].allSatisfy((1e-300...1e300).contains), "a beta distribution of \(a) and \(b)")
        let (logX, logY) = (logGamma(shape: a), logGamma(shape: b))
        return 1 / (1 + exp(logY - logX))
    }

    /// The logarithm of a draw from the gamma distribution of this shape and of scale 1.
    ///
    /// Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000;
    /// their remark on shapes below 1 is taken here for the logarithm.
    private mutating func logGamma(shape: Double) -> Double {
        if shape < 1 { return logGamma(shape: shape + 1) + log(openUniform()) / shape }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if log(openUniform()) < x * x / 2 + d * (1 - v + log(v)) { return log(d) + log(v) }
        }
    }

    /// The numbers from 0 to `count` - 1 in random order, by Fisher and Yates' method.
    public mutating func permutation(count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, integer(below: last + 1))
        }
        return order
    }
}

extension Array where Element == Int {
    /// The order in which an epoch visits `count` samples: each index from 0 to `count - 1` once, shuffled with
    /// numbers that depend on `seed` and `epoch` only.
    public static func permutation(count: Int, seed: UInt64, epoch: Int) -> [Int] {
        var random = CounterRandom(seed: seed, epoch: epoch, index: 0, purpose: .order)
        return random.permutation(count: count)
    }
}
