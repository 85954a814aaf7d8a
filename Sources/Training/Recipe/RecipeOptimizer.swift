import Optimizers

extension Recipe {
    /// The rule that changes the parameters, and its settings.
    ///
    /// A name stands for one of the package's rules with the defaults of its publication, which the rule's
    /// documentation cites. Every setting of the rule is a key.
    public struct Optimizer: Sendable {
        /// What the recipe calls it.
        public let name: Name
        /// The rule, without the LookAhead around it.
        package internal(set) var rule: any RecipeRule
        /// Whether normalisation parameters and biases decay, too.
        public var decaysNormsAndBiases = false
        /// The LookAhead around the rule, if any. (The Rangers always have one.)
        public var lookahead: Lookahead?

        /// The learning rate, at the schedule's highest point.
        public var learningRate: Double {
            get { rule.learningRate }
            set { rule.learningRate = newValue }
        }
        /// The weight decay.
        public var weightDecay: Double {
            get { rule.weightDecay }
            set { rule.weightDecay = newValue }
        }
        /// The weight of the past in the running mean of gradients: SGD's momentum, Adam's beta1.
        var momentum: Double { rule.momentum }

        /// The optimizer called `name` with its default settings.
        public init(_ name: Name) {
            switch name {
            case .sgd: self.init(name, SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4))
            case .adam: self.init(name, Adam())
            case .adamw: self.init(name, Adam.adamW())
            case .rmsprop: self.init(name, RMSProp())
            case .radam: self.init(name, RAdam())
            case .qhm: self.init(name, QHM())
            case .qhadam: self.init(name, RangerQH().inner)
            case .samsgrad: self.init(name, SAMSGrad())
            case .adapnm: self.init(name, Ranger21(learningRate: 1e-3).inner)
            case .lamb: self.init(name, LAMB())
            case .lars: self.init(name, LARS())
            case .ralamb: self.init(name, RangerLars().inner)
            case .ranger: self.init(name, Ranger())
            case .rangerqh: self.init(name, RangerQH())
            case .rangerva: self.init(name, RangerVA())
            case .ranger21: self.init(name, Ranger21(learningRate: 1e-3))
            case .rangerlars: self.init(name, RangerLars())
            }
        }

        private init(_ name: Name, _ rule: some RecipeRule) { (self.name, self.rule) = (name, rule) }

        private init(_ name: Name, _ ranger: LookAhead<some RecipeRule>) {
            self.init(name, ranger.inner)
            lookahead = Lookahead(steps: ranger.k, alpha: ranger.alpha)
        }

        /// The names of the optimizers in a recipe.
        public enum Name: String, RecipeChoice, Sendable {
            /// Stochastic gradient descent with momentum.
            case sgd
            /// Adam with weight decay in the gradient.
            case adam
            /// Adam with decoupled weight decay.
            case adamw
            /// The gradient over the root of its mean square.
            case rmsprop
            /// Rectified Adam.
            case radam
            /// Quasi-hyperbolic momentum.
            case qhm
            /// Quasi-hyperbolic Adam.
            case qhadam
            /// AMSGrad with a softplus around the denominator.
            case samsgrad
            /// Adam with positive-negative momentum and Ranger21's additions.
            case adapnm
            /// Layer-wise adapted Adam.
            case lamb
            /// Layer-wise adapted SGD.
            case lars
            /// Layer-wise adapted RAdam.
            case ralamb
            /// RAdam with gradient centralization and LookAhead.
            case ranger
            /// QHAdam with LookAhead.
            case rangerqh
            /// SAMSGrad with LookAhead.
            case rangerva
            /// AdaPNM with LookAhead.
            case ranger21
            /// Ralamb with LookAhead.
            case rangerlars

            /// What is inside the LookAhead that the name promises; nil for a name that promises none.
            var inner: Name? {
                switch self {
                case .ranger: .radam
                case .rangerqh: .qhadam
                case .rangerva: .samsgrad
                case .ranger21: .adapnm
                case .rangerlars: .ralamb
                default: nil
                }
            }
        }
    }

    /// LookAhead: every few steps, slow weights move towards the fast ones, which go back to them.
    /// Defaults as in Ranger, fastai and timm.
    public struct Lookahead: Equatable, Sendable {
        /// Fast steps between two slow ones.
        public var steps = 6
        /// How far the slow weights move.
        public var alpha = 0.5
    }
}

extension Recipe.Optimizer: Equatable {
    /// Whether both change parameters in the same way and have the same name.
    public static func == (a: Self, b: Self) -> Bool {
        a.name == b.name && a.rule.equals(b.rule) && a.decaysNormsAndBiases == b.decaysNormsAndBiases
            && a.lookahead == b.lookahead
    }
}

extension UpdateRule {
    fileprivate func equals(_ other: any UpdateRule) -> Bool { self == other as? Self }
}

extension Recipe.Optimizer: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        var name = name
        guard fields.value("name", &name) else { return fields.giveUp() }
        fields.kind = name.rawValue
        if fields.isReading { self = Self(name) }
        fields.value("learning_rate", &learningRate, .above(0))
        rule.visitSettings(&fields)
        fields.value("weight_decay", &weightDecay, .atLeast(0))
        fields.value("decay_norms_and_biases", &decaysNormsAndBiases)
        fields.optionalSection("lookahead", &lookahead, defaults: Recipe.Lookahead())
        if let inner = name.inner, lookahead == nil {
            fields.refuse(
                "lookahead",
                "\(name.rawValue) is \(inner.rawValue) with LookAhead; without it, say name: \(inner.rawValue)")
        }
    }
}

extension Recipe.Lookahead: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.value("steps", &steps, .atLeast(1))
        fields.value("alpha", &alpha, .positiveFraction)
    }
}
