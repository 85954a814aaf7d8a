import Torch

// An operator on each tensor of a list. On a GPU a list is worked on by few launches; a loop over a ResNet-50
// would be 161 for each operator.

private enum Aten {
    static let addScalar = Operator("aten::_foreach_add_", "Scalar")
    static let add = Operator("aten::_foreach_add", "List")
    static let addInPlace = Operator("aten::_foreach_add_", "List")
    static let subInPlace = Operator("aten::_foreach_sub_", "List")
    static let mulScalar = Operator("aten::_foreach_mul_", "Scalar")
    static let mulTensor = Operator("aten::_foreach_mul_", "Tensor")
    static let mul = Operator("aten::_foreach_mul", "List")
    static let mulOutOfPlace = Operator("aten::_foreach_mul", "Scalar")
    static let mulInPlace = Operator("aten::_foreach_mul_", "List")
    static let unbind = Operator("aten::unbind", "int")
    static let div = Operator("aten::_foreach_div", "List")
    static let lerp = Operator("aten::_foreach_lerp", "Scalar")
    static let lerpInPlace = Operator("aten::_foreach_lerp_", "Scalar")
    static let addcmul = Operator("aten::_foreach_addcmul_", "Scalar")
    static let addcdiv = Operator("aten::_foreach_addcdiv_", "Scalar")
    static let sqrt = Operator("aten::_foreach_sqrt")
    static let sqrtInPlace = Operator("aten::_foreach_sqrt_")
    static let maximum = Operator("aten::_foreach_maximum_", "List")
    static let copy = Operator("aten::_foreach_copy_")
    static let zero = Operator("aten::_foreach_zero_")
    static let norm = Operator("aten::_foreach_norm", "Scalar")
    static let clampMin = Operator("aten::_foreach_clamp_min_", "Scalar")
    static let reciprocal = Operator("aten::_foreach_reciprocal_")
    static let clampMax = Operator("aten::_foreach_clamp_max_", "Scalar")
}

/// Names and meanings are those of ``Tensor``: a name that ends in `_` changes the list's tensors in place.
extension [Tensor] {
    func add_(_ value: Double) { Aten.addScalar(.tensors(self), .double(value)) }
    func add_(_ other: [Tensor], alpha: Double = 1) {
        Aten.addInPlace(.tensors(self), .tensors(other), .double(alpha))
    }
    func adding(_ other: [Tensor], alpha: Double = 1) -> [Tensor] {
        Aten.add.tensors(.tensors(self), .tensors(other), .double(alpha))
    }
    func sub_(_ other: [Tensor]) { Aten.subInPlace(.tensors(self), .tensors(other)) }
    func mul_(_ value: Double) { Aten.mulScalar(.tensors(self), .double(value)) }
    /// By the only element of a tensor, which stays on its device.
    func mul_(_ value: Tensor) { Aten.mulTensor(.tensors(self), .tensor(value)) }
    func multiplied(by value: Double) -> [Tensor] {
        Aten.mulOutOfPlace.tensors(.tensors(self), .double(value))
    }
    func divided(by other: [Tensor]) -> [Tensor] { Aten.div.tensors(.tensors(self), .tensors(other)) }
    /// self + weight (other - self).
    func lerp(_ other: [Tensor], weight: Double) -> [Tensor] {
        Aten.lerp.tensors(.tensors(self), .tensors(other), .double(weight))
    }
    func lerp_(_ other: [Tensor], weight: Double) {
        Aten.lerpInPlace(.tensors(self), .tensors(other), .double(weight))
    }
    func addcmul_(_ a: [Tensor], _ b: [Tensor], value: Double) {
        Aten.addcmul(.tensors(self), .tensors(a), .tensors(b), .double(value))
    }
    func addcdiv_(_ a: [Tensor], _ b: [Tensor], value: Double) {
        Aten.addcdiv(.tensors(self), .tensors(a), .tensors(b), .double(value))
    }
    func sqrt() -> [Tensor] { Aten.sqrt.tensors(.tensors(self)) }
    func sqrt_() { Aten.sqrtInPlace(.tensors(self)) }
    /// The larger of both, element by element.
    func maximum_(_ other: [Tensor]) { Aten.maximum(.tensors(self), .tensors(other)) }
    func copy_(_ source: [Tensor]) { Aten.copy(.tensors(self), .tensors(source)) }
    func zero_() { Aten.zero(.tensors(self)) }
    func clamp_(min: Double? = nil, max: Double? = nil) {
        if let min { Aten.clampMin(.tensors(self), .double(min)) }
        if let max { Aten.clampMax(.tensors(self), .double(max)) }
    }
    func reciprocal_() { Aten.reciprocal(.tensors(self)) }
    /// The norm of the given order of each tensor, one after another in one tensor.
    package func norms(order: Double = 2, dtype: DType? = nil) -> Tensor {
        Tensor.stack(Aten.norm.tensors(.tensors(self), .double(order), .optional(dtype)))
    }
    func mul_(_ other: [Tensor]) { Aten.mulInPlace(.tensors(self), .tensors(other)) }
    func multiplied(by other: [Tensor]) -> [Tensor] { Aten.mul.tensors(.tensors(self), .tensors(other)) }
    /// Times the elements of a tensor of one dimension, one for each of the list.
    func mul_(each factors: Tensor) {
        mul_(Aten.unbind.tensors(.tensor(factors), 0))
    }

    /// Moves a running average towards what is observed: rate self + (1 - rate) observation.
    func average_(_ observation: [Tensor], rate: Double) { lerp_(observation, weight: 1 - rate) }

    /// Moves a running average towards the observation's square.
    func averageSquare_(_ observation: [Tensor], rate: Double) {
        mul_(rate)
        addcmul_(observation, observation, value: 1 - rate)
    }
}
