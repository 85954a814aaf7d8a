import Foundation
import Layers
import Torch

/// What a learning-rate sweep saw (Smith, arXiv 1506.01186; fastai's `lr_find`).
public struct LearningRateCurve: Sendable, Codable, Equatable {
    /// How many steps were planned. A sweep that diverged has fewer.
    public let planned: Int
    /// The learning rate of each step.
    public private(set) var rates: [Double] = []
    /// The loss at each step.
    public private(set) var rawLosses: [Double] = []
    /// The loss at each step, smoothed by a running average at rate 0.98 that is corrected for its start.
    public private(set) var losses: [Double] = []

    private var average = 0.0
    private static let smoothing = 0.98

    /// Nothing has been seen yet.
    public init(planned: Int) { self.planned = planned }

    /// Adds a step.
    ///
    /// - Returns: whether to go on: false once the smoothed loss exceeds four times its best, or the loss is no
    ///   finite number (which is not added).
    public mutating func add(rate: Double, loss: Double) -> Bool {
        guard loss.isFinite else { return false }
        average = Self.smoothing * average + (1 - Self.smoothing) * loss
        rates.append(rate)
        rawLosses.append(loss)
        losses.append(average / (1 - pow(Self.smoothing, Double(rates.count))))
        return losses[losses.count - 1] <= 4 * losses.min()!
    }
}

// MARK: Suggestions

extension LearningRateCurve {
    /// A learning rate for each way of reading the curve; empty when the curve is too short.
    public var suggestions: [LearningRateSuggestion: Double] {
        let (rates, losses) = cut(first: planned / 10, last: 5)
        var found: [LearningRateSuggestion: Double] = [:]
        if losses.count > 1 {
            found[.valley] = rates[valley(losses)]
            found[.slide] = slide(losses).map { rates[$0] }
            found[.minimum] = rates[leastIndex(losses)] / 10
            let slopes = zip(losses.dropFirst(), losses).map(-)
            let widths = zip(rates.dropFirst(), rates).map { log($0) - log($1) }
            found[.steep] = rates[leastIndex(zip(slopes, widths).map(/))]
        }
        let (rates1, losses1) = cut(first: 10, last: 5)
        if losses1.count > 1 {
            found[.steepV1] = rates1[leastIndex(gradient(losses1))]
            found[.minimumV1] = rates1[leastIndex(losses1)] / 10
        }
        return found
    }

    private func cut(first: Int, last: Int) -> (rates: [Double], losses: [Double]) {
        (Array(rates.dropFirst(first).dropLast(last)), Array(losses.dropFirst(first).dropLast(last)))
    }

    /// In the second third of the longest decreasing subsequence, taken as if it had no gaps.
    private func valley(_ losses: [Double]) -> Int {
        var lengths = Array(repeating: 1, count: losses.count)
        var (start, end) = (0, 0)
        for i in 1..<losses.count {
            for j in 0..<i where losses[i] < losses[j] && lengths[i] < lengths[j] + 1 { lengths[i] = lengths[j] + 1 }
            if lengths[end] < lengths[i] { (start, end) = (i - lengths[i], i) }
        }
        let third = Double(end - start) / 3
        let index = start + Int(third) + Int(third / 2)
        // The start may be -1, which in the original means the last place.
        return index < 0 ? losses.count + index : index
    }

    /// From the right, the last place at which the slope still differs from that 15 steps further right.
    private func slide(_ losses: [Double], distance: Int = 15, threshold: Double = 0.005) -> Int? {
        let slopes = gradient(losses)
        var right = losses.count - 1
        var found = right - distance
        guard found >= 0 else { return nil }
        while right - distance >= 0, abs(slopes[right] - slopes[right - distance]) > threshold {
            found = right - distance
            right -= 1
        }
        return found
    }

    /// Central differences, and one-sided ones at the ends.
    private func gradient(_ values: [Double]) -> [Double] {
        values.indices.map { index in
            let (before, after) = (max(index - 1, 0), min(index + 1, values.count - 1))
            return (values[after] - values[before]) / Double(after - before)
        }
    }

    private func leastIndex(_ values: [Double]) -> Int { values.indices.min { values[$0] < values[$1] }! }
}

/// A way of reading a learning-rate curve.
public enum LearningRateSuggestion: String, Sendable, Codable, CaseIterable {
    /// fastai's default: well inside the longest descent.
    case valley
    /// Just before the loss slides up.
    case slide
    /// A tenth of where the loss is least.
    case minimum
    /// Where the loss falls fastest, by the logarithm of the learning rate.
    case steep
    /// fastai 1's `plot(suggestion=True)`: where the loss falls fastest, by the step.
    case steepV1
    /// fastai 1's: a tenth of where the loss is least.
    case minimumV1
}

// MARK: The sweep

extension LearningRateCurve {
    /// Trains with a learning rate that grows by a constant factor from step to step, and puts network, buffers,
    /// optimizer and scaler back as they were.
    ///
    /// Each group's learning rate keeps its proportion to the largest one.
    /// - Parameters:
    ///   - network: whose parameters `optimizer` trains.
    ///   - optimizer: left with its state and hyper-parameters as they are.
    ///   - start: the first learning rate, above 0.
    ///   - end: where it would arrive after `steps` steps, above `start`.
    ///   - steps: at least 1.
    ///   - scaler: scales the loss, for fp16.
    ///   - loss: the loss of a step's batch.
    /// - Throws: what `loss` throws.
    public static func sweep(
        _ network: Module, _ optimizer: Optimizer, from start: Double = 1e-7, to end: Double = 10, steps: Int = 100,
        scaler: LossScaler? = nil, loss: (_ step: Int) throws -> Tensor
    ) throws -> LearningRateCurve {
        precondition(0 < start && start < end && steps > 0, "a sweep goes upwards from above 0, in steps")
        let weights = network.state().mapValues { $0.clone() }
        var state = optimizer.state()
        state.tensors = state.tensors.mapValues { $0.detach().clone() }
        let scale = scaler?.state
        let largest = optimizer.groups.map(\.baseLearningRate).max() ?? 0

        let result = Result {
            var curve = LearningRateCurve(planned: steps)
            for step in 0..<steps {
                let rate = Annealing.exponential.value(from: start, to: end, at: Double(step) / Double(steps))
                for index in optimizer.groups.indices {
                    let share = largest > 0 ? optimizer.groups[index].baseLearningRate / largest : 1
                    optimizer.groups[index].rule.learningRate = rate * share
                }
                optimizer.zeroGrad()
                let loss = try loss(step)
                guard curve.add(rate: rate, loss: loss.item()) else { break }
                optimizer.step(minimizing: loss, scaler: scaler)
            }
            return curve
        }
        optimizer.zeroGrad()
        try network.load(weights)
        try optimizer.load(state)
        if let scale { scaler?.state = scale }
        return try result.get()
    }
}
