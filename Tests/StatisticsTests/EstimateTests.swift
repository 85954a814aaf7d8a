import Statistics
import TestSupport
import Testing

@Suite struct EstimateTests {
    @Test func bayesMVSAgreesWithSciPy() throws {
        for reference in try Reference.load().bayesMVS {
            let ours = try bayesMVS(Sample(reference.values), level: reference.level)
            let pairs = [
                (ours.mean, reference.mean), (ours.variance, reference.variance),
                (ours.standardDeviation, reference.standardDeviation),
            ]
            for (estimate, expected) in pairs {
                #expect(agreeRelatively(estimate.center, expected[0] ?? .infinity))
                #expect(agreeRelatively(estimate.interval.lower, expected[1]!))
                #expect(agreeRelatively(estimate.interval.upper, expected[2]!))
            }
        }
    }

    /// SciPy's documentation of bayes_mvs, and the three rows of the project's facts.
    @Test func publishedVectors() throws {
        let scipy = try bayesMVS(Sample([6, 9, 12, 7, 8, 8, 13]), level: 0.9)
        #expect(agree(scipy.mean.center, 9))
        #expect(agree(scipy.mean.interval.lower, 7.103650222492962))
        #expect(agree(scipy.mean.interval.upper, 10.896349777507037))
        #expect(agree(scipy.variance.center, 10))
        #expect(agree(scipy.variance.interval.lower, 3.1767242068607078))
        #expect(agree(scipy.variance.interval.upper, 24.45910382133402))
        #expect(agree(scipy.standardDeviation.center, 2.9724954732045084))
        #expect(agree(scipy.standardDeviation.interval.lower, 1.7823367265645143))
        #expect(agree(scipy.standardDeviation.interval.upper, 4.945614605014631))

        let board = try bayesMVS(Sample([0.7497, 0.7512, 0.7461, 0.7530, 0.7485]), level: 0.95)
        #expect(agree(board.mean.interval.lower, 0.7464419626306107))
        #expect(agree(board.mean.interval.upper, 0.7529580373693894))
        #expect(agree(board.standardDeviation.center, 0.0032886064997172944))
        #expect(agree(board.standardDeviation.interval.upper, 0.007540004101262289))
    }

    @Test func centersAreInfiniteWhereThePosteriorHasNoMean() throws {
        let two = try bayesMVS(Sample([0.9, 0.91]))
        #expect(two.variance.center == .infinity)
        #expect(two.standardDeviation.center == .infinity)
        let three = try bayesMVS(Sample([0.9, 0.91, 0.92]))
        #expect(three.variance.center == .infinity)
        #expect(three.standardDeviation.center.isFinite)
        #expect(try bayesMVS(Sample([0.9, 0.91, 0.92, 0.93])).variance.center.isFinite)
    }

    @Test func equalValuesHaveIntervalsOfWidthZero() throws {
        // The mean of three times 0.1, naively summed, is not 0.1.
        let sample = try Sample([0.1, 0.1, 0.1])
        #expect(sample.mean == 0.1)
        #expect(sample.standardDeviation == 0)
        let estimates = try bayesMVS(sample)
        #expect(estimates.mean.interval == Interval(lower: 0.1, upper: 0.1))
        #expect(estimates.variance.interval == Interval(lower: 0, upper: 0))
    }

    @Test func unusableInputIsRefused() throws {
        #expect(throws: StatisticsError.tooFewValues(needed: 1, got: 0)) { try Sample([]) }
        #expect(throws: StatisticsError.overflow) { try Sample([1e200, -1e200]) }
        for bad in [Double.nan, .infinity, -.infinity] {
            #expect {
                try Sample([0.9, bad])
            } throws: {
                if case .notFinite(index: 1, _)? = $0 as? StatisticsError { true } else { false }
            }
        }
        let one = try Sample([0.9])
        #expect(one.standardDeviation == nil)
        #expect(throws: StatisticsError.tooFewValues(needed: 2, got: 1)) { try bayesMVS(one) }
        for level in [0, 1, -0.5, 1.5, Double.nan] {
            #expect(throws: StatisticsError.self) { try bayesMVS(Sample([0.9, 0.8]), level: level) }
        }
    }

    @Test func theMeanAndSpreadShiftAndScaleWithTheValues() throws {
        var random = SplitMix64(state: 5)
        for _ in 0..<100 {
            let values = random.normals(Int.random(in: 2...30, using: &random))
            let base = try bayesMVS(Sample(values))
            let moved = try bayesMVS(Sample(values.map { 3 * $0 + 10 }))
            let (sd, movedSD) = (
                base.standardDeviation.interval.upper, moved.standardDeviation.interval.upper
            )
            #expect(agree(moved.mean.interval.lower, 3 * base.mean.interval.lower + 10, 1e-12))
            #expect(agree(movedSD, 3 * sd, 1e-12))
        }
    }

    @Test func jeffreysIntervalsAgreeWithSciPy() throws {
        for reference in try Reference.load().jeffreys {
            let ours = try jeffreysInterval(successes: reference.successes, trials: reference.trials)
            #expect(agree(ours.lower, reference.lower))
            #expect(agree(ours.upper, reference.upper))
        }
        #expect(throws: StatisticsError.impossibleCounts(successes: 5, trials: 4)) {
            try jeffreysInterval(successes: 5, trials: 4)
        }
        #expect(throws: StatisticsError.impossibleCounts(successes: 0, trials: 0)) {
            try jeffreysInterval(successes: 0, trials: 0)
        }
    }

    /// Half the width of the 95 % t interval, in standard deviations.
    @Test(arguments: [(3, 2.48), (5, 1.24), (10, 0.72), (20, 0.47), (30, 0.37), (50, 0.28), (100, 0.20)])
    func halfWidthOfTheInterval(n: Int, expected: Double) throws {
        var random = SplitMix64(state: UInt64(n))
        let sample = try Sample(random.normals(n))
        let interval = try bayesMVS(sample).mean.interval
        #expect(abs((interval.upper - interval.lower) / 2 / sample.standardDeviation! - expected) < 0.005)
    }
}
