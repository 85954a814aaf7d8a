import CTorch
import Glibc

/// Where a failed operator's error goes: to the thread's innermost `catching` scope, or to the end of the
/// program.
enum Failure {
    /// The first error inside one `catching`.
    final class Scope {
        var error: TorchError?
    }

    /// The key of the thread's innermost scope. A scope is synchronous, so a thread is the right home.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    static func enter(_ scope: Scope) -> UnsafeMutableRawPointer? {
        let outer = pthread_getspecific(key)
        pthread_setspecific(key, Unmanaged.passRetained(scope).toOpaque())
        return outer
    }

    static func leave(to outer: UnsafeMutableRawPointer?) {
        if let inner = pthread_getspecific(key) { Unmanaged<Scope>.fromOpaque(inner).release() }
        pthread_setspecific(key, outer)
    }

    /// Reports an error: records it in the scope, or stops the program.
    static func report(_ error: TorchError) {
        guard let scope = pthread_getspecific(key) else { fatalError("\(error)") }
        let current = Unmanaged<Scope>.fromOpaque(scope).takeUnretainedValue()
        if current.error == nil { current.error = error }
    }

    /// Reports what the C interface returned, if anything.
    @discardableResult
    static func check(_ error: UnsafeMutablePointer<ct_error>?, operation: @autoclosure () -> String) -> Bool {
        guard let error else { return true }
        report(TorchError(taking: error, operation: operation()))
        return false
    }
}
