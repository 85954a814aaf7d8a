import Foundation

/// What Tests/Reference/statistics_vectors.py computed with SciPy.
struct Reference: Decodable {
    struct Values: Decodable {
        let name: String
        let parameters: [Double]
        let points: [Double]
        let cumulative: [Double]
        let survival: [Double]
        let probabilities: [Double]
        let quantiles: [Double]
    }
    struct BayesMVS: Decodable {
        let values: [Double]
        let level: Double
        /// Centre, lower and upper bound; an infinite centre is null.
        let mean, variance, standardDeviation: [Double?]
    }
    struct Welch: Decodable {
        let a, b: [Double]
        let level, t, p, degreesOfFreedom: Double
        let interval: [Double]
        let cohensD, superiority, probabilityBetter, margin, probabilityWithin: Double
    }
    struct Power: Decodable {
        let runs: Int
        let difference, sd, significance, power: Double
    }
    struct RunsNeeded: Decodable {
        let sd, difference: Double
        let runs: Int
    }
    struct Jeffreys: Decodable {
        let successes, trials: Int
        let lower, upper: Double
    }

    let distributions: [Values]
    let bayesMVS: [BayesMVS]
    let welch: [Welch]
    let power: [Power]
    let runsNeeded: [RunsNeeded]
    let jeffreys: [Jeffreys]

    static func load() throws -> Reference {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Reference/statistics.json")
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    }
}

/// Whether two numbers agree to `tolerance`, relative for numbers beyond 1 and absolute below.
func agree(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    a == b || abs(a - b) <= tolerance * max(1, abs(a), abs(b))
}

/// Whether two numbers agree to `tolerance`, relative to the larger.
func agreeRelatively(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    a == b || abs(a - b) <= tolerance * max(abs(a), abs(b))
}

/// SplitMix64 (Steele, Lea and Flood 2014), so that simulations are the same everywhere.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A standard normal number by Box and Muller.
    mutating func normal() -> Double {
        let radius = (-2 * log(Double.random(in: Double.leastNormalMagnitude..<1, using: &self))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }

    mutating func normals(_ count: Int, mean: Double = 0, sd: Double = 1) -> [Double] {
        (0..<count).map { _ in mean + sd * normal() }
    }
}
