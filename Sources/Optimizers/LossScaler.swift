import Layers
import Torch

/// Scales the loss so that small gradients are not lost in fp16, and adapts the scale: a step whose gradients
/// overflow is skipped and the scale halved; after many good steps it doubles (Micikevicius et al., arXiv
/// 1710.03740). bf16 has the range of fp32 and needs none of it.
///
/// ```swift
/// scaler.scaled(loss).backward()
/// scaler.step(optimizer)
/// ```
///
/// Whether a step is skipped is decided on the CPU, so each step waits once for the device, as PyTorch's does.
public final class LossScaler {
    /// Where the scale starts and how it moves.
    public struct Settings: Sendable, Codable, Equatable {
        /// The first scale, above 0.
        public var initialScale: Double
        /// What the scale is multiplied by after good steps, above 1.
        public var growth: Double
        /// What the scale is multiplied by after an overflow, above 0 and below 1.
        public var backoff: Double
        /// How many good steps in a row make it grow, at least 1.
        public var growthInterval: Int

        /// Any of its own.
        public init(initialScale: Double, growth: Double, backoff: Double, growthInterval: Int) {
            (self.initialScale, self.growth) = (initialScale, growth)
            (self.backoff, self.growthInterval) = (backoff, growthInterval)
        }

        /// `torch.amp.GradScaler`'s.
        public static let pytorch = Settings(
            initialScale: 65_536, growth: 2, backoff: 0.5, growthInterval: 2000)
        /// fastai 2's `NonNativeMixedPrecision`.
        public static let fastai = Settings(
            initialScale: 16_777_216, growth: 2, backoff: 0.5, growthInterval: 500)
        /// fastai 1's `MixedPrecision`.
        public static let fastaiV1 = Settings(
            initialScale: 16_777_216, growth: 2, backoff: 0.5, growthInterval: 1000)
    }

    /// What has to be saved for training to go on as it would have.
    public struct State: Sendable, Codable, Equatable {
        /// What the loss is multiplied by.
        public var scale: Double
        /// Steps without overflow since the scale last moved.
        public var goodSteps: Int
    }

    /// How the scale moves.
    public let settings: Settings
    /// Where it is. Set it to go on from a saved state.
    public var state: State

    /// - Parameter settings: where the scale starts and how it moves.
    /// - Throws: ``OptimizerError`` when one makes no sense.
    public init(_ settings: Settings = .pytorch) throws(OptimizerError) {
        try check(
            "loss scaling", ("initial scale", settings.initialScale, .positive),
            ("growth - 1", settings.growth - 1, .positive), ("backoff", settings.backoff, .positive),
            ("1 - backoff", 1 - settings.backoff, .positive),
            ("growth interval", Double(settings.growthInterval), .positive))
        self.settings = settings
        state = State(scale: settings.initialScale, goodSteps: 0)
    }

    /// The loss whose gradients are to be computed.
    public func scaled(_ loss: Tensor) -> Tensor { loss * state.scale }

    /// Divides gradients by the scale; takes the optimizer's step if all are finite; adapts the scale.
    ///
    /// - Parameters:
    ///   - optimizer: its parameters' gradients are of the scaled loss.
    ///   - prepare: what is done to the gradients before the step, such as clipping.
    /// - Returns: whether the step was taken.
    @discardableResult
    public func step(_ optimizer: Optimizer, after prepare: () -> Void = {}) -> Bool {
        let isFinite = unscale(optimizer.parameters)
        if isFinite {
            prepare()
            optimizer.step()
        }
        adapt(isFinite)
        return isFinite
    }

    private static let unscaling = Operator("aten::_amp_foreach_non_finite_check_and_unscale_")

    private func unscale(_ parameters: [Parameter]) -> Bool {
        withoutGradients {
            let found = parameters.compactMap(\.grad).byTypeAndDevice().map { list in
                let found = Tensor.zeros([1], device: list[0].device)
                let inverse = Tensor.full([], Float(1 / state.scale), device: list[0].device)
                Self.unscaling(.tensors(list), .tensor(found), .tensor(inverse))
                return found
            }
            return found.allSatisfy { $0.item(Float.self) == 0 }
        }
    }

    private func adapt(_ isFinite: Bool) {
        state.goodSteps = isFinite ? state.goodSteps + 1 : 0
        if !isFinite {
            state.scale *= settings.backoff
        } else if state.goodSteps == settings.growthInterval {
            state.goodSteps = 0
            // Gradients that are all 0 never overflow, and the scale has to stay a number in fp32.
            if Float(state.scale * settings.growth).isFinite { state.scale *= settings.growth }
        }
    }
}

extension Optimizer {
    /// Computes the gradients of a loss and takes a step, through a scaler if there is one.
    ///
    /// - Returns: whether the step was taken; a scaler leaves it out when gradients overflow.
    @discardableResult
    public func step(minimizing loss: Tensor, scaler: LossScaler? = nil) -> Bool {
        guard let scaler else {
            loss.backward()
            step()
            return true
        }
        scaler.scaled(loss).backward()
        return scaler.step(self)
    }
}
