import Layers

/// How a network halves an image.
public enum Pooling: String, Sendable, CaseIterable {
    case max
    case average
    /// ``MaxBlurPool2d``.
    case maxBlur = "max-blur"
    /// ``LIPPool``.
    case lip

    /// 3x3 windows at every second pixel, after a stem.
    func afterStem(_ channels: Int) -> any Layer {
        switch self {
        case .max: MaxPool2d(3, stride: 2, padding: 1)
        case .average: AvgPool2d(3, stride: 2, padding: 1)
        case .maxBlur: MaxBlurPool2d(channels)
        case .lip: LIPPool(channels)
        }
    }

    /// In a block: 2x2 windows where the kind leaves the choice. An odd side is rounded up, as by the strided
    /// convolution beside it.
    func inBlock(_ channels: Int) -> any Layer {
        switch self {
        case .max: MaxPool2d(2, ceilMode: true)
        case .average: AvgPool2d(2, ceilMode: true)
        case .maxBlur: MaxBlurPool2d(channels)
        case .lip: LIPPool(channels)
        }
    }
}
