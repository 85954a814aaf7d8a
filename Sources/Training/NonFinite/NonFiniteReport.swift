import Foundation
import Torch

/// A value that is not finite in a run: what was seen, where it came from, and in what step.
public struct NonFiniteReport: Sendable, Codable, Equatable {
    /// What showed that something was wrong.
    public let sign: String
    /// The step in the run, the epoch, and the batch in the epoch, each counted from 1.
    public let step: Int, epoch: Int, batch: Int
    /// How many batches an epoch has.
    public let stepsPerEpoch: Int
    /// The step's loss; nil when no step broke.
    public let loss: Double?
    /// The learning rate of the last parameter group, which trains the head.
    public let learningRate: Double
    /// The loss scale; nil but for fp16.
    public let lossScale: Double?
    /// Where the first value came from; nil when it was not found.
    public let finding: NonFiniteFinding?
    /// Why it was not found.
    public let note: String?
    /// The batch's images, in order.
    public let files: [String]
    /// How many classes the network tells apart.
    public let classCount: Int
    /// The recipe's hash and the run's seed.
    public let recipeHash: String, seed: Int
    /// Where it was computed, and with which versions.
    public let device: String, versions: [String: String]

    /// The files of the samples to which the value is confined; empty when it is not.
    public var suspects: [String] {
        guard let samples = finding?.samples, samples.allSatisfy(files.indices.contains) else { return [] }
        return samples.map { files[$0] }
    }

    /// Such as `step 12 (epoch 3, batch 2 of 5)`.
    public var position: String { "step \(step.grouped) (epoch \(epoch), batch \(batch) of \(stepsPerEpoch))" }

    /// One line: what, when and where.
    public var summary: String {
        "\(sign); \(position): " + (finding.map { "first in \($0.place)" } ?? note ?? "not located")
    }

    /// Everything, for people.
    public var text: String {
        var lines = ["not finite: \(sign); \(position)"]
        lines.append(finding?.text ?? note ?? "not located")
        if let count = finding?.samples.count, count > 0, !suspects.isEmpty {
            lines.append("in \(count) of \(files.count) images: \(list(suspects))")
        }
        let scale = lossScale.map { ", loss scale \($0.short)" } ?? ""
        let loss = loss.map { "loss \($0), " } ?? ""
        lines.append("\(loss)learning rate \(learningRate.short)\(scale)")
        lines.append("the batch: \(list(files))")
        return lines.joined(separator: "\n")
    }

    private func list(_ files: [String]) -> String {
        let shown = 4
        let rest = files.count > shown ? " and \(files.count - shown) more" : ""
        return files.prefix(shown).joined(separator: ", ") + rest
    }
}

extension NonFiniteReport {
    /// What a hunt found in a run. The learner is in the state before the step.
    init(_ result: NonFiniteHunter.Result, sign: String, learner: Learner, seed: Int) {
        let plan = learner.plan
        (self.sign, step, stepsPerEpoch) = (sign, result.step + 1, plan.stepsPerEpoch)
        (epoch, batch) = (result.step / stepsPerEpoch + 1, result.step % stepsPerEpoch + 1)
        (loss, finding, note) = (result.loss, result.finding, result.note)
        learningRate = learner.learningRate
        lossScale = learner.scaler?.state.scale
        files = result.loss == nil ? [] : plan.trainingFiles(result.step)
        classCount = learner.data.classes.count
        (recipeHash, self.seed) = (learner.recipe.hash, seed)
        (device, versions) = (learner.device.fullName, currentVersions)
    }

    /// The same step taken again elsewhere.
    init(again other: NonFiniteReport, finding: NonFiniteFinding?, learner: Learner) {
        (sign, step, epoch, batch, stepsPerEpoch) =
            (other.sign, other.step, other.epoch, other.batch, other.stepsPerEpoch)
        (loss, self.finding) = (other.loss, finding)
        note = finding == nil ? "everything in the step is finite" : nil
        learningRate = learner.learningRate
        lossScale = learner.scaler?.state.scale
        (files, classCount) = (other.files, other.classCount)
        (recipeHash, seed) = (learner.recipe.hash, other.seed)
        (device, versions) = (learner.device.fullName, currentVersions)
    }
}

/// The software that computes.
let currentVersions = ["mish": mishVersion, "libtorch": LibTorch.version]
