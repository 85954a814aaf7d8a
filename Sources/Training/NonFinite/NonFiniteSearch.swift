import Layers
import Optimizers
import Torch

/// Takes one training step and finds the first value in it that is not finite: in the state before, in the input,
/// forward, in the loss, backward, or in the update.
///
/// ```swift
/// if let finding = try findNonFinite(in: net, optimizer, loss: { net(x).mseLoss(y) }) { print(finding.text) }
/// ```
///
/// The step is repeated several times and each operator's results are looked at, so this is for when something has
/// gone wrong. Network, optimizer, scaler and random generators are left as they were; gradients are forgotten.
///
/// - Parameters:
///   - network: whose modules are named.
///   - optimizer: of the network's parameters.
///   - scaler: scales the loss, for fp16.
///   - loss: the forward pass, the same each time it is called.
/// - Returns: nil when everything is finite.
/// - Throws: what `loss` throws, or a failed operator's error, such as too little memory: the backward pass keeps
///   the results of all operators.
public func findNonFinite(
    in network: Module, _ optimizer: Optimizer, scaler: LossScaler? = nil, loss: () throws -> Tensor
) throws -> NonFiniteFinding? {
    let device = network.parameters().first?.tensor.device ?? .cpu
    let state = TrainingState(of: HeldTensors(of: network), optimizer, scaler, on: device)
    return try withoutActuallyEscaping(loss) { loss in
        let search = NonFiniteSearch(
            network: network, optimizer: optimizer, scaler: scaler, device: device, state: state.copied(), loss: loss)
        let result = Result { try search.run() }
        try search.rewind()
        return try result.get()
    }
}

private struct NonFiniteSearch {
    typealias Part = NonFiniteFinding.Part

    let network: Module
    let optimizer: Optimizer
    let scaler: LossScaler?
    let device: Device
    /// Before the step.
    let state: TrainingState
    let loss: () throws -> Tensor

    func rewind() throws { try state.restore(to: network, optimizer, scaler, on: device) }

    func run() throws -> NonFiniteFinding? {
        try inState() ?? inForwardPass() ?? inBackwardPass() ?? inUpdate()
    }

    // MARK: Before the step

    private func inState() -> NonFiniteFinding? {
        if state.isFinite { return nil }
        let parameters = Set(network.namedParameters().map(\.name))
        for (name, tensor) in HeldTensors(of: network).named where tensor.hasNonFinite {
            return .init(name, tensor, phase: parameters.contains(name) ? .parameter : .buffer)
        }
        for (name, tensor) in state.optimizer.tensors.sorted(by: { $0.key < $1.key }) where tensor.hasNonFinite {
            return .init(name, tensor, phase: .optimizer)
        }
        return nil
    }

    // MARK: Forward

    private func inForwardPass() throws -> NonFiniteFinding? {
        try rewind()
        return try catching {
            let trace = OperatorTrace(of: network, keeping: .nonFinite)
            let result = try trace.follow(loss)
            if result.hasNonFinite {
                guard let call = trace.origin(of: result) else {
                    return .init("the loss", result, phase: .loss)
                }
                return finding(call, trace)
            }
            // A loss is computed from the batch's statistics; running ones can overflow unseen.
            for (name, buffer) in network.namedBuffers() where buffer.tensor.hasNonFinite {
                return .init(name, buffer.tensor, phase: .buffer)
            }
            return nil
        }
    }

    private func finding(_ call: OperatorTrace.Call, _ trace: OperatorTrace) -> NonFiniteFinding {
        let given = call.inputs.first { !$0.summary.isFinite }
        let result = call.results.first(where: \.hasNonFinite)!
        return NonFiniteFinding(
            phase: given == nil ? trace.phase(of: call) : .input, module: call.module,
            moduleType: trace.moduleType(call.module), after: trace.place(before: call),
            operation: call.operation.name,
            tensor: given ?? Part(role: "result", name: nil, summary: TensorSummary(result)),
            inputs: given == nil ? call.inputs : [],
            samples: call.samples(of: result))
    }

    // MARK: Backward

    private func inBackwardPass() throws -> NonFiniteFinding? {
        try rewind()
        return try catching {
            let trace = OperatorTrace(of: network, keeping: .all)
            let result = try trace.follow(loss)
            var tensors: [Tensor] = []
            var seen = Set<Int>()
            for tensor in trace.calls.flatMap({ $0.arguments.flatMap(\.tensors) + $0.results })
            where tensor.requiresGrad && seen.insert(tensor.identity).inserted {
                tensors.append(tensor)
            }
            guard result.requiresGrad, !tensors.isEmpty else { return nil }
            let gradients = gradient(
                of: scaler?.scaled(result) ?? result, at: tensors, retainGraph: true, allowUnused: true)
            let byTensor = Dictionary(uniqueKeysWithValues: zip(tensors.map(\.identity), gradients))
            // An infinite gradient that a mask takes away on its way is harmless.
            let last = network.parameters().compactMap { byTensor[$0.tensor.identity] }
            return last.areFinite ? nil : origin(in: trace, byTensor)
        }
    }

    /// The last operator that has finite gradients of its results, and makes one of an argument that is not.
    ///
    /// An argument's gradient is the sum over all operators that use it. So each operator's backward is computed by
    /// itself, to tell the one that is to blame.
    private func origin(in trace: OperatorTrace, _ gradients: [Int: Tensor]) -> NonFiniteFinding? {
        func isBad(_ tensor: Tensor) -> Bool { gradients[tensor.identity]?.hasNonFinite ?? false }
        let candidates = trace.calls.reversed().filter { call in
            call.arguments.contains { $0.tensors.contains(where: isBad) } && !call.results.contains(where: isBad)
        }
        guard let call = candidates.first(where: { $0.makesNonFinite(from: gradients) }) ?? candidates.first
        else { return nil }
        let arguments = zip(call.operation.argumentNames, call.arguments).flatMap { role, value in
            value.tensors.map { (role: role, tensor: $0) }
        }
        let bad = arguments.first { isBad($0.tensor) }!
        let gradient = gradients[bad.tensor.identity]!
        let incoming = call.results.compactMap { gradients[$0.identity] }.map {
            Part(role: "gradient of the result", name: nil, summary: TensorSummary($0))
        }
        return NonFiniteFinding(
            phase: .backward, module: call.module, moduleType: trace.moduleType(call.module),
            after: trace.place(before: call), operation: call.operation.name,
            tensor: Part(
                role: "gradient of \(bad.role)", name: trace.name(of: bad.tensor), summary: TensorSummary(gradient)),
            inputs: incoming + trace.parts(of: call.operation, call.arguments),
            samples: call.samples(of: gradient))
    }

    // MARK: Update

    private func inUpdate() throws -> NonFiniteFinding? {
        try rewind()
        try catching { _ = optimizer.step(minimizing: try loss(), scaler: scaler) }
        let memories = optimizer.state().tensors.filter { $0.value.hasNonFinite }
        for (name, parameter) in network.namedParameters() {
            let memory = memories.filter { $0.key.hasPrefix("\(name).") }.min { $0.key < $1.key }
            guard memory != nil || parameter.tensor.hasNonFinite else { continue }
            let (label, tensor) = memory.map { ($0.key, $0.value) } ?? (name, parameter.tensor)
            var inputs = [Part(role: "before", name: name, summary: TensorSummary(state.network[name]!))]
            if let gradient = parameter.grad {
                inputs.append(Part(role: "gradient", name: name, summary: TensorSummary(gradient)))
            }
            return .init(label, tensor, phase: .update, inputs: inputs)
        }
        return nil
    }
}

extension NonFiniteFinding {
    /// A tensor of the state, or one that no operator is known for.
    fileprivate init(_ name: String, _ tensor: Tensor, phase: Phase, inputs: [Part] = []) {
        self.init(
            phase: phase, module: nil, moduleType: nil, after: nil, operation: nil,
            tensor: Part(role: "tensor", name: name, summary: TensorSummary(tensor)), inputs: inputs, samples: [])
    }
}

extension OperatorTrace.Call {
    /// The samples in which a tensor of this call is not finite. Of a mean over samples, its terms are looked at.
    fileprivate func samples(of tensor: Tensor) -> [Int] {
        let reductions = ["aten::cross_entropy_loss": 3, "aten::binary_cross_entropy_with_logits": 4]
        guard tensor.rank == 0, let place = reductions[operation.name], place < arguments.count else {
            return tensor.nonFiniteRows
        }
        var each = arguments
        each[place] = .int(Reduction.none.rawValue)
        return withoutGradients { operation.call(each) }.first?.tensors.first?.nonFiniteRows ?? []
    }

    /// Whether the operator's own backward makes a gradient that is not finite of those of its results.
    fileprivate func makesNonFinite(from gradients: [Int: Tensor]) -> Bool {
        guard !operation.isInPlace else { return false }
        return withGradients(true) {
            var inputs: [Tensor] = []
            func fresh(_ tensor: Tensor) -> Tensor {
                let copy = tensor.detach().clone()
                guard tensor.requiresGrad else { return copy }
                inputs.append(copy.requiringGrad())
                return inputs.last!
            }
            let copies: [Value] = arguments.map { value in
                switch value {
                case .tensor(let tensor): .tensor(fresh(tensor))
                case .tensors(let tensors): .tensors(tensors.map(fresh))
                case .optionalTensors(let tensors): .optionalTensors(tensors.map { $0.map(fresh) })
                default: value
                }
            }
            let device = results.first?.device ?? .cpu
            let again = withAutocast(autocast ?? .float32, device: device) {
                operation.call(copies).flatMap(\.tensors)
            }
            guard !inputs.isEmpty else { return false }
            return zip(again, results).contains { output, result in
                guard output.requiresGrad, let upstream = gradients[result.identity] else { return false }
                let own = gradient(
                    of: output, at: inputs, gradient: upstream, retainGraph: true, allowUnused: true)
                return !own.areFinite
            }
        }
    }
}
