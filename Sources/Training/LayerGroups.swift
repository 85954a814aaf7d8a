import Layers
import Models
import Optimizers

/// A recipe's layer groups: when they are frozen, and the optimizer that trains each at its learning rate.
///
/// Without fine-tuning there is one group, which is never frozen. The optimizer's groups are the same throughout;
/// what is frozen is passed over, and follows from the epoch alone, so that a resumed run freezes the same.
struct LayerGroups {
    let optimizer: Optimizers.Optimizer
    private let groups: [LayerGroup]
    private let frozenEpochs: [Int]
    private let norms: LayerGroup.FrozenNorms
    /// The layer group of each of the optimizer's groups.
    private let places: [Int]

    /// What the learning rate of the norms that train in a frozen group is divided by, as in fastai's
    /// `fit_one_cycle(n, slice(lr))`, which `fine_tune` begins with.
    private static let frozenNormsDivisor = 10.0

    /// - Throws: ``TrainingError/badLayerGroups(reason:)``, or what is wrong with the optimizer.
    init(for recipe: Recipe, _ model: any Layer) throws {
        do {
            groups = try model.layerGroups(startingAt: recipe.fineTuning?.groups ?? [])
        } catch {
            throw TrainingError.badLayerGroups(reason: "\(error)")
        }
        frozenEpochs = recipe.fineTuning?.frozenEpochs ?? [0]
        norms = recipe.fineTuning?.frozenNorms ?? .train
        let rates = recipe.layerGroupRates
        let parameterGroups = try zip(groups, rates).map { group, rate in
            try recipe.parameterGroups(group.parameters, learningRate: rate)
        }
        optimizer = try Optimizers.Optimizer(parameterGroups.flatMap(\.self))
        places = parameterGroups.enumerated().flatMap { Array(repeating: $0, count: $1.count) }
    }

    private func isFrozen(_ group: Int, in epoch: Int) -> Bool { epoch < frozenEpochs[group] }

    /// Freezes and unfreezes; comes after the network was put into training.
    func begin(epoch: Int) {
        for index in groups.indices where frozenEpochs[index] > 0 {
            if isFrozen(index, in: epoch) { groups[index].freeze(norms: norms) } else { groups[index].unfreeze() }
        }
    }

    /// Sets learning rates and momenta for a step.
    func apply(_ value: Optimizers.Schedule.Value, in epoch: Int) {
        optimizer.apply(value)
        guard let head = optimizer.groups.last?.rule.learningRate else { return }
        for (index, place) in places.enumerated() where isFrozen(place, in: epoch) {
            optimizer.groups[index].rule.learningRate = head / Self.frozenNormsDivisor
        }
    }
}

extension Recipe {
    /// The highest learning rate of each layer group.
    var layerGroupRates: [Double] {
        guard let fineTuning else { return [optimizer.learningRate] }
        guard let rates = fineTuning.learningRates else {
            return Array(repeating: optimizer.learningRate, count: fineTuning.count)
        }
        return rates.count == fineTuning.count
            ? rates : .spread(from: rates[0], to: rates[1], over: fineTuning.count)
    }
}
