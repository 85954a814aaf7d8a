import Foundation
import Layers
import Testing
import Torch

@testable import Optimizers

/// Saving and resuming, through the files and texts that a checkpoint is made of.
struct StateTests {
    /// A state with its record as it comes back from JSON.
    private func throughJSON(_ state: OptimizerState) throws -> OptimizerState {
        let record = try JSONEncoder().encode(state.record)
        return OptimizerState(
            tensors: state.tensors, record: try JSONDecoder().decode(OptimizerState.Record.self, from: record))
    }

    /// A state as it comes back from disk.
    private func throughFiles(_ state: OptimizerState) throws -> OptimizerState {
        let file = FileManager.default.temporaryDirectory.appending(path: "optimizer-\(UUID()).safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        try Safetensors.write(tensors: state.tensors, to: file.path)
        return try throughJSON(
            OptimizerState(tensors: try SafetensorsFile(path: file.path).tensors(), record: state.record))
    }

    private func copy(_ source: Walk, to target: Walk) {
        withoutGradients {
            for (a, b) in zip(source.parameters, target.parameters) { b.tensor.copy_(a.tensor) }
        }
    }

    /// A run that is resumed after any number of steps ends bit-equal to one that was not interrupted. With k = 6,
    /// twelve places are every phase of look-ahead twice.
    @Test(arguments: everyRule.indices)
    func resumingIsBitEqual(_ index: Int) throws {
        for dtype in [DType.float64, .float32, .bfloat16] {
            for interruption in dtype == .float64 ? Array(0...12) : [5] {
                var walk = Walk(dtype: dtype)
                let rule = everyRule[index]
                let optimizer = try Optimizer([ParameterGroup(walk.parameters, rule)])
                walk.run(optimizer, steps: interruption)

                var resumed = walk
                let other = Walk(dtype: dtype)
                copy(walk, to: other)
                var fresh = rule
                fresh.learningRate = 123  // What was saved counts.
                let second = try Optimizer([ParameterGroup(other.parameters, fresh)])
                let state = optimizer.state()
                try second.load(interruption == 5 ? throughFiles(state) : throughJSON(state))
                #expect(second.groups[0].rule.learningRate == rule.learningRate)

                for _ in 0..<14 {
                    resumed.nextGradients()
                    for (parameter, twin) in zip(walk.parameters, other.parameters) {
                        twin.grad = parameter.grad!.clone()
                    }
                    optimizer.step()
                    second.step()
                }
                #expect(
                    walk.values == other.values, "\(type(of: rule).name), \(dtype), after \(interruption)")
            }
        }
    }

    /// Counts of parameters that started late, and schedules that moved the momentum, are part of the state.
    @Test func lateParametersResumeToo() throws {
        var walk = Walk()
        let optimizer = try Optimizer(RangerQH(learningRate: 0.01), of: walk.parameters)
        for step in 0..<7 {
            walk.nextGradients(without: step < 3 ? [0, 2] : [])
            optimizer.apply(.init(1, momentum: 0.85 + 0.01 * Double(step)))
            optimizer.step()
        }
        let other = Walk()
        copy(walk, to: other)
        let second = try Optimizer(RangerQH(learningRate: 0.01), of: other.parameters)
        try second.load(throughFiles(optimizer.state()))
        for _ in 0..<9 {
            walk.nextGradients()
            for (parameter, twin) in zip(walk.parameters, other.parameters) {
                twin.grad = parameter.grad!.clone()
            }
            optimizer.step()
            second.step()
        }
        #expect(walk.values == other.values)
    }

    @Test func loadingTakesNothingFromTheState() throws {
        var walk = Walk()
        let optimizer = try Optimizer(Ranger(learningRate: 0.01), of: walk.parameters)
        walk.run(optimizer, steps: 3)
        let state = try throughFiles(optimizer.state())
        let before = state.tensors.mapValues { $0.array(Double.self) }
        try optimizer.load(state)
        walk.run(optimizer, steps: 9)
        #expect(state.tensors.mapValues { $0.array(Double.self) } == before)
    }

    @Test func namesAreTheParametersOwn() throws {
        let network = Linear(2, 3)
        let optimizer = try Optimizer(Ranger(), of: network)
        network(Tensor.ones([1, 2])).sum().backward()
        optimizer.step()
        let memories = ["exp_avg", "exp_avg_sq", "slow_buffer"]
        #expect(
            Set(optimizer.state().tensors.keys) == Set(memories.flatMap { ["weight.\($0)", "bias.\($0)"] }))
    }

    @Test func otherOptimizersStatesAreRefused() throws {
        var walk = Walk()
        let optimizer = try Optimizer(Adam(learningRate: 0.01), of: walk.parameters)
        walk.run(optimizer, steps: 2)
        let state = optimizer.state()

        func expectRefusal(_ other: Optimizer, _ state: OptimizerState, _ text: String) {
            let error = #expect(throws: OptimizerError.self) { try other.load(state) }
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
            #expect(other.stepCount == 0)
        }
        let same = Walk().parameters
        expectRefusal(try Optimizer(SGD(), of: same), state, "group 0 is of adam, not sgd")
        expectRefusal(
            try Optimizer([ParameterGroup([same[0]], Adam()), ParameterGroup([same[1]], Adam())]), state,
            "1 parameter groups, not 2")
        expectRefusal(try Optimizer(Adam(), of: Array(same.dropLast())), state, "surplus: 3")
        let misshapen = try Optimizer(Adam(), of: Walk(shapes: [[4, 3, 3, 3], [5, 4], [6], []]).parameters)
        expectRefusal(misshapen, state, "2.exp_avg has the shape [5], not [6]")
        var incomplete = state
        incomplete.tensors["1.exp_avg_sq"] = nil
        expectRefusal(try Optimizer(Adam(), of: same), incomplete, "missing: 1.exp_avg_sq")
        var impossible = state
        impossible.record.groups[0].settings = "{\"beta1\": 2}"
        expectRefusal(try Optimizer(Adam(), of: same), impossible, "settings that are not those of adam")
    }
}
