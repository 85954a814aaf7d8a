import Foundation
import Layers
import Torch

/// A file of weights and the safetensors file that it becomes: bit-equal tensors, by names of this package when a
/// network is named.
///
/// ```swift
/// let conversion = try WeightConversion(of: "resnet50d.pth", for: "xresnet50", names: .timm)
/// try conversion.write(to: "xresnet50.safetensors")
/// ```
public struct WeightConversion {
    /// The file that was read.
    public let file: WeightFile
    /// The file's names by those that are written.
    public let names: [String: String]
    /// The network that names and shapes were compared with.
    public let model: String?
    /// The classes of that network: those of the file's classifier, or 1,000 when the file has none.
    public let classes: Int?
    /// What deviates from the network; nothing when none was named.
    public let report: LoadReport

    /// Reads a file, and compares it with a network.
    ///
    /// - Parameters:
    ///   - path: safetensors, or what `torch.save` wrote.
    ///   - key: the dictionary in the file that holds the weights; see ``Torch/WeightFile/init(path:key:)``.
    ///   - model: a network of the catalog.
    ///   - names: whose the file has; others than this package's need a network.
    /// - Throws: an error that names the file when it cannot be read; ``ModelError`` when there is no such network,
    ///   its stages are open, or weights of it are not published by those names.
    public init(of path: String, key: String? = nil, for model: String? = nil, names: WeightNames = .mish) throws {
        precondition(model != nil || names == .mish, "other names than our own need a network")
        file = try WeightFile(path: path, key: key)
        self.model = model
        guard let model else {
            self.names = Dictionary(uniqueKeysWithValues: file.entries.keys.map { ($0, $0) })
            (classes, report) = (nil, LoadReport())
            return
        }
        let template = try ModelCatalog.make(model, ModelOptions(classes: 1000))
        let renaming = try names.renaming(for: template)
        let classifier = template.lastLinear.map { "\($0.name).weight" }
        let found = file.entries.first { (renaming[$0.key] ?? $0.key) == classifier }?.value.shape.first
        let classes = max(found ?? 1000, 1)
        let network = classes == 1000 ? template : try ModelCatalog.make(model, ModelOptions(classes: classes))
        self.classes = classes
        self.names = network.names(in: file, renaming: renaming)
        report = network.compare(with: self.names.mapValues { [file] in file.entries[$0]!.shape })
    }

    /// How many tensors get another name.
    public var renamedCount: Int { names.count { $0.key != $0.value } }

    /// The bytes of all tensors.
    public var byteCount: Int {
        file.entries.values.reduce(0) { $0 + $1.shape.reduce(1, *) * $1.type.bitWidth / 8 }
    }

    /// Writes the safetensors file, whole or not at all. Tensors that are the same memory are written each.
    ///
    /// - Throws: ``WeightConversionError`` when `path` is the file that was read, or the weights do not fit the
    ///   network; ``Torch/FileError`` when it cannot be written.
    public func write(to path: String) throws {
        if isSameFile(path, file.path) { throw WeightConversionError.sameFile(path) }
        if !report.isExact { throw LoadError(report: report, path: file.path) }
        let sources = names.mapValues { [file] name in
            let entry = file.entries[name]!
            return Safetensors.Source(type: entry.type, shape: entry.shape) { try file.withBytes(of: name, $0) }
        }
        // What Python's safetensors writes, and some readers ask for.
        let metadata = file.format == .pyTorch ? ["format": "pt"] : file.metadata
        try Safetensors.write(sources, metadata: metadata, to: path)
    }

    /// Whether two paths lead to one file, through links or not.
    private func isSameFile(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(one, &first) == 0 && stat(other, &second) == 0
            && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}

/// Why a file is not converted.
public enum WeightConversionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file would overwrite the one that is read.
    case sameFile(String)

    /// One line: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .sameFile(let path): "\(path): this is the file that is read; choose another name for the new one"
        }
    }
}
