import CTorch

extension Tensor {
    /// Whether operators on this tensor are recorded for gradients. Leaves may be set.
    public var requiresGrad: Bool {
        get { read(false) { ct_requires_grad($0) } }
        nonmutating set {
            read(()) { Failure.check(ct_set_requires_grad($0, newValue), operation: "requiresGrad") }
        }
    }

    /// The same tensor, with ``requiresGrad`` set.
    @discardableResult
    public func requiringGrad(_ value: Bool = true) -> Tensor {
        requiresGrad = value
        return self
    }

    /// Whether the tensor was made by the user and not by a recorded operator.
    public var isLeaf: Bool { read(true) { ct_is_leaf($0) } }

    /// The gradient that backward passes have added up here; nil before the first.
    public var grad: Tensor? {
        get { read(nil) { raw in ct_grad(raw).map { Tensor(taking: $0) } } }
        nonmutating set {
            read(()) { Failure.check(ct_set_grad($0, newValue?.raw), operation: "grad") }
        }
    }

    /// Lets this tensor take over `source`'s memory and type, while it stays the same parameter to everybody
    /// who holds it.
    public func setData(_ source: Tensor) {
        read(()) { Failure.check(ct_set_data($0, source.raw), operation: "setData") }
    }

    /// Adds the gradients of this tensor to the ``grad`` of every leaf that it depends on.
    ///
    /// - Parameters:
    ///   - gradient: what flows in, of this tensor's shape; one for a tensor with a single element.
    ///   - retainGraph: whether the graph can be walked again.
    ///   - createGraph: whether the gradients are recorded themselves, for higher orders.
    public func backward(gradient: Tensor? = nil, retainGraph: Bool = false, createGraph: Bool = false) {
        guard let raw else { return }
        let upstream = gradient.map { [$0.raw] }
        let error = withExtendedLifetime((self, gradient)) {
            ct_backward([raw], upstream, 1, retainGraph || createGraph, createGraph)
        }
        Failure.check(error, operation: "backward")
    }
}

/// The gradients of an output with respect to some inputs, without touching anybody's ``Tensor/grad``.
///
/// - Parameters:
///   - output: what is differentiated.
///   - inputs: what for.
///   - gradient: what flows into the output; one for a tensor with a single element.
///   - retainGraph: whether the graph can be walked again.
///   - createGraph: whether the gradients are recorded themselves, for higher orders.
///   - allowUnused: whether an input may have no part in the output; its gradient is then zeros.
/// - Returns: one gradient per input, of its shape.
public func gradient(
    of output: Tensor, at inputs: [Tensor], gradient: Tensor? = nil, retainGraph: Bool = false,
    createGraph: Bool = false, allowUnused: Bool = false
) -> [Tensor] {
    let upstream = gradient.map { [$0.raw] }
    let handles = inputs.map(\.raw)
    let poisoned = inputs.map { _ in Tensor(taking: nil) }
    guard let raw = output.raw, handles.allSatisfy({ $0 != nil }) else { return poisoned }
    var results = [ct_tensor?](repeating: nil, count: inputs.count)
    let error = withExtendedLifetime((output, inputs, gradient)) {
        ct_gradient(
            [raw], upstream, 1, handles, Int32(inputs.count), retainGraph || createGraph,
            createGraph, allowUnused, &results)
    }
    guard Failure.check(error, operation: "gradient") else { return poisoned }
    return zip(results, inputs).map { result, input in
        result == nil ? input.zerosLike() : Tensor(taking: result)
    }
}

/// The gradient of an output with respect to one input; see ``gradient(of:at:gradient:retainGraph:createGraph:allowUnused:)-swift.func``.
public func gradient(
    of output: Tensor, at input: Tensor, gradient upstream: Tensor? = nil, retainGraph: Bool = false,
    createGraph: Bool = false
) -> Tensor {
    gradient(
        of: output, at: [input], gradient: upstream, retainGraph: retainGraph, createGraph: createGraph)[0]
}
