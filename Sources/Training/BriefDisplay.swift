import Foundation

/// Writes one line on standard error when a run has ended, so that several processes can share a terminal.
public final class BriefDisplay: TrainingObserver {
    private var title = ""

    /// Begins silently.
    public init() {}

    public func willBegin(_ plan: TrainingPlan) {
        let recipe = plan.recipe
        title = """
            \(recipe.name), seed \(plan.seed), \(recipe.model.name), \(recipe.imageSize) px, \(recipe.precision.rawValue)
            """
    }

    public func didEnd(_ outcome: TrainingOutcome) {
        let end =
            switch outcome {
            case .ended(let result):
                result.reason.map { "failed: \($0)" }
                    ?? "accuracy \(((result.accuracy ?? 0) * 100).fixed(2)) %, \(result.seconds.clock)"
            case .stopped(let step, _): "stopped after step \(step.grouped)"
            }
        FileHandle.standardError.write(Data("\(title): \(end)\n".utf8))
    }
}
