import Foundation
import Layers
import Models
import Torch

/// The file of weights that a run began with.
struct LoadedWeights {
    /// The file's SHA-256, as 64 hexadecimal digits.
    let sha256: String
    /// What was loaded and what was not, in a line.
    let summary: String

    /// Loads a recipe's weights, if it has any, into its network, whose classifier stays new where it does not fit.
    ///
    /// - Throws: an error that names the file when it cannot be read, and when anything but the classifier is missing,
    ///   surplus or misshapen.
    init?(of recipe: Recipe, into model: any Layer) throws {
        guard let weights = recipe.weights else { return nil }
        let renaming: [String: String]
        do {
            renaming = try weights.names.renaming(for: model)
        } catch {
            throw TrainingError.badWeights(path: weights.file, reason: "\(error)")
        }
        let report = try model.load(
            weights: URL(filePath: weights.file), key: weights.key, renaming: renaming, strict: false)
        let classifier = model.lastLinear?.name
        func isOutside(_ name: String) -> Bool { classifier.map { !name.hasPrefix($0 + ".") } ?? true }
        var rest = report
        rest.missing.removeAll { !isOutside($0) }
        rest.misshapen.removeAll { !isOutside($0.name) }
        guard rest.isExact else { throw LoadError(report: rest, path: weights.file) }

        sha256 = try SHA256.hexDigest(ofFile: weights.file)
        var parts = ["\(weights.file), SHA-256 \(sha256.prefix(16))..."]
        if let classifier, rest != report {
            let old = report.misshapen.first.map { "for \($0.expected[0]) classes instead of \($0.found[0])" }
            parts.append("new classifier \(classifier) \(old ?? "(the file has none)")")
        }
        summary = "weights: \(parts.joined(separator: "; "))"
    }
}
