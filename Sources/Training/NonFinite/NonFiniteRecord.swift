import Foundation

/// What a run met of values that are not finite, in numbers.
public struct NonFiniteCounts: Sendable, Codable, Equatable {
    /// Steps that the loss scaler left out since gradients overflowed in fp16. Usual when they are few.
    public var overflows = 0
    /// Steps that were left out by the policy `skip`.
    public var skipped = 0
    /// How often the run went back to its last checkpoint, by the policy `roll_back`.
    public var rollBacks = 0
    /// How often everything was finite when the steps were repeated.
    public var unexplained = 0

    /// Nothing yet.
    public init() {}

    /// Whether the run is another than the recipe describes: images left out, or learning rates lowered.
    public var changedTheRun: Bool { skipped + rollBacks > 0 }

    /// Such as `2 overflows in fp16, 1 step left out`; empty when nothing was met.
    public var text: String {
        func count(_ number: Int, _ one: String, _ many: String) -> String? {
            number == 0 ? nil : "\(number) \(number == 1 ? one : many)"
        }
        return [
            count(overflows, "overflow in fp16", "overflows in fp16"),
            count(skipped, "step left out", "steps left out"), count(rollBacks, "roll-back", "roll-backs"),
            count(unexplained, "value unexplained", "values unexplained"),
        ].compactMap { $0 }.joined(separator: ", ")
    }
}

/// The steps, from 0, at which a run met values that are not finite. It is part of the checkpoint.
struct NonFiniteRecord: Codable, Equatable {
    /// Steps that the policy may leave out one after another before the run ends.
    static let longestSkip = 5
    /// How often a run may go back.
    static let mostRollBacks = 3
    /// How often a run may meet what nobody can explain.
    static let mostUnexplained = 3

    var overflowed: [Int] = []
    var skipped: [Int] = []
    var rolledBack: [Int] = []
    var unexplained: [Int] = []

    /// Times the schedule's learning rate: each roll-back halves it for the rest of the run.
    var rateFactor: Double { pow(0.5, Double(rolledBack.count)) }

    /// How many steps before `step` were left out in a row.
    func skippedInARow(before step: Int) -> Int {
        (0...).first { !skipped.contains(step - 1 - $0) }!
    }

    /// Forgets what happened in steps that are taken again.
    mutating func forget(from step: Int) {
        overflowed.removeAll { $0 >= step }
        skipped.removeAll { $0 >= step }
    }

    /// What happened in some steps; nil for nothing.
    func counts(in steps: Range<Int>) -> NonFiniteCounts? {
        var counts = NonFiniteCounts()
        counts.overflows = overflowed.count(where: steps.contains)
        counts.skipped = skipped.count(where: steps.contains)
        counts.rollBacks = rolledBack.count(where: steps.contains)
        counts.unexplained = unexplained.count(where: steps.contains)
        return counts == NonFiniteCounts() ? nil : counts
    }
}
