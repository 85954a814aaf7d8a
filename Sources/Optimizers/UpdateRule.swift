import Torch

/// An optimizer's rule: its hyper-parameters, and what it does to parameters that have a gradient.
///
/// A rule is a value; each parameter group has its own, so that every hyper-parameter may differ between
/// groups. What it remembers of a parameter (momenta, counts) lives in ``Optimizer``, by name.
public protocol UpdateRule: Sendable, Codable, Equatable {
    /// What the recipe calls it; messages and saved states name it so.
    static var name: String { get }
    /// How far a step goes. A schedule sets it, 0 included.
    var learningRate: Double { get set }
    /// The decay rate of the running average of gradients: SGD's momentum, Adam's beta1. A schedule may set it.
    var momentum: Double { get set }
    /// How strongly weights are pulled towards 0; 0 for not at all.
    var weightDecay: Double { get set }

    /// The tensors that it keeps of each parameter, in fp32 or fp64, of the parameter's shape.
    var memory: [Memory] { get }

    /// Refuses hyper-parameters that make no sense.
    func validate() throws(OptimizerError)

    /// Takes a step with parameters that have a gradient.
    ///
    /// - Parameter batch: parameters of one group, type, device and past. Changed in place.
    func update(_ batch: inout ParameterBatch)

    /// What is done after a step with all parameters of the group that ever took one, those without a gradient
    /// this time included.
    ///
    /// - Parameters:
    ///   - batch: the parameters. It has no gradients.
    ///   - step: of the optimizer, counted from 1.
    func finish(_ batch: ParameterBatch, step: Int)
}

extension UpdateRule {
    /// Nothing.
    public func finish(_ batch: ParameterBatch, step: Int) {}
}

/// A tensor that a rule keeps of each parameter.
public struct Memory: Sendable {
    /// PyTorch's name of it where there is one, such as `exp_avg`.
    public let name: String
    /// What it is before the first step.
    public let start: Start

    /// What a memory starts with.
    public enum Start: Sendable {
        case zeros
        /// The parameter before its first step.
        case parameter
    }

    /// - Parameters:
    ///   - name: under which ``ParameterBatch/memory(_:)`` finds it.
    ///   - start: what it is before the first step.
    public init(_ name: String, start: Start = .zeros) {
        (self.name, self.start) = (name, start)
    }
}

/// Parameters that take a step together, as lists in one order.
public struct ParameterBatch {
    /// The values in fp32 or fp64, to be changed in place.
    public let parameters: [Tensor]
    /// The gradients, in the parameters' type and layout. To be replaced, never changed in place: they are the
    /// parameters' own.
    public var gradients: [Tensor]
    /// How many steps these parameters have taken, this one included.
    public let step: Int
    /// Numbers that the rule keeps besides the count of steps, by names of its own; empty at first. Parameters
    /// whose numbers differ come in different batches.
    public var numbers: [String: Double]
    let states: [ParameterState]

    /// One of the rule's tensors for each parameter, to be changed in place.
    public func memory(_ name: String) -> [Tensor] {
        states.map { state in
            guard let tensor = state.tensors[name] else {
                preconditionFailure("the rule declares no memory \(name)")
            }
            return tensor
        }
    }

    /// p <- p - learningRate scale numerator / denominator.
    func descend(_ direction: Direction, learningRate: Double) {
        let factor = -learningRate * direction.scale
        if let denominators = direction.denominators {
            parameters.addcdiv_(direction.numerators, denominators, value: factor)
        } else {
            parameters.add_(direction.numerators, alpha: factor)
        }
    }
}

/// A rule whose step is a direction that does not depend on the learning rate, so that others can scale it.
public protocol DirectedRule: UpdateRule {
    /// Brings the rule's memories up to date. Weight decay is left to the caller.
    ///
    /// - Returns: where to go, or nil for no step at all.
    func direction(_ batch: inout ParameterBatch) -> Direction?
}

/// Where a step goes, per unit of learning rate: scale numerator / denominator. It is kept as a fraction, since
/// the division then costs no pass over memory of its own.
public struct Direction {
    let numerators: [Tensor]
    let denominators: [Tensor]?
    let scale: Double

    /// - Parameters:
    ///   - numerators: one for each parameter.
    ///   - denominators: nil for 1.
    ///   - scale: times the fractions.
    public init(numerators: [Tensor], denominators: [Tensor]? = nil, scale: Double = 1) {
        (self.numerators, self.denominators, self.scale) = (numerators, denominators, scale)
    }

    /// The fraction worked out, in new tensors.
    func tensors() -> [Tensor] {
        (denominators.map { numerators.divided(by: $0) } ?? numerators).multiplied(by: scale)
    }
}

/// How weight decay acts.
public enum WeightDecay: String, Sendable, Codable, CaseIterable {
    /// As the gradient of a penalty: g + wd p, which running averages then see.
    case l2
    /// Apart from the gradient: p (1 - learningRate wd) before the step (Loshchilov and Hutter, arXiv 1711.05101).
    case decoupled
}

extension ParameterBatch {
    mutating func decay(_ weightDecay: Double, _ kind: WeightDecay, learningRate: Double) {
        guard weightDecay != 0 else { return }
        switch kind {
        case .l2: gradients = gradients.adding(parameters, alpha: weightDecay)
        case .decoupled: parameters.mul_(1 - learningRate * weightDecay)
        }
    }
}

/// Gradient centralization (Yong et al., arXiv 2004.01461): the mean over all dimensions but the first, that
/// is over everything that leads to one output, is taken from a weight's gradient.
public enum GradientCentralization: String, Sendable, Codable, CaseIterable {
    case none
    /// Of every parameter with more than one dimension.
    case all
    /// Of parameters with more than three dimensions: convolutions, but not linear layers.
    case convolutions

    func applies(to gradient: Tensor) -> Bool {
        switch self {
        case .none: false
        case .all: gradient.rank > 1
        case .convolutions: gradient.rank > 3
        }
    }
}

extension ParameterBatch {
    mutating func centralize(_ centralization: GradientCentralization) {
        gradients = gradients.map { gradient in
            guard centralization.applies(to: gradient) else { return gradient }
            return gradient - gradient.mean(dims: Array(1..<gradient.rank), keepDim: true)
        }
    }
}
