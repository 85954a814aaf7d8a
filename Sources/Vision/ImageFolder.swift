import Foundation

/// One image of a data set: where it is and what it shows.
public struct ImageSample: Sendable, Hashable {
    /// The file.
    public let url: URL

    /// The index of its class in ``ImageFolder/classes``.
    public let label: Int
}

/// A data set of image files in the layout of Imagenette: `train/<class>/<file>` and `val/<class>/<file>`.
///
/// Classes are the folders in `train`, sorted by name; samples are sorted by class and file name, as
/// torchvision's `ImageFolder` sorts them. Files lie directly in the folder of their class. Names that begin
/// with a dot are ignored, and so are folders inside a class, so that a symbolic link that leads in a circle
/// does no harm. Every other entry counts as an image, whatever its name ends in.
public struct ImageFolder: Sendable {
    /// The folder that holds `train` and `val`.
    public let root: URL

    /// The names of the classes, sorted.
    public let classes: [String]

    /// The images to train with.
    public internal(set) var training: [ImageSample]

    /// The images to validate with.
    public let validation: [ImageSample]

    /// Lists the files. No image is opened.
    ///
    /// - Throws: ``ImageFolderError``, which names the folder.
    public init(root: URL) throws(ImageFolderError) {
        let train = root.appending(path: "train", directoryHint: .isDirectory)
        let val = root.appending(path: "val", directoryHint: .isDirectory)
        try Self.require(root, purpose: "the data set")
        try Self.require(train, purpose: "the images to train with")
        try Self.require(val, purpose: "the images to validate with")

        let classes = try Self.entries(of: train) { $0 }
        guard let first = classes.first else { throw .noClasses(path: train.filePath) }
        guard classes.count > 1 else { throw .oneClass(path: train.filePath, name: first) }
        let unknown = try Self.entries(of: val) { $0 }.filter { !classes.contains($0) }
        guard unknown.isEmpty else { throw .unknownClasses(path: val.filePath, names: unknown) }

        self.root = root
        self.classes = classes
        training = try Self.samples(of: classes, in: train)
        validation = try Self.samples(of: classes, in: val)
    }

    private static func samples(of classes: [String], in split: URL) throws(ImageFolderError) -> [ImageSample] {
        var samples: [ImageSample] = []
        for (label, name) in classes.enumerated() {
            let folder = split.appending(path: name, directoryHint: .isDirectory)
            try require(folder, purpose: "images of a class of train")
            let files = try entries(of: folder) { !$0 }
            guard !files.isEmpty else { throw .emptyClass(path: folder.filePath) }
            samples += files.map {
                ImageSample(url: folder.appending(path: $0, directoryHint: .notDirectory), label: label)
            }
        }
        return samples
    }

    private static func require(_ folder: URL, purpose: String) throws(ImageFolderError) {
        guard isFolder(folder.filePath) else { throw .missing(path: folder.filePath, purpose: purpose) }
    }

    /// The visible entries that `isWanted`, told whether an entry is a folder, chooses: by name, in the order
    /// of code points, as Python sorts them.
    private static func entries(
        of folder: URL, where isWanted: (_ isFolder: Bool) -> Bool
    ) throws(ImageFolderError) -> [String] {
        let path = folder.filePath
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { !$0.hasPrefix(".") && isWanted(isFolder("\(path)/\($0)")) }
                .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

extension URL {
    /// The path as the operating system wants it.
    var filePath: String { path(percentEncoded: false) }
}
