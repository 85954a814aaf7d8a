private enum Aten {
    static let abs = Operator("aten::abs")
    static let neg = Operator("aten::neg")
    static let exp = Operator("aten::exp")
    static let expm1 = Operator("aten::expm1")
    static let log = Operator("aten::log")
    static let log1p = Operator("aten::log1p")
    static let log2 = Operator("aten::log2")
    static let sqrt = Operator("aten::sqrt")
    static let rsqrt = Operator("aten::rsqrt")
    static let square = Operator("aten::square")
    static let sin = Operator("aten::sin")
    static let cos = Operator("aten::cos")
    static let tanh = Operator("aten::tanh")
    static let erf = Operator("aten::erf")
    static let floor = Operator("aten::floor")
    static let ceil = Operator("aten::ceil")
    static let round = Operator("aten::round")
    static let sign = Operator("aten::sign")
    static let reciprocal = Operator("aten::reciprocal")
    static let sigmoid = Operator("aten::sigmoid")
    static let isnan = Operator("aten::isnan")
    static let isinf = Operator("aten::isinf")
    static let isfinite = Operator("aten::isfinite")
    static let relu = Operator("aten::relu")
    static let add = Operator("aten::add", "Tensor")
    static let addScalar = Operator("aten::add", "Scalar")
    static let addInPlace = Operator("aten::add_", "Tensor")
    static let addScalarInPlace = Operator("aten::add_", "Scalar")
    static let sub = Operator("aten::sub", "Tensor")
    static let subScalar = Operator("aten::sub", "Scalar")
    static let subInPlace = Operator("aten::sub_", "Tensor")
    static let subScalarInPlace = Operator("aten::sub_", "Scalar")
    static let mul = Operator("aten::mul", "Tensor")
    static let mulScalar = Operator("aten::mul", "Scalar")
    static let mulInPlace = Operator("aten::mul_", "Tensor")
    static let mulScalarInPlace = Operator("aten::mul_", "Scalar")
    static let div = Operator("aten::div", "Tensor")
    static let divScalar = Operator("aten::div", "Scalar")
    static let divInPlace = Operator("aten::div_", "Tensor")
    static let divScalarInPlace = Operator("aten::div_", "Scalar")
    static let rsub = Operator("aten::rsub", "Scalar")
    static let eq = Operator("aten::eq", "Tensor")
    static let eqScalar = Operator("aten::eq", "Scalar")
    static let ne = Operator("aten::ne", "Tensor")
    static let neScalar = Operator("aten::ne", "Scalar")
    static let lt = Operator("aten::lt", "Tensor")
    static let ltScalar = Operator("aten::lt", "Scalar")
    static let le = Operator("aten::le", "Tensor")
    static let leScalar = Operator("aten::le", "Scalar")
    static let gt = Operator("aten::gt", "Tensor")
    static let gtScalar = Operator("aten::gt", "Scalar")
    static let ge = Operator("aten::ge", "Tensor")
    static let geScalar = Operator("aten::ge", "Scalar")
    static let pow = Operator("aten::pow", "Tensor_Scalar")
    static let powTensor = Operator("aten::pow", "Tensor_Tensor")
    static let maximum = Operator("aten::maximum")
    static let minimum = Operator("aten::minimum")
    static let clamp = Operator("aten::clamp")
    static let lerp = Operator("aten::lerp", "Scalar")
    static let lerpTensor = Operator("aten::lerp", "Tensor")
    static let lerpInPlace = Operator("aten::lerp_", "Scalar")
    static let addcmulInPlace = Operator("aten::addcmul_")
    static let addcdivInPlace = Operator("aten::addcdiv_")
    static let where_ = Operator("aten::where", "self")
    static let logicalNot = Operator("aten::logical_not")
    static let logicalAnd = Operator("aten::logical_and")
    static let logicalOr = Operator("aten::logical_or")
    static let maskedFill = Operator("aten::masked_fill", "Scalar")
    static let isclose = Operator("aten::isclose")
    static let equal = Operator("aten::equal")
}

// MARK: Arithmetic

extension Tensor {
    /// Sum, element by element, with broadcasting.
    public static func + (x: Tensor, y: Tensor) -> Tensor { Aten.add(x, y) }
    /// Sum with one number. A fraction turns integers into fractions, as in PyTorch.
    public static func + <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.addScalar(.tensor(x), y.value)
    }
    /// Sum of one number and each element.
    public static func + <Scalar: TensorScalar>(x: Scalar, y: Tensor) -> Tensor { y + x }
    /// Changes the elements of `x` in place.
    public static func += (x: Tensor, y: Tensor) { Aten.addInPlace(.tensor(x), .tensor(y)) }
    /// Changes the elements of `x` in place.
    public static func += <Scalar: TensorScalar>(x: Tensor, y: Scalar) {
        Aten.addScalarInPlace(.tensor(x), y.value)
    }

    /// Difference, element by element, with broadcasting.
    public static func - (x: Tensor, y: Tensor) -> Tensor { Aten.sub(x, y) }
    /// Difference with one number. A fraction turns integers into fractions, as in PyTorch.
    public static func - <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.subScalar(.tensor(x), y.value)
    }
    /// Difference of one number and each element.
    public static func - <Scalar: TensorScalar>(x: Scalar, y: Tensor) -> Tensor { Aten.rsub(.tensor(y), x.value) }
    /// Changes the elements of `x` in place.
    public static func -= (x: Tensor, y: Tensor) { Aten.subInPlace(.tensor(x), .tensor(y)) }
    /// Changes the elements of `x` in place.
    public static func -= <Scalar: TensorScalar>(x: Tensor, y: Scalar) {
        Aten.subScalarInPlace(.tensor(x), y.value)
    }

    /// Product, element by element, with broadcasting.
    public static func * (x: Tensor, y: Tensor) -> Tensor { Aten.mul(x, y) }
    /// Product with one number. A fraction turns integers into fractions, as in PyTorch.
    public static func * <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.mulScalar(.tensor(x), y.value)
    }
    /// Product of one number and each element.
    public static func * <Scalar: TensorScalar>(x: Scalar, y: Tensor) -> Tensor { y * x }
    /// Changes the elements of `x` in place.
    public static func *= (x: Tensor, y: Tensor) { Aten.mulInPlace(.tensor(x), .tensor(y)) }
    /// Changes the elements of `x` in place.
    public static func *= <Scalar: TensorScalar>(x: Tensor, y: Scalar) {
        Aten.mulScalarInPlace(.tensor(x), y.value)
    }

    /// Quotient, element by element, with broadcasting.
    public static func / (x: Tensor, y: Tensor) -> Tensor { Aten.div(x, y) }
    /// Quotient with one number. A fraction turns integers into fractions, as in PyTorch.
    public static func / <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.divScalar(.tensor(x), y.value)
    }
    /// Quotient of one number and each element.
    public static func / <Scalar: TensorScalar>(x: Scalar, y: Tensor) -> Tensor {
        Aten.mulScalar(.tensor(Aten.reciprocal(y)), x.value)
    }
    /// Changes the elements of `x` in place.
    public static func /= (x: Tensor, y: Tensor) { Aten.divInPlace(.tensor(x), .tensor(y)) }
    /// Changes the elements of `x` in place.
    public static func /= <Scalar: TensorScalar>(x: Tensor, y: Scalar) {
        Aten.divScalarInPlace(.tensor(x), y.value)
    }

    /// The negative of each element.
    public static prefix func - (x: Tensor) -> Tensor { Aten.neg(x) }

    /// x + `alpha` y, in place.
    @discardableResult
    public func add_(_ y: Tensor, alpha: Double = 1) -> Tensor {
        Aten.addInPlace(.tensor(self), .tensor(y), .double(alpha))
    }
    /// x * y, in place.
    @discardableResult
    public func mul_(_ y: Double) -> Tensor { Aten.mulScalarInPlace(.tensor(self), .double(y)) }
    /// x + `weight` (y - x).
    public func lerp(_ y: Tensor, weight: Double) -> Tensor { Aten.lerp(.tensor(self), .tensor(y), .double(weight)) }
    /// x + `weight` (y - x), each element with its own weight, broadcast.
    public func lerp(_ y: Tensor, weight: Tensor) -> Tensor {
        Aten.lerpTensor(.tensor(self), .tensor(y), .tensor(weight))
    }
    /// x + `weight` (y - x), in place.
    @discardableResult
    public func lerp_(_ y: Tensor, weight: Double) -> Tensor {
        Aten.lerpInPlace(.tensor(self), .tensor(y), .double(weight))
    }
    /// x + `value` a b, in place.
    @discardableResult
    public func addcmul_(_ a: Tensor, _ b: Tensor, value: Double = 1) -> Tensor {
        Aten.addcmulInPlace(.tensor(self), .tensor(a), .tensor(b), .double(value))
    }
    /// x + `value` a / b, in place.
    @discardableResult
    public func addcdiv_(_ a: Tensor, _ b: Tensor, value: Double = 1) -> Tensor {
        Aten.addcdivInPlace(.tensor(self), .tensor(a), .tensor(b), .double(value))
    }
}

// MARK: Functions of each element

extension Tensor {
    /// Absolute value, of each element.
    public func abs() -> Tensor { Aten.abs(self) }
    /// Exponential, of each element.
    public func exp() -> Tensor { Aten.exp(self) }
    /// E^x - 1, exact near 0, of each element.
    public func expm1() -> Tensor { Aten.expm1(self) }
    /// Natural logarithm, of each element.
    public func log() -> Tensor { Aten.log(self) }
    /// Ln(1 + x), exact near 0, of each element.
    public func log1p() -> Tensor { Aten.log1p(self) }
    /// Logarithm to base 2, of each element.
    public func log2() -> Tensor { Aten.log2(self) }
    /// Square root, of each element.
    public func sqrt() -> Tensor { Aten.sqrt(self) }
    /// Reciprocal of the square root, of each element.
    public func rsqrt() -> Tensor { Aten.rsqrt(self) }
    /// Square, of each element.
    public func square() -> Tensor { Aten.square(self) }
    /// Sine, of each element.
    public func sin() -> Tensor { Aten.sin(self) }
    /// Cosine, of each element.
    public func cos() -> Tensor { Aten.cos(self) }
    /// Hyperbolic tangent, of each element.
    public func tanh() -> Tensor { Aten.tanh(self) }
    /// Error function, of each element.
    public func erf() -> Tensor { Aten.erf(self) }
    /// Next integer below, of each element.
    public func floor() -> Tensor { Aten.floor(self) }
    /// Next integer above, of each element.
    public func ceil() -> Tensor { Aten.ceil(self) }
    /// Nearest integer, halves to even, of each element.
    public func round() -> Tensor { Aten.round(self) }
    /// -1, 0 or 1, of each element.
    public func sign() -> Tensor { Aten.sign(self) }
    /// 1 / x, of each element.
    public func reciprocal() -> Tensor { Aten.reciprocal(self) }
    /// Logistic function 1 / (1 + e^-x), of each element.
    public func sigmoid() -> Tensor { Aten.sigmoid(self) }
    /// Whether each element is not a number.
    public func isnan() -> Tensor { Aten.isnan(self) }
    /// Whether each element is infinite.
    public func isinf() -> Tensor { Aten.isinf(self) }
    /// Whether each element is finite.
    public func isfinite() -> Tensor { Aten.isfinite(self) }
    /// Max(x, 0), of each element.
    public func relu() -> Tensor { Aten.relu(self) }
    /// x to the power of one number.
    public func pow<Scalar: TensorScalar>(_ exponent: Scalar) -> Tensor { Aten.pow(.tensor(self), exponent.value) }
    /// x to the power of y, element by element.
    public func pow(_ exponent: Tensor) -> Tensor { Aten.powTensor(self, exponent) }
    /// The larger of both, element by element. NaN wins.
    public func maximum(_ y: Tensor) -> Tensor { Aten.maximum(self, y) }
    /// The smaller of both, element by element. NaN wins.
    public func minimum(_ y: Tensor) -> Tensor { Aten.minimum(self, y) }
    /// Limits each element to [min, max]; a limit that is left out does not hold.
    public func clamp(min: Double? = nil, max: Double? = nil) -> Tensor {
        Aten.clamp(.tensor(self), min.map(Value.double) ?? .none, max.map(Value.double) ?? .none)
    }
    /// `x` where `condition` holds, `y` elsewhere.
    public static func `where`(_ condition: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
        Aten.where_(.tensor(condition), .tensor(x), .tensor(y))
    }
    /// `value` where `mask` holds, the element elsewhere.
    public func maskedFill<Scalar: TensorScalar>(_ mask: Tensor, _ value: Scalar) -> Tensor {
        Aten.maskedFill(.tensor(self), .tensor(mask), value.value)
    }
}

// MARK: Comparisons

extension Tensor {
    /// Whether each element is equal: a tensor of `bool`.
    public static func .== (x: Tensor, y: Tensor) -> Tensor { Aten.eq(x, y) }
    /// Whether each element is equal: a tensor of `bool`.
    public static func .== <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.eqScalar(.tensor(x), y.value)
    }
    /// Whether each element is different: a tensor of `bool`.
    public static func .!= (x: Tensor, y: Tensor) -> Tensor { Aten.ne(x, y) }
    /// Whether each element is different: a tensor of `bool`.
    public static func .!= <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.neScalar(.tensor(x), y.value)
    }
    /// Whether each element is less: a tensor of `bool`.
    public static func .< (x: Tensor, y: Tensor) -> Tensor { Aten.lt(x, y) }
    /// Whether each element is less: a tensor of `bool`.
    public static func .< <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.ltScalar(.tensor(x), y.value)
    }
    /// Whether each element is less or equal: a tensor of `bool`.
    public static func .<= (x: Tensor, y: Tensor) -> Tensor { Aten.le(x, y) }
    /// Whether each element is less or equal: a tensor of `bool`.
    public static func .<= <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.leScalar(.tensor(x), y.value)
    }
    /// Whether each element is greater: a tensor of `bool`.
    public static func .> (x: Tensor, y: Tensor) -> Tensor { Aten.gt(x, y) }
    /// Whether each element is greater: a tensor of `bool`.
    public static func .> <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.gtScalar(.tensor(x), y.value)
    }
    /// Whether each element is greater or equal: a tensor of `bool`.
    public static func .>= (x: Tensor, y: Tensor) -> Tensor { Aten.ge(x, y) }
    /// Whether each element is greater or equal: a tensor of `bool`.
    public static func .>= <Scalar: TensorScalar>(x: Tensor, y: Scalar) -> Tensor {
        Aten.geScalar(.tensor(x), y.value)
    }
    /// The opposite of each truth value.
    public func logicalNot() -> Tensor { Aten.logicalNot(self) }
    /// Whether both hold, element by element.
    public func logicalAnd(_ y: Tensor) -> Tensor { Aten.logicalAnd(self, y) }
    /// Whether one of both holds, element by element.
    public func logicalOr(_ y: Tensor) -> Tensor { Aten.logicalOr(self, y) }

    /// Whether shape and all elements are the same. Waits for the device.
    public func equals(_ y: Tensor) -> Bool {
        guard case .bool(let equal)? = Aten.equal.values(.tensor(self), .tensor(y)).first else { return false }
        return equal
    }

    /// Whether every |x - y| is at most `absolute` + `relative` |y|. Waits for the device.
    public func isClose(to y: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8) -> Bool {
        Aten.isclose(.tensor(self), .tensor(y), .double(relative), .double(absolute)).all().item(Bool.self)
    }
}
