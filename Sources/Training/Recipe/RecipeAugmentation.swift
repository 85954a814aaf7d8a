extension Recipe {
    /// How training images are varied.
    public struct Augmentation: Equatable, Sendable {
        /// A random part of the image, resized to the image size; `nil` takes the whole image, stretched.
        public var crop: Crop?
        /// The probability of mirroring left and right.
        public var flip: Double
        /// How channels are shifted and scaled. (Validation images get the same.)
        public var normalize: Normalization
        /// Random rectangles that are overwritten; `nil` leaves images whole.
        public var erasing: Erasing?
        /// Mixup: blends each image and its label with another's; the parameter of the beta distribution that
        /// weights come from, usually 0.2 or 0.4. `nil` is no mixup.
        public var mixup: Double?
        /// CutMix: puts a rectangle of another image into each image, and mixes labels by area; the parameter of
        /// the beta distribution that the area comes from, usually 1. `nil` is no CutMix.
        public var cutMix: Double?
        /// The probability that a batch is mixed, when mixup or CutMix is named.
        public var mixProbability = 1.0
        /// The probability of CutMix instead of mixup for a mixed batch, when both are named.
        public var switchProbability = 0.5

        /// What `data` is usually trained with: digits as they are, photographs cropped and mirrored.
        public init(for data: DataSource) {
            crop = data == .digits ? nil : .randomResized(RandomResizedCrop())
            flip = data == .digits ? 0 : 0.5
            normalize = data == .digits ? .digits : .imagenet
        }

        /// Whether training sees mixed images, so that its loss is one of mixed labels.
        public var mixesImages: Bool { (mixup != nil || cutMix != nil) && mixProbability > 0 }
    }

    /// Which part of a training image is taken.
    public enum Crop: Equatable, Sendable {
        /// A part of random area and aspect.
        case randomResized(RandomResizedCrop)
        /// The largest square, at a random place along the longer side: fastai's `Resize`.
        case square

        /// The names of the crops in a recipe.
        public enum Name: String, RecipeChoice, Sendable {
            /// ``Crop/randomResized(_:)``.
            case randomResized = "random-resized"
            /// ``Crop/square``.
            case square
        }

        /// The crop's name.
        public var name: Name {
            switch self {
            case .randomResized: .randomResized
            case .square: .square
            }
        }
    }

    /// The settings of a random resized crop. Defaults: those of the Imagenette leaderboard's entries.
    public struct RandomResizedCrop: Equatable, Sendable {
        /// The least and the largest part of the image's area.
        public var scale = [0.35, 1]
        /// The least and the largest ratio of width to height.
        public var ratio = [3.0 / 4, 4.0 / 3]
    }

    /// The settings of random erasing (Zhong et al., arXiv 1708.04896). Defaults: timm's; fastai has
    /// `scale: [0, 0.3]`.
    public struct Erasing: Equatable, Sendable {
        /// The probability that an image is changed.
        public var probability = 0.5
        /// The least and the largest part of the image's area that is overwritten.
        public var scale = [0.02, 1.0 / 3]
        /// The least and the largest ratio of a rectangle's width to its height.
        public var ratio = [0.3, 1 / 0.3]
        /// The most rectangles in an image; they share the area.
        public var maxCount = 1
        /// What the pixels become.
        public var fill = Fill.noise

        /// What erased pixels become.
        public enum Fill: String, RecipeChoice, Sendable {
            /// Draws from the standard normal distribution, after normalisation.
            case noise
            /// Zero after normalisation, which is the mean colour.
            case zero
        }
    }
}

extension Recipe.Augmentation: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.optionalSection("crop", &crop, defaults: .randomResized(.init()))
        fields.value("flip", &flip, .within(0...1))
        fields.value("normalize", &normalize)
        fields.optionalSection("erasing", &erasing, defaults: Recipe.Erasing())
        fields.optional("mixup", &mixup, .betaParameter)
        fields.optional("cutmix", &cutMix, .betaParameter)
        fields.value("mix_probability", &mixProbability, .within(0...1))
        fields.value("switch_probability", &switchProbability, .within(0...1))
    }
}

extension Recipe.Crop: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        var name = name
        guard fields.value("name", &name) else { return fields.giveUp() }
        fields.kind = name.rawValue
        if fields.isReading && name != self.name {
            self = name == .square ? .square : .randomResized(.init())
        }
        if case .randomResized(var settings) = self {
            fields.part("scale", &settings.scale, .positiveFraction)
            fields.part("ratio", &settings.ratio, .above(0))
            self = .randomResized(settings)
        }
    }
}

extension Recipe.Erasing: RecipeSection {
    package mutating func visit(_ fields: inout RecipeFields) {
        fields.value("probability", &probability, .within(0...1))
        fields.part("scale", &scale, .within(0...1))
        fields.part("ratio", &ratio, .above(0))
        fields.value("max_count", &maxCount, .within(1...100))
        fields.value("fill", &fill)
    }
}

extension RecipeFields {
    /// The least and the largest of something that is drawn.
    fileprivate mutating func part(_ key: String, _ bounds: inout [Double], _ requirement: RecipeRequirement<Double>) {
        list(key, &bounds, count: 2...2, requirement)
        if bounds[0] > bounds[1] { refuse(key, "the first number must not be above the second") }
    }
}

extension RecipeRequirement where Value == Double {
    /// Far outside of what is used, but within what can be drawn.
    fileprivate static var betaParameter: Self {
        .init(text: "above 0, at most 1000, or none") { 1e-100 <= $0 && $0 <= 1000 }
    }
}
