import CBoost

/// A continuous distribution of one number, evaluated by Boost.Math.
public struct Distribution: Sendable, Hashable {
    enum Standard: Hashable {
        case normal
        case studentT(Double)
        case gamma(Double)
        case inverseGamma(Double)
        case beta(Double, Double)
    }

    let standard: Standard
    var location = 0.0
    var scale = 1.0

    /// P(X <= x); NaN for NaN.
    public func cumulative(_ x: Double) -> Double {
        let z = (x - location) / scale
        return switch standard {
        case .normal: cboost_normal_cdf(z)
        case .studentT(let df): cboost_student_t_cdf(df, z)
        case .gamma(let shape): cboost_gamma_cdf(shape, z)
        case .inverseGamma(let shape): cboost_inverse_gamma_cdf(shape, z)
        case .beta(let alpha, let beta): cboost_beta_cdf(alpha, beta, z)
        }
    }

    /// P(X > x), exact in the upper tail where 1 - ``cumulative(_:)`` would cancel; NaN for NaN.
    public func survival(_ x: Double) -> Double {
        let z = (x - location) / scale
        return switch standard {
        case .normal: cboost_normal_sf(z)
        case .studentT(let df): cboost_student_t_sf(df, z)
        case .gamma(let shape): cboost_gamma_sf(shape, z)
        case .inverseGamma(let shape): cboost_inverse_gamma_sf(shape, z)
        case .beta(let alpha, let beta): cboost_beta_sf(alpha, beta, z)
        }
    }

    /// The x with P(X <= x) = p; NaN when p lies outside 0...1.
    public func quantile(_ p: Double) -> Double {
        let z =
            switch standard {
            case .normal: cboost_normal_quantile(p)
            case .studentT(let df): cboost_student_t_quantile(df, p)
            case .gamma(let shape): cboost_gamma_quantile(shape, p)
            case .inverseGamma(let shape): cboost_inverse_gamma_quantile(shape, p)
            case .beta(let alpha, let beta): cboost_beta_quantile(alpha, beta, p)
            }
        return location + scale * z
    }

    /// The interval that leaves (1 - level) / 2 on either side.
    /// - Precondition: 0 < level < 1.
    public func centralInterval(_ level: Double) -> Interval {
        precondition(level > 0 && level < 1, "level \(level) lies outside (0, 1)")
        return Interval(lower: quantile((1 - level) / 2), upper: quantile((1 + level) / 2))
    }
}

extension Distribution {
    /// The normal distribution.
    /// - Precondition: `standardDeviation` > 0.
    public static func normal(mean: Double = 0, standardDeviation: Double = 1) -> Distribution {
        precondition(standardDeviation > 0, "a standard deviation must be positive")
        return Distribution(standard: .normal, location: mean, scale: standardDeviation)
    }

    /// The distribution of location + scale · T, where T is Student's t with the given degrees of freedom.
    /// - Precondition: `degreesOfFreedom` > 0 and `scale` > 0.
    public static func studentT(
        degreesOfFreedom: Double, location: Double = 0, scale: Double = 1
    ) -> Distribution {
        precondition(degreesOfFreedom > 0 && scale > 0, "degrees of freedom and scale must be positive")
        return Distribution(standard: .studentT(degreesOfFreedom), location: location, scale: scale)
    }

    /// The gamma distribution with density proportional to x^(shape - 1) e^(-x / scale).
    /// - Precondition: `shape` > 0 and `scale` > 0.
    public static func gamma(shape: Double, scale: Double = 1) -> Distribution {
        precondition(shape > 0 && scale > 0, "shape and scale must be positive")
        return Distribution(standard: .gamma(shape), scale: scale)
    }

    /// The distribution of scale / G, where G has the gamma distribution with the given shape and scale 1.
    /// - Precondition: `shape` > 0 and `scale` > 0.
    public static func inverseGamma(shape: Double, scale: Double = 1) -> Distribution {
        precondition(shape > 0 && scale > 0, "shape and scale must be positive")
        return Distribution(standard: .inverseGamma(shape), scale: scale)
    }

    /// The beta distribution on 0...1 with density proportional to x^(alpha - 1) (1 - x)^(beta - 1).
    /// - Precondition: `alpha` > 0 and `beta` > 0.
    public static func beta(alpha: Double, beta: Double) -> Distribution {
        precondition(alpha > 0 && beta > 0, "alpha and beta must be positive")
        return Distribution(standard: .beta(alpha, beta))
    }
}
