import Foundation
import Layers
import Testing
import Torch
import Vision

@testable import Training

/// What fastai, timm and PyTorch made of the same batches (Tests/Reference/augmentation.py).
private func reference() throws -> [String: Tensor] {
    let url = try #require(
        Bundle.module.url(forResource: "augmentation", withExtension: "safetensors", subdirectory: "Fixtures"))
    return try SafetensorsFile(path: url.path).tensors()
}

extension [String: Tensor] {
    fileprivate func ints(_ name: String) -> [Int] { self[name]!.array(Int.self) }
}

@Suite struct BatchAugmentationTests {
    @Test func mixupIsFastaisBitForBit() throws {
        let reference = try reference()
        let mix = BatchMix(partners: reference.ints("partners"), weights: reference["mixup.weights"]!.array())
        for format in [MemoryFormat.contiguous, .channelsLast] {
            let images = reference["images"]!.to(memoryFormat: format, copy: true)
            let mixed = mix.mixed(images)
            #expect(mixed.equals(reference["mixup.images"]!))
            #expect(mixed.isChannelsLast || format == .contiguous)
            #expect(images.equals(reference["images"]!))
        }
        #expect(mix.targets(reference["labels"]!, classes: 5).equals(reference["mixup.targets"]!))
    }

    @Test func cutMixIsFastaisBitForBit() throws {
        let reference = try reference()
        let box = reference.ints("cutmix.box")
        let mix = BatchMix(
            partners: reference.ints("partners"),
            box: Rectangle(x: box[0], y: box[1], width: box[2], height: box[3]), width: 13, height: 9)
        for format in [MemoryFormat.contiguous, .channelsLast] {
            let images = reference["images"]!.to(memoryFormat: format, copy: true)
            #expect(mix.mixed(images).equals(reference["cutmix.images"]!))
        }
        let targets = mix.targets(reference["labels"]!, classes: 5)
        #expect(targets.isClose(to: reference["cutmix.targets"]!, relative: 0, absolute: 1e-7))
    }

    /// A clipped box; and timm smooths labels before it mixes them, we in the loss.
    @Test func cutMixIsTimms() throws {
        let reference = try reference()
        let center = reference.ints("timm.center")
        let box = BatchMix.box(
            width: 13, height: 9, weight: reference["timm.weight"]!.item(Double.self), centerX: center[0],
            centerY: center[1])
        let mix = BatchMix(partners: [5, 4, 3, 2, 1, 0], box: box, width: 13, height: 9)
        #expect(mix.mixed(reference["images"]!.clone()).equals(reference["timm.images"]!))
        let smoothed = mix.targets(reference["labels"]!, classes: 5) * 0.9 + 0.1 / 5
        #expect(smoothed.isClose(to: reference["timm.smoothed_targets"]!, relative: 0, absolute: 1e-7))
    }

    @Test func anEmptyBoxAndAWholeOneChangeNothingAndEverything() {
        let images = Tensor.randn([2, 3, 4, 5])
        let none = BatchMix(partners: [1, 0], box: Rectangle(x: 2, y: 0, width: 0, height: 3), width: 5, height: 4)
        #expect(none.weights == [1, 1] && none.mixed(images.clone()).equals(images))
        let all = BatchMix(partners: [1, 0], box: Rectangle(width: 5, height: 4), width: 5, height: 4)
        #expect(all.weights == [0, 0] && all.mixed(images.clone()).equals(images.flip(dims: [0])))
    }

    @Test func erasedPixelsAreOverwrittenAndNoOthers() throws {
        let erased = try RandomErasing(probability: 1, maxCount: 2).erase(
            [0, 1, 2], width: 7, height: 6, seed: 1, epoch: 0, workers: 1)
        let before = Tensor.randn([3, 3, 6, 7]).to(memoryFormat: .channelsLast)
        let after = before.clone()
        erased.erase(in: after)
        var expected = before.permute([0, 2, 3, 1]).array(Float.self)
        for (index, position) in erased.positions.enumerated() {
            expected.replaceSubrange(3 * position..<3 * position + 3, with: erased.values[3 * index..<3 * index + 3])
        }
        #expect(after.permute([0, 2, 3, 1]).array(Float.self) == expected)
        #expect(!after.equals(before))
    }

    @Test(.enabled(if: TrainerTests.hasGPU), arguments: ["mixup", "cutmix"])
    func aGPUMakesTheBatchesOfTheCPU(mixing: String) throws {
        var recipe = Recipe(data: .digits)
        recipe.augmentation.erasing = .init(probability: 0.5)
        recipe.augmentation.mixup = mixing == "mixup" ? 0.4 : nil
        recipe.augmentation.cutMix = mixing == "cutmix" ? 1 : nil
        let plan = BatchPlan(data: try TrainingData(for: recipe), recipe: recipe, seed: 5)
        let batch = try #require(try plan.trainingBatches(epoch: 0, from: 0).next())
        let (onCPU, onGPU) = (
            InputPipeline(.digits, classes: 10, device: .cpu)(batch),
            InputPipeline(.digits, classes: 10, device: .cuda)(batch)
        )
        #expect(onGPU.images.isChannelsLast)
        #expect(onGPU.images.to(device: .cpu).isClose(to: onCPU.images, relative: 1e-6, absolute: 1e-6))
        #expect(onGPU.targets.to(device: .cpu).isClose(to: onCPU.targets, relative: 1e-6, absolute: 1e-6))
    }

    @Test func validationIsNeitherErasedNorMixed() throws {
        var recipe = Recipe(data: .digits)
        recipe.augmentation.erasing = .init(probability: 1)
        recipe.augmentation.mixup = 0.4
        let plan = BatchPlan(data: try TrainingData(for: recipe), recipe: recipe, seed: 5)
        let training = try #require(try plan.trainingBatches(epoch: 0, from: 0).next())
        #expect(training.erased?.positions.isEmpty == false && training.mix != nil)
        let validation = try #require(try plan.validationBatches().next())
        #expect(validation.erased == nil && validation.mix == nil)
    }
}

@Suite struct ClassificationLossTests {
    private static let kinds: [(name: String, kind: ClassificationLoss.Kind)] = [
        ("cross-entropy", .crossEntropy), ("bce-mean", .binaryCrossEntropy(sumsClasses: false)),
        ("bce-sum", .binaryCrossEntropy(sumsClasses: true)),
    ]

    /// timm's losses with smoothed labels and with mixed and smoothed ones.
    @Test(arguments: ["labels", "targets"]) func valuesAndGradientsArePyTorchs(of targets: String) throws {
        let reference = try reference()
        for (name, kind) in Self.kinds {
            let logits = reference["loss.logits"]!.clone().requiringGrad()
            let loss = ClassificationLoss(kind, labelSmoothing: 0.1)(logits, reference["loss.\(targets)"]!)
            loss.backward()
            let expected = "loss.\(name).\(targets)"
            #expect(loss.isClose(to: reference["\(expected).value"]!, relative: 1e-14, absolute: 0), "\(expected)")
            #expect(
                logits.grad!.isClose(to: reference["\(expected).gradient"]!, relative: 1e-12, absolute: 1e-16),
                "\(expected)")
        }
    }

    /// fastai mixes the losses of two labels; the loss of the mixed label is the same.
    @Test func mixedLabelsGiveFastaisMixedLosses() throws {
        let reference = try reference()
        let logits = reference["loss.logits"]!.clone().requiringGrad()
        let loss = ClassificationLoss(labelSmoothing: 0.1)(logits, reference["loss.targets"]!)
        loss.backward()
        #expect(loss.isClose(to: reference["loss.cross-entropy.mixed-losses.value"]!, relative: 1e-14))
        let gradient = reference["loss.cross-entropy.mixed-losses.gradient"]!
        #expect(logits.grad!.isClose(to: gradient, relative: 1e-12, absolute: 1e-16))
    }

    @Test func classNumbersAndTheirOneHotProbabilitiesAreTheSame() throws {
        let labels = Tensor([2, 0, 1])
        let logits = Tensor.randn([3, 4], dtype: .float64)
        for (name, kind) in Self.kinds {
            for reduction in [Reduction.none, .mean, .sum] {
                let loss = ClassificationLoss(kind, labelSmoothing: 0.2)
                let (hard, soft) = (
                    loss(logits, labels, reduction: reduction),
                    loss(logits, labels.oneHot(classes: 4).to(dtype: .float64), reduction: reduction)
                )
                #expect(hard.shape == (reduction == .none ? [3] : []) && hard.isClose(to: soft), "\(name)")
                let each = loss(logits, labels, reduction: .none)
                if reduction == .mean { #expect(hard.isClose(to: each.mean())) }
                if reduction == .sum { #expect(hard.isClose(to: each.sum())) }
            }
        }
    }

    @Test(arguments: [DType.float16, .bfloat16]) func halfPrecisionLogitsAreComparedInFP32(dtype: DType) {
        let logits = (Tensor.randn([3, 4]) * 20).to(dtype: dtype)
        for (name, kind) in Self.kinds {
            let loss = ClassificationLoss(kind)(logits, Tensor([2, 0, 1]))
            #expect(loss.dtype == .float32)
            #expect(loss.equals(ClassificationLoss(kind)(logits.to(dtype: .float32), Tensor([2, 0, 1]))), "\(name)")
        }
    }
}
