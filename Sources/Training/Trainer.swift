import Foundation
import Layers
import Optimizers
import Torch

/// Runs a recipe with one seed.
///
/// ```swift
/// let trainer = try Trainer(recipe, seed: 0)
/// let outcome = try trainer.run(in: RunDirectory(folder), observers: [ProgressDisplay()])
/// ```
///
/// The same recipe and seed on the same machine, on a CPU with as many threads, give the same result, and a run on the
/// CPU that was interrupted and resumed ends bit-equal to one that was not: order, crops, flips, erasing and mixing
/// depend on seed, epoch and place alone, and all other state is in the checkpoint.
public final class Trainer {
    let seed: Int
    let learner: Learner

    // Where the run is.
    private(set) var epoch = 0
    var stepInEpoch = 0
    var secondsBefore = 0.0
    /// Steps done since the run began.
    var stepInRun: Int { epoch * plan.stepsPerEpoch + stepInEpoch }
    /// The loss of each step of the epoch, on the device, so that no step waits to know its loss; NaN for a step
    /// that was left out.
    private(set) var losses: Tensor
    /// The steps that were not finite.
    var nonFinite = NonFiniteRecord()
    private(set) lazy var hunter = NonFiniteHunter(learner, at: stepInRun)

    /// Prepares a run: reads the data, makes network and optimizer.
    ///
    /// - Parameters:
    ///   - recipe: what to run.
    ///   - seed: of first weights, order, augmentation and dropout.
    ///   - data: the recipe's images when they are in memory already.
    /// - Throws: what is wrong with data, network, optimizer or device.
    public convenience init(_ recipe: Recipe, seed: Int, data: TrainingData? = nil) throws {
        self.init(try Learner(recipe, seed: seed, data: data), seed: seed)
    }

    init(_ learner: Learner, seed: Int) {
        (self.learner, self.seed) = (learner, seed)
        losses = Tensor.zeros([learner.plan.stepsPerEpoch], device: learner.device)
    }

    var recipe: Recipe { learner.recipe }
    private var data: TrainingData { learner.data }
    private var device: Torch.Device { learner.device }
    private var plan: BatchPlan { learner.plan }

    // MARK: The run

    /// Trains and validates, epoch by epoch, and keeps the run directory.
    ///
    /// - Parameters:
    ///   - directory: the run's own; it may exist only when the run is to be resumed. Who may share it with other
    ///     processes claims it before.
    ///   - resume: whether to go on where an interrupted run stopped. Without a checkpoint it starts anew.
    ///   - observers: told how it goes; they may stop the run.
    /// - Returns: how it ended. A value that is not finite ends the run as failed, unless the recipe says to go on.
    /// - Throws: when the directory cannot be used or written, or an operator fails.
    public func run(
        in directory: RunDirectory, resume: Bool = false, observers: [any TrainingObserver] = []
    ) throws -> TrainingOutcome {
        try open(directory, resume: resume)
        if recipe.nonFinite == .rollBack, !FileManager.default.fileExists(atPath: directory.checkpointFile.path) {
            try checkpoint(seconds: 0).write(to: directory.checkpointFile)
        }
        let begin = ContinuousClock.now
        let firstStep = stepInRun
        observers.forEach { $0.willBegin(trainingPlan(firstStep: firstStep)) }

        func seconds() -> Double { secondsBefore + (ContinuousClock.now - begin).inSeconds }
        func end(_ outcome: TrainingOutcome) -> TrainingOutcome {
            observers.forEach { $0.didEnd(outcome) }
            return outcome
        }
        func stop() throws -> TrainingOutcome {
            let isResumable = recipe.checkpoint == .epoch
            if isResumable { try checkpoint(seconds: seconds()).write(to: directory.checkpointFile) }
            return end(.stopped(step: stepInRun, isResumable: isResumable))
        }
        func finish(_ result: RunResult) throws -> TrainingOutcome {
            try directory.finish(result)
            return end(.ended(result))
        }

        var last: Evaluation?
        var images = 0
        while epoch < recipe.epochs {
            let epochBegin = ContinuousClock.now
            let imagesBefore = images
            switch try trainEpoch({ [self] loss, count in
                images += count
                let progress = StepProgress(
                    epoch: epoch, stepInEpoch: stepInEpoch, step: stepInRun,
                    images: images, seconds: (ContinuousClock.now - begin).inSeconds,
                    loss: { loss.item(Double.self) })
                return observers.reduce(.proceed) { $1.didStep(progress) == .stop ? .stop : $0 }
            }) {
            case .stopped: return try stop()
            case .notFinite(let sign):
                if let reason = try settle(sign, in: directory, seconds: seconds(), observers: observers) {
                    return try finish(
                        RunResult(
                            status: .failed, reason: reason, epochs: epoch, seconds: seconds(),
                            nonFinite: nonFinite.counts(in: 0..<stepInRun + 1)))
                }
                continue
            case .done: break
            }
            let trainSeconds = (ContinuousClock.now - epochBegin).inSeconds
            let evaluation = try evaluate()
            let met = nonFinite.counts(in: epoch * plan.stepsPerEpoch..<stepInRun)
            let metrics = EpochMetrics(
                epoch: epoch + 1, step: (epoch + 1) * plan.stepsPerEpoch,
                learningRate: learner.learningRate,
                trainLoss: meanLoss(), validLoss: evaluation.loss, accuracy: evaluation.accuracy,
                imagesPerSecond: Double(images - imagesBefore) / trainSeconds, seconds: seconds(), nonFinite: met)
            last = evaluation
            epoch += 1
            stepInEpoch = 0
            losses.zero_()
            try directory.append(metrics)
            let action = observers.reduce(TrainingAction.proceed) {
                $1.didFinishEpoch(metrics) == .stop ? .stop : $0
            }
            guard epoch < recipe.epochs else { break }
            if action == .stop { return try stop() }
            if recipe.checkpoint == .epoch {
                try checkpoint(seconds: seconds()).write(to: directory.checkpointFile)
            }
        }
        let evaluation = try last ?? evaluate()
        if recipe.checkpoint == .epoch {
            try checkpoint(seconds: seconds()).write(to: directory.checkpointFile)
        }
        try evaluation.write(to: directory.predictionsFile)
        return try finish(
            RunResult(
                status: .completed, accuracy: evaluation.accuracy, validLoss: evaluation.loss, epochs: epoch,
                seconds: seconds(), predictions: directory.predictionsFile.lastPathComponent,
                nonFinite: nonFinite.counts(in: 0..<stepInRun)))
    }

    // MARK: One epoch

    private enum EpochEnd {
        case done
        case stopped
        /// What showed it.
        case notFinite(String)
    }

    /// Trains from the current step to the epoch's end.
    private func trainEpoch(_ didStep: (_ loss: Tensor, _ images: Int) -> TrainingAction) throws -> EpochEnd {
        learner.begin(epoch: epoch)
        hunter = NonFiniteHunter(learner, at: stepInRun)
        let batches = plan.trainingBatches(epoch: epoch, from: stepInEpoch)
        while let batch = try batches.next() {
            let outcome = try learner.step(batch, at: stepInRun, rateFactor: nonFinite.rateFactor)
            if !outcome.wasTaken { nonFinite.overflowed.append(stepInRun) }
            losses[stepInEpoch] = outcome.loss
            stepInEpoch += 1
            let isLast = stepInEpoch == plan.stepsPerEpoch
            if let sign = hunter.didStep(outcome, next: stepInRun, isLast: isLast) { return .notFinite(sign) }
            if didStep(outcome.loss, batch.labels.count) == .stop {
                return hunter.look().map(EpochEnd.notFinite) ?? .stopped
            }
        }
        return .done
    }

    /// The mean loss of the epoch's steps that were not left out.
    private func meanLoss() -> Double {
        let taken = losses.isnan().any().item(Bool.self) ? losses.maskedSelect(losses.isfinite()) : losses
        return taken.mean(dtype: .float64).item(Double.self)
    }

    /// What the network makes of the validation images.
    private func evaluate() throws -> Evaluation {
        learner.model.eval()
        return try withoutGradients {
            var loss = 0.0
            var predicted: [Tensor] = []
            let batches = plan.validationBatches()
            while let batch = try batches.next() {
                try catching {
                    let (images, labels) = learner.input(batch)
                    let logits = withAutocast(recipe.precision.dtype, device: device) { learner.model(images) }
                    loss += learner.criterion(logits, labels, reduction: .sum).item(Double.self)
                    predicted.append(logits.argmax(dim: 1))
                }
            }
            return Evaluation(
                loss: loss / Double(data.validation.count), predicted: Tensor.cat(predicted).array(Int.self),
                labels: data.validation.labels)
        }
    }

    // MARK: The run directory

    /// Begins the directory, or takes up the run in it.
    private func open(_ directory: RunDirectory, resume: Bool) throws {
        switch try directory.state() {
        case .absent: return try directory.begin(runRecord())
        case .complete, .failed: throw TrainingError.alreadyEnded(path: directory.url.path)
        case .interrupted: break
        }
        guard resume else { throw TrainingError.alreadyBegun(path: directory.url.path) }
        let record = try directory.record()
        if record.recipeHash != recipe.hash {
            throw TrainingError.otherRun(path: directory.url.path, difference: "its recipe is another")
        }
        if record.seed != seed {
            throw TrainingError.otherRun(path: directory.url.path, difference: "its seed is \(record.seed)")
        }
        if record.dataHash != data.hash { throw TrainingError.dataChanged(path: directory.url.path) }
        if record.weightsHash != learner.weights?.sha256 {
            throw TrainingError.weightsChanged(path: directory.url.path)
        }
        if FileManager.default.fileExists(atPath: directory.checkpointFile.path) {
            try restore(Checkpoint(contentsOf: directory.checkpointFile), from: directory.checkpointFile.path)
        }
        try directory.truncateMetrics(afterEpoch: epoch)
    }

    private func runRecord() throws -> RunRecord {
        RunRecord(
            name: recipe.name, recipe: try JSONValue(encoding: recipe), recipeHash: recipe.hash, seed: seed,
            versions: currentVersions, device: device.fullName, dataHash: data.hash,
            weightsHash: learner.weights?.sha256)
    }

    private func trainingPlan(firstStep: Int) -> TrainingPlan {
        TrainingPlan(
            recipe: recipe, seed: seed, parameterCount: learner.model.parameterCount,
            trainingCount: data.training.count, validationCount: data.validation.count,
            classCount: data.classes.count,
            skipped: (data.training.skipped + data.validation.skipped).map(\.description),
            weights: learner.weights?.summary,
            stepsPerEpoch: plan.stepsPerEpoch, firstStep: firstStep)
    }

    func checkpoint(seconds: Double) throws -> Checkpoint {
        var checkpoint = Checkpoint(
            place: .init(
                recipeHash: recipe.hash, seed: seed, dataHash: data.hash, epoch: epoch,
                stepInEpoch: stepInEpoch, seconds: seconds))
        try checkpoint.store(TrainingState(of: learner))
        checkpoint.tensors[.epoch] = ["losses": losses]
        if nonFinite != NonFiniteRecord() {
            checkpoint.records[.nonFinite] = String(decoding: try JSONEncoder().encode(nonFinite), as: UTF8.self)
        }
        return checkpoint
    }

    func restore(_ checkpoint: Checkpoint, from path: String) throws {
        guard checkpoint.place.recipeHash == recipe.hash, checkpoint.place.seed == seed else {
            throw TrainingError.badCheckpoint(path: path, reason: "it belongs to another run")
        }
        do {
            try checkpoint.state().restore(to: learner)
            nonFinite =
                try checkpoint.records[.nonFinite].map {
                    try JSONDecoder().decode(NonFiniteRecord.self, from: Data($0.utf8))
                } ?? NonFiniteRecord()
            if let values = checkpoint.tensors[.epoch]?["losses"] { try catching { _ = losses.copy_(values) } }
        } catch {
            throw TrainingError.badCheckpoint(path: path, reason: "\(error)")
        }
        epoch = checkpoint.place.epoch
        stepInEpoch = checkpoint.place.stepInEpoch
        secondsBefore = checkpoint.place.seconds
    }
}

/// What a network makes of the validation images.
struct Evaluation {
    /// The mean loss.
    let loss: Double
    let predicted: [Int]
    let labels: [Int]

    /// The share of images whose class was predicted.
    var accuracy: Double {
        Double(zip(predicted, labels).count { $0 == $1 }) / Double(labels.count)
    }

    /// Predicted and true class of each image, in the order of the validation images, so that runs can be
    /// compared image by image.
    func write(to url: URL) throws {
        try Safetensors.write(
            tensors: [
                "predicted": Tensor(predicted, dtype: .int32), "labels": Tensor(labels, dtype: .int32),
            ], to: url.path)
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
