/// What an observer wants to happen next.
public enum TrainingAction: Sendable {
    /// Go on.
    case proceed
    /// Save a checkpoint and end; the run can be resumed.
    case stop
}

/// What a run is going to do, told once before its first step.
public struct TrainingPlan: Sendable {
    /// The resolved recipe.
    public let recipe: Recipe
    /// The seed.
    public let seed: Int
    /// Trained values of the network.
    public let parameterCount: Int
    /// Images to train and to validate with, and their classes.
    public let trainingCount: Int, validationCount: Int, classCount: Int
    /// Images that were left out since they could not be decoded, a line each.
    public let skipped: [String]
    /// The file of weights that the network began with, and what is new; nil when all is.
    public let weights: String?
    /// Steps in an epoch.
    public let stepsPerEpoch: Int
    /// Steps that an earlier part of the run has done.
    public let firstStep: Int
}

/// How far a run is, told after each step.
public struct StepProgress {
    /// From 0.
    public let epoch: Int
    /// Steps done in this epoch.
    public let stepInEpoch: Int
    /// Steps done in the run.
    public let step: Int
    /// Images trained on since this process began, and the seconds that it took.
    public let images: Int, seconds: Double
    /// The loss of this step. Reading it waits for the device.
    public let loss: () -> Double
}

/// Is told how a run goes, and may end it. Observers are asked in order; one `stop` suffices.
public protocol TrainingObserver: AnyObject {
    /// The first step comes next.
    func willBegin(_ plan: TrainingPlan)
    /// A step is done.
    func didStep(_ progress: StepProgress) -> TrainingAction
    /// A value that is not finite was found; the run goes on or ends as the recipe says.
    func didFindNonFinite(_ report: NonFiniteReport)
    /// An epoch and its validation are done.
    func didFinishEpoch(_ metrics: EpochMetrics) -> TrainingAction
    /// The run has ended or was stopped.
    func didEnd(_ outcome: TrainingOutcome)
}

extension TrainingObserver {
    public func willBegin(_ plan: TrainingPlan) {}
    public func didStep(_ progress: StepProgress) -> TrainingAction { .proceed }
    public func didFindNonFinite(_ report: NonFiniteReport) {}
    public func didFinishEpoch(_ metrics: EpochMetrics) -> TrainingAction { .proceed }
    public func didEnd(_ outcome: TrainingOutcome) {}
}

/// How a run left the trainer.
public enum TrainingOutcome: Sendable, Equatable {
    /// It ran to its end: completed, or failed for a reason of its own.
    case ended(RunResult)
    /// An observer stopped it after so many steps; it can be resumed when it keeps checkpoints.
    case stopped(step: Int, isResumable: Bool)
}
