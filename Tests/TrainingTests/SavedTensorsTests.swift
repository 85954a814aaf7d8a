import Activations
import Foundation
import Testing

@testable import Training

/// A training run of the digits ends with the same losses whatever Mish keeps for the backward pass.
extension TrainerTests {
    private func losses(_ saved: Activation.Saved) throws -> (train: Double, valid: Double) {
        let recipe = try Recipe(
            yaml: """
                data: digits
                image_size: 8
                model: {name: mxresnet, depths: [1, 1], widths: [8, 16], stem: [8, 8, 8], saving: \(saved)}
                optimizer: {name: ranger, learning_rate: 1e-2}
                epochs: 6
                batch_size: 128
                """, path: "test.yaml", vocabulary: .standard)
        let folder = FileManager.default.temporaryDirectory.appending(path: "saving-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let directory = RunDirectory(folder)
        _ = try Trainer(recipe, seed: 0).run(in: directory)
        let last = try #require(directory.metrics().last)
        return (last.trainLoss, try #require(last.validLoss))
    }

    @Test func whatMishKeepsChangesTheLossesByLessThanTwoPercent() throws {
        let exact = try losses(.input)
        for saved in [Activation.Saved.softplus, .output] {
            let other = try losses(saved)
            #expect(abs(other.train / exact.train - 1) < 0.02, "\(saved): \(other) \(exact)")
            #expect(abs(other.valid / exact.valid - 1) < 0.02, "\(saved): \(other) \(exact)")
        }
    }
}
