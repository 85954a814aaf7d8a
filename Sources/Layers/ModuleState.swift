import Torch

/// What loading found.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
    /// Names that the module has and the state lacks.
    public var missing: [String] = []
    /// Names that the state has and the module lacks.
    public var surplus: [String] = []
    /// Names in both whose shapes differ.
    public var misshapen: [Mismatch] = []

    /// Nothing deviates.
    public init() {}

    /// A tensor whose shape is another than the module's.
    public struct Mismatch: Sendable, Equatable {
        /// The tensor's name.
        public let name: String
        /// The module's shape.
        public let expected: [Int]
        /// The state's shape.
        public let found: [Int]
    }

    /// Whether every name and shape fitted.
    public var isExact: Bool { missing.isEmpty && surplus.isEmpty && misshapen.isEmpty }

    /// One line per deviation.
    public var description: String {
        var lines = missing.map { "missing: \($0)" } + surplus.map { "surplus: \($0)" }
        lines += misshapen.map { "wrong shape: \($0.name) is \($0.found), not \($0.expected)" }
        return lines.joined(separator: "\n")
    }
}

/// A state that does not fit the module strictly. The module is unchanged.
public struct LoadError: Error, CustomStringConvertible {
    /// What deviates.
    public let report: LoadReport
    /// The file that the state came from, if any.
    public let path: String?
    /// One line per deviation.
    public var description: String {
        "\(path.map { "\($0): " } ?? "")the weights do not fit the network\n\(report)"
    }

    /// - Parameters:
    ///   - report: what deviates.
    ///   - path: the file that the state came from.
    public init(report: LoadReport, path: String? = nil) {
        (self.report, self.path) = (report, path)
    }
}

extension Module {
    /// Parameters and buffers by name, as the module holds them (not copies).
    public final func state() -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (name, parameter) in namedParameters() { state[name] = parameter.tensor.detach() }
        for (name, buffer) in namedBuffers() { state[name] = buffer.tensor }
        return state
    }

    /// Compares names and shapes with those of a state.
    ///
    /// A missing `num_batches_tracked` is no deviation: PyTorch before 0.4.1 and converters from TensorFlow did not
    /// write it, and nothing is computed from it.
    public final func compare(with shapes: [String: [Int]]) -> LoadReport {
        let own = state()
        var report = LoadReport()
        report.missing = own.keys.filter { shapes[$0] == nil && !$0.hasSuffix("num_batches_tracked") }.sorted()
        report.surplus = shapes.keys.filter { own[$0] == nil }.sorted()
        for (name, target) in own.sorted(by: { $0.key < $1.key }) {
            guard let found = shapes[name], found != target.shape else { continue }
            report.misshapen.append(.init(name: name, expected: target.shape, found: found))
        }
        return report
    }

    /// Copies a state into parameters and buffers, converting type and device.
    ///
    /// - Parameters:
    ///   - state: tensors by PyTorch's names.
    ///   - strict: whether every name and shape has to fit (see ``compare(with:)``). Otherwise what fits is loaded.
    /// - Throws: ``LoadError`` when `strict` and something deviates; nothing is changed then.
    @discardableResult
    public final func load(_ state: [String: Tensor], strict: Bool = true) throws -> LoadReport {
        let report = compare(with: state.mapValues(\.shape))
        if strict, !report.isExact { throw LoadError(report: report) }
        withoutGradients {
            for (name, target) in self.state() {
                if let source = state[name], source.shape == target.shape { target.copy_(source) }
            }
        }
        return report
    }
}
