import Foundation
import Layers
import Testing
import Torch

@testable import Optimizers

/// What every rule gets from the optimizer around it.
struct OptimizerTests {
    @Test func groupsHaveSettingsOfTheirOwn() throws {
        let parameters = (0..<3).map { _ in Parameter(Tensor(1.0)) }
        let optimizer = try Optimizer([
            ParameterGroup([parameters[0]], SGD(learningRate: 0.1)),
            ParameterGroup([parameters[1]], SGD(learningRate: 0.2, weightDecay: 0.5)),
            ParameterGroup([parameters[2]], Adam(learningRate: 0.3)),
        ])
        for parameter in parameters { parameter.grad = Tensor(1.0) }
        optimizer.step()
        let values = parameters.map { $0.tensor.item(Double.self) }
        for (value, expected) in zip(values, [0.9, 1 - 0.2 * 1.5, 0.7]) {
            #expect(agree(value, expected, 1e-8))
        }
    }

    @Test func normsAndBiasesDoNotDecay() throws {
        let network = Sequential {
            Conv2d(1, 2, kernel: 3)
            BatchNorm2d(2)
        }
        let optimizer = try Optimizer(SGD(learningRate: 0.1, weightDecay: 0.5), of: network)
        #expect(optimizer.groups.map { $0.rule.weightDecay } == [0.5, 0])
        let decayed = Set(optimizer.groups[0].parameters.map(ObjectIdentifier.init))
        for (name, parameter) in network.namedParameters() {
            #expect(decayed.contains(ObjectIdentifier(parameter)) == (name == "0.weight"), "\(name)")
        }
    }

    @Test func schedulesKeepTheProportionsOfGroups() throws {
        let parameters = (0..<2).map { _ in Parameter(Tensor(1.0)) }
        let optimizer = try Optimizer([
            ParameterGroup([parameters[0]], Ranger(learningRate: 1e-3)),
            ParameterGroup([parameters[1]], Ranger(learningRate: 1e-5)),
        ])
        for factor in [0, 0.5, 1] {
            optimizer.apply(.init(factor, momentum: 0.85))
            #expect(optimizer.groups.map { $0.rule.learningRate } == [1e-3 * factor, 1e-5 * factor])
            #expect(optimizer.groups.map { $0.rule.momentum } == [0.85, 0.85])
        }
        optimizer.apply(.init(1))
        #expect(optimizer.groups[0].rule.momentum == 0.85)
    }

    @Test(arguments: everyRule.indices)
    func aLearningRateOfZeroChangesNothing(_ index: Int) throws {
        var walk = Walk()
        let start = walk.values
        let optimizer = try Optimizer([ParameterGroup(walk.parameters, everyRule[index])])
        optimizer.apply(.init(0))
        walk.run(optimizer, steps: 7)
        #expect(walk.values == start)
    }

    /// A parameter without a gradient, or frozen, is where it was; the others do not notice.
    @Test(arguments: everyRule.indices)
    func parametersWithoutGradientsAreSkipped(_ index: Int) throws {
        guard !(everyRule[index] is Ranger21) else { return }  // Its decay looks at the whole group.
        var (skipping, whole) = (Walk(), Walk())
        let start = skipping.values[1]
        let optimizers = try [skipping, whole].map {
            try Optimizer([ParameterGroup($0.parameters, everyRule[index])])
        }
        skipping.parameters[2].isTrainable = false
        for _ in 0..<7 {
            skipping.nextGradients(without: [1])
            whole.nextGradients()
            for optimizer in optimizers { optimizer.step() }
        }
        #expect(skipping.values[1] == start)
        #expect(skipping.values[2] == Walk().values[2])
        #expect(skipping.values[0] == whole.values[0] && skipping.values[3] == whole.values[3])
    }

    /// A parameter that is unfrozen late goes the way of one that starts then.
    @Test func parametersMayBeUnfrozenLater() throws {
        let rules: [any UpdateRule] = [
            Adam(learningRate: 0.01), RAdam(learningRate: 0.01), QHAdam(learningRate: 0.01),
            SGD(learningRate: 0.1, momentum: 0.9, dampening: 0.5),
        ]
        for rule in rules {
            let parameters = [Parameter(Tensor(1.0)), Parameter(Tensor(1.0))]
            let fresh = Parameter(Tensor(1.0))
            let optimizer = try Optimizer([ParameterGroup(parameters, rule)])
            let late = try Optimizer([ParameterGroup([fresh], rule)])
            parameters[1].isTrainable = false
            for (step, gradient) in TrajectoryTests.gradients.enumerated() {
                if step == 4 { parameters[1].isTrainable = true }
                for parameter in parameters + [fresh] { parameter.grad = Tensor(gradient) }
                optimizer.step()
                if step >= 4 { late.step() }
                #expect(parameters[1].tensor.item(Double.self) == fresh.tensor.item(Double.self))
            }
        }
    }

    /// Look-ahead has one phase: a parameter that starts late is synchronised with the others.
    @Test func lookAheadKeepsOnePhase() throws {
        let parameters = [Parameter(Tensor(1.0)), Parameter(Tensor(1.0))]
        let optimizer = try Optimizer(LookAhead(SGD(learningRate: 0.1), k: 4, alpha: 0.5), of: parameters)
        for step in 1...4 {
            parameters[0].grad = Tensor(1.0)
            parameters[1].grad = step >= 3 ? Tensor(1.0) : nil
            optimizer.step()
        }
        #expect(agree(parameters[0].tensor.item(), 1 - 0.1 * 4 / 2, 1e-14))
        #expect(agree(parameters[1].tensor.item(), 1 - 0.1 * 2 / 2, 1e-14))
        // One without a gradient at the synchronisation is moved all the same.
        for step in 5...8 {
            for parameter in parameters { parameter.grad = step < 8 ? Tensor(1.0) : nil }
            optimizer.step()
        }
        #expect(agree(parameters[0].tensor.item(), 0.8 - 0.1 * 3 / 2, 1e-14))
    }

    /// Gradients are the parameters' own; a rule that decays or centralizes leaves them as they are.
    @Test(arguments: everyRule.indices)
    func gradientsAreNotChanged(_ index: Int) throws {
        var walk = Walk()
        let optimizer = try Optimizer([ParameterGroup(walk.parameters, everyRule[index])])
        walk.nextGradients()
        let before = walk.parameters.map { $0.grad!.array(Double.self) }
        optimizer.step()
        #expect(walk.parameters.map { $0.grad!.array(Double.self) } == before)
    }

    /// Steps too small for half precision add up in the fp32 master.
    @Test(arguments: [DType.float16, .bfloat16])
    func halfParametersHaveMasters(_ dtype: DType) throws {
        let parameter = Parameter(Tensor(Float(1), dtype: dtype))
        let optimizer = try Optimizer(SGD(learningRate: 1e-4), of: [parameter])
        for _ in 0..<1000 {
            parameter.grad = Tensor(Float(1), dtype: dtype)
            optimizer.step()
        }
        #expect(parameter.tensor.dtype == dtype)
        #expect(abs(parameter.tensor.item(Double.self) - 0.9) < 0.005)
        // Whoever writes to the parameter is heard.
        _ = withoutGradients { parameter.tensor.fill_(2.0) }
        parameter.grad = Tensor(Float(0), dtype: dtype)
        optimizer.step()
        #expect(parameter.tensor.item(Double.self) == 2)
    }

    @Test(arguments: everyRule.indices)
    func halfParametersFollowSinglePrecision(_ index: Int) throws {
        var (half, single) = (Walk(dtype: .bfloat16), Walk(dtype: .bfloat16))
        let parameters = single.parameters.map { Parameter($0.tensor.to(dtype: .float32)) }
        let optimizers = try [half.parameters, parameters].map {
            try Optimizer([ParameterGroup($0, everyRule[index])])
        }
        for _ in 0..<25 {
            half.nextGradients()
            single.nextGradients()
            for (parameter, source) in zip(parameters, single.parameters) {
                parameter.grad = source.grad!.to(dtype: .float32)
            }
            for optimizer in optimizers { optimizer.step() }
        }
        for (a, b) in zip(half.values, parameters) {
            #expect(a == b.tensor.to(dtype: .bfloat16).array(Double.self))
        }
    }

    /// Memory order may change in the middle; fused operators would read the wrong elements.
    @Test(arguments: everyRule.indices)
    func modulesMayMoveBetweenSteps(_ index: Int) throws {
        func end(moving: Bool) throws -> [Double] {
            let network = Conv2d(3, 4, kernel: 3, bias: true)
            network.to(dtype: .float64)
            try network.load([
                "weight": Tensor.linspace(-0.2, 0.3, steps: 108).sin().reshape([4, 3, 3, 3]),
                "bias": Tensor.linspace(-0.1, 0.1, steps: 4),
            ])
            let optimizer = try Optimizer([ParameterGroup(network.parameters(), everyRule[index])])
            optimizer.apply(.init(0.1))
            for step in 0..<9 {
                if moving, step == 4 { network.to(memoryFormat: .channelsLast) }
                network.zeroGrad()
                let input = Tensor.linspace(-1, 1, steps: 3 * 5 * 5, dtype: .float64).reshape([1, 3, 5, 5])
                network(input.cos()).square().mean().backward()
                optimizer.step()
            }
            return network.parameters().flatMap { $0.tensor.array(Double.self) }
        }
        for (a, b) in zip(try end(moving: false), try end(moving: true)) { #expect(agree(a, b, 1e-12)) }
    }

    /// A frozen parameter that moved is still synchronised by look-ahead.
    @Test func frozenParametersMayMoveToo() throws {
        let network = Linear(1, 1)
        try network.load(["weight": Tensor([Float(1)], shape: [1, 1]), "bias": Tensor([Float(1)])])
        let optimizer = try Optimizer(
            LookAhead(SGD(learningRate: 0.25), k: 4, alpha: 0.5), of: network.parameters())
        for step in 1...4 {
            if step == 3 {
                network.bias?.isTrainable = false
                network.to(dtype: .float64)
            }
            network.zeroGrad()
            network(Tensor.ones([1, 1], dtype: network.weight.dtype)).sum().backward()
            optimizer.step()
        }
        // Half of four steps, and of two.
        #expect(network.weight.item(Double.self) == 0.5)
        #expect(network.bias?.tensor.item(Double.self) == 0.75)
    }

    @Test func parametersWithGapsInMemoryWork() throws {
        let storage = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2])
        let parameter = Parameter(storage.narrow(dim: 1, start: 0, length: 1))
        let optimizer = try Optimizer(Adam(learningRate: 0.1), of: [parameter])
        parameter.grad = Tensor([1.0, 1, -1], shape: [3, 1])
        optimizer.step()
        for (a, b) in zip(storage.array(Double.self), [0.9, 2, 2.9, 4, 5.1, 6]) { #expect(agree(a, b, 1e-7)) }
    }

    @Test func closuresComputeTheLoss() throws {
        let parameter = Parameter(Tensor(3.0))
        let optimizer = try Optimizer(SGD(learningRate: 0.25), of: [parameter])
        let loss = optimizer.step {
            optimizer.zeroGrad()
            let loss = parameter.tensor.square()
            loss.backward()
            return loss
        }
        #expect(loss.item(Double.self) == 9 && parameter.tensor.item(Double.self) == 1.5)
    }

    /// Other tests hold tensors meanwhile, but not thousands.
    @Test func stepsLeakNothing() throws {
        var walk = Walk(shapes: [[2]])
        let optimizer = try Optimizer(Ranger(learningRate: 0.01), of: walk.parameters)
        walk.run(optimizer, steps: 1)
        let held = Tensor.liveCount
        walk.run(optimizer, steps: 5000)
        #expect(Tensor.liveCount - held < 2500)
    }

    @Test func impossibleSettingsAreRefused() throws {
        let parameters = [Parameter(Tensor(1.0))]
        let rules: [any UpdateRule] = [
            SGD(learningRate: -0.1), SGD(learningRate: .nan), SGD(learningRate: .infinity), SGD(momentum: 1),
            SGD(momentum: -0.1), SGD(weightDecay: -1), SGD(nesterov: true),
            SGD(momentum: 0.9, dampening: 0.5, nesterov: true), Adam(beta1: 1), Adam(beta2: 1),
            Adam(beta2: -0.1),
            Adam(eps: -1e-8), Adam(eps: .nan), RAdam(threshold: 3), RAdam(softplus: -1), Ranger(k: 0),
            Ranger(alpha: 1.5), Ranger(alpha: .nan), LookAhead(SGD(), k: -5), RangerQH(nu1: 1.1),
            QHAdam(nu2: -0.1),
            QHM(nu: 2), QHM(momentum: 1), LAMB(weightNormLimit: 0), LARS(trustCoefficient: 0),
            LARS(momentum: 1),
            RMSProp(alpha: 1), RMSProp(momentum: 2), RangerVA(softplus: -1), Ranger21(learningRate: .nan),
            Ranger21(learningRate: 1, clipping: 0),
        ]
        for rule in rules {
            #expect(throws: OptimizerError.self, "\(rule)") {
                try Optimizer([ParameterGroup(parameters, rule)])
            }
        }
        let error = #expect(throws: OptimizerError.self) { try Optimizer(Adam(beta2: 1), of: parameters) }
        #expect(error?.description == "adam: beta2 must be at least 0 and below 1, not 1.0")
        #expect(throws: OptimizerError.duplicate(parameter: "1")) {
            try Optimizer(SGD(), of: parameters + parameters)
        }
    }
}
