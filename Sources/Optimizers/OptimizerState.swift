import Foundation
import Torch

/// Everything that an optimizer remembers, so that training goes on bit-equal after it is restored: memories,
/// counts (LookAhead's phase is the optimizer's), masters and hyper-parameters.
public struct OptimizerState {
    /// By parameter and memory, such as `fc.weight.exp_avg`. They are the optimizer's own, not copies: save them
    /// before the next step.
    public var tensors: [String: Tensor]
    /// What is not a tensor.
    public var record: Record

    /// The part of a state that is not tensors.
    public struct Record: Sendable, Codable, Equatable {
        /// How many steps the optimizer took.
        public var stepCount: Int
        /// Its groups in order.
        public var groups: [Group]
    }

    /// A parameter group.
    public struct Group: Sendable, Codable, Equatable {
        /// The rule's name, such as `radam`.
        public var rule: String
        /// The rule's hyper-parameters as JSON.
        public var settings: String
        /// Its parameters in order.
        public var parameters: [Parameter]
    }

    /// A parameter.
    public struct Parameter: Sendable, Codable, Equatable {
        /// As the optimizer knows it.
        public var name: String
        /// How many steps it took; one that took none has no tensors.
        public var step: Int
        /// The rule's numbers.
        public var numbers: [String: Double]
    }

    /// - Parameters:
    ///   - tensors: by parameter and memory.
    ///   - record: what is not a tensor.
    public init(tensors: [String: Tensor], record: Record) {
        (self.tensors, self.record) = (tensors, record)
    }
}

private let master = "master"

extension Optimizer {
    /// Everything that the optimizer remembers.
    public func state() -> OptimizerState {
        var tensors: [String: Tensor] = [:]
        for (name, _, state) in members.joined() {
            for (memory, tensor) in state.tensors { tensors["\(name).\(memory)"] = tensor }
            tensors["\(name).\(master)"] = state.master
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let records = zip(groups, members).map { group, members in
            guard let settings = try? encoder.encode(group.rule) else {
                preconditionFailure("\(type(of: group.rule).name) has a setting that is not a finite number")
            }
            return OptimizerState.Group(
                rule: type(of: group.rule).name, settings: String(decoding: settings, as: UTF8.self),
                parameters: members.map {
                    .init(name: $0.name, step: $0.state.step, numbers: $0.state.numbers)
                })
        }
        return OptimizerState(tensors: tensors, record: .init(stepCount: stepCount, groups: records))
    }

    /// Takes over a state, hyper-parameters included. Restore the network's weights first.
    ///
    /// - Throws: ``OptimizerError/state(_:)`` that lists every deviation of rules, parameters and tensors. The
    ///   optimizer is unchanged then.
    public func load(_ state: OptimizerState) throws(OptimizerError) {
        let record = state.record
        guard record.groups.count == groups.count else {
            throw .state(["it has \(record.groups.count) parameter groups, not \(groups.count)"])
        }
        var deviations: [String] = []
        var rules: [any UpdateRule] = []
        for (index, saved) in record.groups.enumerated() {
            let own = type(of: groups[index].rule)
            let names = (own: members[index].map(\.name), saved: saved.parameters.map(\.name))
            if saved.rule != own.name {
                deviations.append("group \(index) is of \(saved.rule), not \(own.name)")
            } else if let rule = try? decoded(saved.settings, as: own) {
                rules.append(rule)
            } else {
                deviations.append(
                    "group \(index) has settings that are not those of \(own.name): \(saved.settings)")
            }
            if names.own != names.saved {
                let missing = names.own.filter { !names.saved.contains($0) }.map { "missing: \($0)" }
                let surplus = names.saved.filter { !names.own.contains($0) }.map { "surplus: \($0)" }
                deviations += missing + surplus
                if missing + surplus == [] {
                    deviations.append("group \(index) has its parameters in another order")
                }
            }
        }
        guard deviations.isEmpty else { throw .state(deviations) }

        for (index, saved) in record.groups.enumerated() {
            let memory = rules[index].memory.map(\.name)
            for (member, saved) in zip(members[index], saved.parameters) where saved.step > 0 {
                for name in memory where state.tensors["\(member.name).\(name)"] == nil {
                    deviations.append("missing: \(member.name).\(name)")
                }
                for (name, tensor) in memories(of: member.name, in: state)
                where tensor.shape != member.parameter.tensor.shape {
                    deviations.append(
                        "\(member.name).\(name) has the shape \(tensor.shape), not \(member.parameter.tensor.shape)"
                    )
                }
            }
        }
        guard deviations.isEmpty else { throw .state(deviations.sorted()) }

        stepCount = record.stepCount
        for (index, saved) in record.groups.enumerated() {
            groups[index].rule = rules[index]
            for (member, saved) in zip(members[index], saved.parameters) {
                var tensors = memories(of: member.name, in: state)
                let saved32 = tensors.removeValue(forKey: master)
                member.state.restore(
                    step: saved.step, numbers: saved.numbers, tensors: tensors, master: saved32)
            }
        }
    }

    private func decoded<Rule: UpdateRule>(_ settings: String, as type: Rule.Type) throws -> any UpdateRule {
        let rule = try JSONDecoder().decode(type, from: Data(settings.utf8))
        try rule.validate()
        return rule
    }

    /// A parameter's tensors in a state, by memory. Names of memories have no dots, those of parameters may.
    private func memories(of parameter: String, in state: OptimizerState) -> [String: Tensor] {
        let prefix = "\(parameter)."
        var found: [String: Tensor] = [:]
        for (name, tensor) in state.tensors where name.hasPrefix(prefix) {
            let memory = String(name.dropFirst(prefix.count))
            if !memory.contains(".") { found[memory] = tensor }
        }
        return found
    }
}
