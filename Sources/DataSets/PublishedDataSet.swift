import Foundation
import Vision

/// A data set that its makers publish as an archive: Imagenette or ImageWoof (version 2), in one of three sizes.
///
/// Source: https://github.com/fastai/imagenette.
public struct PublishedDataSet: Equatable, Sendable {
    /// Which images.
    public enum Family: String, CaseIterable, Sendable {
        /// Ten classes of ImageNet that are easily told apart.
        case imagenette
        /// Ten breeds of dogs.
        case imagewoof
    }

    /// How large the images are.
    public enum Size: String, CaseIterable, Sendable {
        /// As in ImageNet.
        case full
        /// 320 pixels on the shortest side.
        case px320 = "320"
        /// 160 pixels on the shortest side.
        case px160 = "160"
    }

    /// Which images.
    public var family: Family
    /// How large they are.
    public var size: Size

    /// The images of a family in a size.
    public init(_ family: Family, size: Size = .full) {
        self.family = family
        self.size = size
    }

    /// The data set whose folder has this name, if any.
    public init?(named name: String) {
        let all = Family.allCases.flatMap { family in Size.allCases.map { PublishedDataSet(family, size: $0) } }
        guard let found = all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// The name of its folder, of its archive and in recipes, such as `imagewoof2-160`.
    public var name: String { size == .full ? "\(family.rawValue)2" : "\(family.rawValue)2-\(size.rawValue)" }

    /// Where its makers put the archive.
    public var url: String { "https://s3.amazonaws.com/fast-ai-imageclas/\(name).tgz" }

    /// The folder that data sets are put into, and that recipes find them in:
    /// `${XDG_DATA_HOME:-~/.local/share}/swift-mish`.
    public static var standardFolder: URL {
        let named = ProcessInfo.processInfo.environment["XDG_DATA_HOME"] ?? ""
        let folder = named.hasPrefix("/") ? named : NSHomeDirectory() + "/.local/share"
        return URL(filePath: folder, directoryHint: .isDirectory)
            .appending(path: "swift-mish", directoryHint: .isDirectory)
    }

    /// The folder that a recipe or a command means by `path`: that folder when it is there, else the data set of
    /// that name in ``standardFolder``.
    ///
    /// - Throws: ``DataSetError/notDownloaded(path:dataSet:)`` for a published data set that is in neither place.
    public static func folder(at path: String) throws(DataSetError) -> URL {
        let url = URL(filePath: path, directoryHint: .isDirectory)
        guard !FileManager.default.fileExists(atPath: path),
            let dataSet = PublishedDataSet(named: url.lastPathComponent)
        else { return url }
        let kept = standardFolder.appending(path: dataSet.name, directoryHint: .isDirectory)
        guard FileManager.default.fileExists(atPath: kept.path) else {
            throw .notDownloaded(path: path, dataSet: dataSet)
        }
        return kept
    }

    /// Compares a folder's classes and numbers of images with what was published.
    ///
    /// - Throws: ``DataSetError/incomplete(path:differences:)`` or `ImageFolderError`.
    /// - Returns: the folder's contents.
    @discardableResult
    public func check(_ folder: URL) throws -> ImageFolder {
        let images = try ImageFolder(root: folder)
        let expected = Dictionary(uniqueKeysWithValues: classes.map { ($0.name, ($0.training, $0.validation)) })
        var differences = Set(expected.keys).symmetricDifference(images.classes).sorted().map {
            expected[$0] == nil ? "class \($0) does not belong to it" : "class \($0) is missing"
        }
        for (label, name) in images.classes.enumerated() {
            guard let (training, validation) = expected[name] else { continue }
            for (split, count, right) in [
                ("train", images.training.count { $0.label == label }, training),
                ("val", images.validation.count { $0.label == label }, validation),
            ] where count != right {
                differences.append("\(split)/\(name) has \(count) images instead of \(right)")
            }
        }
        guard differences.isEmpty else {
            throw DataSetError.incomplete(path: folder.path, differences: differences)
        }
        return images
    }

    /// Every class (its WordNet identifier) and the numbers of its images.
    var classes: [(name: String, training: Int, validation: Int)] {
        switch family {
        case .imagenette:
            [
                ("n01440764", 963, 387), ("n02102040", 955, 395), ("n02979186", 993, 357), ("n03000684", 858, 386),
                ("n03028079", 941, 409), ("n03394916", 956, 394), ("n03417042", 961, 389), ("n03425413", 931, 419),
                ("n03445777", 951, 399), ("n03888257", 960, 390),
            ]
        case .imagewoof:
            [
                ("n02086240", 941, 409), ("n02087394", 942, 408), ("n02088364", 932, 418), ("n02089973", 580, 224),
                ("n02093754", 949, 401), ("n02096294", 943, 407), ("n02099601", 949, 401), ("n02105641", 928, 422),
                ("n02111889", 921, 429), ("n02115641", 940, 410),
            ]
        }
    }
}
