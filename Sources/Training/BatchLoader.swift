import Foundation
import Synchronization

/// Prepares batches on a thread of its own, a few ahead of the consumer, so that the device does not wait.
///
/// Batches come in order, and an error comes in the place of the batch that it concerns. A loader that is
/// given up before its end stops its thread.
final class BatchLoader: Sendable {
    private let queue: Queue

    /// - Parameters:
    ///   - indices: passed to `prepare` one after another.
    ///   - ahead: how many batches may wait to be taken.
    init(
        indices: Range<Int>, ahead: Int = 2, _ prepare: @escaping @Sendable (Int) throws -> PreparedBatch
    ) {
        let queue = Queue(capacity: ahead)
        self.queue = queue
        Thread.detachNewThread {
            for index in indices {
                let result = Result { try prepare(index) }
                guard queue.put(result), case .success = result else { return }
            }
            queue.finish()
        }
    }

    deinit { queue.cancel() }

    /// The next batch; nil after the last.
    func next() throws -> PreparedBatch? { try queue.take()?.get() }

    /// A first-in, first-out queue of limited length between two threads.
    private final class Queue: @unchecked Sendable {
        private let condition = NSCondition()
        private let capacity: Int
        private var items: [Result<PreparedBatch, any Error>] = []
        private var isFinished = false
        private var isCancelled = false

        init(capacity: Int) { self.capacity = capacity }

        /// Waits for room; false when nobody takes any more.
        func put(_ item: Result<PreparedBatch, any Error>) -> Bool {
            condition.withLock {
                while items.count >= capacity && !isCancelled { condition.wait() }
                items.append(item)
                condition.signal()
                return !isCancelled
            }
        }

        func take() -> Result<PreparedBatch, any Error>? {
            condition.withLock {
                while items.isEmpty && !isFinished { condition.wait() }
                condition.signal()
                return items.isEmpty ? nil : items.removeFirst()
            }
        }

        func finish() {
            condition.withLock {
                isFinished = true
                condition.signal()
            }
        }

        func cancel() {
            condition.withLock {
                isCancelled = true
                condition.signal()
            }
        }
    }
}
