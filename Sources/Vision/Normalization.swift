/// The mean and standard deviation of each colour channel, by which inputs are normalised: (value / 255 - mean)
/// / standard deviation.
public struct Normalization: Sendable, Hashable {
    /// Red, green and blue, on a scale of 0 to 1.
    public let mean: [Double]

    /// Red, green and blue, on a scale of 0 to 1.
    public let standardDeviation: [Double]

    /// The statistics of ImageNet's training images that torchvision's and fastai's networks are trained with.
    public static let imageNet = Normalization(
        mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

    /// The statistics of the training images of ``Digits``, grey values 0 ... 16 taken as 0 ... 1.
    public static let digits = Normalization(
        mean: [0.305, 0.305, 0.305], standardDeviation: [0.376, 0.376, 0.376])
}
