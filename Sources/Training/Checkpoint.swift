import Foundation
import Torch

/// Everything that a run needs to go on bit-equal, in one safetensors file: the network, the optimizer, the
/// random generator, the losses of the epoch so far, and the place in the run as metadata.
struct Checkpoint {
    /// Where a run is.
    struct Place: Codable, Equatable {
        var recipeHash: String
        var seed: Int
        var dataHash: String
        /// Epochs done.
        var epoch: Int
        /// Steps done in the epoch after those.
        var stepInEpoch: Int
        /// Seconds that the run took so far.
        var seconds: Double
    }

    var place: Place
    /// Of each part, by name.
    var tensors: [Part: [String: Tensor]]
    /// What the parts remember besides tensors, as JSON.
    var records: [Part: String]

    enum Part: String, CaseIterable {
        case network, optimizer, scaler, random, epoch, nonFinite
    }

    private static let placeKey = "place"

    func write(to url: URL) throws {
        var all: [String: Tensor] = [:]
        for (part, tensors) in tensors {
            for (name, tensor) in tensors { all["\(part.rawValue)/\(name)"] = tensor }
        }
        var metadata = [Self.placeKey: String(decoding: try JSONEncoder().encode(place), as: UTF8.self)]
        for (part, record) in records { metadata[part.rawValue] = record }
        try Safetensors.write(tensors: all, metadata: metadata, to: url.path)
    }

    /// - Throws: ``TrainingError/badCheckpoint(path:reason:)``.
    init(contentsOf url: URL) throws {
        do {
            let file = try SafetensorsFile(path: url.path)
            guard let text = file.metadata[Self.placeKey] else {
                throw TrainingError.badCheckpoint(path: url.path, reason: "it was not written by this program")
            }
            place = try JSONDecoder().decode(Place.self, from: Data(text.utf8))
            tensors = [:]
            for name in file.entries.keys {
                let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
                guard parts.count == 2, let part = Part(rawValue: parts[0]) else {
                    throw TrainingError.badCheckpoint(path: url.path, reason: "it holds a surplus tensor \(name)")
                }
                tensors[part, default: [:]][parts[1]] = try file.tensor(name)
            }
            records = [:]
            for part in Part.allCases { records[part] = file.metadata[part.rawValue] }
        } catch let error as TrainingError {
            throw error
        } catch {
            throw TrainingError.badCheckpoint(path: url.path, reason: "\(error)")
        }
    }

    init(place: Place) {
        self.place = place
        tensors = [:]
        records = [:]
    }
}

extension RunDirectory {
    var checkpointFile: URL { url.appending(path: "checkpoint.safetensors") }
    var predictionsFile: URL { url.appending(path: "predictions.safetensors") }
}
