import Statistics
import TestSupport
import Testing

@Suite struct ComparisonTests {
    @Test func welchAgreesWithSciPy() throws {
        for reference in try Reference.load().welch {
            let a = try Sample(reference.a)
            let b = try Sample(reference.b)
            let test = try WelchTest(a, b)
            #expect(agree(test.t, reference.t))
            #expect(agree(test.p, reference.p))
            #expect(agree(test.degreesOfFreedom, reference.degreesOfFreedom))
            let interval = try test.interval(level: reference.level)
            #expect(agree(interval.lower, reference.interval[0]))
            #expect(agree(interval.upper, reference.interval[1]))
            #expect(agree(try cohensD(a, b), reference.cohensD))
            #expect(agree(probabilityOfSuperiority(a, b), reference.superiority))
            let posterior = try MeanDifferencePosterior(a, b)
            #expect(agree(posterior.probability(above: 0), reference.probabilityBetter))
            #expect(agree(try posterior.probability(within: reference.margin), reference.probabilityWithin))
        }
    }

    @Test func publishedWelchVector() throws {
        let test = try WelchTest(
            Sample([87.67, 87.26, 86.83, 87.49, 87.92]), Sample([86.1, 86.9, 86.4, 86.0, 86.6]))
        #expect(agree(test.t, 4.169287050384374))
        #expect(agree(test.p, 0.0032283935177391714))
        #expect(agree(test.degreesOfFreedom, 7.882604382968195))
        #expect(agree(try test.interval().lower, 0.46061573148))
        #expect(agree(try test.interval().upper, 1.60738426852))
    }

    @Test func samplesWithoutSpreadHaveDefinedAnswers() throws {
        let low = try Sample([0.5, 0.5])
        let high = try Sample([0.6, 0.6, 0.6])
        let same = try WelchTest(low, low)
        #expect(same.t == 0 && same.p == 1)
        #expect(try same.interval() == Interval(lower: 0, upper: 0))
        let different = try WelchTest(low, high)
        #expect(different.t == -.infinity && different.p == 0)
        #expect(try cohensD(low, low) == 0)
        #expect(try cohensD(low, high) == -.infinity)
        #expect(try MeanDifferencePosterior(low, low).probability(above: 0) == 0.5)
        #expect(try MeanDifferencePosterior(low, high).probability(above: 0) == 0)

        // One side without spread: the other's t distribution decides, on whichever side it stands.
        let spread = try Sample([0.5, 0.7])
        let p = try MeanDifferencePosterior(spread, low).probability(above: 0)
        #expect(agree(p, Distribution.studentT(degreesOfFreedom: 1).cumulative(1)))
        #expect(agree(try MeanDifferencePosterior(low, spread).probability(above: 0), 1 - p))
    }

    @Test func oneRunCannotBeTested() throws {
        let one = try Sample([0.9])
        let many = try Sample([0.8, 0.85, 0.9])
        let tooFew = StatisticsError.tooFewValues(needed: 2, got: 1)
        #expect(throws: tooFew) { try WelchTest(one, many) }
        #expect(throws: tooFew) { try WelchTest(many, one) }
        #expect(throws: tooFew) { try MeanDifferencePosterior(one, many) }
        #expect(throws: tooFew) { try cohensD(many, one) }
    }

    /// The difference of two Cauchy variables of scales a and b is Cauchy of scale a + b.
    @Test func twoRunsEachGiveCauchyPosteriors() throws {
        for (a, b, shift) in [(0.1, 0.1, 0.05), (0.001, 0.1, 3.0), (1.0, 1e-6, 0.7), (0.2, 0.3, -40.0)] {
            // Values m - a and m + a have the standard error a.
            let first = try Sample([shift - a, shift + a])
            let second = try Sample([-b, b])
            let p = try MeanDifferencePosterior(first, second).probability(above: 0)
            #expect(
                agree(p, Distribution.studentT(degreesOfFreedom: 1).cumulative(shift / (a + b))),
                "scales \(a), \(b)")
        }
    }

    @Test func probabilitiesAreSymmetricAndOrdered() throws {
        var random = SplitMix64(state: 11)
        for _ in 0..<20 {
            let a = try Sample(random.normals(Int.random(in: 2...12, using: &random), mean: 0.3))
            let b = try Sample(random.normals(Int.random(in: 2...12, using: &random), sd: 3))
            let forwards = try MeanDifferencePosterior(a, b)
            let backwards = try MeanDifferencePosterior(b, a)
            #expect(agree(forwards.probability(above: 0) + backwards.probability(above: 0), 1, 1e-10))
            #expect(agree(probabilityOfSuperiority(a, b) + probabilityOfSuperiority(b, a), 1, 1e-12))
            #expect((forwards.probability(above: 0) > 0.5) == (a.mean > b.mean))
            let within = try [0, 0.1, 1, 1e3].map { try forwards.probability(within: $0) }
            #expect(within == within.sorted() && within[0] == 0 && within[3] > 0.99)
        }
        #expect(throws: StatisticsError.self) {
            try MeanDifferencePosterior(Sample([1, 2]), Sample([1, 3])).probability(within: -1)
        }
    }

    /// For equal counts and equal spreads the Behrens-Fisher and the Welch answers nearly agree once n is large.
    @Test func manyRunsMakeBayesAndWelchAgree() throws {
        var random = SplitMix64(state: 3)
        for _ in 0..<10 {
            let a = try Sample(random.normals(2000))
            let b = try Sample(random.normals(2000, mean: 0.05))
            let oneSided = try Distribution.studentT(degreesOfFreedom: WelchTest(a, b).degreesOfFreedom)
                .cumulative(WelchTest(a, b).t)
            #expect(agree(try MeanDifferencePosterior(a, b).probability(above: 0), oneSided, 1e-3))
        }
    }

    /// The worked example of many textbooks; R's p.adjust gives the same.
    @Test func holmCorrection() throws {
        let adjusted = try holmAdjusted([0.01, 0.04, 0.03, 0.005])
        #expect(zip(adjusted, [0.03, 0.06, 0.06, 0.02]).allSatisfy { agree($0, $1, 1e-15) })
        #expect(try holmAdjusted([]) == [])
        #expect(try holmAdjusted([0.7, 0.8]) == [1, 1])
        #expect(throws: StatisticsError.self) { try holmAdjusted([0.5, .nan]) }
        #expect(throws: StatisticsError.self) { try holmAdjusted([1.5]) }
    }

    @Test func powerAgreesWithSciPy() throws {
        for reference in try Reference.load().power {
            let ours = try power(
                runs: reference.runs, difference: reference.difference, standardDeviation: reference.sd,
                significance: reference.significance)
            #expect(agree(ours, reference.power), "\(reference)")
        }
        for reference in try Reference.load().runsNeeded {
            for difference in [reference.difference, -reference.difference] {
                #expect(
                    try runsNeeded(difference: difference, standardDeviation: reference.sd) == reference.runs)
            }
        }
    }

    @Test func powerAtTheEdges() throws {
        #expect(agree(try power(runs: 10, difference: 0, standardDeviation: 1), 0.05, 1e-12))
        #expect(try power(runs: 2, difference: 1, standardDeviation: 0) == 1)
        #expect(agree(try power(runs: 2, difference: 1e12, standardDeviation: 1e-9), 1))
        #expect(try runsNeeded(difference: 0, standardDeviation: 1) == nil)
        #expect(try runsNeeded(difference: 1e-9, standardDeviation: 1) == nil)
        #expect(try runsNeeded(difference: 1, standardDeviation: 0) == 2)
        #expect(throws: StatisticsError.self) { try power(runs: 1, difference: 1, standardDeviation: 1) }
        #expect(throws: StatisticsError.self) { try power(runs: 5, difference: .nan, standardDeviation: 1) }
        #expect(throws: StatisticsError.self) { try power(runs: 5, difference: 1, standardDeviation: -1) }
        #expect(throws: StatisticsError.self) {
            try runsNeeded(difference: 1, standardDeviation: 1, power: 1)
        }
    }

    /// Simulated tests find a difference as often as the formula says.
    @Test func powerAgreesWithSimulation() throws {
        var random = SplitMix64(state: 21)
        let trials = 4000
        var found = 0
        for _ in 0..<trials {
            let a = try Sample(random.normals(6, mean: 1.5))
            let b = try Sample(random.normals(6))
            if try WelchTest(a, b).p < 0.05 { found += 1 }
        }
        let expected = try power(runs: 6, difference: 1.5, standardDeviation: 1)
        #expect(abs(Double(found) / Double(trials) - expected) < 0.025)
    }
}
