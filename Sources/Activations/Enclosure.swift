import Foundation
import Torch

/// Numbers of fp64 with bounds of their errors, for many elements at a time and on any device.
///
/// LibTorch's functions compute the values: its exp, log1p, tanh, erf and the like are within four units of the last
/// place. The bounds follow each operation.
struct Enclosure {
    let value: Tensor
    /// The error in units of `unit`, at most.
    let scale: Tensor

    /// Eight times what one function of LibTorch's loses, relative to its result.
    static let unit = 0x1p-47

    init(_ value: Tensor, scale: Tensor) { (self.value, self.scale) = (value, scale) }

    /// Numbers without an error.
    init(exactly value: Tensor) { self.init(value, scale: value.zerosLike()) }

    /// The result of an operation, with the error that it passes on.
    private init(rounded value: Tensor, passing error: Tensor) { self.init(value, scale: value.abs() + error) }

    static func + (a: Enclosure, b: Enclosure) -> Enclosure {
        Enclosure(rounded: a.value + b.value, passing: a.scale + b.scale)
    }
    static func + (a: Enclosure, b: Double) -> Enclosure { Enclosure(rounded: a.value + b, passing: a.scale) }
    static prefix func - (a: Enclosure) -> Enclosure { Enclosure(-a.value, scale: a.scale) }
    static func - (a: Enclosure, b: Enclosure) -> Enclosure { a + -b }
    static func * (a: Enclosure, b: Enclosure) -> Enclosure {
        Enclosure(rounded: a.value * b.value, passing: a.value.abs() * b.scale + b.value.abs() * a.scale)
    }
    static func * (a: Enclosure, b: Double) -> Enclosure {
        Enclosure(rounded: a.value * b, passing: a.scale * abs(b))
    }
    static func / (a: Enclosure, b: Enclosure) -> Enclosure {
        let value = a.value / b.value
        return Enclosure(rounded: value, passing: (a.scale + value.abs() * b.scale) / b.value.abs())
    }

    func exp() -> Enclosure {
        let value = value.exp()
        return Enclosure(rounded: value, passing: value * scale)
    }
    func expm1() -> Enclosure { Enclosure(rounded: value.expm1(), passing: value.exp() * scale) }
    func log1p() -> Enclosure { Enclosure(rounded: value.log1p(), passing: scale / (value + 1)) }
    func sigmoid() -> Enclosure {
        let s = value.sigmoid()
        return Enclosure(rounded: s, passing: s * (-value).sigmoid() * scale)
    }
    /// tanh and 1 / cosh^2.
    func tanh() -> (Enclosure, slope: Enclosure) {
        let t = value.tanh(), u = Operator("aten::cosh")(.tensor(value)).reciprocal().square()
        return (
            Enclosure(rounded: t, passing: u * scale),
            Enclosure(rounded: u * 2, passing: u * 2 * t.abs() * scale) * 0.5
        )
    }
    func erf() -> Enclosure { Enclosure(rounded: value.erf(), passing: (-value.square()).exp() * scale * 2) }
    func erfc() -> Enclosure {
        Enclosure(
            rounded: Operator("aten::erfc")(.tensor(value)), passing: (-value.square()).exp() * scale * 2)
    }

    static func choose(_ condition: Tensor, _ a: Enclosure, _ b: Enclosure) -> Enclosure {
        Enclosure(.where(condition, a.value, b.value), scale: .where(condition, a.scale, b.scale))
    }
}

/// A function with its first two derivatives.
private struct Jet {
    let value, first, second: Enclosure

    init(_ value: Enclosure, _ first: Enclosure, _ second: Enclosure) {
        (self.value, self.first, self.second) = (value, first, second)
    }

    static func sigmoid(_ x: Enclosure) -> Jet {
        let s = x.sigmoid(), c = (-x).sigmoid()
        return Jet(s, s * c, s * c * (c - s))
    }

    static func softplus(_ x: Enclosure) -> Jet {
        let s = sigmoid(x)
        let magnitude = Enclosure(x.value.abs(), scale: x.scale)
        let linear = Enclosure(x.value.clamp(min: 0), scale: x.scale)
        return Jet(linear + (-magnitude).exp().log1p(), s.value, s.first)
    }

    /// x t(x).
    func times(_ x: Enclosure) -> Jet { Jet(x * value, value + x * first, first * 2 + x * second) }

    /// tanh g(x).
    func tanh() -> Jet {
        let (t, u) = value.tanh()
        return Jet(t, u * first, u * (second - t * first * first * 2))
    }

    static func choose(_ condition: Tensor, _ a: Jet, _ b: Jet) -> Jet {
        Jet(
            .choose(condition, a.value, b.value), .choose(condition, a.first, b.first),
            .choose(condition, a.second, b.second))
    }
}

extension Activation {
    /// f, f' and f'' at numbers of fp64, from the plain definitions and the chain rule.
    func enclosures(at input: Tensor) -> [Enclosure] {
        let x = Enclosure(exactly: input)
        let zero = Enclosure(exactly: input.zerosLike()), one = Enclosure(exactly: input.onesLike())
        let positive = input .> 0
        func exponentialUnit(_ scale: Double, _ alpha: Double) -> Jet {
            let low = Enclosure(exactly: input.clamp(max: 0))
            let e = low.exp() * (scale * alpha)
            return .choose(positive, Jet(x * scale, one * scale, zero), Jet(low.expm1() * (scale * alpha), e, e))
        }
        func gelu() -> Jet {
            let density = (x * x * -0.5).exp() * (1 / (2 * Double.pi).squareRoot())
            return Jet((x * -(0.5).squareRoot()).erfc() * 0.5, density, -(x * density)).times(x)
        }
        func logarithm() -> Jet {
            let s = Jet.sigmoid(x)
            let w = s.value + 1, r = s.first / w
            return Jet(s.value.log1p(), r, s.second / w - r * r)
        }
        let jet: Jet
        switch self {
        case .mish: jet = Jet.softplus(x).tanh().times(x)
        case .relu: jet = .choose(positive, Jet(x, one, zero), Jet(zero, zero, zero))
        case .leakyReLU: jet = .choose(positive, Jet(x, one, zero), Jet(x * 0.01, one * 0.01, zero))
        case .elu: jet = exponentialUnit(1, 1)
        case .selu: jet = exponentialUnit(1.0507009873554804934, 1.6732632423543772848)
        case .softplus: jet = .softplus(x)
        case .silu: jet = Jet.sigmoid(x).times(x)
        case .gelu: jet = gelu()
        case .geluTanh:
            let k = (8 / Double.pi).squareRoot(), c = 0.044715
            let s = Jet.sigmoid((x + x * x * x * c) * k)
            let y1 = (x * x * (3 * c) + 1) * k, y2 = x * (6 * c * k)
            jet = Jet(s.value, s.first * y1, s.second * y1 * y1 + s.first * y2).times(x)
        case .hardSwish:
            let middle = Jet(x * (x + 3) * (1.0 / 6), x * (1.0 / 3) + 0.5, one * (1.0 / 3))
            jet = .choose(
                input .>= 3, Jet(x, one, zero), .choose(input .<= -3, Jet(zero, zero, zero), middle))
        case .hardMish:
            let middle = Jet(x * (x + 2) * 0.5, x + 1, one)
            jet = .choose(
                input .>= 0, Jet(x, one, zero), .choose(input .<= -2, Jet(zero, zero, zero), middle))
        case .tanhExp:
            // Right of 30 tanh(e^x) is 1 and its slope 0, in whatever type.
            let e = Enclosure(exactly: input.clamp(max: 30)).exp()
            jet = Jet(e, e, e).tanh().times(x)
        case .logish: jet = logarithm().times(x)
        case .smish: jet = logarithm().tanh().times(x)
        case .serf:
            let p = Jet.softplus(x)
            let w = (-(p.value * p.value)).exp() * (2 / Double.pi.squareRoot())
            jet = Jet(p.value.erf(), w * p.first, w * (p.second - p.value * p.first * p.first * 2)).times(x)
        case .phish: jet = gelu().tanh().times(x)
        default: preconditionFailure("\(self) has no definition here")
        }
        return [jet.value, jet.first, jet.second]
    }

    /// f, f' and f'' at numbers of fp32, rounded correctly: where the bounds leave a choice of two numbers,
    /// ``PreciseResults`` decide.
    func exactResults(at x: Tensor) -> [Tensor] {
        let inputs = x.to(dtype: .float64)
        let enclosures = enclosures(at: inputs)
        let bounds = enclosures.map { enclosure in
            let error = enclosure.scale * Enclosure.unit
            return (enclosure.value - error, enclosure.value + error)
        }.map { ($0.to(dtype: .float32), $1.to(dtype: .float32)) }
        let undecided = bounds.map { ($0 .== $1).logicalNot() }
        let hard = undecided[0].logicalOr(undecided[1]).logicalOr(undecided[2])
        let points = inputs.maskedSelect(hard).array(Double.self)
        if points.isEmpty { return bounds.map(\.0) }
        let precise = PreciseResults(self, at: points)
        return (0..<3).map { order in
            let decided = Tensor(points.indices.map { precise.nearestFloat($0, order: order) }).to(device: x.device)
            return Operator("aten::masked_scatter")(.tensor(bounds[order].0), .tensor(hard), .tensor(decided))
        }
    }
}
