import CTorch
import Glibc

/// A function with a gradient of its own, from two closures.
///
/// ```swift
/// let cube = DifferentiableFunction(
///     "cube",
///     forward: { inputs in (outputs: [inputs[0].pow(3)], saved: inputs) },
///     backward: { gradients, saved in [gradients[0]! * saved[0].pow(2) * 3] })
/// let y = cube(x)
/// ```
///
/// `backward` is recorded when a gradient of the gradient is asked for, so it is differentiable as often as
/// the operators in it are. A saved tensor that is changed in place before the backward pass is an error, as
/// with LibTorch's own functions.
public struct DifferentiableFunction: Sendable {
    /// The outputs of a forward pass, and what the backward pass needs of inputs, outputs or intermediates.
    public typealias Forward = @Sendable (_ inputs: [Tensor]) -> (outputs: [Tensor], saved: [Tensor])
    /// The gradient of each input (nil for none), from the gradient of each output (nil for an unused one) and
    /// the saved tensors. It may run on a thread of LibTorch's own.
    public typealias Backward = @Sendable (_ gradients: [Tensor?], _ saved: [Tensor]) throws -> [Tensor?]

    private let name: String
    private let forward: Forward
    private let backward: Backward

    /// - Parameters:
    ///   - name: shown in error messages.
    ///   - forward: runs without recording. Every output must be a new tensor.
    ///   - backward: returns one gradient per input.
    public init(_ name: String, forward: @escaping Forward, backward: @escaping Backward) {
        self.name = name
        self.forward = forward
        self.backward = backward
    }

    /// The function of one tensor.
    public func callAsFunction(_ input: Tensor) -> Tensor { self([input])[0] }

    /// The function of several tensors.
    public func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
        let (outputs, saved) = withoutGradients { forward(inputs) }
        guard ct_grad_mode(), inputs.contains(where: \.requiresGrad),
            !(inputs + outputs + saved).contains(where: \.isPoisoned)
        else { return outputs }
        let context = Unmanaged.passRetained(Box(backward)).toOpaque()
        let error = withExtendedLifetime((inputs, outputs, saved)) {
            ct_attach_backward(
                name, inputs.map(\.raw), Int32(inputs.count), outputs.map(\.raw), Int32(outputs.count),
                saved.map(\.raw), Int32(saved.count), runBackward,
                { Unmanaged<Box>.fromOpaque($0!).release() }, context)
        }
        Failure.check(error, operation: name)
        return outputs
    }

    /// What the graph's node owns.
    fileprivate final class Box: Sendable {
        let backward: Backward
        init(_ backward: @escaping Backward) { self.backward = backward }
    }
}

/// The C side of a backward pass: borrowed tensors in, owned ones out, an error as text.
private let runBackward: ct_backward_function = { context, grads, gradCount, saved, savedCount, results, count in
    func borrowed(_ handle: ct_tensor?) -> Tensor? {
        guard let handle else { return nil }
        ct_retain(handle)
        return Tensor(taking: handle)
    }
    let box = Unmanaged<DifferentiableFunction.Box>.fromOpaque(context!).takeUnretainedValue()
    let gradients = (0..<Int(gradCount)).map { borrowed(grads![$0]) }
    let tensors = (0..<Int(savedCount)).compactMap { borrowed(saved![$0]) }
    do {
        let inputs = try catching { try box.backward(gradients, tensors) }
        guard inputs.count == Int(count) else {
            return strdup("the backward pass gave \(inputs.count) gradients for \(count) inputs")
        }
        for (index, input) in inputs.enumerated() {
            guard let raw = input?.raw else { continue }
            ct_retain(raw)
            results![index] = raw
        }
        return nil
    } catch {
        return strdup("\(error)")
    }
}
