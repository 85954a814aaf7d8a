// Activations: value, first and second derivative of one number.
//
// A policy is a template over a number system N of Arithmetic.h and gives
//   value(x, parameter), first(x, parameter), derivatives(x, parameter, first, second)
// for every x, the infinities and NaN included. Every kernel is a template over the policy.
#pragma once

#include "Functions.h"

/// Mish, f(x) = x tanh(softplus(x)) (Misra, arXiv:1908.08681), as a rational function of e^x:
/// tanh(ln(1 + u)) = n / (n + 2) with n = u (u + 2).
template <class N>
struct Mish {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;

    // Below, `unit` is the factor of e^x, and b = unit where 1 would stand beside e^x.

    static MISH_INLINE Real value(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.74f852p+0, .brain = 0x1p40});
        const Real low = N::widen(atLeast(x, Input(N::lowest)));
        const Real u = N::exponentialForValue(atMost(low, Real(S(N::saturation))), unit);
        const Real a = u + Real(S(2 * unit));
        return N::unscale(low, low * N::ratio(u * a, multiplyAdd(u, a, Real(S(2 * unit * unit)))));
    }

    /// f' = a [(a + 2b) D + 4 x b^2 (a + b)] / D^2, D = a^2 + 2ab + 2b^2, with (a, b) = (e^x, 1).
    static MISH_INLINE Real first(Input x, Real) {
        constexpr double b = N::factor({.half = 0x1.e0d9f6p+0, .brain = 0x1.2e2626p+24, .single = 0.5});
        const Real z = N::widen(clamp(x, Input(N::lowest), Input(N::saturation)));
        const Real a = N::exponentialForSlope(z, b);
        const Real w = a + Real(S(b)), c = a + Real(S(2 * b));
        const Real d = multiplyAdd(a, c, Real(S(2 * b * b)));
        const Real r = N::ratio(Real(S(1)), d);
        const Real numerator = multiplyAdd(c, d, Real(S(4 * b * b)) * z * w);
        // a comes last: it alone can leave the range of normal numbers.
        return N::unscale(z, numerator * r * r * a);
    }

    /// f' and f'' = 4 a b^2 [2 w D + x (2b^3 + 2ab^2 - 3a^2 b - 2a^3)] / D^3, w = a + b, D = a^2 + 2ab + 2b^2,
    /// with (a, b) = (e^x, 1) or, where that could overflow for x > 0, (1, e^-x).
    static MISH_INLINE void derivatives(Input x, Real, Real& first, Real& second) {
        constexpr double unit = N::factor({.half = 0x1.3b0d0ap+0, .brain = 0x1.2e2626p+24});
        const Real one = Real(S(unit)), two = Real(S(2));
        const Real z = N::widen(clamp(x, Input(N::lowest), Input(N::highest)));
        Real e, a, b = one;
        if constexpr (N::growsSafely) {
            a = e = N::exponential(z, unit);
        } else {
            const auto positive = z > Real(S(0));
            e = N::exponential(positive ? -z : z, unit);
            a = positive ? one : e;
            b = positive ? e : one;
        }
        const Real w = a + b, c = w + b, bb = b * b;
        const Real d = multiplyAdd(a, c, two * bb);
        const Real r = N::ratio(Real(S(1)), d);
        const Real numerator = multiplyAdd(c, d, Real(S(4)) * bb * z * w);
        first = N::unscale(z, numerator * r * r * a);
        // 2b^3 + 2ab^2 - 3a^2 b - 2a^3 = 2b^2 w - a^2 (2w + b)
        const Real cubic = multiplyAdd(two * bb, w, -(a * a) * (w + c));
        const Real bracket = multiplyAdd(two * w, d, z * cubic);
        second = N::unscale(z, bracket * r * r * (Real(S(4 * unit)) * b * r) * e);
    }
};

// The other activations are evaluated in double for every element type wherever ActivationList.h says so, so that in 16
// bits they are rounded correctly and in 32 bits nearly so. fp64 has policies of its own where that would not do
// (DoubleActivations.h).

/// max(x, 0), with slope 0 at 0.
template <class N>
struct ReLU {
    using Real = typename N::Real;
    using S = typename N::Scalar;

    static MISH_INLINE Real value(Real x, Real) { return x < Real(S(0)) ? Real(S(0)) : x; }
    static MISH_INLINE Real first(Real x, Real) {
        return unlessNaN(x, x > Real(S(0)) ? Real(S(1)) : Real(S(0)));
    }
    static MISH_INLINE void derivatives(Real x, Real p, Real& first, Real& second) {
        first = ReLU::first(x, p);
        second = unlessNaN(x, Real(S(0)));
    }
};

/// x > 0: x, else slope * x.
template <class N>
struct LeakyReLU {
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real slope) { return x > Real(0.0) ? x : productToOdd<N>(slope, x); }
    static MISH_INLINE Real first(Real x, Real slope) {
        return unlessNaN(x, x > Real(0.0) ? Real(1.0) : slope);
    }
    static MISH_INLINE void derivatives(Real x, Real slope, Real& first, Real& second) {
        first = LeakyReLU::first(x, slope);
        second = unlessNaN(x, Real(0.0));
    }
};

/// x > 0: x, else alpha (e^x - 1) (Clevert et al., arXiv:1511.07289).
template <class N>
struct ELU {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;

    /// Left of 0.
    static MISH_INLINE Real value(Real x, Real alpha, Factors factors) {
        const double unit = N::factor(factors);
        return alpha * Real(S(1 / unit)) * N::exponentialMinusOne(atLeast(x, Real(S(-64))), unit);
    }
    static MISH_INLINE Real decay(Real x, Real alpha, Factors factors) {
        const double unit = N::factor(factors);
        const Real z = atLeast(x, Real(S(N::lowest)));
        return N::unscale(z, alpha * Real(S(1 / unit)) * N::exponential(z, unit));
    }

    static MISH_INLINE Real value(Input input, Real alpha) {
        const Real x = N::widen(input), left = value(x, alpha, {});
        return lessThan<Real>(input, Input(0)) ? left : x;
    }
    static MISH_INLINE Real decay(Real x, Real alpha) { return decay(x, alpha, {.brain = 0x1p40}); }
    static MISH_INLINE Real first(Input input, Real alpha) {
        const Real x = N::widen(input), left = decay(x, alpha);
        return unlessNaN(x, lessThan<Real>(Input(0), input) ? Real(S(1)) : left);
    }
    static MISH_INLINE void derivatives(Input input, Real alpha, Real& first, Real& second) {
        const Real x = N::widen(input), d = decay(x, alpha);
        first = unlessNaN(x, x > Real(S(0)) ? Real(S(1)) : d);
        second = unlessNaN(x, x > Real(S(0)) ? Real(S(0)) : d);
    }
};

/// lambda times ELU with alpha, the constants with which mean 0 and variance 1 are a fixed point
/// (Klambauer et al., arXiv:1706.02515).
template <class N>
struct SELU {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;
    static constexpr double lambda = 0x1.0cfabd6a91132p+0, lambdaAlpha = 0x1.c212cc640f031p+0;

    static MISH_INLINE Real value(Input input, Real) {
        const Real x = N::widen(input), left = ELU<N>::value(x, Real(S(lambdaAlpha)), {});
        // lambda in two parts, for the sake of float.
        constexpr double high = 0x1.0cfabcp+0;
        const Real right = multiplyAdd(x, Real(S(high)), x * Real(S(lambda - high)));
        return lessThan<Real>(input, Input(0)) ? left : right;
    }
    static MISH_INLINE Real decay(Real x) {
        return ELU<N>::decay(x, Real(S(lambdaAlpha)), {.half = 0x1.31b18ep+0, .brain = 0x1p40});
    }
    static MISH_INLINE Real first(Input input, Real) {
        const Real x = N::widen(input), left = decay(x);
        return unlessNaN(x, lessThan<Real>(Input(0), input) ? Real(S(lambda)) : left);
    }
    static MISH_INLINE void derivatives(Input input, Real, Real& first, Real& second) {
        const Real x = N::widen(input), d = decay(x);
        first = unlessNaN(x, x > Real(S(0)) ? Real(S(lambda)) : d);
        second = unlessNaN(x, x > Real(S(0)) ? Real(S(0)) : d);
    }
};

/// ln(1 + e^x).
template <class N>
struct Softplus {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;

    static MISH_INLINE Real value(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.17c28ep+0, .brain = 0x1p40});
        const Input magnitude = atMost(absolute(x), Input(-N::lowest));
        const Real a = N::widen(magnitude), n = -a;
        const Real e = N::exponentialOfInput(-magnitude, unit);
        const Real logarithm = logarithmOfOnePlus<N>(unit == 1 ? e : e * Real(S(1 / unit)));
        return positivePart<N>(x, a, -N::lowest) + N::unscale(n, logarithm);
    }
    static MISH_INLINE Real first(Input x, Real) {
        constexpr double unit = N::factor({.brain = 0x1.2e2626p+40});
        return unlessNaN(N::widen(x), logistic<N>(x, unit));
    }
    static MISH_INLINE void derivatives(Input input, Real, Real& first, Real& second) {
        const Real x = N::widen(input);
        const Logistic<N> l(x);
        first = unlessNaN(x, N::unscale(l.x, l.s));
        second = unlessNaN(x, N::unscale(l.n, l.slope));
    }
};

/// x / (1 + e^-x), also called Swish (Ramachandran et al., arXiv:1710.05941).
template <class N>
struct SiLU {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;

    // As in Mish, `unit` is the factor of e^x.

    static MISH_INLINE Real value(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.04fc54p+0, .brain = 0x1p40});
        const Real low = N::widen(atLeast(x, Input(N::lowest)));
        const Real u = N::exponentialForValue(atMost(low, Real(S(N::saturation))), unit);
        return N::unscale(low, product<N>(low, N::ratio(u, u + Real(S(unit)))));
    }

    /// f' = u (u + 1 + x) / (u + 1)^2.
    static MISH_INLINE Real first(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.f11a3cp+0, .brain = 0x1p40});
        const Real z = N::widen(clamp(x, Input(N::lowest), Input(N::highest)));
        const Real u = N::exponential(z, unit);
        const Real w = u + Real(S(unit));
        const Real r = N::ratio(Real(S(1)), w);
        const Real y = N::unscale(z, multiplyAdd(Real(S(unit)), z, w) * r * r * u);
        return offTie<N>(z, 0.5, y);
    }
    static MISH_INLINE void derivatives(Input input, Real, Real& first, Real& second) {
        const Logistic<N> l(N::widen(input));
        first = N::unscale(l.x, multiplyAdd(l.x, l.slope, l.s));
        const Real c = multiplyAdd(Real(-2.0), l.s, Real(1.0));
        second = N::unscale(l.n, l.slope * multiplyAdd(l.x, c, Real(2.0)));
    }
};

/// x times the normal distribution function (Hendrycks and Gimpel, arXiv:1606.08415).
template <class N>
struct GELU {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;

    /// max(x, 0) less |x| times the normal distribution's tail beyond |x|.
    static MISH_INLINE Real value(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.a2ee1p+0, .brain = 0x1p40});
        const Normal<N> normal(x, unit);
        const Real right = positivePart<N>(x, normal.a, N::gaussian);
        const Real y = N::unscale(normal.tail, multiplyAdd(-(normal.a * normal.e), normal.r, right));
        if constexpr (N::gaussianTie == 0) return y;
        return withSign(y + Real(S(N::gaussianTie)), right);
    }
    static MISH_INLINE Real first(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.7145ep+0, .brain = 0x1p40});
        const Normal<N> normal(x, unit);
        return N::unscale(normal.tail, normal.first);
    }
    static MISH_INLINE void derivatives(Input x, Real, Real& first, Real& second) {
        const Normal<N> normal(x);
        first = N::unscale(normal.tail, normal.first);
        second = N::unscale(normal.n, normal.second);
    }
};

/// GELU with the sigmoid of y = sqrt(8 / pi) (x + 0.044715 x^3) for the normal distribution function.
template <class N>
struct GELUTanh {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;
    /// y in two parts, because the relative error of e^y is the absolute one of y, and its derivatives.
    Real x, y, low, first1, second1;

    explicit MISH_INLINE GELUTanh(Input input) {
        constexpr double linear = 0x1.9884533d43651p+0, linearLow = -0x1.cbc0d30ebfd15p-54;
        constexpr double cubic = 0x1.2444f2a4d8b4bp-4, cubicLow = -0x1.6c843a29d1c70p-61;
        x = N::widen(input);
        const Real square = x * x;
        if constexpr (N::bits == 53) {
            const Real squareLow = multiplyAdd(x, x, -square);
            const Real term = Real(cubic) * square;
            const Real termLow = multiplyAdd(Real(cubic), square, -term) +
                                 multiplyAdd(Real(cubic), squareLow, Real(cubicLow) * square);
            const Real sum = Real(linear) + term;
            const Real part = sum - Real(linear);
            const Real sumLow = (Real(linear) - (sum - part)) + (term - part) + (termLow + Real(linearLow));
            y = x * sum;
            low = multiplyAdd(x, sum, -y) + x * sumLow;
        } else {
            const Real sum = multiplyAdd(Real(S(cubic)), square, Real(S(linear)));
            y = x * sum;
            low = multiplyAdd(x, multiplyAdd(Real(S(cubic)), square, Real(S(linear)) - sum), multiplyAdd(x, sum, -y));
        }
        first1 = multiplyAdd(Real(S(3 * cubic)), square, Real(S(linear)));
        second1 = Real(S(6 * cubic)) * x;
    }

    static MISH_INLINE Real value(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.290faap+0, .brain = 0x1p40});
        // Right of 8 the sigmoid is 1. fp32 stops y instead of x, which spares a conversion.
        const Input bounded = atLeast(x, Input(-N::cubic));
        const GELUTanh g(N::bits == 28 ? bounded : atMost(bounded, Input(8)));
        const Real y = N::bits == 28 ? atMost(g.y, Real(S(64))) : g.y;
        const Real u = N::digits == 11 ? N::exponentialOfSum(y, g.low, unit) : N::exponentialForValue(y, unit);
        return N::unscale(g.y, product<N>(N::bits == 28 ? g.x : N::widen(bounded), N::ratio(u, u + Real(S(unit)))));
    }
    /// f' = u (u + 1 + x y') / (u + 1)^2, u = e^y.
    static MISH_INLINE Real first(Input x, Real) {
        constexpr double unit = N::factor({.half = 0x1.c24c7cp+0, .brain = 0x1.ed20ep+40});
        const GELUTanh g(clamp(x, Input(-N::cubic), Input(8)));
        const Real u = N::digits == 11 ? N::exponentialOfSum(g.y, g.low, unit) : N::exponential(g.y, unit);
        const Real w = u + Real(S(unit));
        const Real r = N::ratio(Real(S(1)), w);
        return N::unscale(g.y, multiplyAdd(Real(S(unit)) * g.x, g.first1, w) * r * r * u);
    }
    static MISH_INLINE void derivatives(Input x, Real, Real& first, Real& second) {
        const GELUTanh g(clamp(x, Input(-N::cubic), Input(N::cubic)));
        const auto positive = g.y > Real(S(0));
        const Real n = positive ? -g.y : g.y;
        const Sigmoid<N> sigmoid(positive, N::exponentialOfSum(n, positive ? -g.low : g.low, 1));
        first = N::unscale(g.y, multiplyAdd(g.x * sigmoid.slope, g.first1, sigmoid.s));
        const Real c = multiplyAdd(Real(-2.0), sigmoid.s, Real(1.0));
        const Real bracket = multiplyAdd(g.first1 * g.first1, c, g.second1);
        second = N::unscale(n, sigmoid.slope * multiplyAdd(g.x, bracket, Real(2.0) * g.first1));
    }
};

/// x clamp(x + 3, 0, 6) / 6 (Howard et al., arXiv:1905.02244).
template <class N>
struct HardSwish {
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real) {
        const Real c = clamp(x + Real(3.0), Real(0.0), Real(6.0));
        return atLeast(x, Real(-3.0)) * offHalf<N>(x, quotient(c, Real(6.0)));
    }
    static MISH_INLINE Real first(Real x, Real) {
        const Real z = clamp(x, Real(-3.0), Real(3.0));
        const Real middle = quotient(multiplyAdd(Real(2.0), z, Real(3.0)), Real(6.0));
        const Real left = x <= Real(-3.0) ? Real(0.0) : middle;
        return x >= Real(3.0) ? Real(1.0) : left;
    }
    static MISH_INLINE void derivatives(Real x, Real p, Real& first, Real& second) {
        first = HardSwish::first(x, p);
        const Real left = x <= Real(-3.0) ? Real(0.0) : Real(1.0 / 3);
        second = unlessNaN(x, x >= Real(3.0) ? Real(0.0) : left);
    }
};

/// x clamp(x + 2, 0, 2) / 2 (timm).
template <class N>
struct HardMish {
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real) {
        return atLeast(x, Real(-2.0)) * (Real(0.5) * clamp(x + Real(2.0), Real(0.0), Real(2.0)));
    }
    static MISH_INLINE Real first(Real x, Real) {
        const Real left = x <= Real(-2.0) ? Real(0.0) : x + Real(1.0);
        return x > Real(0.0) ? Real(1.0) : left;
    }
    static MISH_INLINE void derivatives(Real x, Real p, Real& first, Real& second) {
        first = HardMish::first(x, p);
        const Real left = x <= Real(-2.0) ? Real(0.0) : Real(1.0);
        second = unlessNaN(x, x >= Real(0.0) ? Real(0.0) : left);
    }
};

/// tanh of g >= 0 and its derivative u = 1 - tanh^2, which carries the factor of N::exponential(n), n = -2 g.
template <class N>
struct Tanh {
    using Real = typename N::Real;
    Real n, t, u;

    explicit MISH_INLINE Tanh(Real g) {
        const Real one = Real(1.0);
        n = atLeast(Real(-2.0) * g, Real(N::deepest));
        const Real m = N::exponentialMinusOne(atLeast(n, Real(-64.0)));
        t = quotient(-m, m + Real(2.0));
        const Real q = N::exponential(n);
        const Real w = one + q;
        u = quotient(Real(4.0) * q, w * w);
    }
};

/// x tanh(e^x) (Liu and Di, arXiv:2003.09855).
template <class N>
struct TanhExp {
    using Real = typename N::Real;
    Real x, e, first1;
    Tanh<N> tanh;

    /// Right of 7 the slope of tanh is below every number that the element type has.
    explicit MISH_INLINE TanhExp(Real input)
        : x(clamp(input, Real(N::lowest), Real(7.0))), e(N::exponential(x)), tanh(e) {
        first1 = N::unscale(x, multiplyAdd(x * e, tanh.u, tanh.t));
    }

    static MISH_INLINE Real value(Real x, Real) {
        const TanhExp f(x);
        return N::unscale(f.x, atLeast(x, Real(N::lowest)) * f.tanh.t);
    }
    static MISH_INLINE Real first(Real x, Real) { return TanhExp(x).first1; }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const TanhExp f(x);
        first = f.first1;
        const Real bracket = multiplyAdd(Real(-2.0) * f.e, f.tanh.t, Real(1.0));
        const Real tail = f.x > Real(0.0) ? f.tanh.n : f.x;
        second = N::unscale(tail, f.tanh.u * (f.e * multiplyAdd(f.x, bracket, Real(2.0))));
    }
};

/// x ln(1 + s), s the sigmoid of x.
template <class N>
struct Logish {
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real) {
        const Logistic<N> l(x);
        return N::unscale(l.x, atLeast(x, Real(N::lowest)) * logarithmOfOnePlus(l.s));
    }
    static MISH_INLINE Real slope(const Logistic<N>& l) {
        const Real r = quotient(l.slope, Real(1.0) + l.s);
        return N::unscale(l.x, multiplyAdd(l.x, r, logarithmOfOnePlus(l.s)));
    }
    static MISH_INLINE Real first(Real x, Real) { return slope(Logistic<N>(x)); }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Logistic<N> l(x);
        first = slope(l);
        const Real one = Real(1.0), w = one + l.s;
        const Real c = one - l.s * (w + one);
        second = N::unscale(l.n, quotient(l.slope * multiplyAdd(l.x, c, w + w), w * w));
    }
};

/// x tanh(ln(1 + s)) = x s (s + 2) / (s^2 + 2 s + 2), s the sigmoid of x.
template <class N>
struct Smish {
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real) {
        const Logistic<N> l(x);
        const Real a = l.s * (l.s + Real(2.0));
        return N::unscale(l.x, atLeast(x, Real(N::lowest)) * quotient(a, a + Real(2.0)));
    }
    static MISH_INLINE Real slope(const Logistic<N>& l) {
        const Real a = l.s * (l.s + Real(2.0)), d = a + Real(2.0), w = l.s + Real(1.0);
        return N::unscale(l.x, quotient(multiplyAdd(a, d, Real(4.0) * l.x * l.slope * w), d * d));
    }
    static MISH_INLINE Real first(Real x, Real) { return slope(Logistic<N>(x)); }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Logistic<N> l(x);
        first = slope(l);
        const Real one = Real(1.0), four = Real(4.0);
        const Real d = multiplyAdd(l.s, l.s + Real(2.0), Real(2.0)), w = l.s + one;
        const Real c = multiplyAdd(Real(-3.0) * l.s, l.s, one);
        const Real bracket = multiplyAdd(c, d, -four * l.slope * (w * w));
        const Real sum = multiplyAdd(l.x, bracket, Real(2.0) * w * d);
        second = N::unscale(l.n, quotient(four * l.slope * sum, d * d * d));
    }
};

/// x erf(p), p = ln(1 + e^x) (Nag and Bhattacharyya, arXiv:2108.09598).
template <class N>
struct Serf {
    using Real = typename N::Real;
    Logistic<N> l;
    Real p, n, w, erf, first1;

    explicit MISH_INLINE Serf(Real input) : l(input) {
        const Real zero = Real(0.0), two = Real(2.0);
        const auto positive = l.x > zero;
        const Real logarithm = logarithmOfOnePlus(l.e);
        // p and p^2 in two parts, for the sake of e^(-p^2).
        p = positive ? l.x + logarithm : logarithm;
        const Real low = positive ? logarithm - (p - l.x) : zero;
        const Real square = p * p;
        const Real squareLow = multiplyAdd(two * p, low, multiplyAdd(p, p, -square));
        n = atLeast(-square, Real(N::deepest));
        const Real g = N::exponential(n) * (Real(1.0) - squareLow);
        erf = errorFunction(p, g);
        w = Real(0x1.20dd750429b6dp+0) * g;  // 2 / sqrt(pi)
        first1 = N::unscale(l.x, multiplyAdd(l.x * w, l.s, erf));
    }

    static MISH_INLINE Real value(Real x, Real) {
        const Serf f(x);
        return N::unscale(f.l.x, atLeast(x, Real(N::lowest)) * f.erf);
    }
    static MISH_INLINE Real first(Real x, Real) { return Serf(x).first1; }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Serf f(x);
        first = f.first1;
        const Real one = Real(1.0), two = Real(2.0);
        const Real bracket = one - multiplyAdd(two * f.p, f.l.s, f.l.s);
        const Real tail = f.l.x > Real(0.0) ? f.n : f.l.x;
        second = N::unscale(tail, f.w * f.l.s * multiplyAdd(f.l.x, bracket, two));
    }
};

/// x tanh(g), g = gelu(x).
template <class N>
struct Phish {
    using Real = typename N::Real;
    Normal<N> normal;
    Real x, g;
    Tanh<N> tanh;
    Real t, first1;

    explicit MISH_INLINE Phish(Real input)
        : normal(input), x(clamp(input, Real(-N::gaussian), Real(400.0))), g(x * offHalf<N>(x, normal.p)),
          tanh(g > Real(0.0) ? g : -g) {
        t = g > Real(0.0) ? tanh.t : -tanh.t;
        first1 = N::unscale(normal.tail, multiplyAdd(x * tanh.u, normal.first, t));
    }

    static MISH_INLINE Real value(Real x, Real) {
        const Phish f(x);
        // Not -0, which no value of an even-powered function is.
        return N::unscale(f.normal.tail, atLeast(x, Real(-N::gaussian)) * f.t) + Real(0.0);
    }
    static MISH_INLINE Real first(Real x, Real) { return Phish(x).first1; }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Phish f(x);
        first = f.first1;
        const Real slope = f.normal.first;
        const Real bracket = multiplyAdd(Real(-2.0) * f.t * slope, slope, f.normal.second);
        const Real tail = f.x > Real(0.0) ? f.tanh.n : f.normal.tail;
        second = N::unscale(tail, f.tanh.u * multiplyAdd(f.x, bracket, Real(2.0) * slope));
    }
};
