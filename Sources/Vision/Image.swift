import CImage

/// A picture in memory: 8-bit RGB.
public struct Image: Sendable, Equatable {
    /// Pixels a row.
    public let width: Int

    /// Rows.
    public let height: Int

    /// `height` x `width` x 3 bytes (red, green, blue), row by row from the top, without padding.
    public let pixels: [UInt8]

    /// A picture from its bytes, of which there must be `height` x `width` x 3.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "an image of \(width) x \(height) pixels")
        precondition(
            pixels.count == width * height * 3,
            "\(pixels.count) bytes for an image of \(width) x \(height) pixels of 3 bytes")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// How the bytes of an image lie in memory.
public enum PixelLayout: Sendable {
    /// Height, width, channel: the three bytes of a pixel lie together, as image files have them.
    case hwc

    /// Channel, height, width: three planes, as PyTorch's default layout has them.
    case chw
}

extension Image {
    /// Cuts out, resizes and flips as `view` says, and writes the result to `output`.
    ///
    /// Resizing is antialiased and bilinear, as `torchvision.transforms.functional.resize` does it on a
    /// Pillow image after cropping, and agrees with it to one grey level.
    ///
    /// - Parameters:
    ///   - view: made for an image of this size.
    ///   - output: exactly 3 x `view.height` x `view.width` bytes.
    ///   - layout: the order in which the bytes are written.
    public func render(_ view: ImageView, into output: UnsafeMutableBufferPointer<UInt8>, layout: PixelLayout) {
        let crop = view.crop
        let window = view.window
        precondition(
            output.count == 3 * window.height * window.width,
            "\(output.count) bytes for 3 x \(window.height) x \(window.width)")
        precondition(
            Rectangle(width: width, height: height).contains(crop),
            "\(crop) is not inside an image of \(width) x \(height)")
        var steps: cimage_steps
        switch layout {
        case .hwc: steps = cimage_steps(row: 3 * window.width, pixel: 3, channel: 1)
        case .chw: steps = cimage_steps(row: window.width, pixel: 1, channel: window.width * window.height)
        }
        var start = output.baseAddress!
        if view.isFlipped {
            start += (window.width - 1) * steps.pixel
            steps.pixel = -steps.pixel
        }
        let status = pixels.withUnsafeBufferPointer {
            cimage_resize(
                $0.baseAddress, width, cimage_rectangle(crop), Int32(view.resizedWidth),
                Int32(view.resizedHeight), cimage_rectangle(window), start, steps)
        }
        precondition(status == 0, "no memory left to resize an image of \(width) x \(height)")
    }

    /// The image itself when its shorter side has at most `length` pixels, else a smaller one whose shorter
    /// side has `length`.
    public func limited(toShortestSide length: Int) -> Image {
        guard min(width, height) > length else { return self }
        let whole = Rectangle(width: width, height: height)
        let smaller = whole.withShortestSide(length)
        return rendered(ImageView(crop: whole, resizedWidth: smaller.width, resizedHeight: smaller.height))
    }

    /// The image that `view` makes of this one.
    public func rendered(_ view: ImageView) -> Image {
        let count = 3 * view.width * view.height
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            render(view, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]), layout: .hwc)
            initialized = count
        }
        return Image(width: view.width, height: view.height, pixels: pixels)
    }
}

extension cimage_rectangle {
    fileprivate init(_ rectangle: Rectangle) {
        self.init(
            x: Int32(rectangle.x), y: Int32(rectangle.y), width: Int32(rectangle.width),
            height: Int32(rectangle.height))
    }
}
