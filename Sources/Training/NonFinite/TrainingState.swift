import Foundation
import Layers
import Optimizers
import Torch

/// What a training step changes: weights, buffers, the optimizer's memory, the loss scale, random generators.
struct TrainingState {
    /// Parameters and buffers by name.
    var network: [String: Tensor]
    var optimizer: OptimizerState
    var scaler: LossScaler.State?
    /// Of the CPU's random generator, and of the device's if that is another.
    var random: [String: Tensor]

    /// The state as it is; the tensors are not copies.
    init(of network: HeldTensors, _ optimizer: Optimizer, _ scaler: LossScaler?, on device: Device) {
        self.network = network.tensors
        self.optimizer = optimizer.state()
        self.scaler = scaler?.state
        random = ["cpu": randomState()]
        if device != .cpu { random["device"] = randomState(of: device) }
    }

    init(of learner: Learner) {
        self.init(of: learner, HeldTensors(of: learner.model))
    }

    init(of learner: Learner, _ network: HeldTensors) {
        self.init(of: network, learner.optimizer, learner.scaler, on: learner.device)
    }

    /// The same state in memory of its own, on the same device.
    func copied() -> TrainingState {
        var copy = self
        copy.network = network.mapValues { $0.clone() }
        copy.optimizer.tensors = optimizer.tensors.mapValues { $0.detach().clone() }
        return copy
    }

    /// Puts network, optimizer, scaler and random generators into this state; gradients are forgotten.
    func restore(to network: Module, _ optimizer: Optimizer, _ scaler: LossScaler?, on device: Device) throws {
        optimizer.zeroGrad()
        try network.load(self.network)
        try optimizer.load(self.optimizer)
        if let scaler, let state = self.scaler { scaler.state = state }
        try catching {
            if let state = random["cpu"] { setRandomState(state) }
            if device != .cpu, let state = random["device"] { setRandomState(state, of: device) }
        }
    }

    func restore(to learner: Learner) throws {
        try restore(to: learner.model, learner.optimizer, learner.scaler, on: learner.device)
    }

    /// Whether all of it is finite.
    var isFinite: Bool { (Array(network.values) + optimizer.tensors.values).areFinite }
}

/// A network's parameters and buffers by name, found once: looking for them takes as long as copying them.
struct HeldTensors {
    private let parameters: [(name: String, parameter: Parameter)]
    private let buffers: [(name: String, buffer: Buffer.Box)]

    init(of network: Module) {
        (parameters, buffers) = (network.namedParameters(), network.namedBuffers())
    }

    /// The tensors as they are now, not copies, in the network's order.
    var named: [(name: String, tensor: Tensor)] {
        parameters.map { ($0.name, $0.parameter.tensor) } + buffers.map { ($0.name, $0.buffer.tensor) }
    }

    /// The same without their gradients, by name.
    var tensors: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.tensor.detach()) })
    }
}

extension Checkpoint {
    /// The state of training in it.
    ///
    /// - Throws: `DecodingError`.
    func state() throws -> TrainingState {
        let decoder = JSONDecoder()
        let record = try decoder.decode(
            OptimizerState.Record.self, from: Data((records[.optimizer] ?? "").utf8))
        let scaler = try records[.scaler].map { try decoder.decode(LossScaler.State.self, from: Data($0.utf8)) }
        return TrainingState(
            network: tensors[.network] ?? [:],
            optimizer: OptimizerState(tensors: tensors[.optimizer] ?? [:], record: record), scaler: scaler,
            random: tensors[.random] ?? [:])
    }

    /// Takes a state of training in.
    mutating func store(_ state: TrainingState) throws {
        func text(_ record: some Encodable) throws -> String {
            String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        }
        tensors[.network] = state.network
        tensors[.optimizer] = state.optimizer.tensors
        tensors[.random] = state.random
        records[.optimizer] = try text(state.optimizer.record)
        if let scaler = state.scaler { records[.scaler] = try text(scaler) }
    }
}

extension TrainingState {
    fileprivate init(
        network: [String: Tensor], optimizer: OptimizerState, scaler: LossScaler.State?, random: [String: Tensor]
    ) {
        (self.network, self.optimizer, self.scaler, self.random) = (network, optimizer, scaler, random)
    }
}
