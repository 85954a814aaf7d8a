import Foundation
import TestSupport
import Testing
import Torch
import Vision

@testable import Training

/// A network and a run that take a second, on the digits.
private func recipe(_ changes: String = "augmentation: {flip: 0.5, crop: {scale: [0.8, 1.0]}}") throws -> Recipe {
    try smallRecipe(
        """
        optimizer: {name: ranger, learning_rate: 1e-2}
        \(changes.contains("epochs:") ? "" : "epochs: 3")
        \(changes)
        """)
}

/// Stops the run after so many steps in all.
final class Stopper: TrainingObserver {
    private let step: Int
    init(afterStep step: Int) { self.step = step }
    func didStep(_ progress: StepProgress) -> TrainingAction { progress.step == step ? .stop : .proceed }
}

/// What must be the same in two runs: the network, the optimizer, every metric that is not a time.
func facts(of directory: RunDirectory) throws -> (weights: [String: Tensor], numbers: [[Double?]]) {
    let checkpoint = try Checkpoint(contentsOf: directory.checkpointFile)
    let numbers = try directory.metrics().map { [$0.trainLoss, $0.validLoss, $0.accuracy, $0.learningRate] }
    var weights: [String: Tensor] = [:]
    for part in [Checkpoint.Part.network, .optimizer] {
        for (name, tensor) in checkpoint.tensors[part] ?? [:] { weights["\(part)/\(name)"] = tensor }
    }
    return (weights, numbers)
}

func expectEqual(_ one: RunDirectory, _ other: RunDirectory) throws {
    let (a, b) = (try facts(of: one), try facts(of: other))
    #expect(a.numbers == b.numbers)
    #expect(Set(a.weights.keys) == Set(b.weights.keys) && !a.weights.isEmpty)
    for (name, tensor) in a.weights { #expect(b.weights[name].map(tensor.equals) == true, "\(name)") }
}

@Suite(.serialized) struct TrainerTests {
    @Test func aRunLearnsAndLeavesWhatTheDirectoryPromises() throws {
        try withFolder { folder in
            let directory = RunDirectory(folder.appending(path: "run"))
            let outcome = try Trainer(recipe("augmentation: {flip: 0}").with(epochs: 8, batchSize: 64), seed: 0)
                .run(in: directory)
            guard case .ended(let result) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(result.status == .completed && result.accuracy! > 0.3)
            #expect(try directory.state() == .complete)
            #expect(try directory.metrics().map(\.epoch) == Array(1...8))
            let predictions = try SafetensorsFile(path: directory.predictionsFile.path).tensors()
            let right = zip(predictions["predicted"]!.array(Int.self), predictions["labels"]!.array(Int.self))
                .count { $0 == $1 }
            #expect(Double(right) / 360 == result.accuracy)
        }
    }

    @Test func theSameSeedGivesTheSameRunAndAnotherSeedAnother() throws {
        try withFolder { folder in
            let runs = try [3, 3, 4].enumerated().map { index, seed in
                let directory = RunDirectory(folder.appending(path: "run\(index)"))
                _ = try Trainer(recipe(), seed: seed).run(in: directory)
                return directory
            }
            try expectEqual(runs[0], runs[1])
            #expect(try facts(of: runs[0]).numbers != facts(of: runs[2]).numbers)
        }
    }

    static let hasGPU = (try? Torch.Device.cuda.checkAvailable()) != nil

    @Test(.enabled(if: hasGPU), arguments: ["fp32", "bf16", "fp16"])
    func aGPUTrainsAndGivesTheSameRunTwice(precision: String) throws {
        try withFolder { folder in
            let runs = try (0..<2).map { index in
                let directory = RunDirectory(folder.appending(path: "run\(index)"))
                let augmentation = "augmentation: {erasing: {probability: 0.5}, mixup: 0.4, cutmix: 1}"
                _ = try Trainer(recipe("precision: \(precision)\ndevice: cuda\n\(augmentation)"), seed: 3)
                    .run(in: directory)
                return directory
            }
            try expectEqual(runs[0], runs[1])
            #expect(try runs[0].result().validLoss!.isFinite)
        }
    }

    @Test(.enabled(if: hasGPU)) func aGPUBeginsWithTheWeightsOfTheCPU() throws {
        try withFolder { folder in
            let losses = try ["cpu", "cuda"].map { device in
                let directory = RunDirectory(folder.appending(path: device))
                _ = try Trainer(recipe("device: \(device)\nepochs: 1"), seed: 3).run(in: directory)
                return try directory.metrics()[0].trainLoss
            }
            #expect(abs(losses[0] - losses[1]) < 1e-3 * losses[0])
        }
    }

    // 5 steps an epoch: within an epoch, at its end, and across LookAhead's phase of 6.
    @Test(arguments: [[1], [5], [7], [4, 11], [5, 10]])
    func aRunThatWasInterruptedEndsBitEqual(stops: [Int]) throws {
        try withFolder { folder in
            let whole = RunDirectory(folder.appending(path: "whole"))
            _ = try Trainer(recipe(), seed: 1).run(in: whole)
            let parts = RunDirectory(folder.appending(path: "parts"))
            for (index, step) in stops.enumerated() {
                let outcome = try Trainer(recipe(), seed: 1)
                    .run(in: parts, resume: index > 0, observers: [Stopper(afterStep: step)])
                #expect(outcome == .stopped(step: step, isResumable: true))
                #expect(try parts.state() == .interrupted)
            }
            _ = try Trainer(recipe(), seed: 1).run(in: parts, resume: true)
            try expectEqual(whole, parts)
        }
    }

    static let augmentations = [
        "augmentation: {mixup: 0.4, erasing: {max_count: 2}}",
        "augmentation: {mixup: 0.2, cutmix: 1, mix_probability: 0.8, flip: 0.5, crop: square}\nloss: bce",
        "augmentation: {cutmix: 1}\nloss: {name: bce, sum_classes: true}\nprecision: bf16",
    ]

    @Test(arguments: augmentations) func aMixedRunThatWasInterruptedEndsBitEqual(augmentation: String) throws {
        try withFolder { folder in
            func trainer() throws -> Trainer {
                try Trainer(recipe("\(augmentation)\nepochs: 2\ndrop_last: false"), seed: 1)
            }
            let whole = RunDirectory(folder.appending(path: "whole"))
            _ = try trainer().run(in: whole)
            let parts = RunDirectory(folder.appending(path: "parts"))
            _ = try trainer().run(in: parts, observers: [Stopper(afterStep: 3)])
            _ = try trainer().run(in: parts, resume: true, observers: [Stopper(afterStep: 7)])
            _ = try trainer().run(in: parts, resume: true)
            try expectEqual(whole, parts)
            let metrics = try whole.metrics()
            #expect(metrics.count == 2 && metrics.allSatisfy { $0.trainLoss.isFinite && $0.validLoss!.isFinite })
        }
    }

    @Test func aRunThatIsStoppedAtAnEpochsEndSavesOnceAndEndsBitEqual() throws {
        final class EpochStopper: TrainingObserver {
            let checkpoint: URL
            var wasSavedBefore = false
            init(checkpoint: URL) { self.checkpoint = checkpoint }
            func didFinishEpoch(_ metrics: EpochMetrics) -> TrainingAction {
                wasSavedBefore = FileManager.default.fileExists(atPath: checkpoint.path)
                return .stop
            }
        }
        try withFolder { folder in
            let whole = RunDirectory(folder.appending(path: "whole"))
            _ = try Trainer(recipe(), seed: 1).run(in: whole)
            let parts = RunDirectory(folder.appending(path: "parts"))
            let stopper = EpochStopper(checkpoint: parts.checkpointFile)
            let outcome = try Trainer(recipe(), seed: 1).run(in: parts, observers: [stopper])
            #expect(outcome == .stopped(step: 5, isResumable: true) && !stopper.wasSavedBefore)
            _ = try Trainer(recipe(), seed: 1).run(in: parts, resume: true)
            try expectEqual(whole, parts)
        }
    }

    @Test func aLossThatIsNotFiniteEndsTheRunAsFailedAndSaysWhere() throws {
        try withFolder { folder in
            let directory = RunDirectory(folder.appending(path: "run"))
            let recipe = try Recipe(
                yaml: recipe().yaml.replacing(/(?m)^(optimizer|schedule):\n(  .*\n)+/, with: ""), path: "test.yaml",
                overrides: ["optimizer={name: sgd, learning_rate: 1e30}", "schedule=constant"], vocabulary: .standard)
            guard case .ended(let result) = try Trainer(recipe, seed: 0).run(in: directory) else {
                Issue.record("stopped")
                return
            }
            #expect(result.status == .failed)
            let reason = try #require(result.reason)
            #expect(reason.contains("step") && reason.contains("epoch 1"))
            #expect(try directory.state() == .failed)
        }
    }

    @Test func aFolderOfAnotherRunIsRefused() throws {
        try withFolder { folder in
            let directory = RunDirectory(folder.appending(path: "run"))
            _ = try Trainer(recipe(), seed: 1).run(in: directory, observers: [Stopper(afterStep: 1)])
            #expect(throws: TrainingError.alreadyBegun(path: directory.url.path)) {
                try Trainer(recipe(), seed: 1).run(in: directory)
            }
            #expect(throws: TrainingError.self) { try Trainer(recipe(), seed: 2).run(in: directory, resume: true) }
            #expect(throws: TrainingError.self) {
                try Trainer(recipe("label_smoothing: 0.2"), seed: 1).run(in: directory, resume: true)
            }
            _ = try Trainer(recipe(), seed: 1).run(in: directory, resume: true)
            #expect(throws: TrainingError.alreadyEnded(path: directory.url.path)) {
                try Trainer(recipe(), seed: 1).run(in: directory, resume: true)
            }
        }
    }

    @Test func aDamagedCheckpointIsRefusedAndNothingIsLost() throws {
        try withFolder { folder in
            let directory = RunDirectory(folder.appending(path: "run"))
            _ = try Trainer(recipe(), seed: 1).run(in: directory, observers: [Stopper(afterStep: 7)])
            let whole = try Data(contentsOf: directory.checkpointFile)
            try whole.prefix(whole.count - 100).write(to: directory.checkpointFile)
            let error = #expect(throws: TrainingError.self) {
                try Trainer(recipe(), seed: 1).run(in: directory, resume: true)
            }
            guard case .badCheckpoint(let path, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == directory.checkpointFile.path)
            #expect(try directory.metrics().count == 1)
        }
    }

    @Test func tooFewImagesForABatchAreRefused() throws {
        #expect(throws: TrainingError.tooFewImages(count: 1437, batchSize: 2000)) {
            try Trainer(recipe().with(batchSize: 2000), seed: 0)
        }
    }

    @Test(arguments: ["bf16", "fp16"]) func halfPrecisionTrains(precision: String) throws {
        try withFolder { folder in
            let directory = RunDirectory(folder.appending(path: "run"))
            let outcome = try Trainer(recipe("precision: \(precision)"), seed: 0).run(in: directory)
            guard case .ended(let result) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(result.status == .completed && result.validLoss!.isFinite)
            let weights = try facts(of: directory).weights
            #expect(weights.values.allSatisfy { [.float32, .int64].contains($0.dtype) })
        }
    }
}

extension Recipe {
    fileprivate func with(epochs: Int? = nil, batchSize: Int? = nil) -> Recipe {
        var copy = self
        copy.epochs = epochs ?? self.epochs
        copy.batchSize = batchSize ?? self.batchSize
        return copy
    }
}

@Suite struct BatchPlanTests {
    @Test func everyImageComesOnceInAnEpochInWhateverOrder() throws {
        let data = try TrainingData(for: Recipe(data: .digits))
        var recipe = Recipe(data: .digits)
        recipe.batchSize = 100
        recipe.dropsLastBatch = false
        let plan = BatchPlan(data: data, recipe: recipe, seed: 5)
        #expect(plan.stepsPerEpoch == 15)
        var orders: [[Int]] = []
        for epoch in 0..<2 {
            let batches = plan.trainingBatches(epoch: epoch, from: 0)
            var labels: [Int] = []
            while let batch = try batches.next() { labels += batch.labels }
            #expect(labels.sorted() == data.training.labels.sorted())
            orders.append(labels)
        }
        #expect(orders[0] != orders[1])
    }

    @Test func aBatchDependsOnNothingButItsPlace() throws {
        let data = try TrainingData(for: Recipe(data: .digits))
        var recipe = Recipe(data: .digits)
        recipe.augmentation.crop = .randomResized(.init())
        recipe.augmentation.erasing = .init()
        recipe.augmentation.mixup = 0.4
        recipe.augmentation.flip = 0.5
        recipe.batchSize = 64
        let plan = BatchPlan(data: data, recipe: recipe, seed: 5)
        let first = plan.trainingBatches(epoch: 2, from: 0)
        for _ in 0..<3 { _ = try first.next() }
        let fourth = try #require(try first.next())
        recipe.workers = 1
        let late = BatchPlan(data: data, recipe: recipe, seed: 5).trainingBatches(epoch: 2, from: 3)
        let again = try #require(try late.next())
        #expect(again.pixels == fourth.pixels && again.labels == fourth.labels)
        #expect(again.erased == fourth.erased && again.mix == fourth.mix)
    }

    @Test func normalisedImagesHaveTheDigitsMeanAndDeviation() throws {
        let recipe = Recipe(data: .digits)
        let data = try TrainingData(for: recipe)
        var whole = recipe
        whole.batchSize = 1437
        let batches = BatchPlan(data: data, recipe: whole, seed: 0).trainingBatches(epoch: 0, from: 0)
        let batch = try #require(try batches.next())
        let images = InputPipeline(.digits, classes: 10, device: .cpu)(batch).images
        #expect(images.shape == [1437, 3, 8, 8] && images.isChannelsLast)
        #expect(abs(images.mean().item(Double.self)) < 0.02)
        #expect(abs(images.std().item(Double.self) - 1) < 0.02)
    }
}
