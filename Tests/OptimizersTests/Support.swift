import Foundation
import Layers
import TestSupport
import Testing
import Torch

@testable import Optimizers

/// Whether two numbers agree to `tolerance`, relative to the larger, or absolutely below 1.
func agree(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(a), abs(b))
}

/// Parameters of several shapes with random gradients at each step, for properties that hold whatever the loss.
struct Walk {
    static let shapes = [[4, 3, 3, 3], [5, 4], [5], []]
    let parameters: [Parameter]
    private var random = SplitMix64(state: 7)

    init(dtype: DType = .float64, shapes: [[Int]] = Walk.shapes) {
        var random = SplitMix64(state: 1)
        parameters = shapes.map { Parameter(Walk.tensor($0, dtype, &random)) }
    }

    static func tensor(_ shape: [Int], _ dtype: DType, _ random: inout SplitMix64) -> Tensor {
        let elements = (0..<shape.reduce(1, *)).map { _ in Double.random(in: -1...1, using: &random) }
        return Tensor(elements, shape: shape, dtype: dtype)
    }

    /// Gives every parameter (but those `without`) its next gradient.
    mutating func nextGradients(without skipped: Set<Int> = []) {
        for (index, parameter) in parameters.enumerated() {
            let gradient = Walk.tensor(parameter.tensor.shape, parameter.tensor.dtype, &random)
            parameter.grad = skipped.contains(index) ? nil : gradient
        }
    }

    mutating func run(_ optimizer: Optimizer, steps: Int) {
        for _ in 0..<steps {
            nextGradients()
            optimizer.step()
        }
    }

    var values: [[Double]] { parameters.map { $0.tensor.array(Double.self) } }

    /// The values after a walk with a rule.
    static func end(_ rule: some UpdateRule, steps: Int = 25) throws -> [[Double]] {
        var walk = Walk()
        walk.run(try Optimizer(rule, of: walk.parameters), steps: steps)
        return walk.values
    }
}

/// Every rule, with settings that use all its parts.
let everyRule: [any UpdateRule] = [
    SGD(learningRate: 0.1), SGD(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01),
    Adam(learningRate: 0.01, weightDecay: 0.01), Adam.adamW(learningRate: 0.01),
    RAdam(learningRate: 0.01, variant: .official), RAdam(learningRate: 0.01, variant: .fastai, softplus: 50),
    QHM(learningRate: 0.1, momentum: 0.9), QHAdam(learningRate: 0.01, nu1: 0.7, nu2: 0.9),
    Ranger(learningRate: 0.01, weightDecay: 0.01), RangerQH(learningRate: 0.01, weightDecay: 0.01),
    LookAhead(SGD(learningRate: 0.1, momentum: 0.9), k: 5, alpha: 0.8),
    RMSProp(learningRate: 0.01, momentum: 0.9, centered: true, weightDecay: 0.01),
    LAMB(learningRate: 0.01), LARS(learningRate: 1, weightDecay: 0.01),
    RangerLars(learningRate: 0.01, weightDecay: 0.01),
    RangerVA(learningRate: 0.01, weightDecay: 0.01), Ranger21(learningRate: 0.01),
]
