import Foundation
import Torch
import Vision

/// A folder from which a broken step can be taken again, on any machine and without the data set.
///
/// - `finding.json` and `finding.txt`: what was found (``NonFiniteReport``).
/// - `recipe.yaml`: the resolved recipe.
/// - `state.safetensors`: network, optimizer, loss scale and random generators before the step.
/// - `batch.safetensors`: the batch's pixels and labels.
public struct Reproduction {
    /// What was found when the folder was written.
    public let report: NonFiniteReport
    private let learner: Learner
    private let state: TrainingState
    private let batch: PreparedBatch

    private enum File {
        static let report = "finding.json"
        static let text = "finding.txt"
        static let recipe = "recipe.yaml"
        static let state = "state.safetensors"
        static let batch = "batch.safetensors"
    }

    /// Reads a folder and makes the network.
    ///
    /// - Parameters:
    ///   - folder: such as `runs/RUN/nonfinite/step-1235`.
    ///   - overrides: `key=value` each, to see whether the step is finite with another `precision` or `device`, for
    ///     example. Optimizer and schedule are part of the saved state.
    /// - Throws: ``ReproductionError``, ``RecipeError``, or what is wrong with a file or the device.
    public init(at folder: URL, overrides: [String] = []) throws {
        for override in overrides {
            let key = override.prefix { $0 != "=" && $0 != "." }.trimmingCharacters(in: .whitespaces)
            if ["optimizer", "schedule"].contains(key) { throw ReproductionError.partOfTheState(key: key) }
        }
        let report: NonFiniteReport
        do {
            let data = try Data(contentsOf: folder.appending(path: File.report))
            report = try JSON.decoder.decode(NonFiniteReport.self, from: data)
        } catch {
            throw ReproductionError.notOne(path: folder.path, reason: explanation(error))
        }
        var recipe = try Recipe(
            contentsOf: folder.appending(path: File.recipe).path, overrides: overrides, vocabulary: .standard)
        // The saved state takes their place.
        recipe.weights = nil
        do {
            batch = try PreparedBatch(contentsOf: folder.appending(path: File.batch))
        } catch {
            throw ReproductionError.notOne(path: folder.path, reason: explanation(error))
        }
        learner = try Learner(
            recipe, seed: report.seed, data: TrainingData(of: batch, classCount: report.classCount))
        let file = folder.appending(path: File.state)
        let checkpoint = try Checkpoint(contentsOf: file)
        do {
            state = try checkpoint.state()
            try state.restore(to: learner)
        } catch {
            throw TrainingError.badCheckpoint(path: file.path, reason: "\(error)")
        }
        self.report = report
    }

    /// Takes the step again and looks for the first value that is not finite.
    ///
    /// - Throws: a failed operator's error.
    public func run() throws -> NonFiniteReport {
        try state.restore(to: learner)
        learner.begin(epoch: report.epoch - 1)
        let finding = try findNonFinite(in: learner.model, learner.optimizer, scaler: learner.scaler) {
            learner.loss(batch)
        }
        return NonFiniteReport(again: report, finding: finding, learner: learner)
    }

    /// Writes a folder; what lay there is replaced.
    ///
    /// - Parameters:
    ///   - checkpoint: the state before the step.
    ///   - batch: the step's.
    static func write(
        _ report: NonFiniteReport, recipe: Recipe, checkpoint: Checkpoint, batch: PreparedBatch, to folder: URL
    ) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data((report.text + "\n").utf8).write(to: folder.appending(path: File.text))
            try Data(recipe.yaml.utf8).write(to: folder.appending(path: File.recipe))
            try checkpoint.write(to: folder.appending(path: File.state))
            try Safetensors.write(tensors: batch.tensors, to: folder.appending(path: File.batch).path)
            try JSON.pretty(report).write(to: folder.appending(path: File.report), options: .atomic)
        } catch {
            throw RunDirectoryError.notWritable(path: folder.path, reason: explanation(error))
        }
    }
}

extension NonFiniteReport {
    /// The report as JSON with sorted keys; numbers that are not finite are the texts `NaN`, `Infinity` and
    /// `-Infinity`.
    public var json: Data { JSON.pretty(self) }
}

/// Why a step cannot be taken again.
public enum ReproductionError: Error, Equatable, CustomStringConvertible {
    /// The folder does not hold what a run saves.
    case notOne(path: String, reason: String)
    /// The setting comes from the saved state.
    case partOfTheState(key: String)

    /// One line: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .notOne(let path, let reason):
            "\(path): not a step that a run has saved, such as RUN/nonfinite/step-12: \(reason)"
        case .partOfTheState(let key):
            "\(key) is part of the saved state and cannot be set; precision and device can"
        }
    }
}

// MARK: The batch as a file

extension PreparedBatch {
    fileprivate var tensors: [String: Tensor] {
        let shape = [labels.count, size, size, 3]
        var tensors = [
            "pixels": pixels.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: .uint8) },
            "labels": Tensor(labels),
        ]
        if let erased {
            tensors["erased.positions"] = Tensor(erased.positions)
            tensors["erased.values"] = Tensor(erased.values)
        }
        if let mix {
            tensors["mix.partners"] = Tensor(mix.partners)
            tensors["mix.weights"] = Tensor(mix.weights)
            tensors["mix.box"] = mix.box.map { Tensor([$0.x, $0.y, $0.width, $0.height]) }
        }
        return tensors
    }

    fileprivate init(contentsOf url: URL) throws {
        let file = try SafetensorsFile(path: url.path)
        let (pixels, labels) = (try file.tensor("pixels"), try file.tensor("labels"))
        let shape = pixels.shape
        guard pixels.dtype == .uint8, shape.count == 4, shape[1] == shape[2], shape[3] == 3,
            labels.shape == [shape[0]], labels.dtype == .int64
        else {
            throw ReproductionError.notOne(
                path: url.path, reason: "pixels \(shape) and labels \(labels.shape) do not make a batch")
        }
        self.init(pixels: pixels.array(UInt8.self), labels: labels.array(Int.self), size: shape[1])
        if file.entries["erased.positions"] != nil {
            erased = try ErasedPixels(
                positions: file.tensor("erased.positions").array(), values: file.tensor("erased.values").array())
        }
        if file.entries["mix.box"] != nil {
            let box = try file.tensor("mix.box").array(Int.self)
            mix = try BatchMix(
                partners: file.tensor("mix.partners").array(),
                box: Rectangle(x: box[0], y: box[1], width: box[2], height: box[3]), width: size, height: size)
        } else if file.entries["mix.partners"] != nil {
            mix = try BatchMix(
                partners: file.tensor("mix.partners").array(), weights: file.tensor("mix.weights").array())
        }
    }
}

extension TrainingData {
    /// A batch's images as all the data there is: what a network needs to be made again.
    fileprivate init(of batch: PreparedBatch, classCount: Int) {
        let area = batch.size * batch.size * 3
        let images = DecodedImages(
            batch.labels.indices.map { index in
                Image(
                    width: batch.size, height: batch.size,
                    pixels: Array(batch.pixels[index * area..<(index + 1) * area]))
            }, labels: batch.labels)
        (classes, training, validation, hash) = ((0..<classCount).map(String.init), images, images, "")
    }
}
