/// Finds images that cannot be decoded.
public enum BrokenImages {
    /// Decodes every image and keeps none.
    ///
    /// - Parameters:
    ///   - samples: the images.
    ///   - workers: the threads that decode.
    /// - Returns: why each broken one cannot be decoded, in the order of the samples.
    /// - Throws: `CancellationError` when the current task is cancelled.
    public static func find(in samples: [ImageSample], workers: Int) throws -> [ImageError] {
        try mapInParallel(count: samples.count, workers: workers) { index -> ImageError? in
            do throws(ImageError) {
                _ = try ImageDecoder.decode(contentsOf: samples[index].url)
                return nil
            } catch {
                return error
            }
        }.compactMap { $0 }
    }
}
