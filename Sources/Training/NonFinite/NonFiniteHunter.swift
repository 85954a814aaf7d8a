import Layers
import Optimizers
import Torch

/// Watches a run for values that are not finite, and finds where the first one came from.
///
/// While nothing is wrong, nothing is asked of single steps that would make the host wait for the device. Losses
/// are looked at together, every ``interval`` steps (on the CPU after each, where that is free), and with them
/// whether weights, buffers and the optimizer's memory are finite; a copy of a state found good is kept. When
/// something is wrong, the steps since that copy are repeated, one by one, until the one that broke is found: its
/// state before is then known exactly. That step is taken apart by ``findNonFinite(in:_:scaler:loss:)``.
final class NonFiniteHunter {
    /// After so many steps the state is looked at and copied.
    static let interval = 200

    private let learner: Learner
    private let network: HeldTensors
    /// A state in which all was finite, and the step that comes next.
    private var good: (step: Int, state: TrainingState)
    /// Losses that nobody has looked at yet.
    private var losses: [Tensor] = []

    /// Begins at a step of the run, whatever the state is.
    init(_ learner: Learner, at step: Int) {
        self.learner = learner
        network = HeldTensors(of: learner.model)
        good = (step, TrainingState(of: learner, network).copied())
    }

    /// Is told of each step that is done.
    ///
    /// - Parameters:
    ///   - outcome: what it did.
    ///   - next: the number of the step that follows, in the run.
    ///   - isLast: whether an epoch ends with it.
    /// - Returns: what shows that something is wrong; nil while nothing does.
    func didStep(_ outcome: StepOutcome, next: Int, isLast: Bool) -> String? {
        losses.append(outcome.loss)
        if outcome.isBeyondScaling { return "gradients overflow in fp16 at a loss scale of 1 or less" }
        // The next epoch begins with a hunter of its own.
        if isLast { return look() }
        guard next - good.step >= Self.interval else { return learner.device == .cpu ? lossSign() : nil }
        if let sign = look() { return sign }
        good = (next, TrainingState(of: learner, network).copied())
        return nil
    }

    /// Looks at everything.
    func look() -> String? {
        if let sign = lossSign() { return sign }
        return TrainingState(of: learner, network).isFinite ? nil : "weights or the optimizer's memory are not finite"
    }

    private func lossSign() -> String? {
        if losses.isEmpty { return nil }
        defer { losses = [] }
        let value = Tensor.stack(losses).array(Double.self).first { !$0.isFinite }
        return value.map { "the training loss is \($0)" }
    }

    /// What a hunt found.
    struct Result {
        /// The step that broke, from 0; the next one if none did.
        let step: Int
        /// Its loss; nil if none broke.
        let loss: Double?
        let finding: NonFiniteFinding?
        /// Why there is no finding.
        let note: String?
    }

    /// Repeats the steps since the last good state until one breaks, and leaves the learner as it was before that
    /// step, with its learning rate set; or, if none breaks, after the last.
    ///
    /// - Parameters:
    ///   - next: the step that was to follow.
    ///   - rateFactor: times the schedule's learning rate.
    func hunt(before next: Int, rateFactor: Double) throws -> Result {
        try good.state.restore(to: learner)
        for index in good.step..<next {
            let batch = try learner.plan.trainingBatch(index)
            let before = TrainingState(of: learner, network).copied()
            let outcome = try learner.step(batch, at: index, rateFactor: rateFactor)
            let loss = outcome.loss.item(Double.self)
            if !outcome.isBeyondScaling, loss.isFinite, TrainingState(of: learner, network).isFinite { continue }

            try before.restore(to: learner)
            learner.prepare(step: index, rateFactor: rateFactor)
            do {
                let finding = try findNonFinite(in: learner.model, learner.optimizer, scaler: learner.scaler) {
                    learner.loss(batch)
                }
                let note = finding == nil ? "when the step was taken apart, everything in it was finite" : nil
                return Result(step: index, loss: loss, finding: finding, note: note)
            } catch let error as TorchError {
                return Result(step: index, loss: loss, finding: nil, note: "it could not be located: \(error)")
            }
        }
        return Result(
            step: next, loss: nil, finding: nil,
            note: """
                when the steps before were repeated, everything was finite: \
                an operator whose results vary, memory that fails, or a write from outside
                """)
    }
}
