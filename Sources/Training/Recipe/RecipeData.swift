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
            return .folder(path.resolvedPath(relativeTo: folder))
        }
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
        /// What becomes of the aspect.
        public var method: Method
        /// The size before the centre of the image size is cut out: of the shortest side, or of both.
        public var resize: Int

        /// What becomes of an image's aspect.
        public enum Method: String, RecipeChoice, Sendable {
            /// It is kept; `resize` is the shortest side, and the centre crop cuts off what is longer.
            case crop
            /// The image is stretched to a square of `resize`: fastai's `RandomResizedCrop` in validation.
            case squish
        }

        /// What `data` is usually validated with: digits as they are, photographs kept in shape.
        public init(for data: DataSource, imageSize: Int) {
            method = data == .digits ? .squish : .crop
            resize = data == .digits ? imageSize : Self.usualResize(method, imageSize: imageSize)
        }

        /// The thread's 32 pixels above the image size, or fastai's 14 % rounded up to a multiple of 8.
        static func usualResize(_ method: Method, imageSize: Int) -> Int {
            switch method {
            case .crop: imageSize + 32
            case .squish: imageSize + (14 * imageSize + 799) / 800 * 8
            }
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

/// The validation section, whose defaults follow the image size.
struct RecipeValidationSection: RecipeSection {
    var validation: Recipe.Validation
    let imageSize: Int

    mutating func visit(_ fields: inout RecipeFields) {
        let usual = validation.method
        fields.value("method", &validation.method)
        if fields.isReading && validation.method != usual {
            validation.resize = Recipe.Validation.usualResize(validation.method, imageSize: imageSize)
        }
        let size = imageSize
        fields.value("resize", &validation.resize, .init(text: "at least the image_size, \(size)") { $0 >= size })
    }
}
