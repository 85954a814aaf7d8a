import Layers
import Testing
import Torch

@testable import Optimizers

/// One number that starts at 1 with learning rate 0.1, and twelve gradients. The values after some steps were
/// worked out in double precision from the published rules; those of RAdam, AdamW and SGD are also PyTorch's.
struct TrajectoryTests {
    static let gradients = [0.5, -0.3, 0.8, 0.1, -0.6, 0.4, 0.2, -0.1, 0.7, -0.5, 0.3, 0.05]

    static let trajectories: [(rule: any UpdateRule, values: [Double])] = [
        (
            RAdam(learningRate: 0.1),
            [0.95, 0.9421052631578947, 0.8735021585392194, 0.8724879057612777, 0.8659228710453737]
        ),
        (
            Ranger(learningRate: 0.1, weightDecay: 0.01, centralization: .none),
            [0.949, 0.939076641025641, 0.9326691843884778, 0.9306856872794849, 0.9259060395980669]
        ),
        (
            RangerQH(learningRate: 0.1, weightDecay: 0.01, decay: .decoupled),
            [0.899000002, 0.9065269153436188, 0.8792383046436312, 0.8439190847459213, 0.7976658229971455]
        ),
        (
            RangerQH(learningRate: 0.1, weightDecay: 0.01),
            [
                0.9000000019607843, 0.9061195915582931, 0.8780920518058862, 0.842067064102445,
                0.7941621816798223,
            ]
        ),
        (
            QHAdam(learningRate: 0.1, nu1: 0.7),
            [0.900000002, 0.9084259153456189, 0.7636812834458966, 0.7292413018528303, 0.6053667618633893]
        ),
        (
            QHM(learningRate: 0.1, momentum: 0.9, nu: 0.7),
            [0.9815, 0.98945, 0.949224745, 0.9379022705, 0.8959462817075452]
        ),
        (
            Adam.adamW(learningRate: 0.1, beta2: 0.99),
            [0.899000002, 0.8789307731587283, 0.7223050262982803, 0.6905318790701415, 0.5509764262334956]
        ),
        (
            SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01),
            [0.949, 0.932151, 0.6441962905876444, 0.5639661244972427, 0.1361353134808997]
        ),
        (
            SGD(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01),
            [0.9031, 0.91707411, 0.5854676467125756, 0.49290154764168104, 0.06296145386458053]
        ),
    ]

    @Test(arguments: trajectories.indices)
    func publishedRulesGiveTheirTrajectories(_ index: Int) throws {
        let (rule, values) = Self.trajectories[index]
        let parameter = Parameter(Tensor(1.0))
        let optimizer = try Optimizer([ParameterGroup([parameter], rule)])
        var found: [Double] = []
        for (step, gradient) in Self.gradients.enumerated() {
            parameter.grad = Tensor(gradient)
            optimizer.step()
            if [1, 2, 6, 7, 12].contains(step + 1) { found.append(parameter.tensor.item()) }
        }
        for (a, b) in zip(found, values) { #expect(abs(a - b) < 1e-12) }
    }

    /// rho_t and r_t of RAdam at beta2 0.99 and 0.999, to the ten digits that are published.
    @Test func rectificationHasItsPublishedValues() throws {
        let steps = [4, 5, 6, 10, 20, 100]
        let lengths = [
            0.99: [3.9748748794, 4.9598004161, 5.9413766924, 9.8341976482, 19.3321034190, 83.5264939829],
            0.999: [3.9974987499, 4.9959980004, 5.9941637517, 9.9834917723, 19.9334671729, 98.3329443227],
        ]
        let rectifications = [
            0.99: [6: 0.0816791958, 10: 0.1551652567, 100: 0.6341168514],
            0.999: [6: 0.0258211128, 10: 0.0489980134, 100: 0.2153354365],
        ]
        for (beta2, values) in lengths {
            let rule = RAdam(beta2: beta2)
            for (step, value) in zip(steps, values) {
                #expect(abs(rule.averageLength(step: step) - value) < 1e-10)
            }
            for step in 1...5 { #expect(rule.rectification(step: step) == nil) }
            for (step, value) in rectifications[beta2]! {
                #expect(abs(try #require(rule.rectification(step: step)) - value) < 1e-10)
            }
        }
    }

    /// The authors' RAdam takes its first step at t = 6, and with it its first decay.
    @Test func officialRAdamWaitsUntilItCanRectify() throws {
        let parameter = Parameter(Tensor(1.0))
        let optimizer = try Optimizer(
            RAdam(learningRate: 0.1, weightDecay: 0.01, variant: .official), of: [parameter])
        for (step, gradient) in Self.gradients.enumerated() {
            parameter.grad = Tensor(gradient)
            optimizer.step()
            #expect((parameter.tensor.item(Double.self) == 1) == (step < 5))
        }
    }
}
