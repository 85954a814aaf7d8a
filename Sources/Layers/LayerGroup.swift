/// Consecutive layers of a network that are frozen together and share a learning rate.
///
/// ```swift
/// let groups = try net.layerGroups(startingAt: ["layer4", "head"])
/// let rates: [Double] = .spread(from: 1e-5, to: 1e-3, over: groups.count)
/// let optimizer = try Optimizer(Ranger(), of: groups, learningRates: rates)
/// net.train()
/// groups[0].freeze()
/// ```
///
/// The groups do not change when layers are frozen: an optimizer passes over frozen parameters and goes on with what
/// it remembers of them when they are unfrozen.
public struct LayerGroup {
    /// What its first layer's name begins with; `body` for the layers before all that were named.
    public let name: String
    /// Its parameters with their names in the network.
    public let parameters: [(name: String, parameter: Parameter)]
    private let norms: [Module]

    /// The name that stands for the classifier, whatever it is called: the last linear layer.
    public static let head = "head"

    /// What norms do in a frozen group.
    public enum FrozenNorms: String, Sendable, CaseIterable {
        /// Their scales and shifts train, and batch norms use and track the batches' statistics: fastai's default
        /// (`train_bn=True`).
        case train
        /// Their scales and shifts are frozen, and batch norms use their running statistics and leave them alone:
        /// fastai's `train_bn=False` with the callback `BnFreeze`.
        case evaluate
    }

    init(name: String, parameters: [(name: String, parameter: Parameter)], norms: [Module]) {
        (self.name, self.parameters, self.norms) = (name, parameters, norms)
    }

    /// Keeps the parameters as they are. ``Module/train(_:)`` takes batch norms out of evaluation, so that freezing
    /// comes after it, in each epoch.
    public func freeze(norms handling: FrozenNorms = .train) {
        for (_, parameter) in parameters { parameter.isTrainable = false }
        for norm in norms {
            norm.train(handling == .train)
            for parameter in norm.parameters() { parameter.isTrainable = handling == .train }
        }
    }

    /// Lets all parameters train, and batch norms use and track the batches' statistics.
    public func unfreeze() {
        for (_, parameter) in parameters { parameter.isTrainable = true }
        for norm in norms { norm.train() }
    }
}

extension Module {
    /// The last linear layer, which is the classifier, and its name; nil when there is none.
    public final var lastLinear: (name: String, layer: Linear)? {
        namedModules().reversed().lazy.compactMap { name, module in (module as? Linear).map { (name, $0) } }.first
    }

    /// Cuts the network, in the order of its parameters, where the named layers begin.
    ///
    /// - Parameter names: such as `layer4` or `blocks.5`; `head` is the classifier. By default two groups: the body,
    ///   and the classifier.
    /// - Returns: a group for the layers before all named ones, called `body`, and one for each name.
    /// - Throws: ``LayerGroupError`` when a name is no layer's, or they do not come in the network's order.
    public final func layerGroups(
        startingAt names: [String] = [LayerGroup.head]
    ) throws(LayerGroupError) -> [LayerGroup] {
        let parameters = namedParameters()
        var starts: [Int] = [0]
        for name in names {
            let prefix = name == LayerGroup.head ? lastLinear?.name ?? name : name
            guard let start = parameters.firstIndex(where: { $0.name == prefix || $0.name.hasPrefix(prefix + ".") })
            else {
                var layers: [String] = []
                for (name, _) in parameters {
                    let layer = String(name.prefix { $0 != "." })
                    if !layers.contains(layer) { layers.append(layer) }
                }
                throw .noSuchLayer(name, known: layers)
            }
            guard start > starts.last! else {
                throw .notInOrder(name, after: starts.count > 1 ? names[starts.count - 2] : nil)
            }
            starts.append(start)
        }
        let modules = namedModules()
        let ends = starts.dropFirst() + [parameters.count]
        return zip(["body"] + names, zip(starts, ends)).map { name, range in
            let members = Array(parameters[range.0..<range.1])
            let own = Set(members.map { ObjectIdentifier($0.parameter) })
            let norms = modules.map(\.module).filter { module in
                (module is BatchNorm2d || module is InstanceNorm2d)
                    && module.parameters().contains { own.contains(ObjectIdentifier($0)) }
            }
            return LayerGroup(name: name, parameters: members, norms: norms)
        }
    }
}

/// Names that do not cut a network into groups.
public enum LayerGroupError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No parameter's name begins with this one; `known` are the outermost layers.
    case noSuchLayer(String, known: [String])
    /// The layer does not come after the one named before it, or is the network's first.
    case notInOrder(String, after: String?)

    /// One line: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .noSuchLayer(let name, let known):
            "no parameter lies in a layer \(name); the network's layers are \(known.joined(separator: ", "))"
        case .notInOrder(let name, let previous?):
            "\(name) does not come after \(previous); groups are named in the network's order"
        case .notInOrder(let name, nil):
            "\(name) begins the network, so that no layer is left for the group before it; leave it out"
        }
    }
}
