import Layers
import Torch

/// The operators that a network calls in a forward pass, with the modules that called them.
///
/// Whether a tensor is finite is asked after each operator, so a traced pass is slow; it computes the same.
final class OperatorTrace {
    /// An operator that was called.
    struct Call {
        let index: Int
        let operation: Operator
        let arguments: [Value]
        let results: [Tensor]
        /// The module that called it, and the one at work before.
        let module: String?
        let before: String?
        let autocast: DType?
        /// Whether a result is not finite.
        let isNonFinite: Bool
        /// What the arguments held, where a result is the first that is not finite.
        let inputs: [NonFiniteFinding.Part]
    }

    /// Which calls are kept, with their tensors.
    enum Keeping {
        case nonFinite
        case all
    }

    private(set) var calls: [Call] = []
    let network: Module
    private let keeping: Keeping
    private let tracer = ModuleTracer()
    private let moduleNames: [ObjectIdentifier: String]
    private let moduleTypes: [String: String]
    private let composites: Set<String>
    /// The module of each parameter and buffer, and its name.
    private let owners: [Int: (module: String, name: String)]
    /// What each tensor is the result of.
    private var origins: [Int: String] = [:]
    /// The kept call whose result a tensor is, if it is not finite.
    private var producers: [Int: Int] = [:]
    private var count = 0
    private var lastModule: String?
    /// The calls before the first and after the last module are those of input and loss.
    private var modulesAtWork: (first: Int, last: Int)?
    private var isObserving = false

    init(of network: Module, keeping: Keeping) {
        (self.network, self.keeping) = (network, keeping)
        let modules = network.namedModules()
        moduleNames = Dictionary(uniqueKeysWithValues: modules.map { (ObjectIdentifier($0.module), $0.name) })
        moduleTypes = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, "\(type(of: $0.module))") })
        composites = Set(modules.filter { !$0.module.namedChildren.isEmpty }.map(\.name))
        var owners: [Int: (String, String)] = [:]
        for (name, tensor) in HeldTensors(of: network).named {
            owners[tensor.identity] = (name.split(separator: ".").dropLast().joined(separator: "."), name)
        }
        self.owners = owners
    }

    /// Runs a forward pass and keeps its calls.
    func follow(_ forward: () throws -> Tensor) rethrows -> Tensor {
        try tracer.during {
            try observingOperators({ self.note($0, $1, $2) }, during: forward)
        }
    }

    private func note(_ operation: Operator, _ arguments: [Value], _ results: [Value]) {
        // What is asked about tensors here are calls, too.
        guard !isObserving else { return }
        isObserving = true
        defer { isObserving = false }
        let index = count
        count += 1
        let tensors = results.flatMap(\.tensors)
        let module =
            arguments.lazy.flatMap(\.tensors).compactMap { self.owners[$0.identity]?.module }.first
            ?? tracer.current.flatMap { moduleNames[ObjectIdentifier($0)] }
        let before = lastModule
        if let module {
            modulesAtWork = (modulesAtWork?.first ?? index, index)
            lastModule = module
        }
        let isNonFinite = withoutGradients { tensors.contains(where: \.hasNonFinite) }
        if isNonFinite || keeping == .all {
            let spread = arguments.contains { $0.tensors.contains { producers[$0.identity] != nil } }
            let device = tensors.first?.device ?? .cpu
            calls.append(
                Call(
                    index: index, operation: operation, arguments: arguments, results: tensors, module: module,
                    before: before, autocast: autocastType(of: device), isNonFinite: isNonFinite,
                    inputs: isNonFinite && !spread ? parts(of: operation, arguments) : []))
        }
        for tensor in tensors {
            origins[tensor.identity] = "result of " + [module, operation.name].compactMap { $0 }.joined(separator: " ")
            producers[tensor.identity] = isNonFinite && tensor.hasNonFinite ? calls.count - 1 : nil
        }
    }

    // MARK: Names

    /// The type of a module.
    func moduleType(_ module: String?) -> String? { module.flatMap { moduleTypes[$0] } }

    /// The module before a call of a module that has parts, whose name alone does not tell the place.
    func place(before call: Call) -> String? {
        call.module.map(composites.contains) ?? true ? call.before.flatMap { $0.isEmpty ? nil : $0 } : nil
    }

    /// A parameter's or buffer's name, or what the tensor is the result of.
    func name(of tensor: Tensor) -> String? { owners[tensor.identity]?.name ?? origins[tensor.identity] }

    /// The part of a step that a call belongs to.
    func phase(of call: Call) -> NonFiniteFinding.Phase {
        guard call.module == nil, let modulesAtWork else { return .forward }
        return call.index < modulesAtWork.first ? .input : call.index > modulesAtWork.last ? .loss : .forward
    }

    /// The tensors among arguments, by the names that the operator gives them.
    func parts(of operation: Operator, _ arguments: [Value]) -> [NonFiniteFinding.Part] {
        withoutGradients {
            zip(operation.argumentNames, arguments).flatMap { role, value in
                value.tensors.map { .init(role: role, name: name(of: $0), summary: TensorSummary($0)) }
            }
        }
    }

    // MARK: Where it began

    /// The call from which a result that is not finite came: the first of all that lead to it.
    func origin(of result: Tensor) -> Call? {
        guard let last = producers[result.identity] else { return calls.first(where: \.isNonFinite) }
        var seen: Set<Int> = [last]
        var open = [last]
        while let index = open.popLast() {
            for tensor in calls[index].arguments.flatMap(\.tensors) {
                // An argument that was changed in place is the result of the same call.
                guard let producer = producers[tensor.identity], producer < index, seen.insert(producer).inserted
                else { continue }
                open.append(producer)
            }
        }
        return seen.min().map { calls[$0] }
    }
}

extension Value {
    /// The tensors of this value.
    var tensors: [Tensor] {
        let all: [Tensor] =
            switch self {
            case .tensor(let tensor): [tensor]
            case .tensors(let tensors): tensors
            case .optionalTensors(let tensors): tensors.compactMap { $0 }
            default: []
            }
        return all.filter { !$0.isPoisoned }
    }
}

extension Operator {
    /// The arguments' names, from the schema: `aten::add.Tensor(Tensor self, Tensor other, *, ...) -> Tensor`.
    var argumentNames: [String] {
        let schema = description
        guard let open = schema.firstIndex(of: "("), let end = schema.range(of: ") ->") else { return [] }
        var (names, depth, current) = ([String](), 0, "")
        for character in schema[schema.index(after: open)..<end.lowerBound] + "," {
            if "([".contains(character) { depth += 1 }
            if ")]".contains(character) { depth -= 1 }
            guard character == ",", depth == 0 else {
                current.append(character)
                continue
            }
            let declaration = current.prefix { $0 != "=" }
            if let name = declaration.split(separator: " ").last, name != "*" { names.append(String(name)) }
            current = ""
        }
        return names
    }

    /// Whether it changes its first argument.
    var isInPlace: Bool { name.split(separator: ".")[0].hasSuffix("_") }
}
