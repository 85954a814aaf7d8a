import Layers
import Testing
import Torch

/// Holds what a module can hold.
private final class Everything: Module {
    @Param var scaleFactor: Tensor
    @Buffer var runningMean: Tensor
    let bias: Parameter?
    let absent: Parameter? = nil
    let head: Linear
    let blocks: [any Layer]
    let optional: Conv2d?
    let missing: Conv2d? = nil
    /// A constant: a plain tensor is never state.
    let constant = Tensor.ones([5])

    override init() {
        _scaleFactor = Param(wrappedValue: Tensor.ones([2]))
        _runningMean = Buffer(wrappedValue: Tensor.zeros([3]))
        bias = Parameter(Tensor.zeros([4]))
        head = Linear(2, 3)
        blocks = [Linear(1, 1, bias: false), Sequential { Conv2d(1, 1, kernel: 1, bias: false) }]
        optional = Conv2d(1, 2, kernel: 1)
    }
}

private class Base: Module {
    let first = Linear(1, 1, bias: false)
}

private final class Derived: Base {
    let second = Linear(1, 1, bias: false)
}

private final class Tied: Module {
    let encoder = Linear(2, 2, bias: false)
    let decoder: Linear
    @Param var alone: Tensor
    let shared: Parameter

    override init() {
        decoder = encoder
        _alone = Param(wrappedValue: Tensor.ones([1]))
        shared = _alone.projectedValue
    }
}

@Suite struct ModuleNames {
    @Test func arePyTorchsForEveryKindOfProperty() {
        let module = Everything()
        #expect(
            module.namedParameters().map(\.name) == [
                "scale_factor", "bias", "head.weight", "head.bias", "blocks.0.weight", "blocks.1.0.weight",
                "optional.weight", "optional.bias",
            ])
        #expect(module.namedBuffers().map(\.name) == ["running_mean"])
        #expect(module.parameterCount == 2 + 4 + 6 + 3 + 1 + 1 + 2 + 2)
    }

    @Test func beginWithTheSuperclass() {
        #expect(Derived().namedParameters().map(\.name) == ["first.weight", "second.weight"])
    }

    @Test func ofABatchNormAreThoseOfPyTorch() {
        #expect(
            Set(BatchNorm2d(3).state().keys)
                == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"])
    }

    @Test func comeOnceForWhatIsShared() {
        let tied = Tied()
        #expect(tied.namedParameters().map(\.name) == ["alone", "encoder.weight"])
        #expect(tied.namedModules().map(\.name) == ["", "encoder"])
        #expect(tied.parameterCount == 5)
    }
}

@Suite struct ModuleChanges {
    @Test func trainAndEvalReachEveryModule() {
        let module = Everything()
        #expect(module.namedModules().allSatisfy { $0.module.isTraining })
        module.eval()
        #expect(!module.namedModules().contains { $0.module.isTraining })
        module.train()
        #expect(module.namedModules().allSatisfy { $0.module.isTraining })
    }

    @Test func conversionKeepsIntegersAndTheParametersIdentity() {
        let norm = BatchNorm2d(2)
        let before = norm.parameters()
        norm.to(dtype: .float64)
        #expect(norm.weight.dtype == .float64 && norm.runningVar.dtype == .float64)
        #expect(norm.numBatchesTracked.dtype == .int64)
        #expect(zip(before, norm.parameters()).allSatisfy { $0 === $1 })
        #expect(before[0].tensor.isIdentical(to: norm.weight))
        #expect(norm.weight.isLeaf && norm.weight.requiresGrad)
    }

    @Test func conversionKeepsWhatIsFrozenFrozen() {
        let linear = Linear(2, 2)
        linear.parameters()[0].isTrainable = false
        linear.to(dtype: .float64)
        #expect(linear.parameters().map(\.isTrainable) == [false, true])
    }

    @Test func channelsLastChangesTheOrderInMemoryOnly() {
        let convolution = Conv2d(3, 4, kernel: 3)
        let weight = convolution.weight.array(Float.self)
        convolution.to(memoryFormat: .channelsLast)
        #expect(convolution.weight.isChannelsLast)
        #expect(convolution.weight.array(Float.self) == weight)
    }

    @Test func zeroGradForgetsGradients() {
        let linear = Linear(2, 1)
        linear(Tensor.ones([1, 2])).sum().backward()
        #expect(linear.parameters().allSatisfy { $0.grad != nil })
        linear.zeroGrad()
        #expect(linear.parameters().allSatisfy { $0.grad == nil })
    }
}

@Suite struct ModuleStates {
    private func net() -> Sequential {
        Sequential {
            Conv2d(1, 2, kernel: 3, bias: false)
            BatchNorm2d(2)
        }
    }

    @Test func moveFromOneNetworkToAnother() throws {
        let (source, target) = (net(), net())
        _ = source(Tensor.randn([4, 1, 5, 5]))
        let report = try target.load(source.state())
        #expect(report.isExact)
        for (name, tensor) in source.state() {
            #expect(target.state()[name]!.equals(tensor), "\(name)")
        }
    }

    @Test func areConvertedToTheNetworksType() throws {
        let target = net()
        target.to(dtype: .float64)
        try target.load(net().state())
        #expect(target.state()["0.weight"]!.dtype == .float64)
    }

    @Test func thatDoNotFitAreRefusedWholeWithEveryDeviationNamed() {
        let target = net()
        let before = target.state()["0.weight"]!.clone()
        var state = net().state()
        state["1.bias"] = nil
        state["1.running_mean"] = Tensor.zeros([3])
        state["2.weight"] = Tensor.zeros([1])
        let error = #expect(throws: LoadError.self) { try target.load(state) }
        #expect(error?.report.missing == ["1.bias"])
        #expect(error?.report.surplus == ["2.weight"])
        #expect(error?.report.misshapen.map(\.name) == ["1.running_mean"])
        #expect(error?.report.misshapen.first?.expected == [2])
        #expect(error?.report.misshapen.first?.found == [3])
        #expect(
            error.map { "\($0)" } == """
                the weights do not fit the network
                missing: 1.bias
                surplus: 2.weight
                wrong shape: 1.running_mean is [3], not [2]
                """)
        #expect(target.state()["0.weight"]!.equals(before))
    }

    @Test func loadWhatFitsWhenAskedTo() throws {
        let target = net()
        let weight = Tensor.ones([2, 1, 3, 3])
        let report = try target.load(["0.weight": weight], strict: false)
        #expect(!report.isExact && report.missing.count == 4)
        #expect(target.state()["0.weight"]!.equals(weight))
    }

    @Test func loadingKeepsTheParametersThatOthersHold() throws {
        let target = net()
        let held = target.parameters()[0]
        try target.load(["0.weight": Tensor.full([2, 1, 3, 3], Float(7))], strict: false)
        #expect(held.tensor.array(Float.self).allSatisfy { $0 == 7 })
        #expect(held.tensor.requiresGrad && held.tensor.isLeaf)
    }
}
