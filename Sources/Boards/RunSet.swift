import Foundation
import Statistics
import Training

/// One run as it lies on the disk.
public struct Run: Sendable {
    /// The run's folder.
    public var directory: RunDirectory
    /// The run's seed.
    public var seed: Int
    /// How far it has come.
    public var state: RunDirectory.State
    /// What it is; `nil` when absent.
    public var record: RunRecord?
    /// How it ended; `nil` before.
    public var result: RunResult?
    /// Its epochs so far.
    public var metrics: [EpochMetrics]

    /// A run from its parts.
    public init(
        directory: RunDirectory, seed: Int, state: RunDirectory.State, record: RunRecord? = nil,
        result: RunResult? = nil, metrics: [EpochMetrics] = []
    ) {
        self.directory = directory
        self.seed = seed
        self.state = state
        self.record = record
        self.result = result
        self.metrics = metrics
    }

    /// Reads a run.
    /// - Parameter seed: the seed of a run that may not have begun; without it, the record says.
    /// - Throws: `RunDirectoryError` for a folder that cannot be read or is corrupt.
    public init(_ directory: RunDirectory, seed: Int? = nil) throws(RunDirectoryError) {
        self.directory = directory
        state = try directory.state()
        record = seed != nil && state == .absent ? nil : try directory.record()
        result = state == .complete || state == .failed ? try directory.result() : nil
        metrics = try directory.metrics()
        self.seed = seed ?? record?.seed ?? 0
    }

    /// Why the run failed, or of a complete run the first epoch whose loss on the validation images is not finite:
    /// what it measured there is not worth much.
    public var trouble: String? {
        if let reason = result?.reason { return reason }
        return metrics.first { $0.validLoss?.isFinite == false }
            .map { "the validation loss is \($0.validLoss!) after epoch \($0.epoch)" }
    }

    /// The accuracy after the last epoch; `nil` unless the run is complete.
    public var accuracy: Double? { state == .complete ? result?.accuracy : nil }
}

/// The runs of one recipe under one name.
public struct RunSet: Sendable {
    /// The name in tables and figures.
    public var name: String
    /// The runs, in the order of their seeds.
    public var runs: [Run]

    /// A set of runs.
    public init(name: String, runs: [Run]) {
        self.name = name
        self.runs = runs.sorted { $0.seed < $1.seed }
    }

    /// The accuracies of the complete runs, 0...1, in the order of their seeds.
    public var accuracies: [Double] { runs.compactMap(\.accuracy) }

    /// The runs that are complete.
    public var completeRuns: [Run] { runs.filter { $0.state == .complete } }

    /// How many runs are in a state.
    public func count(_ state: RunDirectory.State) -> Int { runs.count { $0.state == state } }

    /// The record of the first run that has begun.
    public var record: RunRecord? { runs.lazy.compactMap(\.record).first }
}
