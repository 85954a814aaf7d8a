import Glibc
import Synchronization
import Torch

/// Knows which module of a network is at work, for who observes the operators that it calls.
///
/// ```swift
/// let tracer = ModuleTracer()
/// tracer.during {
///     observingOperators { called, _, _ in print(tracer.current as Any, called.name) } during: { _ = net(x) }
/// }
/// ```
///
/// A ``Sequential`` tells of itself and of its layers; a module that has parts of its own tells of itself with
/// ``Module/traced(_:)``. Nobody pays for it while no tracer looks.
public final class ModuleTracer {
    private var atWork: [Module] = []

    /// Sees nothing yet.
    public init() {}

    /// The innermost module at work; nil outside a network.
    public var current: Module? { atWork.last }

    /// Follows the modules that this thread runs in `body`. Scopes may be nested; the innermost follows.
    public func during<Result>(_ body: () throws -> Result) rethrows -> Result {
        let outer = pthread_getspecific(Self.key)
        pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
        Self.count.wrappingAdd(1, ordering: .relaxed)
        defer {
            Self.count.wrappingSubtract(1, ordering: .relaxed)
            pthread_setspecific(Self.key, outer)
        }
        return try withExtendedLifetime(self, body)
    }

    /// How many scopes there are in all threads: a module asks its own thread only when there is one.
    private static let count = Atomic<Int>(0)

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    fileprivate static var ofThisThread: ModuleTracer? {
        guard count.load(ordering: .relaxed) > 0, let tracer = pthread_getspecific(key) else { return nil }
        return Unmanaged<ModuleTracer>.fromOpaque(tracer).takeUnretainedValue()
    }

    fileprivate func enter<Result>(_ module: Module, _ work: () throws -> Result) rethrows -> Result {
        atWork.append(module)
        defer { atWork.removeLast() }
        return try work()
    }
}

extension Module {
    /// Runs a part of this module's work, so that a ``ModuleTracer`` knows whose it is.
    ///
    /// A layer of a ``Sequential`` and a module with parameters are known without it.
    public final func traced<Result>(_ work: () throws -> Result) rethrows -> Result {
        guard let tracer = ModuleTracer.ofThisThread else { return try work() }
        return try tracer.enter(self, work)
    }
}
