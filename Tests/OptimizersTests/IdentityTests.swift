import Layers
import Testing
import Torch

@testable import Optimizers

/// Rules that are the same for some settings.
struct IdentityTests {
    private func expectSame(
        _ a: some UpdateRule, _ b: some UpdateRule, _ tolerance: Double = 1e-13, steps: Int = 25
    ) throws {
        for (x, y) in zip(try Walk.end(a, steps: steps).joined(), try Walk.end(b, steps: steps).joined()) {
            #expect(agree(x, y, tolerance))
        }
    }

    @Test func quasiHyperbolicMomentumContainsSGD() throws {
        try expectSame(QHM(learningRate: 0.1, nu: 0), SGD(learningRate: 0.1))
        try expectSame(
            QHM(learningRate: 0.1, momentum: 0.9, nu: 1, weightDecay: 0.01),
            SGD(learningRate: 0.01, momentum: 0.9, weightDecay: 0.01))
        try expectSame(
            QHM(learningRate: 0.1, momentum: 0.9, nu: 0.9),
            SGD(learningRate: 0.01, momentum: 0.9, nesterov: true))
    }

    @Test func quasiHyperbolicAdamContainsAdam() throws {
        try expectSame(QHAdam(learningRate: 0.01), Adam(learningRate: 0.01))
        try expectSame(
            QHAdam(learningRate: 0.01, weightDecay: 0.1, decay: .decoupled),
            Adam.adamW(learningRate: 0.01, weightDecay: 0.1))
    }

    @Test func lookAheadThatFollowsWhollyIsTheInnerRule() throws {
        let inner = Adam(learningRate: 0.01)
        try expectSame(LookAhead(inner, k: 3, alpha: 1), inner, 0)
    }

    /// With alpha 0 nothing is kept of k steps.
    @Test func lookAheadThatDoesNotFollowReturns() throws {
        var walk = Walk()
        let start = walk.values
        walk.run(
            try Optimizer(LookAhead(SGD(learningRate: 0.1), k: 4, alpha: 0), of: walk.parameters), steps: 8)
        #expect(walk.values == start)
    }

    /// LookAhead with alpha 1/2 ends k steps of plain descent halfway.
    @Test func lookAheadGoesHalfway() throws {
        let start = Walk().values
        let fast = try Walk.end(SGD(learningRate: 0.1), steps: 6)
        let half = try Walk.end(LookAhead(SGD(learningRate: 0.1), k: 6, alpha: 0.5), steps: 6)
        for ((a, b), c) in zip(zip(start.joined(), fast.joined()), half.joined()) {
            #expect(agree((a + b) / 2, c, 1e-14))
        }
    }

    @Test func centralizationObeysItsFlag() throws {
        let none = try Walk.end(Ranger(learningRate: 0.01, centralization: .none))
        let convolutions = try Walk.end(Ranger(learningRate: 0.01, centralization: .convolutions))
        let all = try Walk.end(Ranger(learningRate: 0.01, centralization: .all))
        // Walk's parameters are a convolution, a matrix, a vector and a number.
        #expect(none[0] != all[0] && none[1] != all[1] && none[2] == all[2] && none[3] == all[3])
        #expect(convolutions[0] == all[0] && convolutions[1] == none[1])
    }

    /// A centralized gradient moves no output's mean weight.
    @Test func centralizationKeepsMeans() throws {
        func means(_ values: [Double]) -> [Double] {
            (0..<4).map { unit in values[(unit * 27)..<(unit * 27 + 27)].reduce(0, +) / 27 }
        }
        let before = means(Walk().values[0])
        let after = means(
            try Walk.end(
                LookAhead(RAdam(learningRate: 0.1, variant: .official, centralization: .all)), steps: 5)[0])
        #expect(before == after)
        let moved = try Walk.end(SGD(learningRate: 0.1))
        #expect(means(moved[0]) != before)
    }

    /// How long a LAMB step is depends on the parameter alone, not on the gradient's size.
    @Test func layerwiseStepsAreAsLongAsTheirParameter() throws {
        let parameter = Parameter(Tensor([3.0, 4.0]))
        let optimizer = try Optimizer(LAMB(learningRate: 0.1, weightDecay: 0), of: [parameter])
        parameter.grad = Tensor([1e-3, -2e-3])
        let before = parameter.tensor.detach().clone()
        optimizer.step()
        #expect(agree((parameter.tensor.detach() - before).norm().item(), 0.1 * 5, 1e-12))
    }

    @Test func largestSecondMomentNeverShrinks() throws {
        // After one large gradient, AMSGrad's steps stay small for ever; without it they recover.
        func distance(amsgrad: Bool) throws -> Double {
            let parameter = Parameter(Tensor(0.0))
            let optimizer = try Optimizer(
                SAMSGrad(learningRate: 0.1, beta1: 0, beta2: 0.5, amsgrad: amsgrad, softplus: 0),
                of: [parameter])
            for gradient in [100.0] + Array(repeating: 1, count: 50) {
                parameter.grad = Tensor(gradient)
                optimizer.step()
            }
            return abs(parameter.tensor.item(Double.self))
        }
        #expect(try distance(amsgrad: true) < 0.4)
        #expect(try distance(amsgrad: false) > 3)
    }
}

/// The methods that convert to quasi-hyperbolic momentum, played as their papers write them.
struct ConversionTests {
    static let gradients = TrajectoryTests.gradients

    private func expect(_ rule: QHM, plays path: [Double]) throws {
        let parameter = Parameter(Tensor(1.0))
        let optimizer = try Optimizer(rule, of: [parameter])
        for (gradient, value) in zip(Self.gradients, path) {
            parameter.grad = Tensor(gradient)
            optimizer.step()
            #expect(agree(parameter.tensor.item(), value, 1e-12))
        }
    }

    @Test func pidControl() throws {
        let (kp, ki, kd) = (-0.27, 0.1, 1.2)
        let rate = kd / (kd - kp)
        var (sum, derivative, before) = (0.0, 0.0, 0.0)
        let path = Self.gradients.map { gradient in
            let error = -gradient
            sum += error
            derivative = rate * derivative + (1 - rate) * (error - before)
            before = error
            return 1 + kp * error + ki * sum + kd * derivative
        }
        try expect(.fromPID(kp: kp, ki: ki, kd: kd), plays: path)
    }

    private func nesterov(a: Double, beta1: Double, beta2: Double) -> [Double] {
        var (x, before) = (1.0, 1.0)
        return Self.gradients.map { gradient in
            (x, before) = (x + beta1 * (x - before) - a * gradient, x)
            return x + beta2 * (x - before)
        }
    }

    @Test func synthesizedNesterov() throws {
        try expect(
            .fromSynthesizedNesterov(a: 0.1, beta1: 0.8, beta2: 0.5),
            plays: nesterov(a: 0.1, beta1: 0.8, beta2: 0.5))
    }

    @Test func robustMomentum() throws {
        let (smoothness, condition) = (2.0, 10.0)
        for rho in [1 - 1 / condition.squareRoot(), 0.85] {
            let a = condition * (1 - rho) * (1 - rho) * (1 + rho) / smoothness
            let beta = condition * rho * rho * rho / (condition - 1)
            let gamma = rho * rho * rho / ((condition - 1) * (1 - rho) * (1 - rho) * (1 + rho))
            try expect(
                .fromRobustMomentum(smoothness: smoothness, condition: condition, rho: rho),
                plays: nesterov(a: a, beta1: beta, beta2: gamma))
        }
    }

    @Test func acceleratedSGD() throws {
        let (delta, kappa, xi, eps) = (0.05, 100.0, 8.0, 0.7)
        let share = eps * eps * xi / kappa
        var (w, average) = (1.0, 1.0)
        let path = Self.gradients.map { gradient in
            average = (1 - share) * average + share * (w - kappa * delta / eps * gradient)
            w = (eps * (w - delta * gradient) + share * average) / (eps + share)
            return w
        }
        try expect(.fromAccSGD(delta: delta, kappa: kappa, xi: xi), plays: path)
    }

    /// Nesterov's method as a two-state optimizer: its state is the last step.
    @Test func twoStates() throws {
        let (a, beta) = (0.1, 0.8)
        try expect(
            .fromTwoState(h: beta, k: 0, l: -a, m: beta * beta, q: 1, z: -a * (1 + beta)),
            plays: nesterov(a: a, beta1: beta, beta2: beta))
    }
}
