import Foundation
import Torch

/// How first weights are drawn. Each overwrites a tensor in place, outside the graph of gradients.
public enum Initialization {
    /// Normal with standard deviation `gain` / sqrt(fan), where fan is the number of inputs to one output
    /// (He et al., arXiv 1502.01852); `gain` is sqrt(2) for ReLU and its relatives.
    public static func kaimingNormal(_ weight: Tensor, gain: Double = 2.0.squareRoot(), fan: Fan = .input) {
        let std = gain / Double(fan.count(of: weight.shape)).squareRoot()
        _ = withoutGradients { weight.normal_(mean: 0, std: std) }
    }

    /// Uniform in plus or minus `gain` sqrt(3 / fan).
    public static func kaimingUniform(_ weight: Tensor, gain: Double = 2.0.squareRoot(), fan: Fan = .input) {
        let bound = gain * (3 / Double(fan.count(of: weight.shape))).squareRoot()
        _ = withoutGradients { weight.uniform_(-bound, bound) }
    }

    /// Whether the variance is kept forwards or backwards.
    public enum Fan: Sendable {
        case input, output

        func count(of shape: [Int]) -> Int {
            precondition(shape.count >= 2, "a fan needs a weight of at least two dimensions, not \(shape)")
            let window = shape.dropFirst(2).reduce(1, *)
            return (self == .input ? shape[1] : shape[0]) * window
        }
    }
}
