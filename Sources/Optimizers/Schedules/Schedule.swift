import Foundation

/// Learning rate and momentum over a run: a value, from a step and the run's length alone.
///
/// ```swift
/// let schedule = try Schedule.flatAndAnneal()
/// optimizer.apply(schedule.value(at: step, of: steps))   // before each step, counted from 0
/// ```
public struct Schedule: Sendable {
    /// What an optimizer is set to.
    public struct Value: Sendable, Equatable {
        /// Times each group's base learning rate.
        public var learningRateFactor: Double
        /// Nil leaves the momentum alone.
        public var momentum: Double?

        /// - Parameters:
        ///   - learningRateFactor: times each group's base learning rate.
        ///   - momentum: nil leaves the momentum alone.
        public init(_ learningRateFactor: Double, momentum: Double? = nil) {
            (self.learningRateFactor, self.momentum) = (learningRateFactor, momentum)
        }
    }

    private let value: @Sendable (_ step: Int, _ total: Int) -> Value

    /// - Parameter value: the value at a step, counted from 0, of a run of `total` steps.
    public init(_ value: @escaping @Sendable (_ step: Int, _ total: Int) -> Value) { self.value = value }

    /// The value for a step.
    ///
    /// - Parameters:
    ///   - step: from 0 for the first one. `total` itself, the end of the run, is allowed too.
    ///   - total: of the run, at least 1.
    public func value(at step: Int, of total: Int) -> Value {
        precondition(total > 0 && (0...total).contains(step), "there is no step \(step) in a run of \(total)")
        return value(step, total)
    }
}

/// A schedule that cannot be.
public struct ScheduleError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what would be right.
    public let description: String

    /// Refuses a value that is out of its range.
    static func check(
        _ schedule: String, _ settings: (name: String, value: Double, requirement: Requirement)...
    ) throws(ScheduleError) {
        for (name, value, requirement) in settings where !requirement.isMet(by: value) {
            throw ScheduleError(
                description: "\(schedule): \(name) must be \(requirement.text), not \(value)")
        }
    }
}

// MARK: Simple ones

extension Schedule {
    /// The base learning rate throughout.
    public static let constant = Schedule { _, _ in Value(1) }

    /// From 1 to `end` over the whole run; cosine annealing to 0 if nothing else is said.
    ///
    /// - Throws: ``ScheduleError`` when `end` is negative, or 0 with exponential annealing.
    public static func annealed(
        _ annealing: Annealing = .cosine, to end: Double = 0
    ) throws(ScheduleError) -> Schedule {
        try ScheduleError.check(
            "annealing", ("end", end, annealing == .exponential ? .positive : .notNegative))
        if case .polynomial(let power) = annealing {
            try ScheduleError.check("annealing", ("power", power, .positive))
        }
        return Schedule { step, total in
            Value(annealing.value(from: 1, to: end, at: Double(step) / Double(total)))
        }
    }

    /// Times `factor` at each milestone.
    ///
    /// - Parameters:
    ///   - milestones: shares of the run, from 0 to 1.
    ///   - factor: such as 0.1.
    /// - Throws: ``ScheduleError`` when one is out of its range.
    public static func steps(at milestones: [Double], factor: Double = 0.1) throws(ScheduleError) -> Schedule {
        try ScheduleError.check("steps", ("factor", factor, .positive))
        for milestone in milestones {
            try ScheduleError.check("steps", ("a milestone", milestone, .fraction))
        }
        return Schedule { step, total in
            Value(pow(factor, Double(milestones.count { Double(step) >= $0 * Double(total) })))
        }
    }

    /// Linearly from `start` to 1 in the first `steps` steps, then 1.
    ///
    /// - Throws: ``ScheduleError`` when `steps` or `start` is negative.
    public static func warmUp(steps: Int, from start: Double = 0) throws(ScheduleError) -> Schedule {
        try ScheduleError.check(
            "warm-up", ("steps", Double(steps), .notNegative), ("start", start, .notNegative))
        return Schedule { step, _ in
            Value(
                step >= steps
                    ? 1 : Annealing.linear.value(from: start, to: 1, at: Double(step) / Double(steps)))
        }
    }
}

// MARK: Composition

extension Schedule {
    /// Both factors multiplied, such as a warm-up times an annealing. The momentum is this schedule's, or if it
    /// has none the other's.
    public func times(_ other: Schedule) -> Schedule {
        Schedule { step, total in
            let (a, b) = (value(step, total), other.value(step, total))
            return Value(a.learningRateFactor * b.learningRateFactor, momentum: a.momentum ?? b.momentum)
        }
    }

    /// One schedule after another, each over its share of the run as over a run of its own.
    ///
    /// - Parameter parts: shares above 0 that add up to 1.
    /// - Throws: ``ScheduleError`` when they do not.
    public static func sequence(_ parts: [(share: Double, schedule: Schedule)]) throws(ScheduleError)
        -> Schedule
    {
        for part in parts { try ScheduleError.check("sequence", ("a share", part.share, .positive)) }
        let sum = parts.reduce(0) { $0 + $1.share }
        guard abs(sum - 1) < 1e-9 else {
            throw ScheduleError(description: "sequence: the shares must add up to 1, not \(sum)")
        }
        return Schedule { step, total in
            var (start, share) = (0, 0.0)
            for part in parts.dropLast() {
                share += part.share
                let end = Int((share * Double(total)).rounded())
                if step < end { return part.schedule.value(step - start, end - start) }
                start = end
            }
            return parts[parts.count - 1].schedule.value(step - start, max(total - start, 1))
        }
    }
}
