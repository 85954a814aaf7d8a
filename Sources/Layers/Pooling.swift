import Torch

/// The largest element in each window.
public final class MaxPool2d: Module, Layer {
    private let kernel: Int
    private let stride: Int
    private let padding: Int
    private let ceilMode: Bool

    /// - Parameters:
    ///   - kernel: the window's side.
    ///   - stride: the distance of windows, `kernel` when left out.
    ///   - padding: added on each side.
    ///   - ceilMode: whether a window that starts inside and ends outside counts.
    public init(_ kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false) {
        (self.kernel, self.stride, self.padding, self.ceilMode) = (kernel, stride ?? kernel, padding, ceilMode)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        traced { x.maxPool2d(kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode) }
    }
}

/// The mean of each window.
public final class AvgPool2d: Module, Layer {
    private let kernel: Int
    private let stride: Int
    private let padding: Int
    private let ceilMode: Bool
    private let countIncludePad: Bool

    /// - Parameters:
    ///   - kernel: the window's side.
    ///   - stride: the distance of windows, `kernel` when left out.
    ///   - padding: added on each side.
    ///   - ceilMode: whether a window that starts inside and ends outside counts.
    ///   - countIncludePad: whether padding counts in the mean.
    public init(
        _ kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true
    ) {
        (self.kernel, self.stride, self.padding) = (kernel, stride ?? kernel, padding)
        (self.ceilMode, self.countIncludePad) = (ceilMode, countIncludePad)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        traced {
            x.avgPool2d(
                kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode, countIncludePad: countIncludePad)
        }
    }
}

/// Means over a grid of windows that covers the image.
public final class AdaptiveAvgPool2d: Module, Layer {
    private let size: Int

    /// - Parameter size: the side of the result.
    public init(_ size: Int) { self.size = size }

    public func callAsFunction(_ x: Tensor) -> Tensor { traced { x.adaptiveAvgPool2d(size) } }
}
