import Torch

/// Look-ahead (Zhang et al., arXiv 1907.08610) around any rule: after every k steps the slow weights move by
/// alpha towards the fast ones, slow + alpha (fast - slow), and the fast ones start again from there.
///
/// A parameter's slow weights start as it was before its first step. k counts the optimizer's steps, so that a
/// parameter that is unfrozen late keeps in phase with the others, and one without a gradient is moved too;
/// published versions count each parameter's own. The phase is part of the optimizer's state. Evaluation between
/// two such moves sees the fast weights.
public struct LookAhead<Inner: UpdateRule>: WrappingRule {
    /// As recipes and saved states call it.
    public static var name: String { "lookahead(\(Inner.name))" }
    /// The rule of the fast weights.
    public var inner: Inner
    /// How many steps the fast weights go alone.
    public var k: Int
    /// How far the slow weights follow, 0 to 1.
    public var alpha: Double

    /// The defaults of lessw2020's Ranger; the paper's are 5 and 0.8, its reviewers' 5 and 0.5.
    public init(_ inner: Inner, k: Int = 6, alpha: Double = 0.5) {
        (self.inner, self.k, self.alpha) = (inner, k, alpha)
    }

    /// What is kept of each parameter.
    public var memory: [Memory] { inner.memory + [Memory("slow_buffer", start: .parameter)] }

    /// Refuses hyper-parameters that are out of their ranges.
    public func validate() throws(OptimizerError) {
        try inner.validate()
        try check(Self.name, ("alpha", alpha, .fraction))
        if k < 1 { throw .setting(of: Self.name, name: "k", value: Double(k), mustBe: "at least 1") }
    }

    /// Takes a step.
    public func update(_ batch: inout ParameterBatch) { inner.update(&batch) }

    /// Moves slow and fast weights together when it is time.
    public func finish(_ batch: ParameterBatch, step: Int) {
        inner.finish(batch, step: step)
        guard step.isMultiple(of: k) else { return }
        let slow = batch.memory("slow_buffer")
        slow.lerp_(batch.parameters, weight: alpha)
        batch.parameters.copy_(slow)
    }
}
