import Optimizers

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
        /// Falls along a half cosine.
        case cosine(Annealed)
        /// Falls by the same factor in every step.
        case exponential(Annealed)
        /// Falls as a power of what is left of the run; linearly by default.
        case polynomial(Polynomial)
        /// Falls by a factor at each milestone.
        case steps(Steps)
        /// Ranger21's warm-up, flat part and linear way down.
        case ranger21(Ranger21Schedule)
        /// A cycle while groups of layers are frozen, and one from half the rate after that: fastai's `fine_tune`.
        case fineTune(FineTuneSchedule)

        /// The schedule called `name` with its default settings.
        public init(_ name: Name) {
            switch name {
            case .constant: self = .constant(Constant())
            case .flatAndAnneal: self = .flatAndAnneal(FlatAndAnneal())
            case .flatCosine: self = .flatCosine(FlatCosine())
            case .oneCycle: self = .oneCycle(OneCycle())
            case .oneCycleV1: self = .oneCycleV1(OneCycleV1())
            case .cosine: self = .cosine(Annealed())
            case .exponential: self = .exponential(Annealed(finalFraction: 0.01))
            case .polynomial: self = .polynomial(Polynomial())
            case .steps: self = .steps(Steps())
            case .ranger21: self = .ranger21(Ranger21Schedule())
            case .fineTune: self = .fineTune(FineTuneSchedule())
            }
        }

        /// The schedule that `optimizer` is usually run with. To compare optimizers under one schedule would favour
        /// the one that it was made for.
        ///
        /// The Rangers and Ralamb go flat and anneal (the Mish thread; over9000), Ranger21 has its own; LAMB falls
        /// linearly and LARS quadratically, RMSProp exponentially, as published; QHM, whose momentum of 0.999 is
        /// not to be moved, follows a cosine; the others one cycle, which is fastai's default.
        public init(usualFor optimizer: Optimizer) {
            switch optimizer.name {
            case .ranger21: self = .ranger21(Ranger21Schedule(beta2: (optimizer.rule as? AdaPNM)?.beta2 ?? 0.999))
            case .ralamb: self = .flatAndAnneal(FlatAndAnneal())
            case _ where optimizer.name.inner != nil:
                self = .flatAndAnneal(FlatAndAnneal())
            case .lamb: self = .polynomial(Polynomial())
            case .lars: self = .polynomial(Polynomial(power: 2))
            case .rmsprop: self = .exponential(Annealed(finalFraction: 0.01))
            case .qhm: self = .cosine(Annealed())
            default: self = .oneCycle(OneCycle(momenta: optimizer.momentum == 0 ? nil : OneCycle().momenta))
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
            /// ``Schedule/cosine(_:)``.
            case cosine
            /// ``Schedule/exponential(_:)``.
            case exponential
            /// ``Schedule/polynomial(_:)``.
            case polynomial
            /// ``Schedule/steps(_:)``.
            case steps
            /// ``Schedule/ranger21(_:)``.
            case ranger21
            /// ``Schedule/fineTune(_:)``.
            case fineTune = "fine-tune"
        }

        /// The schedule's name.
        public var name: Name {
            switch self {
            case .constant: .constant
            case .flatAndAnneal: .flatAndAnneal
            case .flatCosine: .flatCosine
            case .oneCycle: .oneCycle
            case .oneCycleV1: .oneCycleV1
            case .cosine: .cosine
            case .exponential: .exponential
            case .polynomial: .polynomial
            case .steps: .steps
            case .ranger21: .ranger21
            case .fineTune: .fineTune
            }
        }

        var movesMomentum: Bool {
            switch self {
            case .flatAndAnneal(let settings): settings.momenta != nil
            case .oneCycle(let settings): settings.momenta != nil
            case .oneCycleV1(let settings): settings.momenta != nil
            case .fineTune(let settings): settings.momenta != nil
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
        /// The momentum (in Adam's family the first beta) while the rate stays and while it falls, as fastai's
        /// `fit_fc` has it; `nil` leaves it to the optimizer, which is how the thread's records were trained.
        public var momenta: [Double]?
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

    /// The settings of a rate that falls all the time.
    public struct Annealed: Equatable, Sendable {
        /// The rate at the end over the highest one.
        public var finalFraction = 0.0
        /// Steps over which the rate rises linearly from 0.
        public var warmupSteps = 0
    }

    /// The settings of a rate that falls as a power of what is left of the run.
    public struct Polynomial: Equatable, Sendable {
        /// The exponent: 1 for a straight line.
        public var power = 1.0
        /// Steps over which the rate rises linearly from 0.
        public var warmupSteps = 0
    }

    /// The settings of a rate that falls at milestones; the defaults are ImageNet's usual 30, 60 and 80 of 90 epochs.
    public struct Steps: Equatable, Sendable {
        /// The parts of the run after which the rate falls.
        public var milestones = [1.0 / 3, 2.0 / 3, 8.0 / 9]
        /// What the rate is multiplied by at each of them.
        public var factor = 0.1
        /// Steps over which the rate rises linearly from 0.
        public var warmupSteps = 0
    }

    /// The settings of Ranger21's schedule.
    public struct Ranger21Schedule: Equatable, Sendable {
        /// The rate at the end; at most the optimizer's.
        public var finalLearningRate = 3e-5
        /// The weight of the past in the running mean of squared gradients, which decides how long the warm-up is:
        /// 2 / (1 - beta2) steps, or 22 % of a run of which that would be more than 45 %.
        public var beta2 = 0.999
        /// The part of the steps before the way down.
        public var warmdownStart = 0.72
    }

    /// The settings of fastai's `fine_tune`. The first cycle takes the epochs in which groups of layers are frozen.
    public struct FineTuneSchedule: Equatable, Sendable {
        /// The part of the first cycle's steps during which the rate rises, from a 25th.
        public var frozenRisingFraction = 0.99
        /// The part of the second cycle's steps during which the rate rises.
        public var risingFraction = 0.3
        /// The second cycle's highest rate, which is half the first one's, over its first one.
        public var divisor = 5.0
        /// Each cycle's highest rate over its last one.
        public var finalDivisor = 1e5
        /// The momentum (in Adam's family the first beta) at each cycle's start, highest rate and end; `nil` leaves it
        /// to the optimizer.
        public var momenta: [Double]? = [0.95, 0.85, 0.95]
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
            fields.optionalList("momenta", &settings.momenta, count: 2...2, .within(0..<1))
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
        case .cosine(var settings):
            fields.value("final_fraction", &settings.finalFraction, .within(0...1))
            fields.value("warmup_steps", &settings.warmupSteps, .atLeast(0))
            self = .cosine(settings)
        case .exponential(var settings):
            fields.value("final_fraction", &settings.finalFraction, .positiveFraction)
            fields.value("warmup_steps", &settings.warmupSteps, .atLeast(0))
            self = .exponential(settings)
        case .polynomial(var settings):
            fields.value("power", &settings.power, .above(0))
            fields.value("warmup_steps", &settings.warmupSteps, .atLeast(0))
            self = .polynomial(settings)
        case .steps(var settings):
            fields.list("milestones", &settings.milestones, count: 1...100, .within(0...1))
            fields.value("factor", &settings.factor, .above(0))
            fields.value("warmup_steps", &settings.warmupSteps, .atLeast(0))
            self = .steps(settings)
        case .ranger21(var settings):
            fields.value("final_learning_rate", &settings.finalLearningRate, .atLeast(0))
            fields.value("beta2", &settings.beta2, .within(0..<1))
            fields.value("warmdown_start", &settings.warmdownStart, .within(0...1))
            self = .ranger21(settings)
        case .fineTune(var settings):
            fields.value("frozen_pct_start", &settings.frozenRisingFraction, .within(0...1))
            fields.value("pct_start", &settings.risingFraction, .within(0...1))
            fields.value("div", &settings.divisor, .atLeast(1))
            fields.value("final_div", &settings.finalDivisor, .atLeast(1))
            fields.optionalList("momenta", &settings.momenta, count: 3...3, .within(0..<1))
            self = .fineTune(settings)
        }
    }
}
