import CImage

/// The handwritten digits of E. Alpaydin and C. Kaynak (UCI Machine Learning Repository, 1998, CC BY 4.0), as
/// scikit-learn distributes them: 1,797 grey images of 8 x 8 pixels. They are part of the program.
public struct Digits: Sendable {
    /// The number of rows, and of columns, of an image.
    public static let side = 8

    /// The number of classes, 0 to 9.
    public static let classCount = 10

    /// The largest grey value; 0 is paper.
    public static let maximum: UInt8 = 16

    /// Images with their classes.
    public struct Subset: Sendable {
        /// One byte a pixel, 0 ... 16: (images, 8, 8), row by row.
        public let pixels: [UInt8]

        /// The class of each image, 0 ... 9.
        public let labels: [Int]

        /// The number of images.
        public var count: Int { labels.count }
    }

    /// The first 1,437 images.
    public let training: Subset

    /// The last 360 images, a fifth.
    ///
    /// Neighbours in the file are often by the same writer. A split by position keeps them on one side, where
    /// one drawn at random would put nearly every writer on both and make the task easier than it is.
    public let validation: Subset

    /// Unpacks the images; this takes a few milliseconds.
    public static func load() -> Digits {
        let values = numbers()
        let width = side * side + 1
        let count = values.count / width
        precondition(values.count == count * width && count == 1797, "the embedded digits are damaged")
        func subset(_ rows: Range<Int>) -> Subset {
            Subset(
                pixels: rows.flatMap { values[$0 * width..<($0 + 1) * width - 1] },
                labels: rows.map { Int(values[($0 + 1) * width - 1]) })
        }
        return Digits(training: subset(0..<count - 360), validation: subset(count - 360..<count))
    }

    /// All numbers of the file, in reading order.
    private static func numbers() -> [UInt8] {
        let capacity = 1 << 20
        let text = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            initialized = max(cimage_digits(buffer.baseAddress, capacity), 0)
        }
        var numbers: [UInt8] = []
        var number: UInt8 = 0
        for byte in text {
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") {
                numbers.append(number)
                number = 0
            } else {
                number = 10 * number + (byte - UInt8(ascii: "0"))
            }
        }
        return numbers
    }
}
