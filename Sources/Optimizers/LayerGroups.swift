import Foundation
import Layers

// Learning rates that differ between the layers of a network (Howard and Ruder, arXiv 1801.06146).

extension Optimizer {
    /// Layer groups with a learning rate each. Weight decay acts on parameters that decay only.
    ///
    /// - Parameters:
    ///   - rule: for all; its learning rate is replaced.
    ///   - groups: those of ``Layers/Module/layerGroups(startingAt:)``.
    ///   - learningRates: one for each group, above 0; see ``Swift/Array/spread(from:to:over:)``.
    /// - Throws: ``OptimizerError`` when a hyper-parameter makes no sense.
    public convenience init(
        _ rule: some UpdateRule, of groups: [LayerGroup], learningRates: [Double]
    ) throws(OptimizerError) {
        precondition(
            groups.count == learningRates.count, "\(learningRates.count) learning rates for \(groups.count) groups")
        try self.init(
            zip(groups, learningRates).flatMap { group, learningRate in
                ParameterGroup.split(group.parameters, rule.with(learningRate: learningRate))
            })
    }
}

extension UpdateRule {
    /// The rule at another learning rate.
    public func with(learningRate: Double) -> Self {
        var rule = self
        rule.learningRate = learningRate
        return rule
    }
}

extension [Double] {
    /// Learning rates at equal ratios, as fastai's `slice(start, end)` spreads them over layer groups.
    ///
    /// - Parameters:
    ///   - start: the first group's, above 0.
    ///   - end: the last group's, and the only one's; above 0.
    ///   - count: of groups, at least 1.
    public static func spread(from start: Double, to end: Double, over count: Int) -> [Double] {
        precondition(start > 0 && end > 0 && count > 0, "learning rates above 0 are spread over at least one group")
        guard count > 1 else { return [end] }
        return (0..<count).map { start * pow(end / start, Double($0) / Double(count - 1)) }
    }
}
