import Foundation
import Statistics
import TestSupport
import Testing

@Suite struct VerdictTests {
    let high = [0.8767, 0.8726, 0.8683, 0.8749, 0.8792]
    let low = [0.861, 0.869, 0.864, 0.860, 0.866]

    func verdict(_ a: [Double], _ b: [Double], margin: Double = 0.002) throws -> Verdict {
        try Verdict(a, named: "mish", against: b, named: "relu", margin: margin)
    }

    @Test func aClearDifferenceIsCalledBetterFromBothSides() throws {
        let forwards = try verdict(high, low)
        #expect(forwards.outcome == .firstIsBetter)
        #expect(!forwards.isProvisional)
        #expect(agree(forwards.interval!.lower, 0.0046061573148))
        #expect(forwards.text.hasPrefix("mish is better than relu: 87.43 % (mish, 5 runs) against 86.40 %"))
        #expect(forwards.text.contains("a difference of 1.03 points (95 % interval +0.46 to +1.61)"))

        let backwards = try verdict(low, high)
        #expect(backwards.outcome == .secondIsBetter)
        #expect(backwards.headline == "relu is better than mish")
        #expect(backwards.numbers.contains("87.43 % (relu, 5 runs) against 86.40 % (mish, 5 runs)"))
        #expect(backwards.numbers.contains("+0.46 to +1.61"))
    }

    @Test func noiseIsNotSeparableAndSaysWhatWouldBeNeeded() throws {
        let verdict = try verdict([0.90, 0.91, 0.92, 0.93, 0.94], [0.90, 0.91, 0.92, 0.925, 0.935])
        #expect(verdict.outcome == .notSeparable)
        let sd = ((pow(verdict.first.sd!, 2) + pow(verdict.second.sd!, 2)) / 2).squareRoot()
        let runs = try runsNeeded(difference: verdict.difference, standardDeviation: sd)
        #expect(verdict.runsNeeded == runs)
        #expect(verdict.text.contains("about \(runs!) runs of each"))
    }

    @Test func aSmallDifferenceKnownWellIsPracticallyEquivalent() throws {
        var random = SplitMix64(state: 1)
        let a = random.normals(40, mean: 0.9, sd: 0.001)
        let b = a.map { $0 + 0.001 }
        #expect(try verdict(a, b).outcome == .practicallyEquivalent)
        // Without a margin the same runs tell which is better.
        #expect(try verdict(a, b, margin: 0).outcome == .secondIsBetter)
    }

    @Test func fewRunsAreProvisionalAndOneRunIsNoEvidence() throws {
        #expect(try verdict(Array(high.prefix(3)), low).isProvisional)
        #expect(try verdict(Array(high.prefix(3)), low).text.contains("Provisional"))
        let single = try verdict([0.99], low)
        #expect(single.outcome == .notSeparable)
        #expect(single.interval == nil && single.p == nil && single.probabilityBetter == nil)
        #expect(single.text.contains("One run of mish says nothing about the spread"))
    }

    @Test func runsThatDoNotVaryAreReported() throws {
        let verdict = try verdict([0.9, 0.9, 0.9], [0.8, 0.8, 0.8])
        #expect(verdict.outcome == .firstIsBetter)
        #expect(verdict.probabilityBetter == 1)
        #expect(verdict.cohensD == nil)
        #expect(verdict.text.contains("All 3 runs of mish gave the same accuracy"))
        #expect(try self.verdict([0.9, 0.9], [0.9, 0.9]).outcome == .practicallyEquivalent)
    }

    @Test func aCorrectedPValueDecidesAndRaisesTheRunsNeeded() throws {
        let alone = try verdict(high, low)
        let corrected = try Verdict(high, named: "mish", against: low, named: "relu", correctedP: 0.06)
        #expect(corrected.outcome == .notSeparable)
        #expect(corrected.runsNeeded! > alone.runsNeeded!)
    }

    @Test func unusableAccuraciesAreRefused() {
        #expect(throws: StatisticsError.tooFewValues(needed: 1, got: 0)) { try verdict([], low) }
        #expect(throws: StatisticsError.self) { try verdict([87.67], low) }
        #expect(throws: StatisticsError.self) { try verdict([0.9, .nan], low) }
        #expect(throws: StatisticsError.self) { try verdict(high, low, margin: -0.1) }
    }

    /// Every verdict is plain JSON: numbers stay finite whatever the runs.
    @Test func everyVerdictSurvivesJSON() throws {
        let pairs = [
            (high, low), ([0.9], [0.8]), ([0.9, 0.9], [0.8, 0.8]), ([0, 1], [1, 0]), ([0, 0], [0, 0]),
        ]
        for (a, b) in pairs {
            let verdict = try verdict(a, b)
            let data = try JSONEncoder().encode(verdict)
            #expect(try JSONDecoder().decode(Verdict.self, from: data) == verdict)
        }
    }

    @Test func probabilitiesAreNeverRoundedToCertainty() {
        #expect(Verdict.probabilityText(0.9999) == "> 0.999")
        #expect(Verdict.probabilityText(0.00001) == "< 0.001")
        #expect(Verdict.probabilityText(0.95349) == "0.953")
    }
}
