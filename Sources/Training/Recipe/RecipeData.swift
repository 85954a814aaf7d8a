import Foundation

extension Recipe {
    /// Where the images come from.
    public enum DataSource: Equatable, Sendable {
        /// The handwritten digits that are part of the program.
        case digits
        /// A folder in the Imagenette layout, `train|val/<class>/<file>`.
        case folder(String)

        /// The same source with an absolute path: `~` is the home folder, and other paths start at `folder`.
        func resolved(relativeTo folder: String) -> Self {
            guard case .folder(let path) = self else { return self }
            let expanded = (path as NSString).expandingTildeInPath
            return .folder(
                URL(filePath: expanded, relativeTo: URL(filePath: folder, directoryHint: .isDirectory))
                    .standardizedFileURL.path)
        }
    }

    /// How training images are varied.
    public struct Augmentation: Equatable, Sendable {
        /// A random part of the image, resized to the image size; `nil` takes the whole image.
        public var crop: Crop?
        /// The probability of mirroring left and right.
        public var flip: Double
        /// How channels are shifted and scaled. (Validation images get the same.)
        public var normalize: Normalization

        /// What `data` is usually trained with: digits as they are, photographs cropped and mirrored.
        public init(for data: DataSource) {
            crop = data == .digits ? nil : Crop()
            flip = data == .digits ? 0 : 0.5
            normalize = data == .digits ? .digits : .imagenet
        }
    }

    /// A random resized crop. Defaults: those of the Imagenette leaderboard's entries.
    public struct Crop: Equatable, Sendable {
        /// The least and the largest part of the image's area.
        public var scale = [0.35, 1]
        /// The least and the largest ratio of width to height.
        public var ratio = [3.0 / 4, 4.0 / 3]
    }

    /// The mean that is subtracted and the standard deviation that is divided by.
    public enum Normalization: String, RecipeChoice, Sendable {
        /// Those of ImageNet's three channels.
        case imagenet
        /// Those of the digits' training images.
        case digits
        /// Values stay between 0 and 1.
        case none

        func fits(_ data: DataSource) -> Bool {
            switch self {
            case .imagenet: data != .digits
            case .digits: data == .digits
            case .none: true
            }
        }
    }

    /// How validation images are prepared.
    public struct Validation: Equatable, Sendable {
        /// The shortest side before the centre is cropped; `nil` stretches the whole image to the image size.
        public var resize: Int?

        /// What `data` is usually validated with: photographs at 32 pixels above the image size.
        public init(for data: DataSource, imageSize: Int) {
            resize = data == .digits ? nil : imageSize + 32
        }
    }
}

extension Recipe.DataSource: RecipeScalar {
    package init?(_ scalar: RecipeNode.Scalar) {
        guard !scalar.text.isEmpty, !scalar.text.contains("\0") else { return nil }
        self = scalar.text == "digits" ? .digits : .folder(scalar.text)
    }

    package var scalar: RecipeNode.Scalar {
        switch self {
        case .digits: .init(text: "digits", isQuoted: true)
        case .folder(let path): .init(text: path, isQuoted: true)
        }
    }

    package static func mismatch(_ found: String) -> String {
        "expected digits or the path of a folder, found \(found)"
    }
}

extension Recipe.Augmentation: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.optionalSection("crop", &crop, defaults: Recipe.Crop())
        fields.value("flip", &flip, .within(0...1))
        fields.value("normalize", &normalize)
    }
}

extension Recipe.Crop: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.list("scale", &scale, count: 2...2, .positiveFraction)
        fields.list("ratio", &ratio, count: 2...2, .above(0))
        for (key, bounds) in [("scale", scale), ("ratio", ratio)] where bounds[0] > bounds[1] {
            fields.refuse(key, "the first number must not be above the second")
        }
    }
}

extension Recipe.Validation: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.optional("resize", &resize, .atLeast(1))
    }
}
