/// A rule around another one, whose learning rate, momentum and weight decay are the inner rule's.
public protocol WrappingRule: UpdateRule {
    /// The rule inside.
    associatedtype Inner: UpdateRule
    /// The rule inside.
    var inner: Inner { get set }
}

extension WrappingRule {
    /// The inner rule's.
    public var learningRate: Double {
        get { inner.learningRate }
        set { inner.learningRate = newValue }
    }
    /// The inner rule's.
    public var momentum: Double {
        get { inner.momentum }
        set { inner.momentum = newValue }
    }
    /// The inner rule's.
    public var weightDecay: Double {
        get { inner.weightDecay }
        set { inner.weightDecay = newValue }
    }
}
