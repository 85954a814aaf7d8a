import Layers
import Torch

/// While training, leaves out a residual path for each sample with probability `p`, and scales it by 1 / (1 - p)
/// where it stays (stochastic depth: Huang et al., arXiv 1603.09382).
public final class DropConnect: Module, Layer {
    private let p: Double

    /// - Parameter p: at least 0 and below 1.
    public init(p: Double) {
        precondition((0..<1).contains(p), "a path is left out with a probability of at least 0 and below 1, not \(p)")
        self.p = p
    }

    /// Drops samples of [n, c, h, w].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard isTraining, p > 0 else { return x }
        let kept = Tensor.empty([x.shape[0], 1, 1, 1], dtype: x.dtype, device: x.device).bernoulli(p: 1 - p)
        return x * kept / (1 - p)
    }
}
