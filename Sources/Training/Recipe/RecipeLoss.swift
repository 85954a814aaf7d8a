extension Recipe {
    /// What training minimises, and what the loss on validation images is. Both take mixed and smoothed labels.
    public enum Loss: Equatable, Sendable {
        /// The cross-entropy of the softmax.
        case crossEntropy
        /// The binary cross-entropy of each class by itself.
        case binaryCrossEntropy(BinaryCrossEntropy)

        /// The names of the losses in a recipe.
        public enum Name: String, RecipeChoice, Sendable {
            /// ``Loss/crossEntropy``.
            case crossEntropy = "cross-entropy"
            /// ``Loss/binaryCrossEntropy(_:)``.
            case binaryCrossEntropy = "bce"
        }

        /// The loss's name.
        public var name: Name {
            switch self {
            case .crossEntropy: .crossEntropy
            case .binaryCrossEntropy: .binaryCrossEntropy
            }
        }
    }

    /// The settings of the binary cross-entropy.
    public struct BinaryCrossEntropy: Equatable, Sendable {
        /// Whether the losses of the classes are added up, instead of their mean. Default: the mean, as in PyTorch
        /// and timm.
        public var sumsClasses = false
    }
}

extension Recipe.Loss: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        var name = name
        guard fields.value("name", &name) else { return fields.giveUp() }
        fields.kind = name.rawValue
        if fields.isReading && name != self.name {
            self = name == .crossEntropy ? .crossEntropy : .binaryCrossEntropy(.init())
        }
        if case .binaryCrossEntropy(var settings) = self {
            fields.value("sum_classes", &settings.sumsClasses)
            self = .binaryCrossEntropy(settings)
        }
    }
}
