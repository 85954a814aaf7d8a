import Statistics
import TestSupport
import Testing

/// An interval's promise, checked by simulation: of 10,000 intervals, 94 to 96 % cover the truth.
@Suite struct CoverageTests {
    let trials = 10_000

    @Test(arguments: [2, 5]) func theMeansIntervalCovers(n: Int) throws {
        var random = SplitMix64(state: 100 + UInt64(n))
        var covered = 0
        for _ in 0..<trials {
            let interval = try bayesMVS(Sample(random.normals(n, mean: 0.9, sd: 0.01))).mean.interval
            if interval.contains(0.9) { covered += 1 }
        }
        #expect((0.94...0.96).contains(Double(covered) / Double(trials)))
    }

    @Test(arguments: [(5, 5, 1.0), (5, 10, 3.0)])
    func welchsIntervalCovers(first: Int, second: Int, sd: Double) throws {
        var random = SplitMix64(state: 200 + UInt64(first))
        var covered = 0
        for _ in 0..<trials {
            let test = try WelchTest(
                Sample(random.normals(first, mean: 2)), Sample(random.normals(second, mean: 1, sd: sd)))
            if try test.interval().contains(1) { covered += 1 }
        }
        #expect((0.94...0.96).contains(Double(covered) / Double(trials)))
    }

    /// Between recipes that do not differ, at most 5 % of the verdicts call one better.
    @Test func verdictsOnEqualRecipesSeldomClaimADifference() throws {
        var random = SplitMix64(state: 300)
        var claims = 0
        let trials = 2000
        for _ in 0..<trials {
            let verdict = try Verdict(
                random.normals(5, mean: 0.9, sd: 0.005), named: "a",
                against: random.normals(5, mean: 0.9, sd: 0.005), named: "b")
            if verdict.outcome == .firstIsBetter || verdict.outcome == .secondIsBetter { claims += 1 }
        }
        // 5 % and three standard errors of the simulation.
        #expect(Double(claims) / Double(trials) < 0.065)
    }
}
