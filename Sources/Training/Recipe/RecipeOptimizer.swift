extension Recipe {
    /// The rule that changes the parameters, and its settings.
    ///
    /// Defaults are those of the published implementations; weight decay is decoupled (`p *= 1 - lr wd`) except
    /// in SGD and QHAdam, where it is added to the gradient.
    public struct Optimizer: Equatable, Sendable {
        /// The rule with the settings that only it has.
        public var rule: Rule
        /// The learning rate, at the schedule's highest point.
        public var learningRate: Double
        /// The weight decay.
        public var weightDecay: Double
        /// Whether normalisation parameters and biases decay, too.
        public var decaysNormsAndBiases = false
        /// The LookAhead around the rule, if any. (Ranger always has one.)
        public var lookahead: Lookahead?

        /// The optimizer called `name` with its default settings.
        public init(_ name: Name) {
            switch name {
            case .sgd: (rule, learningRate, weightDecay) = (.sgd(SGD()), 0.1, 1e-4)
            case .adamw: (rule, learningRate, weightDecay) = (.adamW(AdamW()), 1e-3, 1e-2)
            case .radam: (rule, learningRate, weightDecay) = (.rAdam(RAdam()), 1e-3, 0)
            case .ranger: (rule, learningRate, weightDecay) = (.ranger(Ranger()), 1e-3, 0)
            case .qhadam: (rule, learningRate, weightDecay) = (.qhAdam(QHAdam()), 1e-3, 0)
            case .rangerqh: (rule, learningRate, weightDecay) = (.rangerQH(QHAdam()), 1e-3, 0)
            }
            lookahead = rule.includesLookahead ? Lookahead() : nil
        }

        /// The names of the rules in a recipe.
        public enum Name: String, RecipeChoice, Sendable {
            /// Stochastic gradient descent.
            case sgd
            /// Adam with decoupled weight decay.
            case adamw
            /// Rectified Adam.
            case radam
            /// Rectified Adam with LookAhead and gradient centralization.
            case ranger
            /// Quasi-hyperbolic Adam.
            case qhadam
            /// Quasi-hyperbolic Adam with LookAhead.
            case rangerqh
        }

        /// A rule with the settings that only it has.
        public enum Rule: Equatable, Sendable {
            /// Stochastic gradient descent.
            case sgd(SGD)
            /// Adam with decoupled weight decay.
            case adamW(AdamW)
            /// Rectified Adam.
            case rAdam(RAdam)
            /// Rectified Adam with LookAhead and gradient centralization.
            case ranger(Ranger)
            /// Quasi-hyperbolic Adam.
            case qhAdam(QHAdam)
            /// Quasi-hyperbolic Adam with LookAhead.
            case rangerQH(QHAdam)

            var includesLookahead: Bool {
                switch self {
                case .ranger, .rangerQH: true
                default: false
                }
            }
        }

        /// The rule's name.
        public var name: Name {
            switch rule {
            case .sgd: .sgd
            case .adamW: .adamw
            case .rAdam: .radam
            case .ranger: .ranger
            case .qhAdam: .qhadam
            case .rangerQH: .rangerqh
            }
        }

        /// The weight of the past in the running mean of gradients.
        var momentum: Double {
            switch rule {
            case .sgd(let settings): settings.momentum
            case .adamW(let settings): settings.betas[0]
            case .rAdam(let settings): settings.betas[0]
            case .ranger(let settings): settings.betas[0]
            case .qhAdam(let settings), .rangerQH(let settings): settings.betas[0]
            }
        }
    }

    /// SGD's settings.
    public struct SGD: Equatable, Sendable {
        /// The weight of the past in the running sum of gradients.
        public var momentum = 0.9
        /// Whether the step looks ahead along the momentum.
        public var isNesterov = false
    }

    /// AdamW's settings; defaults as in PyTorch.
    public struct AdamW: Equatable, Sendable {
        /// The weights of the past in the running means of the gradient and of its square.
        public var betas = [0.9, 0.999]
        /// What is added to the denominator.
        public var epsilon = 1e-8
    }

    /// RAdam's settings; defaults of the authors (<https://github.com/LiyuanLucasLiu/RAdam>).
    public struct RAdam: Equatable, Sendable {
        /// The weights of the past in the running means of the gradient and of its square.
        public var betas = [0.9, 0.999]
        /// What is added to the denominator.
        public var epsilon = 1e-8
    }

    /// Ranger's settings; defaults of
    /// <https://github.com/lessw2020/Ranger-Deep-Learning-Optimizer>, version 20.4.11.
    public struct Ranger: Equatable, Sendable {
        /// The weights of the past in the running means of the gradient and of its square.
        public var betas = [0.95, 0.999]
        /// What is added to the denominator.
        public var epsilon = 1e-5
        /// Whether the mean is taken out of each output channel's gradient.
        public var centralizesGradients = true
    }

    /// QHAdam's settings; defaults of the authors' recommendation and of the Mish thread's RangerQH
    /// (<https://github.com/facebookresearch/qhoptim>, arXiv 1810.06801). Weight decay is added to the gradient, as
    /// published.
    public struct QHAdam: Equatable, Sendable {
        /// The weights of the past in the running means of the gradient and of its square.
        public var betas = [0.9, 0.999]
        /// How much of the step the running means make, beside the gradient itself and its square.
        public var nus = [0.7, 1.0]
        /// What is added to the denominator.
        public var epsilon = 1e-8
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

extension Recipe.Optimizer: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        var name = name
        guard fields.value("name", &name) else { return fields.giveUp() }
        fields.kind = name.rawValue
        if fields.isReading { self = Self(name) }
        fields.value("learning_rate", &learningRate, .above(0))
        switch rule {
        case .sgd(var settings):
            fields.value("momentum", &settings.momentum, .within(0..<1))
            fields.value("nesterov", &settings.isNesterov)
            if settings.isNesterov && settings.momentum == 0 {
                fields.refuse("nesterov", "needs a momentum above 0")
            }
            rule = .sgd(settings)
        case .adamW(var settings):
            fields.adam(&settings.betas, &settings.epsilon)
            rule = .adamW(settings)
        case .rAdam(var settings):
            fields.adam(&settings.betas, &settings.epsilon)
            rule = .rAdam(settings)
        case .ranger(var settings):
            fields.adam(&settings.betas, &settings.epsilon)
            fields.value("gradient_centralization", &settings.centralizesGradients)
            rule = .ranger(settings)
        case .qhAdam(var settings):
            fields.qhAdam(&settings)
            rule = .qhAdam(settings)
        case .rangerQH(var settings):
            fields.qhAdam(&settings)
            rule = .rangerQH(settings)
        }
        fields.value("weight_decay", &weightDecay, .atLeast(0))
        fields.value("decay_norms_and_biases", &decaysNormsAndBiases)
        fields.optionalSection("lookahead", &lookahead, defaults: Recipe.Lookahead())
        if rule.includesLookahead && lookahead == nil {
            let inner = name == .ranger ? "radam" : "qhadam"
            fields.refuse("lookahead", "\(name.rawValue) is \(inner) with LookAhead; without it, say name: \(inner)")
        }
    }
}

extension RecipeFields {
    fileprivate mutating func adam(_ betas: inout [Double], _ epsilon: inout Double) {
        list("betas", &betas, count: 2...2, .within(0..<1))
        value("epsilon", &epsilon, .above(0))
    }

    fileprivate mutating func qhAdam(_ settings: inout Recipe.QHAdam) {
        adam(&settings.betas, &settings.epsilon)
        list("nus", &settings.nus, count: 2...2, .within(0...1))
    }
}

extension Recipe.Lookahead: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.value("steps", &steps, .atLeast(1))
        fields.value("alpha", &alpha, .init(text: "above 0, at most 1") { 0 < $0 && $0 <= 1 })
    }
}
