import Foundation
import Synchronization

/// What happens when an image of a data set cannot be decoded.
public enum BrokenImagePolicy: String, Sendable, Codable, CaseIterable {
    /// The error is thrown: the one of the first broken image.
    case stop

    /// The image is left out and listed in ``DecodedImages/skipped``.
    case skip
}

/// Why sound images were not decoded.
public enum DecodedImagesError: Error, Equatable, Sendable {
    /// Decoded, the images take more than `limit` bytes.
    case memoryLimitExceeded(limit: Int)
}

extension DecodedImagesError: CustomStringConvertible {
    /// One line: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .memoryLimitExceeded(let limit):
            """
            the decoded images take more than the \(limit / 1_000_000) MB that they may; limit the shortest side \
            of the images, raise the memory limit or use fewer images
            """
        }
    }
}

/// The images of a split, decoded once and held in memory: 3 bytes a pixel, 0.6 MB for a picture of 500 x 375.
///
/// Training reads every image in every epoch, and decoding takes several times as long as cropping and
/// resizing, so images are decoded once wherever memory allows.
public struct DecodedImages: Sendable {
    /// The images that could be decoded, in the order of the samples.
    public let images: [Image]

    /// The class of each image.
    public let labels: [Int]

    /// The file of each image; empty when the images came from memory.
    public let urls: [URL]

    /// Why each image that was left out could not be decoded, in the order of the samples.
    public let skipped: [ImageError]

    /// The number of images.
    public var count: Int { images.count }

    /// The bytes that the images take.
    public var byteCount: Int { images.reduce(0) { $0 + $1.pixels.count } }

    /// Images that are in memory already, and the class of each.
    public init(_ images: [Image], labels: [Int]) {
        precondition(images.count == labels.count, "\(labels.count) labels for \(images.count) images")
        (self.images, self.labels, urls, skipped) = (images, labels, [], [])
    }

    /// Decodes every sample.
    ///
    /// The result depends on neither the number of workers nor their timing.
    ///
    /// - Parameters:
    ///   - samples: the images.
    ///   - workers: the threads that decode.
    ///   - policy: what happens at a broken image.
    ///   - shortestSide: larger images are resized to this shorter side, as the 160 and 320 px versions of
    ///     Imagenette were; nil keeps every pixel.
    ///   - memoryLimit: the bytes that the images may take; half of the machine's memory unless told
    ///     otherwise.
    ///   - shouldStop: asked between images on the caller's thread. By default, whether the current task is
    ///     cancelled.
    /// - Throws: ``ImageError`` where the policy is to stop, ``DecodedImagesError``, and `CancellationError` when
    ///   told to stop.
    public init(
        decoding samples: [ImageSample], workers: Int, policy: BrokenImagePolicy, shortestSide: Int? = nil,
        memoryLimit: Int = Int(ProcessInfo.processInfo.physicalMemory / 2),
        shouldStop: () -> Bool = { Task.isCancelled }
    ) throws {
        let memory = Atomic<Int>(0)
        let results = try mapInParallel(count: samples.count, workers: workers, shouldStop: shouldStop) {
            index -> Result<Image, ImageError> in
            let image: Image
            do throws(ImageError) {
                image = try ImageDecoder.decode(contentsOf: samples[index].url)
            } catch {
                if policy == .stop { throw error }
                return .failure(error)
            }
            let kept = shortestSide.map(image.limited) ?? image
            guard memory.add(kept.pixels.count, ordering: .relaxed).newValue <= memoryLimit else {
                throw DecodedImagesError.memoryLimitExceeded(limit: memoryLimit)
            }
            return .success(kept)
        }
        var images: [Image] = []
        var labels: [Int] = []
        var urls: [URL] = []
        var skipped: [ImageError] = []
        for (sample, result) in zip(samples, results) {
            switch result {
            case .success(let image):
                images.append(image)
                labels.append(sample.label)
                urls.append(sample.url)
            case .failure(let error):
                skipped.append(error)
            }
        }
        (self.images, self.labels, self.urls, self.skipped) = (images, labels, urls, skipped)
    }

    /// Renders a batch for training: position b of the batch gets image `indices[b]`, as
    /// ``TrainingTransform/view(width:height:seed:epoch:index:)`` shows it in this epoch.
    ///
    /// - Parameters:
    ///   - indices: of the images, in the order of the batch.
    ///   - output: exactly `indices.count` x 3 x `size` x `size` bytes.
    ///   - layout: the order of the bytes within each image.
    ///   - workers: the threads that render.
    /// - Throws: `CancellationError` when the current task is cancelled.
    public func render(
        _ indices: [Int], with transform: TrainingTransform, seed: UInt64, epoch: Int,
        into output: UnsafeMutableBufferPointer<UInt8>, layout: PixelLayout, workers: Int
    ) throws {
        try render(indices, into: output, layout: layout, workers: workers) { image, index in
            transform.view(width: image.width, height: image.height, seed: seed, epoch: epoch, index: index)
        }
    }

    /// Renders a batch for validation: position b of the batch gets image `indices[b]`.
    ///
    /// - Parameters:
    ///   - indices: of the images, in the order of the batch.
    ///   - output: exactly `indices.count` x 3 x `size` x `size` bytes.
    ///   - layout: the order of the bytes within each image.
    ///   - workers: the threads that render.
    /// - Throws: `CancellationError` when the current task is cancelled.
    public func render(
        _ indices: [Int], with transform: EvaluationTransform,
        into output: UnsafeMutableBufferPointer<UInt8>, layout: PixelLayout, workers: Int
    ) throws {
        try render(indices, into: output, layout: layout, workers: workers) { image, _ in
            transform.view(width: image.width, height: image.height)
        }
    }

    private func render(
        _ indices: [Int], into output: UnsafeMutableBufferPointer<UInt8>, layout: PixelLayout, workers: Int,
        view: @escaping @Sendable (Image, Int) -> ImageView
    ) throws {
        guard !indices.isEmpty else { return }
        let size = output.count / indices.count
        precondition(
            output.count == size * indices.count, "\(output.count) bytes for \(indices.count) images")
        // The threads write to disjoint parts, and are done when forEachInParallel returns.
        nonisolated(unsafe) let output = output
        try forEachInParallel(count: indices.count, workers: workers) { position in
            let image = images[indices[position]]
            let slice = output[position * size..<(position + 1) * size]
            image.render(
                view(image, indices[position]), into: UnsafeMutableBufferPointer(rebasing: slice),
                layout: layout)
        }
    }
}
