import DataSets
import Foundation
import Torch
import Vision

/// The images of a recipe, decoded and held in memory, and the batches that are made of them.
public struct TrainingData: Sendable {
    /// The names of the classes, in the order of their numbers.
    public let classes: [String]
    /// The images to train with.
    public let training: DecodedImages
    /// The images to validate with.
    public let validation: DecodedImages
    /// Hexadecimal digits that tell whether two data sets are the same.
    public let hash: String

    /// Reads and decodes the images that a recipe names.
    ///
    /// - Throws: ``DataSetError``, ``NoisyLabelsError``, ``ImageFolderError``, ``ImageError`` or
    ///   ``DecodedImagesError``, which name the path, and
    ///   ``TrainingError/tooFewImages(count:batchSize:)``.
    public init(for recipe: Recipe) throws {
        switch recipe.data {
        case .digits: self.init(Digits.load())
        case .folder(let path): try self.init(folder: path, for: recipe)
        }
        try check(against: recipe)
    }

    /// Whether the images make at least one batch.
    ///
    /// - Throws: ``TrainingError/tooFewImages(count:batchSize:)``.
    public func check(against recipe: Recipe) throws {
        let needed = recipe.dropsLastBatch ? recipe.batchSize : 2
        if training.count < needed {
            throw TrainingError.tooFewImages(count: training.count, batchSize: recipe.batchSize)
        }
    }

    private init(folder path: String, for recipe: Recipe) throws {
        var folder = try ImageFolder(root: PublishedDataSet.folder(at: path))
        if recipe.noisyLabels > 0 { folder = try folder.withNoisyLabels(percent: recipe.noisyLabels) }
        let policy: BrokenImagePolicy = recipe.brokenImages == .stop ? .stop : .skip
        let memory = Int(ProcessInfo.processInfo.physicalMemory / 2)
        classes = folder.classes
        training = try DecodedImages(
            decoding: folder.training, workers: recipe.workers, policy: policy, memoryLimit: memory)
        validation = try DecodedImages(
            decoding: folder.validation, workers: recipe.workers, policy: policy,
            memoryLimit: memory - training.byteCount)
        hash = try folder.fingerprint()
    }

    private init(_ digits: Digits) {
        func images(_ subset: Digits.Subset) -> DecodedImages {
            let area = Digits.side * Digits.side
            let images = (0..<subset.count).map { index in
                Image(
                    width: Digits.side, height: Digits.side,
                    pixels: subset.pixels[index * area..<(index + 1) * area].flatMap { grey in
                        repeatElement(UInt8(Int(grey) * 255 / Int(Digits.maximum)), count: 3)
                    })
            }
            return DecodedImages(images, labels: subset.labels)
        }
        classes = (0..<Digits.classCount).map(String.init)
        training = images(digits.training)
        validation = images(digits.validation)
        let bytes = [digits.training, digits.validation].flatMap { $0.pixels + $0.labels.map(UInt8.init) }
        hash = String(SHA256.hexDigest(of: bytes).prefix(16))
    }
}

/// The images and labels of one step, as bytes, not yet on the device.
struct PreparedBatch: Sendable {
    /// [n, size, size, 3], row by row.
    let pixels: [UInt8]
    let labels: [Int]
    let size: Int
    /// What is erased after normalisation, in training.
    var erased: ErasedPixels?
    /// How the images are mixed after that, in training.
    var mix: BatchMix?
}

/// A recipe's views of the data: which images make a batch, and how they are shown.
struct BatchPlan: Sendable {
    let data: TrainingData
    let recipe: Recipe
    let seed: UInt64

    /// Steps in an epoch.
    var stepsPerEpoch: Int {
        let (full, rest) = data.training.count.quotientAndRemainder(dividingBy: recipe.batchSize)
        // Batch normalisation cannot train on a single image.
        return full + (!recipe.dropsLastBatch && rest > 1 ? 1 : 0)
    }

    /// The batches of an epoch from step `first` on, prepared ahead.
    func trainingBatches(epoch: Int, from first: Int) -> BatchLoader {
        let order = trainingOrder(epoch)
        let (transform, erasing, mixing) = (
            recipe.makeTrainingTransform(), recipe.makeErasing(), recipe.makeMixing()
        )
        return BatchLoader(indices: first..<stepsPerEpoch) { [self] step in
            let indices = Array(order[slice(step, of: order.count)])
            var batch = try prepare(indices, of: data.training) { output in
                try data.training.render(
                    indices, with: transform, seed: seed, epoch: epoch, into: output, layout: .hwc,
                    workers: recipe.workers)
            }
            let size = recipe.imageSize
            batch.erased = try erasing?.erase(
                indices, width: size, height: size, seed: seed, epoch: epoch, workers: recipe.workers)
            batch.mix = mixing.mix(
                count: indices.count, width: size, height: size, seed: seed, epoch: epoch, step: step)
            return batch
        }
    }

    /// The batch of a step of the run, counted from 0: the same that the run trained with.
    func trainingBatch(_ step: Int) throws -> PreparedBatch {
        let (epoch, index) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
        return try trainingBatches(epoch: epoch, from: index).next()!
    }

    /// The images of that batch, by file where they have one.
    func trainingFiles(_ step: Int) -> [String] {
        let (epoch, index) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
        let order = trainingOrder(epoch)
        return order[slice(index, of: order.count)].map { image in
            data.training.urls.isEmpty ? "training image \(image)" : data.training.urls[image].relativePath
        }
    }

    private func trainingOrder(_ epoch: Int) -> [Int] {
        [Int].permutation(count: data.training.count, seed: seed, epoch: epoch)
    }

    /// The validation images in order, prepared ahead.
    func validationBatches() -> BatchLoader {
        let count = data.validation.count
        let steps = (count + recipe.batchSize - 1) / recipe.batchSize
        let transform = recipe.makeEvaluationTransform()
        return BatchLoader(indices: 0..<steps) { [self] step in
            let indices = Array(slice(step, of: count))
            return try prepare(indices, of: data.validation) { output in
                try data.validation.render(
                    indices, with: transform, into: output, layout: .hwc, workers: recipe.workers)
            }
        }
    }

    private func slice(_ step: Int, of count: Int) -> Range<Int> {
        step * recipe.batchSize..<min((step + 1) * recipe.batchSize, count)
    }

    private func prepare(
        _ indices: [Int], of images: DecodedImages, render: (UnsafeMutableBufferPointer<UInt8>) throws -> Void
    ) rethrows -> PreparedBatch {
        let count = indices.count * recipe.imageSize * recipe.imageSize * 3
        let pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try render(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
        return PreparedBatch(
            pixels: pixels, labels: indices.map { images.labels[$0] }, size: recipe.imageSize)
    }
}

/// Turns prepared batches into a network's input on a device.
struct InputPipeline {
    private let classes: Int
    private let device: Torch.Device
    private let scale: Tensor
    private let shift: Tensor

    /// (value / 255 - mean) / standard deviation, written as value * scale + shift.
    ///
    /// - Parameter classes: as many as mixed labels have probabilities.
    init(_ normalization: Recipe.Normalization, classes: Int, device: Torch.Device) {
        let statistics: Normalization? =
            switch normalization {
            case .imagenet: .imageNet
            case .digits: .digits
            case .none: nil
            }
        let mean = statistics?.mean ?? [0, 0, 0]
        let deviation = statistics?.standardDeviation ?? [1, 1, 1]
        func channels(_ values: [Double]) -> Tensor {
            Tensor(values, shape: [1, 3, 1, 1], dtype: .float32, device: device)
        }
        self.classes = classes
        self.device = device
        scale = channels(deviation.map { 1 / (255 * $0) })
        shift = channels(zip(mean, deviation).map { -$0 / $1 })
    }

    /// Images [n, 3, size, size], fp32 and channels-last, and class numbers [n], or the classes' probabilities
    /// [n, classes] when the images are mixed.
    func callAsFunction(_ batch: PreparedBatch) -> (images: Tensor, targets: Tensor) {
        let shape = [batch.labels.count, batch.size, batch.size, 3]
        let bytes = batch.pixels.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: .uint8) }
        let floats = bytes.uploaded(to: device).permute([0, 3, 1, 2]).to(dtype: .float32)
        let images = floats * scale + shift
        let labels = Tensor(batch.labels).uploaded(to: device)
        batch.erased?.erase(in: images)
        guard let mix = batch.mix else { return (images, labels) }
        return (mix.mixed(images), mix.targets(labels, classes: classes))
    }
}
