import Foundation
import Torch

extension Trainer {
    /// Finds the step that broke, saves what reproduces it, and does what the recipe says about it.
    ///
    /// - Parameters:
    ///   - sign: what showed that something is wrong.
    ///   - seconds: that the run took so far.
    /// - Returns: why the run has to end; nil when it goes on from the step where the trainer is then.
    func settle(
        _ sign: String, in directory: RunDirectory, seconds: Double, observers: [any TrainingObserver]
    ) throws -> String? {
        let result = try hunter.hunt(before: stepInRun, rateFactor: nonFinite.rateFactor)
        stepInEpoch -= stepInRun - result.step
        nonFinite.forget(from: result.step)
        let report = NonFiniteReport(result, sign: sign, learner: learner, seed: seed)
        observers.forEach { $0.didFindNonFinite(report) }

        guard result.loss != nil else {
            nonFinite.unexplained.append(result.step - 1)
            let isTooMuch = nonFinite.unexplained.count > NonFiniteRecord.mostUnexplained
            return recipe.nonFinite == .stop || isTooMuch ? report.summary : nil
        }
        let folder = directory.url.appending(path: "nonfinite/step-\(report.step)")
        try Reproduction.write(
            report, recipe: recipe, checkpoint: checkpoint(seconds: seconds),
            batch: learner.plan.trainingBatch(result.step), to: folder)
        let reason = "\(report.summary); see \(folder.path)"

        switch recipe.nonFinite {
        case .stop: return reason
        case .skip:
            if nonFinite.skippedInARow(before: result.step) == NonFiniteRecord.longestSkip {
                return "\(reason); \(NonFiniteRecord.longestSkip) steps before it were left out"
            }
            nonFinite.skipped.append(result.step)
            losses[stepInEpoch] = Tensor(Float.nan)
            stepInEpoch += 1
        case .rollBack:
            if nonFinite.rolledBack.count == NonFiniteRecord.mostRollBacks {
                return "\(reason); the run had gone back \(NonFiniteRecord.mostRollBacks) times before"
            }
            try rollBack(from: result.step, to: directory.checkpointFile)
        }
        return nil
    }

    /// Takes the checkpoint up again, and saves it with the learning rate halved.
    private func rollBack(from step: Int, to file: URL) throws {
        var record = nonFinite
        let checkpoint = try Checkpoint(contentsOf: file)
        let seconds = secondsBefore
        try restore(checkpoint, from: file.path)
        secondsBefore = seconds
        record.forget(from: stepInRun)
        record.rolledBack.append(step)
        nonFinite = record
        try self.checkpoint(seconds: checkpoint.place.seconds).write(to: file)
    }
}
