import Foundation
import Torch

extension Module {
    /// Loads a file of weights: safetensors, or what `torch.save` wrote (`.pth`, `.pt`) of a state dictionary. The
    /// file is read as data; nothing in it is run.
    ///
    /// ```swift
    /// try net.load(weights: URL(filePath: "weights.pth"))
    /// ```
    ///
    /// Another library's names are translated by `load(weights:names:)` of the module Models.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - key: the dictionary in the file that holds the weights; by default `state_dict`, `model` or the like if
    ///     there is one (see ``WeightFile/init(path:key:)``).
    ///   - renaming: this module's names by the file's, where they differ.
    ///   - strict: whether every name and shape has to fit. Otherwise what fits is loaded.
    /// - Returns: what deviates.
    /// - Throws: an error that names the file when it cannot be read; ``LoadError`` when `strict` and something
    ///   deviates, and nothing is changed then.
    @discardableResult
    public final func load(
        weights url: URL, key: String? = nil, renaming: [String: String] = [:], strict: Bool = true
    ) throws -> LoadReport {
        let file = try WeightFile(path: url.path, key: key)
        let names = names(in: file, renaming: renaming)
        let report = compare(with: names.mapValues { file.entries[$0]!.shape })
        if strict, !report.isExact { throw LoadError(report: report, path: url.path) }
        let unfit = Set(report.surplus + report.misshapen.map(\.name))
        try load(names.filter { !unfit.contains($0.key) }.mapValues(file.tensor), strict: false)
        return report
    }

    /// The names in a file by this module's: translated where `renaming` knows them and no two become one.
    public final func names(in file: WeightFile, renaming: [String: String]) -> [String: String] {
        func stays(_ name: String) -> Bool { file.entries[name] != nil && renaming[name] == nil }
        return Dictionary(
            file.entries.keys.map { name in (renaming[name].flatMap { stays($0) ? nil : $0 } ?? name, name) },
            uniquingKeysWith: { first, _ in first })
    }
}
