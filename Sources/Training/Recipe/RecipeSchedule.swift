extension Recipe {
    /// How the learning rate moves over the steps of a run, as a part of the optimizer's learning rate.
    public enum Schedule: Equatable, Sendable {
        /// Stays, after a warm-up.
        case constant(Constant)
        /// Stays, then follows a half cosine down to 0: the Mish thread's.
        case flatAndAnneal(FlatAndAnneal)
        /// Stays, then follows a half cosine down: fastai's second version of flat-and-anneal.
        case flatCosine(FlatCosine)
        /// Rises and falls along half cosines, the momentum against it: fastai's second version.
        case oneCycle(OneCycle)
        /// Rises and falls along half cosines, the momentum against it: fastai's first version.
        case oneCycleV1(OneCycleV1)

        /// The schedule called `name` with its default settings.
        public init(_ name: Name) {
            switch name {
            case .constant: self = .constant(Constant())
            case .flatAndAnneal: self = .flatAndAnneal(FlatAndAnneal())
            case .flatCosine: self = .flatCosine(FlatCosine())
            case .oneCycle: self = .oneCycle(OneCycle())
            case .oneCycleV1: self = .oneCycleV1(OneCycleV1())
            }
        }

        /// The schedule that `optimizer` is usually run with: Ranger and RangerQH flat-and-anneal, the others one-cycle. To
        /// compare optimizers under one schedule would favour the one that it was made for.
        public init(usualFor optimizer: Optimizer) {
            if optimizer.rule.includesLookahead {
                self = .flatAndAnneal(FlatAndAnneal())
            } else {
                self = .oneCycle(OneCycle(momenta: optimizer.momentum == 0 ? nil : OneCycle().momenta))
            }
        }

        /// The names of the schedules in a recipe.
        public enum Name: String, RecipeChoice, Sendable {
            /// ``Schedule/constant(_:)``.
            case constant
            /// ``Schedule/flatAndAnneal(_:)``.
            case flatAndAnneal = "flat-and-anneal"
            /// ``Schedule/flatCosine(_:)``.
            case flatCosine = "flat-cos"
            /// ``Schedule/oneCycle(_:)``.
            case oneCycle = "one-cycle"
            /// ``Schedule/oneCycleV1(_:)``.
            case oneCycleV1 = "one-cycle-v1"
        }

        /// The schedule's name.
        public var name: Name {
            switch self {
            case .constant: .constant
            case .flatAndAnneal: .flatAndAnneal
            case .flatCosine: .flatCosine
            case .oneCycle: .oneCycle
            case .oneCycleV1: .oneCycleV1
            }
        }

        var movesMomentum: Bool {
            switch self {
            case .oneCycle(let settings): settings.momenta != nil
            case .oneCycleV1(let settings): settings.momenta != nil
            default: false
            }
        }
    }

    /// The settings of a constant rate.
    public struct Constant: Equatable, Sendable {
        /// Steps over which the rate rises linearly from 0.
        public var warmupSteps = 0
    }

    /// The settings of flat-and-anneal.
    public struct FlatAndAnneal: Equatable, Sendable {
        /// The part of the steps during which the rate stays.
        public var flatFraction = 0.72
        /// Steps over which the rate rises linearly from 0.
        public var warmupSteps = 0
    }

    /// The settings of flat-cos.
    public struct FlatCosine: Equatable, Sendable {
        /// The part of the steps during which the rate stays.
        public var flatFraction = 0.75
        /// The rate over the last one.
        public var finalDivisor = 1e5
        /// Steps over which the rate rises linearly from 0.
        public var warmupSteps = 0
    }

    /// The settings of one-cycle, second version.
    public struct OneCycle: Equatable, Sendable {
        /// The part of the steps during which the rate rises.
        public var risingFraction = 0.25
        /// The highest rate over the first one.
        public var divisor = 25.0
        /// The highest rate over the last one.
        public var finalDivisor = 1e5
        /// The momentum (in Adam's family the first beta) at the start, at the highest rate and at the end;
        /// `nil` leaves it to the optimizer.
        public var momenta: [Double]? = [0.95, 0.85, 0.95]
    }

    /// The settings of one-cycle, first version.
    public struct OneCycleV1: Equatable, Sendable {
        /// The part of the steps during which the rate rises.
        public var risingFraction = 0.3
        /// The highest rate over the first one.
        public var divisor = 25.0
        /// The highest rate over the last one.
        public var finalDivisor = 25e4
        /// The momentum (in Adam's family the first beta) at the start and the end, and at the highest rate;
        /// `nil` leaves it to the optimizer.
        public var momenta: [Double]? = [0.95, 0.85]
    }
}

extension Recipe.Schedule: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        var name = name
        guard fields.value("name", &name) else { return fields.giveUp() }
        fields.kind = name.rawValue
        if fields.isReading && name != self.name { self = Self(name) }
        switch self {
        case .constant(var settings):
            fields.value("warmup_steps", &settings.warmupSteps, .atLeast(0))
            self = .constant(settings)
        case .flatAndAnneal(var settings):
            fields.value("flat_fraction", &settings.flatFraction, .within(0...1))
            fields.value("warmup_steps", &settings.warmupSteps, .atLeast(0))
            self = .flatAndAnneal(settings)
        case .flatCosine(var settings):
            fields.value("flat_fraction", &settings.flatFraction, .within(0...1))
            fields.value("final_div", &settings.finalDivisor, .atLeast(1))
            fields.value("warmup_steps", &settings.warmupSteps, .atLeast(0))
            self = .flatCosine(settings)
        case .oneCycle(var settings):
            fields.value("pct_start", &settings.risingFraction, .within(0...1))
            fields.value("div", &settings.divisor, .atLeast(1))
            fields.value("final_div", &settings.finalDivisor, .atLeast(1))
            fields.optionalList("momenta", &settings.momenta, count: 3...3, .within(0..<1))
            self = .oneCycle(settings)
        case .oneCycleV1(var settings):
            fields.value("pct_start", &settings.risingFraction, .within(0...1))
            fields.value("div", &settings.divisor, .atLeast(1))
            fields.value("final_div", &settings.finalDivisor, .atLeast(1))
            fields.optionalList("momenta", &settings.momenta, count: 2...2, .within(0..<1))
            self = .oneCycleV1(settings)
        }
    }
}
