import Foundation
import Synchronization

/// Calls `body` for each index in 0 ..< `count` on `workers` threads, the caller's among them, and returns when
/// all calls have returned.
///
/// The threads are native ones and not Swift's cooperative ones, since decoding and reading files block them.
/// Indices are handed out in order. After an error no more are, and the error of the lowest index is thrown,
/// whatever the number of threads. Likewise, once `shouldStop` says so, no more are handed out and
/// `CancellationError` is thrown. In each case no call is still running when this function returns, so that
/// memory that `body` writes to is free to go.
///
/// - Parameters:
///   - count: the number of calls.
///   - workers: threads; at least 1.
///   - shouldStop: asked on the caller's thread between calls. By default, whether the current task is
///     cancelled.
///   - body: given an index; runs on any of the threads.
public func forEachInParallel(
    count: Int, workers: Int, shouldStop: () -> Bool = { Task.isCancelled },
    _ body: @escaping @Sendable (Int) throws -> Void
) throws {
    precondition(workers >= 1, "\(workers) workers")
    let work = SharedWork(count: count, body: body)
    let threads = DispatchGroup()
    for _ in 1..<max(min(workers, count), 1) {
        threads.enter()
        Thread.detachNewThread {
            while work.step() {}
            threads.leave()
        }
    }
    var isStopped = shouldStop()
    while !isStopped && work.step() { isStopped = shouldStop() }
    if isStopped { work.stop() }
    threads.wait()
    if let error = work.error { throw error }
    if isStopped { throw CancellationError() }
}

/// The results of `transform` for 0 ..< `count`, in order, computed by
/// ``forEachInParallel(count:workers:shouldStop:_:)``.
func mapInParallel<Value: Sendable>(
    count: Int, workers: Int, shouldStop: () -> Bool = { Task.isCancelled },
    _ transform: @escaping @Sendable (Int) throws -> Value
) throws -> [Value] {
    let results = ResultSlots<Value>(count: count)
    try forEachInParallel(count: count, workers: workers, shouldStop: shouldStop) { index in
        results.set(try transform(index), at: index)
    }
    return results.all
}

/// A place for each result, filled from several threads.
private final class ResultSlots<Value: Sendable>: Sendable {
    private let slots: Mutex<[Value?]>

    init(count: Int) {
        slots = Mutex(Array(repeating: nil, count: count))
    }

    var all: [Value] { slots.withLock { $0.map { $0! } } }

    func set(_ value: Value, at index: Int) {
        slots.withLock { $0[index] = value }
    }
}

/// The indices that are still to be handed out, and the first error.
private final class SharedWork: Sendable {
    private let count: Int
    private let body: @Sendable (Int) throws -> Void
    private let next = Atomic<Int>(0)
    private let failure = Mutex<(index: Int, error: any Error)?>(nil)

    init(count: Int, body: @escaping @Sendable (Int) throws -> Void) {
        self.count = count
        self.body = body
    }

    var error: (any Error)? { failure.withLock { $0?.error } }

    func stop() {
        next.store(count, ordering: .relaxed)
    }

    /// Makes one call; false when there is none left to make.
    func step() -> Bool {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return false }
        do {
            try body(index)
        } catch {
            failure.withLock { first in
                if first.map({ index < $0.index }) ?? true { first = (index, error) }
            }
            stop()
        }
        return true
    }
}
