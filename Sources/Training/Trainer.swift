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
/// The same recipe and seed on the same machine give the same result, and a run on the CPU that was interrupted
/// and resumed ends bit-equal to one that was not: order, crops, flips, erasing and mixing depend on seed, epoch and
/// place alone, and all other state is in the checkpoint.
public final class Trainer {
    private let seed: Int
    private let learner: Learner
    private let schedule: Optimizers.Schedule

    // Where the run is.
    private var epoch = 0
    private var stepInEpoch = 0
    private var secondsBefore = 0.0
    /// Steps done since the run began.
    private var stepInRun: Int { epoch * plan.stepsPerEpoch + stepInEpoch }
    /// The loss of each step of the epoch, on the device, so that no step waits to know its loss.
    private var losses: Tensor

    /// Prepares a run: reads the data, makes network and optimizer.
    ///
    /// - Parameters:
    ///   - recipe: what to run.
    ///   - seed: of first weights, order, augmentation and dropout.
    ///   - data: the recipe's images when they are in memory already.
    /// - Throws: what is wrong with data, network, optimizer or device.
    public init(_ recipe: Recipe, seed: Int, data: TrainingData? = nil) throws {
        self.seed = seed
        learner = try Learner(recipe, seed: seed, data: data)
        schedule = try recipe.makeSchedule()
        losses = Tensor.zeros([learner.plan.stepsPerEpoch], device: learner.device)
    }

    private var recipe: Recipe { learner.recipe }
    private var data: TrainingData { learner.data }
    private var device: Torch.Device { learner.device }
    private var model: any Layer { learner.model }
    private var optimizer: Optimizers.Optimizer { learner.optimizer }
    private var scaler: LossScaler? { learner.scaler }
    private var plan: BatchPlan { learner.plan }

    // MARK: The run

    /// Trains and validates, epoch by epoch, and keeps the run directory.
    ///
    /// - Parameters:
    ///   - directory: the run's own; it may exist only when the run is to be resumed.
    ///   - resume: whether to go on where an interrupted run stopped. Without a checkpoint it starts anew.
    ///   - observers: told how it goes; they may stop the run.
    /// - Returns: how it ended. A loss that is not finite ends the run as failed.
    /// - Throws: when the directory cannot be used or written, or an operator fails.
    public func run(
        in directory: RunDirectory, resume: Bool = false, observers: [any TrainingObserver] = []
    ) throws -> TrainingOutcome {
        try open(directory, resume: resume)
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
            case .diverged(let reason):
                return try finish(
                    RunResult(status: .failed, reason: reason, epochs: epoch, seconds: seconds()))
            case .done: break
            }
            let trainSeconds = (ContinuousClock.now - epochBegin).inSeconds
            let evaluation = try evaluate()
            let metrics = EpochMetrics(
                epoch: epoch + 1, step: (epoch + 1) * plan.stepsPerEpoch,
                learningRate: optimizer.groups.last?.rule.learningRate ?? 0,
                trainLoss: losses.mean(dtype: .float64).item(Double.self), validLoss: evaluation.loss,
                accuracy: evaluation.accuracy,
                imagesPerSecond: Double(images - imagesBefore) / trainSeconds, seconds: seconds())
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
                seconds: seconds(), predictions: directory.predictionsFile.lastPathComponent))
    }

    // MARK: One epoch

    private enum EpochEnd {
        case done
        case stopped
        case diverged(String)
    }

    /// Trains from the current step to the epoch's end.
    private func trainEpoch(_ didStep: (_ loss: Tensor, _ images: Int) -> TrainingAction) throws -> EpochEnd {
        learner.begin(epoch: epoch)
        let batches = plan.trainingBatches(epoch: epoch, from: stepInEpoch)
        // On a GPU the loss of every step would make the host wait, so losses are looked at together.
        let checkInterval = device == .cpu ? 1 : 50
        var checked = stepInEpoch
        while let batch = try batches.next() {
            let loss = try catching { step(batch) }
            losses[stepInEpoch] = loss
            stepInEpoch += 1
            if stepInEpoch - checked >= checkInterval || stepInEpoch == plan.stepsPerEpoch {
                if let reason = nonFiniteLoss(in: checked..<stepInEpoch) { return .diverged(reason) }
                checked = stepInEpoch
            }
            if didStep(loss, batch.labels.count) == .stop { return .stopped }
        }
        return .done
    }

    /// One step: forward, backward, update. The loss stays on the device.
    private func step(_ batch: PreparedBatch) -> Tensor {
        let total = recipe.epochs * plan.stepsPerEpoch
        learner.layerGroups.apply(schedule.value(at: stepInRun, of: total), in: epoch)
        let loss = learner.loss(batch)
        optimizer.step(minimizing: loss, scaler: scaler)
        optimizer.zeroGrad()
        return loss.detach()
    }

    private func nonFiniteLoss(in steps: Range<Int>) -> String? {
        let values = losses[steps].array(Double.self)
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return nil }
        let step = steps.lowerBound + index
        return "the training loss is \(values[index]) at step \(epoch * plan.stepsPerEpoch + step + 1) "
            + "(epoch \(epoch + 1), batch \(step + 1) of \(plan.stepsPerEpoch))"
    }

    /// What the network makes of the validation images.
    private func evaluate() throws -> Evaluation {
        model.eval()
        return try withoutGradients {
            var loss = 0.0
            var predicted: [Tensor] = []
            let batches = plan.validationBatches()
            while let batch = try batches.next() {
                try catching {
                    let (images, labels) = learner.input(batch)
                    let logits = withAutocast(recipe.precision.dtype, device: device) { model(images) }
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
            versions: ["mish": mishVersion, "libtorch": LibTorch.version], device: device.fullName,
            dataHash: data.hash, weightsHash: learner.weights?.sha256)
    }

    private func trainingPlan(firstStep: Int) -> TrainingPlan {
        TrainingPlan(
            recipe: recipe, seed: seed, parameterCount: model.parameterCount,
            trainingCount: data.training.count, validationCount: data.validation.count,
            classCount: data.classes.count,
            skipped: (data.training.skipped + data.validation.skipped).map(\.description),
            weights: learner.weights?.summary,
            stepsPerEpoch: plan.stepsPerEpoch, firstStep: firstStep)
    }

    private func checkpoint(seconds: Double) throws -> Checkpoint {
        var checkpoint = Checkpoint(
            place: .init(
                recipeHash: recipe.hash, seed: seed, dataHash: data.hash, epoch: epoch,
                stepInEpoch: stepInEpoch, seconds: seconds))
        let state = optimizer.state()
        checkpoint.tensors[.network] = model.state()
        checkpoint.tensors[.optimizer] = state.tensors
        checkpoint.records[.optimizer] = String(decoding: try JSONEncoder().encode(state.record), as: UTF8.self)
        checkpoint.tensors[.epoch] = ["losses": losses]
        checkpoint.tensors[.random] = ["cpu": randomState()]
        if device != .cpu { checkpoint.tensors[.random]!["device"] = randomState(of: device) }
        if let scaler {
            checkpoint.records[.scaler] = String(decoding: try JSONEncoder().encode(scaler.state), as: UTF8.self)
        }
        return checkpoint
    }

    private func restore(_ checkpoint: Checkpoint, from path: String) throws {
        guard checkpoint.place.recipeHash == recipe.hash, checkpoint.place.seed == seed else {
            throw TrainingError.badCheckpoint(path: path, reason: "it belongs to another run")
        }
        do {
            let decoder = JSONDecoder()
            try model.load(checkpoint.tensors[.network] ?? [:])
            let record = try decoder.decode(
                OptimizerState.Record.self, from: Data((checkpoint.records[.optimizer] ?? "").utf8))
            try optimizer.load(OptimizerState(tensors: checkpoint.tensors[.optimizer] ?? [:], record: record))
            if let scaler, let text = checkpoint.records[.scaler] {
                scaler.state = try decoder.decode(LossScaler.State.self, from: Data(text.utf8))
            }
            try catching {
                if let state = checkpoint.tensors[.random]?["cpu"] { setRandomState(state) }
                if let state = checkpoint.tensors[.random]?["device"] { setRandomState(state, of: device) }
                if let values = checkpoint.tensors[.epoch]?["losses"] { losses.copy_(values) }
            }
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
