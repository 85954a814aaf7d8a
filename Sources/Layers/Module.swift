import Torch

/// A part of a network: it holds parameters, buffers and other modules.
///
/// What it holds is found by looking at its stored properties: those marked `@Param` and `@Buffer`, those of
/// type ``Parameter`` (or its optional), and those that are modules, optional modules or arrays of modules. A
/// plain tensor is never a parameter. Names are the properties' names, with capitals written as `_` and a small
/// letter, so that `runningMean` is `running_mean` and names equal PyTorch's for the same architecture.
///
/// ```swift
/// final class Head: Module, Layer {
///     let pool = AdaptiveAvgPool2d(1)
///     let fc: Linear
///     init(classes: Int) { fc = Linear(512, classes) }
///     func callAsFunction(_ x: Tensor) -> Tensor { fc(pool(x).flatten(startDim: 1)) }
/// }
/// ```
open class Module {
    /// Whether the module trains (batch statistics, dropout) or is used. Set with ``train(_:)``.
    public private(set) final var isTraining = true

    /// Nothing is held yet.
    public init() {}

    /// The modules directly in this one, by name. ``Sequential`` gives its layers numbers.
    open var namedChildren: [(name: String, module: Module)] {
        properties.flatMap { name, value -> [(String, Module)] in
            switch value {
            case let module as Module: [(name, module)]
            case let modules as [Module]: modules.enumerated().map { ("\(name).\($0)", $1) }
            default: []
            }
        }
    }

    /// Stored properties with PyTorch's names, the superclass's first; optionals that are nil are left out.
    private final var properties: [(name: String, value: Any)] {
        var mirrors: [Mirror] = []
        var mirror = Mirror(reflecting: self).superclassMirror
        while let next = mirror {
            mirrors.insert(next, at: 0)
            mirror = next.superclassMirror
        }
        return (mirrors + [Mirror(reflecting: self)]).flatMap(\.children).compactMap { label, value in
            guard let label, let value = unwrapped(value) else { return nil }
            return (snakeCase(label), value)
        }
    }

    private final func unwrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return value }
        return mirror.children.first?.value
    }

    private final func snakeCase(_ label: String) -> String {
        // The storage of a wrapped property is called `_name`.
        label.drop { $0 == "_" }.reduce(into: "") { name, character in
            name += character.isUppercase ? "_\(character.lowercased())" : String(character)
        }
    }
}

/// A module from one tensor to one tensor.
public protocol Layer: Module {
    /// Applies the layer.
    func callAsFunction(_ x: Tensor) -> Tensor
}

// MARK: What a module holds

extension Module {
    /// This module and all below it, parents first, with dotted names. A module that is held twice comes once.
    public final func namedModules() -> [(name: String, module: Module)] {
        var seen = Set<ObjectIdentifier>()
        func walk(_ module: Module, _ name: String) -> [(String, Module)] {
            guard seen.insert(ObjectIdentifier(module)).inserted else { return [] }
            return [(name, module)]
                + module.namedChildren.flatMap { walk($1, name.isEmpty ? $0 : "\(name).\($0)") }
        }
        return walk(self, "")
    }

    /// All parameters, in the order of the properties, with dotted names. A shared one comes once.
    public final func namedParameters() -> [(name: String, parameter: Parameter)] {
        collect { value in (value as? Param)?.projectedValue ?? value as? Parameter }
    }

    /// All buffers, with dotted names. A shared one comes once.
    public final func namedBuffers() -> [(name: String, buffer: Buffer.Box)] {
        collect { ($0 as? Buffer)?.projectedValue }
    }

    /// All parameters.
    public final func parameters() -> [Parameter] { namedParameters().map(\.parameter) }

    /// The number of trained values: the sum of all parameters' elements.
    public final var parameterCount: Int { parameters().reduce(0) { $0 + $1.tensor.count } }

    private func collect<Box: AnyObject>(_ box: (Any) -> Box?) -> [(String, Box)] {
        var seen = Set<ObjectIdentifier>()
        return namedModules().flatMap { prefix, module in
            module.properties.compactMap { name, value in
                guard let found = box(value), seen.insert(ObjectIdentifier(found)).inserted else { return nil }
                return (prefix.isEmpty ? name : "\(prefix).\(name)", found)
            }
        }
    }
}

// MARK: Changing everything at once

extension Module {
    /// Switches this module and all below it to training, or with `false` to use.
    public final func train(_ mode: Bool = true) {
        for (_, module) in namedModules() { module.isTraining = mode }
    }

    /// Switches this module and all below it to use.
    public final func eval() { train(false) }

    /// Moves parameters and buffers to a device, a floating-point type or a memory format. Buffers of integers
    /// keep their type; gradients are dropped.
    public final func to(dtype: DType? = nil, device: Device? = nil, memoryFormat: MemoryFormat? = nil) {
        func moved(_ tensor: Tensor) -> Tensor {
            tensor.detach().to(
                dtype: tensor.dtype.isFloatingPoint ? dtype : nil, device: device,
                memoryFormat: tensor.rank == 4 ? memoryFormat : nil)
        }
        for parameter in parameters() {
            let trainable = parameter.isTrainable
            parameter.tensor = moved(parameter.tensor)
            parameter.isTrainable = trainable
        }
        for (_, buffer) in namedBuffers() { buffer.tensor = moved(buffer.tensor) }
    }

    /// Forgets all gradients.
    public final func zeroGrad() {
        for parameter in parameters() { parameter.grad = nil }
    }
}
