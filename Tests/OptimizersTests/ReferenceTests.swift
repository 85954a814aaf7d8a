import Foundation
import Layers
import Testing
import Torch

@testable import Optimizers

/// Training runs that Tests/Reference/optimizers.py made with PyTorch, qhoptim and implementations of its own.
struct ReferenceTests {
    // The tests run side by side; threads of each operator would only wait for one another.
    init() { LibTorch.threadCount = 1 }

    static let runs: [(name: String, rule: any UpdateRule)] = [
        ("sgd", SGD(learningRate: 0.1, weightDecay: 0.01)),
        ("sgd_momentum", SGD(learningRate: 0.05, momentum: 0.9, dampening: 0.3, weightDecay: 0.01)),
        ("sgd_nesterov", SGD(learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01)),
        ("adam", Adam(learningRate: 0.01, weightDecay: 0.01)),
        ("adamw", Adam.adamW(learningRate: 0.01, beta2: 0.99, weightDecay: 0.1)),
        ("radam_pytorch", RAdam(learningRate: 0.01, weightDecay: 0.01, decay: .l2)),
        ("radam_pytorch_decoupled", RAdam(learningRate: 0.01, weightDecay: 0.1)),
        ("radam_official", RAdam(learningRate: 0.003, beta2: 0.99, weightDecay: 0.1, variant: .official)),
        (
            "radam_fastai",
            RAdam(learningRate: 0.01, beta2: 0.99, eps: 1e-5, weightDecay: 0.1, variant: .fastai)
        ),
        (
            "radam_fastai_softplus",
            RAdam(
                learningRate: 0.01, beta2: 0.99, eps: 1e-5, weightDecay: 0.1, variant: .fastai, softplus: 10)
        ),
        ("rmsprop", RMSProp(learningRate: 0.003, weightDecay: 0.01)),
        (
            "rmsprop_centered",
            RMSProp(
                learningRate: 0.003, alpha: 0.9, eps: 1e-3, momentum: 0.5, centered: true, weightDecay: 0.01)
        ),
        ("qhm", QHM(learningRate: 0.2, momentum: 0.95, nu: 0.7, weightDecay: 0.01)),
        (
            "qhm_decoupled",
            QHM(learningRate: 0.2, momentum: 0.95, nu: 0.7, weightDecay: 0.01, decay: .decoupled)
        ),
        ("qhadam", QHAdam(learningRate: 0.01, beta1: 0.995, nu1: 0.7, nu2: 0.9, weightDecay: 0.01)),
        ("qhadamw", QHAdam(learningRate: 0.01, nu1: 0.7, weightDecay: 0.1, decay: .decoupled)),
        (
            "lookahead_sgd",
            LookAhead(SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01), k: 5, alpha: 0.8)
        ),
        ("ranger", Ranger(learningRate: 0.01, weightDecay: 0.1)),
        ("rangerqh", RangerQH(learningRate: 0.01, weightDecay: 0.01)),
        ("lamb", LAMB(learningRate: 0.01, weightDecay: 0.01)),
        ("lars", LARS(learningRate: 1, weightDecay: 0.01)),
        ("rangerlars", RangerLars(learningRate: 0.01, weightDecay: 0.01)),
        ("rangerva", RangerVA(learningRate: 0.01, weightDecay: 0.1)),
        (
            "rangerva_absolute",
            RangerVA(
                learningRate: 0.01, weightDecay: 0.1, amsgrad: false, softplus: 0, secondMoment: .absolute)
        ),
        ("ranger21", Ranger21(learningRate: 0.003)),
    ]

    static let names = ["conv.weight", "conv.bias", "fc.weight", "fc.bias"]

    /// The largest difference from the reference after each kept step, relative to the largest value.
    private func deviations(_ index: Int, dtype: DType) throws -> [Int: Double] {
        let (name, rule) = Self.runs[index]
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/optimizers.safetensors")
        let reference = try SafetensorsFile(path: file.path)
        let images = try reference.tensor("images").to(dtype: dtype)
        let classes = try reference.tensor("classes")
        let parameters = try Self.names.map {
            (name: $0, parameter: Parameter(try reference.tensor("start/\($0)").to(dtype: dtype)))
        }
        var biases = rule
        biases.learningRate /= 2
        biases.weightDecay = 0
        let optimizer = try Optimizer([
            ParameterGroup(named: parameters.filter { $0.name.hasSuffix("weight") }, rule),
            ParameterGroup(named: parameters.filter { $0.name.hasSuffix("bias") }, biases),
        ])
        let p = parameters.map(\.parameter)
        var found: [Int: Double] = [:]
        for step in 1...200 {
            let hidden = images.conv2d(p[0].tensor, bias: p[1].tensor).tanh().flatten(startDim: 1)
            optimizer.zeroGrad()
            hidden.linear(p[2].tensor, p[3].tensor).crossEntropy(classes).backward()
            optimizer.step()
            guard reference.entries["\(name)/\(step)"] != nil else { continue }
            let expected = try reference.tensor("\(name)/\(step)").array(Double.self)
            let values = p.flatMap { $0.tensor.array(Double.self) }
            let largest = expected.map(abs).max()!
            found[step] = zip(values, expected).map { abs($0 - $1) }.max()! / largest
        }
        return found
    }

    @Test(arguments: runs.indices)
    func runsInDoublePrecisionAreTheReferences(_ index: Int) throws {
        let deviations = try deviations(index, dtype: .float64)
        #expect(deviations.count == 5)
        for (step, deviation) in deviations {
            #expect(deviation < 1e-10, "\(Self.runs[index].name) at \(step)")
        }
    }

    @Test(arguments: runs.indices)
    func runsInSinglePrecisionStayNear(_ index: Int) throws {
        for (step, deviation) in try deviations(index, dtype: .float32) {
            #expect(deviation < 1e-5, "\(Self.runs[index].name) at \(step)")
        }
    }
}
