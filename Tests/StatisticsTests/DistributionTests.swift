import Statistics
import Testing

@Suite struct DistributionTests {
    @Test func valuesAgreeWithSciPy() throws {
        for reference in try Reference.load().distributions {
            let q = reference.parameters
            let distribution: Distribution
            switch reference.name {
            case "normal": distribution = .normal(mean: q[0], standardDeviation: q[1])
            case "studentT": distribution = .studentT(degreesOfFreedom: q[0], location: q[1], scale: q[2])
            case "gamma": distribution = .gamma(shape: q[0], scale: q[1])
            case "inverseGamma": distribution = .inverseGamma(shape: q[0], scale: q[1])
            default: distribution = .beta(alpha: q[0], beta: q[1])
            }
            for (index, x) in reference.points.enumerated() {
                let below = distribution.cumulative(x)
                let above = distribution.survival(x)
                #expect(agreeRelatively(below, reference.cumulative[index]), "\(distribution) at \(x)")
                #expect(agreeRelatively(above, reference.survival[index]), "\(distribution) at \(x)")
            }
            for (p, quantile) in zip(reference.probabilities, reference.quantiles) {
                #expect(agree(distribution.quantile(p), quantile), "\(distribution) at p = \(p)")
            }
        }
    }

    @Test func outsideTheSupportThereIsNoProbability() {
        for distribution: Distribution in [
            .gamma(shape: 2), .inverseGamma(shape: 2), .beta(alpha: 2, beta: 3),
        ] {
            #expect(distribution.cumulative(-1) == 0)
            #expect(distribution.survival(-1) == 1)
        }
        #expect(Distribution.beta(alpha: 2, beta: 3).cumulative(1.5) == 1)
    }

    @Test func nonsenseGivesNaNAndNeverACrash() {
        let all: [Distribution] = [
            .normal(), .studentT(degreesOfFreedom: 3), .gamma(shape: 2), .inverseGamma(shape: 2),
            .beta(alpha: 2, beta: 3),
        ]
        for distribution in all {
            for p in [-0.1, 1.1, .nan] { #expect(distribution.quantile(p).isNaN, "\(distribution) at \(p)") }
            #expect(distribution.cumulative(.nan).isNaN, "\(distribution)")
            #expect(distribution.cumulative(.infinity) == 1, "\(distribution)")
        }
    }

    @Test func oneDegreeOfFreedomIsTheCauchyDistribution() {
        let cauchy = Distribution.studentT(degreesOfFreedom: 1)
        #expect(agree(cauchy.cumulative(1), 0.75, 1e-15))
        #expect(agree(cauchy.quantile(0.75), 1, 1e-14))
    }
}
