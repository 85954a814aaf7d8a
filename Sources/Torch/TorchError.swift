import CTorch

/// What went wrong in LibTorch.
public enum TorchError: Error, Sendable, CustomStringConvertible {
    /// The device or the machine has too little memory for what was asked.
    case outOfMemory(operation: String, message: String)
    /// LibTorch has no operator of this name.
    case noSuchOperator(String)
    /// An operator refused its arguments or failed; the message is LibTorch's own.
    case failed(operation: String, message: String)

    /// One paragraph for a person.
    public var description: String {
        switch self {
        case .outOfMemory(let operation, let message): "\(operation): out of memory: \(message)"
        case .noSuchOperator(let name): name
        case .failed(let operation, let message): "\(operation): \(message)"
        }
    }

    /// Takes over an error of the C interface.
    init(taking error: UnsafeMutablePointer<ct_error>, operation: String) {
        let message = String(cString: error.pointee.message)
        switch error.pointee.kind {
        case CT_ERROR_OUT_OF_MEMORY: self = .outOfMemory(operation: operation, message: message)
        case CT_ERROR_NO_SUCH_OPERATOR: self = .noSuchOperator(message)
        default: self = .failed(operation: operation, message: message)
        }
        ct_error_free(error)
    }
}

/// Runs `body` and throws the first error of any operator in it.
///
/// Outside such a scope an operator that fails stops the program, as an index out of range does. Inside, it
/// returns a *poisoned* tensor; operators on poisoned tensors do nothing and return poisoned ones, so that
/// what follows needs no checks. Scopes may be nested: the innermost throws.
///
/// ```swift
/// let product = try catching { a.matmul(b) }
/// ```
///
/// - Throws: the first ``TorchError``, or what `body` itself throws when no operator failed before.
public func catching<Result>(_ body: () throws -> Result) throws -> Result {
    let scope = Failure.Scope()
    let outer = Failure.enter(scope)
    defer { Failure.leave(to: outer) }
    do {
        let result = try body()
        if let error = scope.error { throw error }
        return result
    } catch {
        throw scope.error ?? error
    }
}
