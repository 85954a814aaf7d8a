import Glibc
import Synchronization

/// Runs `body` and shows `observe` each operator that this thread calls from Swift in it: the operator, its
/// arguments and its results. What LibTorch calls by itself, as in a backward pass, is not shown.
///
/// Scopes may be nested; the innermost observes.
public func observingOperators<Result>(
    _ observe: (_ called: Operator, _ arguments: [Value], _ results: [Value]) -> Void, during body: () throws -> Result
) rethrows -> Result {
    try withoutActuallyEscaping(observe) { observe in
        let outer = OperatorObservation.enter(OperatorObservation(observe))
        defer { OperatorObservation.leave(to: outer) }
        return try body()
    }
}

/// The observer of a thread.
final class OperatorObservation {
    private let observe: (Operator, [Value], [Value]) -> Void

    init(_ observe: @escaping (Operator, [Value], [Value]) -> Void) { self.observe = observe }

    /// How many scopes there are in all threads: an operator asks its own thread only when there is one.
    private static let count = Atomic<Int>(0)

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    static var isActive: Bool { count.load(ordering: .relaxed) > 0 }

    static func show(_ called: Operator, _ arguments: [Value], _ results: [Value]) {
        guard let current = pthread_getspecific(key) else { return }
        Unmanaged<OperatorObservation>.fromOpaque(current).takeUnretainedValue().observe(called, arguments, results)
    }

    static func enter(_ observation: OperatorObservation) -> UnsafeMutableRawPointer? {
        let outer = pthread_getspecific(key)
        pthread_setspecific(key, Unmanaged.passRetained(observation).toOpaque())
        count.wrappingAdd(1, ordering: .relaxed)
        return outer
    }

    static func leave(to outer: UnsafeMutableRawPointer?) {
        count.wrappingSubtract(1, ordering: .relaxed)
        if let inner = pthread_getspecific(key) { Unmanaged<OperatorObservation>.fromOpaque(inner).release() }
        pthread_setspecific(key, outer)
    }
}
