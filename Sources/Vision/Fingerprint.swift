import CImage
import Foundation

extension ImageFolder {
    /// Sixteen hexadecimal digits that tell whether two data sets are the same: the FNV-1a hash of every image's
    /// place in the folder and its size in bytes.
    ///
    /// It is meant to notice changes, not forgeries. A file that cannot be read counts as such, so that a data
    /// set with broken images has a fingerprint too.
    ///
    /// - Parameters:
    ///   - readingContents: whether the CRC-32 of every file goes in too. Each file is then read, where
    ///     otherwise it is only looked up.
    ///   - workers: the threads that read.
    /// - Throws: `CancellationError` when the current task is cancelled.
    public func fingerprint(readingContents: Bool = false, workers: Int = 1) throws -> String {
        let samples = training + validation
        let lines = try mapInParallel(count: samples.count, workers: workers) { index in
            let url = samples[index].url
            let place = url.pathComponents.suffix(3).joined(separator: "/")
            do {
                guard readingContents else { return "\(place) \(try FileBytes.size(of: url))\n" }
                let bytes = try FileBytes.read(url)
                return "\(place) \(bytes.count) \(cimage_crc32(0, bytes, bytes.count))\n"
            } catch {
                return "\(place) unreadable\n"
            }
        }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in lines.lazy.flatMap(\.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return String(format: "%016lx", hash)
    }
}
