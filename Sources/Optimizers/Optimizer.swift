import Layers
import Torch

/// Changes parameters by their gradients, each group by its ``UpdateRule``.
///
/// ```swift
/// let optimizer = try Optimizer(Ranger(learningRate: 4e-3, weightDecay: 1e-2), of: network)
/// loss.backward()
/// optimizer.step()
/// optimizer.zeroGrad()
/// ```
///
/// Parameters without a gradient and frozen ones are skipped; one that is unfrozen later starts with a memory
/// of its own. Sums and averages are kept in fp32 or fp64, and a parameter in half precision has a master copy
/// in fp32. Nothing in a step waits for a GPU.
public final class Optimizer {
    /// The groups. Their rules may be changed between steps; see also ``apply(_:)``.
    public var groups: [ParameterGroup]
    /// How many steps were taken.
    public internal(set) var stepCount = 0
    /// Name and memory of each parameter, group by group.
    let members: [[(name: String, parameter: Parameter, state: ParameterState)]]

    /// - Parameter groups: each with its rule.
    /// - Throws: ``OptimizerError`` when a hyper-parameter makes no sense, or a parameter or name comes twice.
    public init(_ groups: [ParameterGroup]) throws(OptimizerError) {
        for group in groups { try group.rule.validate() }
        var names = Set<String>()
        var boxes = Set<ObjectIdentifier>()
        var members: [[(name: String, parameter: Parameter, state: ParameterState)]] = []
        for group in groups {
            members.append([])
            for member in group.members {
                let name = member.name ?? String(names.count)
                guard names.insert(name).inserted, boxes.insert(ObjectIdentifier(member.parameter)).inserted
                else {
                    throw .duplicate(parameter: name)
                }
                members[members.count - 1].append((name, member.parameter, ParameterState()))
            }
        }
        (self.groups, self.members) = (groups, members)
    }

    /// One group of unnamed parameters.
    ///
    /// - Throws: ``OptimizerError`` when a hyper-parameter makes no sense, or a parameter comes twice.
    public convenience init(_ rule: some UpdateRule, of parameters: [Parameter]) throws(OptimizerError) {
        try self.init([ParameterGroup(parameters, rule)])
    }

    /// A module's parameters by name, in two groups: weight decay acts on those that decay.
    ///
    /// - Throws: ``OptimizerError`` when a hyper-parameter makes no sense.
    public convenience init(_ rule: some UpdateRule, of module: Module) throws(OptimizerError) {
        try self.init(ParameterGroup.split(module.namedParameters(), rule))
    }

    /// The parameters of all groups.
    public var parameters: [Parameter] { members.joined().map(\.parameter) }

    /// Takes one step with every parameter that has a gradient.
    public func step() {
        stepCount += 1
        withoutGradients {
            for (group, members) in zip(groups, members) {
                let memory = group.rule.memory
                for var batch in batches(of: members, memory: memory) {
                    group.rule.update(&batch)
                    for state in batch.states { (state.step, state.numbers) = (batch.step, batch.numbers) }
                }
                let started = members.filter { $0.state.step > 0 }
                guard !started.isEmpty else { continue }
                let all = ParameterBatch(
                    parameters: started.map { $0.state.values(of: $0.parameter, for: memory) }, gradients: [],
                    step: 0, numbers: [:], states: started.map(\.state))
                group.rule.finish(all, step: stepCount)
                for member in started { member.state.store(in: member.parameter) }
            }
        }
    }

    /// Computes a loss and its gradients with `closure`, takes a step, and returns the loss.
    @discardableResult
    public func step(_ closure: () throws -> Tensor) rethrows -> Tensor {
        let loss = try withGradients(true, closure)
        step()
        return loss
    }

    /// Forgets the gradients of all parameters.
    public func zeroGrad() {
        for parameter in parameters { parameter.grad = nil }
    }

    /// Sets learning rates to the groups' base learning rates times the schedule's factor, and momenta where the
    /// schedule has one.
    public func apply(_ value: Schedule.Value) {
        for index in groups.indices {
            groups[index].rule.learningRate = groups[index].baseLearningRate * value.learningRateFactor
            if let momentum = value.momentum { groups[index].rule.momentum = momentum }
        }
    }

    /// The parameters that have a gradient, put together by what a rule computes once for all of them: the count
    /// of steps, its numbers, type and device. Nearly always that is one batch.
    private func batches(
        of members: [(name: String, parameter: Parameter, state: ParameterState)], memory: [Memory]
    ) -> [ParameterBatch] {
        struct Key: Equatable {
            let step: Int
            let numbers: [String: Double]
            let dtype: DType
            let device: Device
        }
        var batches: [(key: Key, parameters: [Tensor], gradients: [Tensor], states: [ParameterState])] = []
        for (_, parameter, state) in members where parameter.isTrainable {
            guard let gradient = parameter.grad else { continue }
            let values = state.values(of: parameter, for: memory)
            let key = Key(
                step: state.step, numbers: state.numbers, dtype: values.dtype, device: values.device)
            let index = batches.firstIndex { $0.key == key } ?? batches.endIndex
            if index == batches.endIndex { batches.append((key, [], [], [])) }
            batches[index].parameters.append(values)
            batches[index].gradients.append(gradient.fitted(to: values))
            batches[index].states.append(state)
        }
        return batches.map {
            ParameterBatch(
                parameters: $0.parameters, gradients: $0.gradients, step: $0.key.step + 1,
                numbers: $0.key.numbers, states: $0.states)
        }
    }
}
