import Foundation
import Synchronization
import Testing
import Vision

@Suite("Decoding and rendering on several threads")
struct DecodedImagesTests {
    /// Forty images in two classes, three of them broken.
    private static func makeFolder(broken: Bool) throws -> TemporaryFolder {
        let names = ["baseline.jpg", "progressive.jpg", "orientation6.jpg", "rgba16.png", "resize.png"]
        let files = try names.map(Fixtures.bytes)
        let folder = try TemporaryFolder()
        for index in 0..<40 {
            let name = String(format: "train/%@/%02d.jpg", index % 2 == 0 ? "even" : "odd", index)
            try folder.write(files[index % files.count], to: name)
        }
        try folder.write(files[0], to: "val/even/1.jpg")
        try folder.write(files[1], to: "val/odd/1.jpg")
        if broken {
            try folder.write([], to: "train/even/08.jpg")
            try folder.write(Array("words".utf8), to: "train/even/30.jpg")
            try folder.write(Array(files[0].dropLast(100)), to: "train/odd/21.jpg")
        }
        return folder
    }

    @Test("Broken images are skipped and listed in order, or the first one stops", arguments: [1, 2, 7])
    func policies(workers: Int) throws {
        let folder = try Self.makeFolder(broken: true)
        let samples = try ImageFolder(root: folder.url).training
        let decoded = try DecodedImages(decoding: samples, workers: workers, policy: .skip)
        #expect(decoded.count == 37)
        #expect(decoded.labels == Array(repeating: 0, count: 18) + Array(repeating: 1, count: 19))
        #expect(
            decoded.skipped.map { URL(filePath: $0.path).lastPathComponent } == [
                "08.jpg", "30.jpg", "21.jpg",
            ])
        #expect(throws: decoded.skipped[0]) {
            try DecodedImages(decoding: samples, workers: workers, policy: .stop)
        }
    }

    @Test("A batch depends on seed, epoch and indices, and not on the threads or the batch's make-up")
    func determinism() throws {
        let folder = try Self.makeFolder(broken: false)
        let samples = try ImageFolder(root: folder.url).training
        let transform = TrainingTransform(size: 16)
        func batch(_ indices: [Int], seed: UInt64 = 3, epoch: Int = 5, workers: Int) throws -> [UInt8] {
            let decoded = try DecodedImages(decoding: samples, workers: workers, policy: .stop)
            var bytes = [UInt8](repeating: 0, count: indices.count * 3 * 16 * 16)
            try bytes.withUnsafeMutableBufferPointer {
                try decoded.render(
                    indices, with: transform, seed: seed, epoch: epoch, into: $0, layout: .chw,
                    workers: workers)
            }
            return bytes
        }
        let order = [Int].permutation(count: 40, seed: 3, epoch: 5)
        let reference = try batch(order, workers: 1)
        for workers in [2, 3, 8] { #expect(try batch(order, workers: workers) == reference) }
        #expect(try batch(Array(order[10..<20]), workers: 2) == Array(reference[10 * 768..<20 * 768]))
        #expect(try batch(order, epoch: 6, workers: 2) != reference)
        #expect(try batch(order, seed: 4, workers: 2) != reference)
    }

    @Test("Validation batches are the images' evaluation views")
    func evaluation() throws {
        let folder = try Self.makeFolder(broken: false)
        let decoded = try DecodedImages(
            decoding: ImageFolder(root: folder.url).validation, workers: 2, policy: .stop)
        let transform = EvaluationTransform.resizeAndCrop(size: 8, shortestSide: 10)
        var bytes = [UInt8](repeating: 0, count: 2 * 3 * 8 * 8)
        try bytes.withUnsafeMutableBufferPointer {
            try decoded.render([1, 0], with: transform, into: $0, layout: .hwc, workers: 2)
        }
        let expected = [1, 0].flatMap { index in
            let image = decoded.images[index]
            return image.rendered(transform.view(width: image.width, height: image.height)).pixels
        }
        #expect(bytes == expected)
    }

    @Test("Every index is visited once; the lowest failing index is reported", arguments: [1, 2, 5, 16])
    func parallel(workers: Int) throws {
        struct Failure: Error, Equatable { let index: Int }
        for count in [0, 1, 2, 100] {
            let visits = Mutex(Array(repeating: 0, count: count))
            try forEachInParallel(count: count, workers: workers) { index in
                visits.withLock { $0[index] += 1 }
            }
            #expect(visits.withLock { $0.allSatisfy { $0 == 1 } })
        }
        for first in [0, 13, 99] {
            #expect(throws: Failure(index: first)) {
                try forEachInParallel(count: 100, workers: workers) { index in
                    if index >= first { throw Failure(index: index) }
                }
            }
        }
    }

    @Test("When told to stop, no call is running after the return", arguments: [1, 4])
    func cancellation(workers: Int) throws {
        let running = Mutex(0)
        var asked = 0
        #expect(throws: CancellationError.self) {
            try forEachInParallel(
                count: 1_000_000, workers: workers,
                shouldStop: {
                    asked += 1
                    return asked == 3
                }
            ) { _ in
                running.withLock { $0 += 1 }
                usleep(200)
                running.withLock { $0 -= 1 }
            }
        }
        #expect(running.withLock { $0 } == 0)
    }

    @Test("Images are made smaller on request, and never larger")
    func shortestSide() throws {
        let folder = try Self.makeFolder(broken: false)
        let samples = try ImageFolder(root: folder.url).training
        let whole = try DecodedImages(decoding: samples, workers: 2, policy: .stop)
        let limited = try DecodedImages(decoding: samples, workers: 2, policy: .stop, shortestSide: 20)
        #expect(limited.byteCount < whole.byteCount)
        for (small, large) in zip(limited.images, whole.images) {
            #expect(min(small.width, small.height) == min(20, min(large.width, large.height)))
            // torchvision's Resize: 20 x int(20 * 61 / 47).
            if large.width == 61 { #expect((small.width, small.height) == (25, 20)) }
        }
    }

    @Test(
        "Images that do not fit in memory are an error, whatever the policy",
        arguments: BrokenImagePolicy.allCases)
    func memoryLimit(policy: BrokenImagePolicy) throws {
        let folder = try Self.makeFolder(broken: false)
        let samples = try ImageFolder(root: folder.url).training
        let needed = try DecodedImages(decoding: samples, workers: 2, policy: policy).byteCount
        _ = try DecodedImages(decoding: samples, workers: 2, policy: policy, memoryLimit: needed)
        #expect(throws: DecodedImagesError.memoryLimitExceeded(limit: needed - 1)) {
            try DecodedImages(decoding: samples, workers: 2, policy: policy, memoryLimit: needed - 1)
        }
    }

    @Test("A cancelled task stops decoding")
    func cancelledTask() async throws {
        let folder = try Self.makeFolder(broken: false)
        let samples = try ImageFolder(root: folder.url).training
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try DecodedImages(decoding: samples, workers: 2, policy: .stop)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
