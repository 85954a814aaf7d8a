import MishOps
import Torch

/// An activation function by name: a function of each element, with its first and second derivative.
///
/// All are operators of our own, `mish::NAME`, correct to the last bit or two in fp16, bf16, fp32 and fp64, on
/// CPU and CUDA, and differentiable twice.
public struct Activation: Sendable, Hashable, CustomStringConvertible {
    /// The name in recipes and reports, such as `mish`.
    public let name: String
    /// The formula, for people.
    public let formula: String

    /// The operator `mish::NAME`: a tensor to a tensor.
    public let forward: Operator
    /// The operator `mish::NAME_backward`: upstream gradient and input to the input's gradient.
    public let backward: Operator
    /// The operator `mish::NAME_double_backward`: gradient of the gradient, upstream gradient and input to the
    /// gradients of the upstream gradient and of the input.
    public let doubleBackward: Operator

    /// What the forward pass keeps for the backward pass.
    public private(set) var saved = Saved.input
    private var applied: Operator

    private init(_ name: String, _ formula: String) {
        mish_ops_link()
        (self.name, self.formula) = (name, formula)
        applied = Operator("mish::\(name)")
        forward = Operator("mish::\(name)")
        backward = Operator("mish::\(name)_backward")
        doubleBackward = Operator("mish::\(name)_double_backward")
    }

    /// x tanh(ln(1 + e^x)) (Misra, arXiv 1908.08681).
    public static let mish = Activation("mish", "x tanh(ln(1 + e^x))")
    /// max(x, 0).
    public static let relu = Activation("relu", "max(x, 0)")
    /// x above 0, 0.01 x below.
    public static let leakyReLU = Activation("leaky_relu", "x > 0 ? x : 0.01 x")
    /// x above 0, e^x - 1 below (Clevert et al., arXiv 1511.07289).
    public static let elu = Activation("elu", "x > 0 ? x : e^x - 1")
    /// Scaled ELU (Klambauer et al., arXiv 1706.02515).
    public static let selu = Activation("selu", "1.0507 (x > 0 ? x : 1.6733 (e^x - 1))")
    /// ln(1 + e^x).
    public static let softplus = Activation("softplus", "ln(1 + e^x)")
    /// x / (1 + e^-x), also called Swish (Ramachandran et al., arXiv 1710.05941).
    public static let silu = Activation("silu", "x / (1 + e^-x)")
    /// x times the normal distribution function (Hendrycks and Gimpel, arXiv 1606.08415).
    public static let gelu = Activation("gelu", "x (1 + erf(x / sqrt 2)) / 2")
    /// The approximation of GELU with tanh.
    public static let geluTanh = Activation("gelu_tanh", "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2")
    /// x clamp(x + 3, 0, 6) / 6 (Howard et al., arXiv 1905.02244).
    public static let hardSwish = Activation("hard_swish", "x clamp(x + 3, 0, 6) / 6")
    /// x clamp(x + 2, 0, 2) / 2 (timm).
    public static let hardMish = Activation("hard_mish", "x clamp(x + 2, 0, 2) / 2")
    /// x tanh(e^x) (Liu and Di, arXiv 2003.09855).
    public static let tanhExp = Activation("tanhexp", "x tanh(e^x)")
    /// x ln(1 + sigmoid(x)).
    public static let logish = Activation("logish", "x ln(1 + sigmoid(x))")
    /// x tanh(ln(1 + sigmoid(x))).
    public static let smish = Activation("smish", "x tanh(ln(1 + sigmoid(x)))")
    /// x erf(ln(1 + e^x)) (Nag and Bhattacharyya, arXiv 2108.09598).
    public static let serf = Activation("serf", "x erf(ln(1 + e^x))")
    /// x tanh(gelu(x)).
    public static let phish = Activation("phish", "x tanh(gelu(x))")

    /// Every named activation.
    public static let all: [Activation] = [
        .mish, .relu, .leakyReLU, .elu, .selu, .softplus, .silu, .gelu, .geluTanh, .hardSwish, .hardMish, .tanhExp,
        .logish, .smish, .serf, .phish,
    ]

    /// The activation of this name; nil when there is none.
    public init?(named name: String) {
        guard let activation = Activation.all.first(where: { $0.name == name }) else { return nil }
        self = activation
    }

    /// Applies the function to each element of a floating-point tensor, which ``Saved/output`` overwrites.
    public func callAsFunction(_ x: Tensor) -> Tensor { applied(x) }

    /// The name.
    public var description: String { name }

    public static func == (one: Activation, other: Activation) -> Bool {
        one.name == other.name && one.saved == other.saved
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(saved)
    }
}

// MARK: What is kept for the backward pass

extension Activation {
    /// What a forward pass keeps for the backward pass. Every activation can keep its input; Mish has the choice.
    public enum Saved: String, Sendable, CaseIterable {
        /// The input. The gradient is exact, and differentiable again.
        case input
        /// The input and its softplus, which spares the backward pass a logarithm and costs a tensor of memory. The
        /// gradient has the rounding error of the stored softplus; it is differentiable again.
        case softplus
        /// The output alone, which takes the place of the input: no memory beyond what the next layer keeps anyway.
        ///
        /// f takes each value between its minimum and 0 twice; from which side it came, the last bit of a negative
        /// output tells, so that the output is off by up to 1 instead of 1/2 unit of the last place. The gradient's
        /// error is greatest next to the minimum: at most 7.5e-5 in fp32, 0.01 in fp16 and 0.025 in bf16; for normal
        /// inputs its root mean square is 7.5e-7, 7e-4 and 3.3e-3. A second derivative is refused.
        ///
        /// Nothing else may need the input: LibTorch refuses a leaf that requires a gradient, and a backward pass that
        /// needs a value that was overwritten since.
        case output
    }

    /// What this activation's forward pass can keep.
    public var savable: [Saved] { name == "mish" ? Saved.allCases : [.input] }

    /// The same function with another choice of what its forward pass keeps.
    ///
    /// ```swift
    /// let net = MXResNet(.d50, classes: 10, style: XResNetStyle(activation: .mish.saving(.output)))
    /// ```
    ///
    /// - Precondition: `saved` is ``savable``: other activations than Mish keep their input.
    public func saving(_ saved: Saved) -> Activation {
        precondition(savable.contains(saved), "\(name) keeps its input; only mish can save its \(saved)")
        var result = self
        result.saved = saved
        result.applied =
            switch saved {
            case .input: forward
            case .softplus: Operator("mish::mish_storing_softplus")
            case .output: Operator("mish::mish_")
            }
        return result
    }
}
