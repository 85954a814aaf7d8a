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
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/statistics.json")
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
