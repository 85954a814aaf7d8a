import Foundation
import Optimizers
import Torch

/// Looks for the learning rate of a recipe: trains its network on its images while the learning rate grows
/// exponentially, and reads where the loss falls (Smith, arXiv 1506.01186; fastai's `lr_find`).
///
/// ```swift
/// let finding = try LearningRateFinder(recipe, seed: 0).find()
/// print(finding.chosen.rate)
/// ```
///
/// The recipe's schedule plays no part: every step has its place in the sweep instead.
public struct LearningRateFinder {
    let learner: Learner
    private let seed: Int

    /// Reads the data, makes network and optimizer as a run with this seed would.
    ///
    /// - Parameters:
    ///   - recipe: whose learning rate is looked for. The one that it has does not matter.
    ///   - seed: of first weights, order, augmentation and dropout.
    ///   - data: the recipe's images when they are in memory already.
    /// - Throws: what is wrong with data, network, optimizer or device.
    public init(_ recipe: Recipe, seed: Int, data: TrainingData? = nil) throws {
        learner = try Learner(recipe, seed: seed, data: data)
        self.seed = seed
    }

    /// The fewest steps from which something can be read.
    public static let fewestSteps = 20

    /// Sweeps, and leaves network and optimizer as they were.
    ///
    /// - Parameters:
    ///   - steps: at least ``fewestSteps``; when the images do not suffice, they come again in another order.
    ///   - start: the first learning rate, above 0.
    ///   - end: where it would arrive after `steps` steps, above `start`.
    ///   - didStep: told each step, counted from 1, and its loss.
    /// - Throws: ``LearningRateFinderError``, what is wrong with an image, or a failed operator's error.
    public func find(
        steps: Int = 100, from start: Double = 1e-7, to end: Double = 10,
        didStep: (_ step: Int, _ loss: Double) -> Void = { _, _ in }
    ) throws -> LearningRateFinding {
        precondition(steps >= Self.fewestSteps, "a sweep needs \(Self.fewestSteps) steps")
        learner.begin(epoch: 0)
        var batches = EndlessBatches(plan: learner.plan)
        var last = Double.nan
        // The inner scope ends the sweep when a forward pass fails, the outer one finds what failed backward.
        let curve = try catching {
            try LearningRateCurve.sweep(
                learner.model, learner.optimizer, from: start, to: end, steps: steps, scaler: learner.scaler
            ) { step in
                let batch = try batches.next()
                let loss = try catching { learner.loss(batch) }
                last = loss.item(Double.self)
                didStep(step + 1, last)
                return loss
            }
        }
        if curve.rates.isEmpty { throw LearningRateFinderError.notFinite(loss: last) }
        return try LearningRateFinding(recipe: learner.recipe, seed: seed, curve: curve)
    }
}

/// Training batches, epoch after epoch.
private struct EndlessBatches {
    private let plan: BatchPlan
    private var epoch = 0
    private var batches: BatchLoader

    init(plan: BatchPlan) {
        self.plan = plan
        batches = plan.trainingBatches(epoch: 0, from: 0)
    }

    mutating func next() throws -> PreparedBatch {
        while true {
            if let batch = try batches.next() { return batch }
            epoch += 1
            batches = plan.trainingBatches(epoch: epoch, from: 0)
        }
    }
}

// MARK: What was found

/// A sweep's curve and the learning rates that it suggests.
public struct LearningRateFinding: Sendable {
    /// A learning rate and why.
    public struct Suggestion: Sendable, Equatable {
        /// How the curve was read.
        public let reading: LearningRateSuggestion
        /// The learning rate.
        public let rate: Double
    }

    /// The resolved recipe.
    public let recipe: Recipe
    /// The seed.
    public let seed: Int
    /// What the sweep saw.
    public let curve: LearningRateCurve
    /// The chosen one first; at least one.
    public let suggestions: [Suggestion]

    /// The suggestions of a curve, not empty.
    ///
    /// - Throws: ``LearningRateFinderError/divergedAtOnce(steps:planned:rate:)``.
    init(recipe: Recipe, seed: Int, curve: LearningRateCurve) throws {
        let rates = curve.suggestions
        (self.recipe, self.seed, self.curve) = (recipe, seed, curve)
        suggestions = LearningRateSuggestion.allCases.compactMap { reading in
            rates[reading].map { Suggestion(reading: reading, rate: $0) }
        }
        if suggestions.isEmpty {
            throw LearningRateFinderError.divergedAtOnce(
                steps: curve.rates.count, planned: curve.planned, rate: curve.rates.last!)
        }
    }

    /// The one to begin with: the valley, fastai's default.
    public var chosen: Suggestion { suggestions[0] }

    /// Whether the loss grew beyond four times its best, or was no finite number, before the sweep's end.
    public var endedEarly: Bool { curve.rates.count < curve.planned }
}

/// Why a sweep tells nothing.
public enum LearningRateFinderError: Error, Equatable, CustomStringConvertible {
    /// The loss is no finite number before anything was trained.
    case notFinite(loss: Double)
    /// The loss grew beyond bounds before there was a curve to read.
    case divergedAtOnce(steps: Int, planned: Int, rate: Double)

    /// One line: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .notFinite(let loss):
            "the loss of the first batch is \(loss), before anything was trained; "
                + "look at the recipe's precision, and at the network"
        case .divergedAtOnce(let steps, let planned, let rate):
            "the loss diverged after \(steps) of \(planned) steps, at a learning rate of \(rate.learningRateText), "
                + "too early to read a curve; choose a lower --start or more --steps"
        }
    }
}

extension Double {
    /// A learning rate as recipes write it, with two digits: `2.1e-3`.
    package var learningRateText: String {
        let parts = String(format: "%.1e", self).split(separator: "e")
        let mantissa = parts[0].hasSuffix(".0") ? parts[0].dropLast(2) : parts[0]
        return "\(mantissa)e\(Int(parts[1])!)"
    }
}
