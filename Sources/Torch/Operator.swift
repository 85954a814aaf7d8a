import CTorch
import Glibc

/// Any operator of LibTorch, by its name.
///
/// The methods of ``Tensor`` cover what networks usually need; this reaches all the others, those of
/// libraries that were loaded into the process included.
///
/// ```swift
/// let sort = Operator("aten::sort")
/// let results = sort.tensors(.tensor(x), 0, true)   // values, indices
/// ```
public struct Operator: @unchecked Sendable, CustomStringConvertible {
    let raw: ct_operator
    /// As given, such as `aten::add.Tensor`.
    public let name: String

    /// Looks an operator up. Keep the result: the look-up costs more than a call.
    ///
    /// - Parameters:
    ///   - name: with its namespace, such as `aten::add`.
    ///   - overload: such as `Tensor`; many operators have none.
    /// - Precondition: the operator exists. ``find(_:_:)`` throws instead.
    public init(_ name: String, _ overload: String = "") {
        do {
            self = try Operator.find(name, overload)
        } catch {
            fatalError("\(error)")
        }
    }

    private init(raw: ct_operator, name: String) {
        self.raw = raw
        self.name = name
    }

    /// Looks an operator up.
    ///
    /// - Throws: ``TorchError/noSuchOperator(_:)``.
    public static func find(_ name: String, _ overload: String = "") throws(TorchError) -> Operator {
        var raw: ct_operator?
        if let error = ct_operator_find(name, overload, &raw) {
            throw TorchError(taking: error, operation: name)
        }
        return Operator(raw: raw!, name: overload.isEmpty ? name : "\(name).\(overload)")
    }

    /// The schema: names, types and defaults of arguments and results.
    public var description: String {
        let text = ct_operator_schema(raw)!
        defer { free(text) }
        return String(cString: text)
    }
}

// MARK: Calls

extension Operator {
    /// Calls an operator that returns one tensor. Arguments are positional; those left out at the end, and
    /// `.defaulted`, take the schema's defaults.
    @discardableResult
    public func callAsFunction(_ arguments: Value...) -> Tensor { tensor(arguments) }

    /// Calls an operator that returns several tensors, or a list of them. A result that the operator left
    /// undefined is poisoned.
    public func tensors(_ arguments: Value...) -> [Tensor] {
        values(of: arguments).map { if case .tensor(let tensor) = $0 { tensor } else { Tensor(taking: nil) } }
    }

    /// Calls an operator and returns whatever it returns.
    public func values(_ arguments: Value...) -> [Value] { values(of: arguments) }

    /// Calls an operator with a list of arguments, such as an observer was shown.
    public func call(_ arguments: [Value]) -> [Value] { values(of: arguments) }

    func tensor(_ arguments: [Value]) -> Tensor {
        for case .tensor(let tensor) in values(of: arguments) { return tensor }
        return Tensor(taking: nil)
    }

    private func values(of arguments: [Value]) -> [Value] {
        if arguments.contains(where: \.isPoisoned) { return [] }
        let arena = Arena()
        let packed = arguments.map { $0.packed(in: arena) }
        // As many results as an operator on lists gives, and enough for what splits a tensor.
        let capacity = arguments.reduce(1024) { if case .tensors(let list) = $1 { max($0, list.count) } else { $0 } }
        return withUnsafeTemporaryAllocation(of: ct_value.self, capacity: capacity) { results in
            var count: Int32 = 0
            let error = withExtendedLifetime((arguments, arena)) {
                ct_call(raw, packed, Int32(packed.count), results.baseAddress, Int32(capacity), &count)
            }
            guard Failure.check(error, operation: name) else { return [] }
            let values = results[..<Int(count)].map(Value.init(taking:))
            if OperatorObservation.isActive { OperatorObservation.show(self, arguments, values) }
            return values
        }
    }

    // The two calls that most operators are: tensors in, one tensor out, everything else at its default.

    /// Calls an operator of one tensor whose other arguments keep their defaults.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.raw != nil else { return x }
        if OperatorObservation.isActive { return tensor([.tensor(x)]) }
        var a = x.raw
        var result: ct_tensor?
        let error = withExtendedLifetime(x) { ct_call_tensors(raw, &a, 1, &result) }
        if error != nil { Failure.check(error, operation: name) }
        return Tensor(taking: result)
    }

    /// Calls an operator of two tensors whose other arguments keep their defaults.
    public func callAsFunction(_ x: Tensor, _ y: Tensor) -> Tensor {
        guard let a = x.raw else { return x }
        guard let b = y.raw else { return y }
        if OperatorObservation.isActive { return tensor([.tensor(x), .tensor(y)]) }
        var pair = [2 of ct_tensor?](repeating: nil)
        pair[0] = a
        pair[1] = b
        var result: ct_tensor?
        let error = withExtendedLifetime((x, y)) {
            pair.span.withUnsafeBufferPointer { ct_call_tensors(raw, $0.baseAddress, 2, &result) }
        }
        if error != nil { Failure.check(error, operation: name) }
        return Tensor(taking: result)
    }
}
