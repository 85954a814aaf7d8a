import Layers
import Torch

/// Parameters that share a rule.
public struct ParameterGroup {
    /// The parameters, with names or nil.
    let members: [(name: String?, parameter: Parameter)]
    /// The rule with its hyper-parameters, which may be changed between steps.
    public var rule: any UpdateRule
    /// The learning rate that a schedule's factor multiplies: the rule's when the group was made. Groups keep
    /// their proportions so.
    public let baseLearningRate: Double

    /// The parameters.
    public var parameters: [Parameter] { members.map(\.parameter) }

    /// Parameters that a saved state names by their place in the optimizer, counted from 0.
    public init(_ parameters: [Parameter], _ rule: any UpdateRule) {
        self.init(members: parameters.map { (nil, $0) }, rule)
    }

    /// Parameters that a saved state names as given.
    public init(named parameters: [(name: String, parameter: Parameter)], _ rule: any UpdateRule) {
        self.init(members: parameters.map { ($0.name, $0.parameter) }, rule)
    }

    private init(members: [(name: String?, parameter: Parameter)], _ rule: any UpdateRule) {
        (self.members, self.rule, baseLearningRate) = (members, rule, rule.learningRate)
    }

    /// Two groups: parameters that decay, and those that do not (norms and biases), whose weight decay is 0. A
    /// group that would be empty is left out.
    public static func split(
        _ parameters: [(name: String, parameter: Parameter)], _ rule: some UpdateRule
    ) -> [ParameterGroup] {
        var withoutDecay = rule
        withoutDecay.weightDecay = 0
        return [
            ParameterGroup(named: parameters.filter { $0.parameter.decays }, rule),
            ParameterGroup(named: parameters.filter { !$0.parameter.decays }, withoutDecay),
        ].filter { !$0.members.isEmpty }
    }
}
