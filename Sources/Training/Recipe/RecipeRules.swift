import Optimizers

// The keys of each optimizer, besides those that all have.

/// A rule that a recipe can name.
package protocol RecipeRule: UpdateRule {
    /// Presents what only this rule has.
    mutating func visitSettings(_ fields: inout RecipeFields)
}

/// A rule whose step a layer-wise one can scale.
package protocol RecipeDirectedRule: RecipeRule, DirectedRule {
    /// Presents what decides the direction of a step.
    mutating func visitDirection(_ fields: inout RecipeFields)
}

extension SGD: RecipeRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        fields.value("momentum", &momentum, .within(0..<1))
        fields.value("dampening", &dampening, .within(0...1))
        fields.value("nesterov", &nesterov)
        if nesterov && (momentum == 0 || dampening != 0) {
            fields.refuse("nesterov", "needs a momentum above 0 and a dampening of 0")
        }
        fields.decoupled(&decay)
    }
}

extension Adam: RecipeDirectedRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) { visitDirection(&fields) }

    package mutating func visitDirection(_ fields: inout RecipeFields) {
        fields.betas(&beta1, &beta2)
        fields.value("epsilon", &eps, .above(0))
    }
}

extension RMSProp: RecipeRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        fields.value("alpha", &alpha, .within(0..<1))
        fields.value("epsilon", &eps, .above(0))
        fields.value("momentum", &momentum, .within(0..<1))
        fields.value("centered", &centered)
        fields.decoupled(&decay)
    }
}

extension RAdam: RecipeDirectedRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        visitDirection(&fields)
        fields.decoupled(&decay)
    }

    package mutating func visitDirection(_ fields: inout RecipeFields) {
        fields.betas(&beta1, &beta2)
        fields.value("epsilon", &eps, .above(0))
        fields.value("variant", &variant)
        fields.value("threshold", &threshold, .atLeast(4))
        fields.value("softplus", &softplus, .atLeast(0))
        fields.value("gradient_centralization", &centralization)
    }
}

extension QHM: RecipeRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        fields.value("momentum", &momentum, .within(0..<1))
        fields.value("nu", &nu, .within(0...1))
        fields.decoupled(&decay)
    }
}

extension QHAdam: RecipeRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        fields.betas(&beta1, &beta2)
        fields.pair("nus", &nu1, &nu2, .within(0...1))
        fields.value("epsilon", &eps, .above(0))
        fields.decoupled(&decay)
    }
}

extension SAMSGrad: RecipeRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        fields.betas(&beta1, &beta2)
        fields.value("epsilon", &eps, .above(0))
        fields.value("amsgrad", &amsgrad)
        fields.value("softplus", &softplus, .atLeast(0))
        fields.value("second_moment", &secondMoment)
        fields.decoupled(&decay)
    }
}

extension AdaPNM: RecipeRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        fields.betas(&beta1, &beta2)
        fields.value("epsilon", &eps, .above(0))
        fields.value("norm_loss", &normLoss, .atLeast(0))
        fields.optional("clipping", &clipping, .above(0))
        fields.value("clipping_epsilon", &clippingEps, .above(0))
        fields.value("gradient_centralization", &centralization)
        fields.value("gradient_normalization", &normalizes)
        fields.value("positive_negative", &positiveNegative, .atLeast(0))
        fields.value("softplus", &softplus, .atLeast(0))
    }
}

extension LayerwiseAdaptive: RecipeRule where Inner: RecipeDirectedRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        inner.visitDirection(&fields)
        fields.optional("weight_norm_limit", &weightNormLimit, .above(0))
    }
}

extension LARS: RecipeRule {
    package mutating func visitSettings(_ fields: inout RecipeFields) {
        fields.value("momentum", &momentum, .within(0..<1))
        fields.value("nesterov", &nesterov)
        if nesterov && momentum == 0 { fields.refuse("nesterov", "needs a momentum above 0") }
        fields.value("trust_coefficient", &trustCoefficient, .above(0))
        fields.value("epsilon", &eps, .above(0))
    }
}

extension RAdam.Variant: RecipeChoice {}
extension GradientCentralization: RecipeChoice {}
extension SAMSGrad.SecondMoment: RecipeChoice {}

extension RecipeFields {
    fileprivate mutating func pair(
        _ key: String, _ first: inout Double, _ second: inout Double, _ requirement: RecipeRequirement<Double>
    ) {
        var values = [first, second]
        list(key, &values, count: 2...2, requirement)
        (first, second) = (values[0], values[1])
    }

    fileprivate mutating func betas(_ beta1: inout Double, _ beta2: inout Double) {
        pair("betas", &beta1, &beta2, .within(0..<1))
    }

    fileprivate mutating func decoupled(_ decay: inout WeightDecay) {
        var isDecoupled = decay == .decoupled
        value("decoupled_weight_decay", &isDecoupled)
        decay = isDecoupled ? .decoupled : .l2
    }
}
