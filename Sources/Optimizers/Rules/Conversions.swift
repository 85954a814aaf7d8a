// Other methods as quasi-hyperbolic ones: the same sequence of parameters from the same gradients, without
// weight decay (Ma and Yarats, arXiv 1810.06801, section 4 and appendix; facebookresearch/qhoptim).

extension QHM {
    /// A PID controller (Recht; An et al., 2018) with the gradient's negative as error, whose derivative is
    /// averaged at the rate that results as momentum.
    ///
    /// - Parameters:
    ///   - kp: proportional, below 0.
    ///   - ki: integral, above 0.
    ///   - kd: derivative, above 0.
    public static func fromPID(kp: Double, ki: Double, kd: Double) -> QHM {
        QHM(learningRate: ki, momentum: kd / (kd - kp), nu: kp * kp / (ki * kd))
    }

    /// Nesterov's method with two momenta: x' = x + beta1 (x - x_before) - a g, and gradients at
    /// x + beta2 (x - x_before).
    public static func fromSynthesizedNesterov(a: Double, beta1: Double, beta2: Double) -> QHM {
        QHM(learningRate: a / (1 - beta1), momentum: beta1, nu: 1 - (1 - beta1) / beta1 * beta2)
    }

    /// The robust momentum method (Cyrus et al., arXiv 1710.04753).
    ///
    /// - Parameters:
    ///   - smoothness: L, the gradient's Lipschitz constant.
    ///   - condition: kappa, above 1.
    ///   - rho: the rate, from 1 - 1/sqrt(kappa) (fast; when left out) to 1 - 1/kappa (robust).
    public static func fromRobustMomentum(smoothness: Double, condition: Double, rho: Double? = nil) -> QHM {
        let rho = rho ?? 1 - 1 / condition.squareRoot()
        let shared = (1 - rho) * (1 - rho) * (1 + rho)
        return fromSynthesizedNesterov(
            a: condition * shared / smoothness, beta1: condition * rho * rho * rho / (condition - 1),
            beta2: rho * rho * rho / ((condition - 1) * shared))
    }

    /// Accelerated SGD (Jain et al., arXiv 1704.08227; Kidambi et al., 2018).
    ///
    /// - Parameters:
    ///   - delta: the short step.
    ///   - kappa: the long step over the short one.
    ///   - xi: the statistical advantage, at most sqrt(kappa).
    ///   - eps: the constant that its authors set to 0.7.
    public static func fromAccSGD(delta: Double, kappa: Double, xi: Double, eps: Double = 0.7) -> QHM {
        QHM(
            learningRate: delta * eps * (1 + xi) / (1 + eps),
            momentum: (kappa - eps * eps * xi) / (kappa + eps * xi),
            nu: (eps * xi - 1) / (eps * (1 + xi)))
    }

    /// A two-state optimizer a' = h a + k p + l g, p' = m a + q p + z g, when it has a quasi-hyperbolic form.
    public static func fromTwoState(
        h: Double, k: Double, l: Double, m: Double, q: Double, z: Double
    ) -> QHM {
        let phi = ((h - q) * (h - q) + 4 * k * m).squareRoot()
        let psi = k * m - h * q
        let x = (h - q - phi) * (l * m - h * z) + 2 * m * (l * q - k * z)
        return QHM(
            learningRate: x / (2 * phi * psi), momentum: (h + q - phi) / 2, nu: 2 * m * (l * q - k * z) / x)
    }
}

extension QHAdam {
    /// NAdam (Dozat, 2016), but for how it corrects the first moment's bias.
    public static func fromNAdam(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8
    ) -> QHAdam {
        QHAdam(learningRate: learningRate, beta1: beta1, beta2: beta2, nu1: beta1, nu2: 1, eps: eps)
    }
}
