import Foundation
import Layers
import Models

extension Recipe {
    /// A file of weights that the network begins with.
    public struct Weights: Equatable, Sendable {
        /// The file: safetensors, or what `torch.save` wrote.
        public var file = ""
        /// Whose names it has.
        public var names = WeightNames.mish
        /// The dictionary in the file that holds the weights; nil finds `state_dict`, `model` and the like.
        public var key: String?

        /// The weights of a file.
        public init(file: String = "", names: WeightNames = .mish, key: String? = nil) {
            (self.file, self.names, self.key) = (file, names, key)
        }

        /// The same with an absolute path: `~` is the home folder, and other paths start at `folder`.
        func resolved(relativeTo folder: String) -> Self {
            var weights = self
            weights.file = file.resolvedPath(relativeTo: folder)
            return weights
        }
    }

    /// Layer groups, what they learn at, and how long they stay frozen (Howard and Ruder, arXiv 1801.06146).
    public struct FineTuning: Equatable, Sendable {
        /// The layers with which groups begin, such as `layer4`; `head` is the classifier. What comes before them is
        /// a group, too.
        public var groups = [LayerGroup.head]
        /// A learning rate for each group, or the first group's and the last one's, between which the others lie at
        /// equal ratios. The last is the optimizer's learning rate. Nil: that for all.
        public var learningRates: [Double]?
        /// How many epochs each group stays frozen at first; 0 for the last group.
        public var frozenEpochs = [0, 0]
        /// What norms do in a frozen group. Default: fastai's.
        public var frozenNorms = LayerGroup.FrozenNorms.train

        /// Two groups, the body and the classifier, with one learning rate.
        public init() {}

        /// The number of layer groups.
        public var count: Int { groups.count + 1 }
    }
}

extension WeightNames: RecipeChoice {}
extension LayerGroup.FrozenNorms: RecipeChoice {}

extension Recipe.Weights: RecipeSection {
    package static var keyOfLoneWord: String { "file" }

    package mutating func visit(_ fields: inout RecipeFields) {
        fields.value("file", &file, .printable)
        if file.isEmpty { fields.refuse("file", "missing; it is the path of a file of weights") }
        fields.value("names", &names)
        fields.optional("key", &key, .printable)
    }
}

extension Recipe.FineTuning: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        let isGood = fields.list("groups", &groups, count: 1...100, .printable)
        if fields.isReading { frozenEpochs = Array(repeating: 0, count: count) }
        fields.optionalList("learning_rates", &learningRates, count: 1...101, .above(0))
        fields.list("frozen_epochs", &frozenEpochs, count: 1...101, .atLeast(0))
        fields.value("frozen_norms", &frozenNorms)
        guard isGood else { return }
        if let rates = learningRates, rates.count != 2, rates.count != count {
            fields.refuse(
                "learning_rates",
                "\(rates.count) rates for \(groupsInWords); give one for each, or the first one's and the last one's")
        }
        if frozenEpochs.count != count {
            fields.refuse("frozen_epochs", "\(frozenEpochs.count) numbers for \(groupsInWords); give one for each")
        } else if frozenEpochs.last != 0 {
            fields.refuse("frozen_epochs", "must end with 0: the last group is never frozen")
        }
    }

    private var groupsInWords: String { "\(count) groups (body, \(groups.joined(separator: ", ")))" }
}

extension Recipe {
    /// How many epochs it takes until all groups are unfrozen that ever are.
    var frozenEpochs: Int { fineTuning?.frozenEpochs.filter { $0 < epochs }.max() ?? 0 }

    /// Reads what a recipe says about fine-tuning, and checks it against the rest.
    mutating func visitFineTuning(_ fields: inout RecipeFields) {
        fields.optionalSection("fine_tuning", &fineTuning, defaults: FineTuning())
        if case .fineTune = schedule, frozenEpochs == 0 {
            fields.refuse(
                "schedule.name",
                "fine-tune needs groups that are frozen at first and unfrozen later, such as frozen_epochs: [1, 0] in "
                    + "fine_tuning")
        }
        guard let fineTuning, fields.isReading else { return }
        if let last = fineTuning.learningRates?.last, last != optimizer.learningRate {
            if fields.gives("optimizer.learning_rate") {
                fields.refuse(
                    "fine_tuning.learning_rates",
                    "must end with the optimizer's learning_rate, \(optimizer.learningRate), not with \(last)")
            }
            optimizer.learningRate = last
        }
        if let most = fineTuning.frozenEpochs.max(), most > epochs {
            fields.refuse(
                "fine_tuning.frozen_epochs", "must be at most \(epochs), the run's epochs, not \(most)")
        }
    }
}
