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
    using Real = typename N::Real;
    using S = typename N::Scalar;

    // Below, `unit` is the factor of e^x.

    static MISH_INLINE Real value(Real x, Real) {
        constexpr double unit = N::valueScale;
        const Real low = atLeast(x, Real(S(N::lowest)));
        const Real u = N::roughRatioExponential(atMost(low, Real(S(N::saturation))), N::valueScale);
        const Real a = u + Real(S(2 * unit));
        return N::unscaleRatio(low, low * quotient(u * a, multiplyAdd(u, a, Real(S(2 * unit * unit)))));
    }

    /// f' = u [(u + 2) D + 4 x (u + 1)] / D^2, D = u^2 + 2u + 2.
    static MISH_INLINE Real first(Real x, Real) {
        constexpr double unit = N::firstScale;
        const Real z = atMost(atLeast(x, Real(S(N::lowest))), Real(S(N::saturation)));
        const Real u = N::roughExponential(z, N::firstScale);
        const Real a = u + Real(S(2 * unit));
        const Real d = multiplyAdd(u, a, Real(S(2 * unit * unit)));
        const Real w = u + Real(S(unit));
        const Real numerator = multiplyAdd(a, d, Real(S(4 * unit * unit)) * z * w);
        return N::unscale(z, quotient(u * numerator, d * d));
    }

    /// f' and f'' = 4 a b^2 [2 w D + x (2b^3 + 2ab^2 - 3a^2 b - 2a^3)] / D^3, w = a + b, D = a^2 + 2ab + 2b^2,
    /// with (a, b) = (e^x, 1) for x <= 0 and (1, e^-x) for x > 0: nothing overflows, nothing is lost.
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Real one = Real(S(N::derivativesScale)), two = Real(S(2)), four = Real(S(4));
        const Real z = atMost(atLeast(x, Real(S(N::lowest))), Real(S(N::highest)));
        const auto positive = z > Real(S(0));
        const Real e = N::exponential(positive ? -z : z, N::derivativesScale);
        const Real a = positive ? one : e;
        const Real b = positive ? e : one;
        const Real w = a + b;
        const Real bb = b * b;
        const Real ww = w * w;
        const Real d = ww + bb;
        const Real dd = d * d;
        const Real numerator = multiplyAdd(w + b, d, four * z * bb * w);
        first = N::unscale(z, quotient(a * numerator, dd));
        // 2b^3 + 2ab^2 - 3a^2 b - 2a^3 = 2b^2 w - a^2 (2w + b)
        const Real cubic = multiplyAdd(two * bb, w, -(a * a) * multiplyAdd(two, w, b));
        const Real bracket = multiplyAdd(two * w, d, z * cubic);
        // The last factor is the only one that can leave the range of normal numbers.
        second = N::unscale(z, quotient(four * a * b * bracket, dd * d)) * b;
    }
};

// The activations below other than ReLU and SiLU are evaluated in double for every element type, so that in 16 bits
// they are rounded correctly and in 32 bits nearly so. fp64 has policies of its own where that would not do
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
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real alpha) {
        return x < Real(0.0) ? alpha * exponentialMinusOne<N>(clamp(x, Real(-64.0), Real(0.0))) : x;
    }
    static MISH_INLINE Real decay(Real x, Real alpha) {
        const Real z = clamp(x, Real(N::lowest), Real(0.0));
        return N::unscale(z, alpha * N::exponential(z));
    }
    static MISH_INLINE Real first(Real x, Real alpha) {
        return unlessNaN(x, x > Real(0.0) ? Real(1.0) : decay(x, alpha));
    }
    static MISH_INLINE void derivatives(Real x, Real alpha, Real& first, Real& second) {
        const Real d = decay(x, alpha);
        first = unlessNaN(x, x > Real(0.0) ? Real(1.0) : d);
        second = unlessNaN(x, x > Real(0.0) ? Real(0.0) : d);
    }
};

/// lambda times ELU with alpha, the constants with which mean 0 and variance 1 are a fixed point
/// (Klambauer et al., arXiv:1706.02515).
template <class N>
struct SELU {
    using Real = typename N::Real;
    static constexpr double lambda = 0x1.0cfabd6a91132p+0, lambdaAlpha = 0x1.c212cc640f031p+0;

    static MISH_INLINE Real value(Real x, Real) {
        return x < Real(0.0) ? ELU<N>::value(x, Real(lambdaAlpha)) : Real(lambda) * x;
    }
    static MISH_INLINE Real first(Real x, Real) {
        return unlessNaN(x, x > Real(0.0) ? Real(lambda) : ELU<N>::decay(x, Real(lambdaAlpha)));
    }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Real d = ELU<N>::decay(x, Real(lambdaAlpha));
        first = unlessNaN(x, x > Real(0.0) ? Real(lambda) : d);
        second = unlessNaN(x, x > Real(0.0) ? Real(0.0) : d);
    }
};

/// ln(1 + e^x).
template <class N>
struct Softplus {
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real) {
        const Logistic<N> l(x);
        return atLeast(x, Real(0.0)) + N::unscale(l.n, logarithmOfOnePlus(l.e));
    }
    static MISH_INLINE Real first(Real x, Real) {
        const Logistic<N> l(x);
        return unlessNaN(x, N::unscale(l.x, l.s));
    }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Logistic<N> l(x);
        first = unlessNaN(x, N::unscale(l.x, l.s));
        second = unlessNaN(x, N::unscale(l.n, l.slope));
    }
};

/// x / (1 + e^-x), also called Swish (Ramachandran et al., arXiv:1710.05941).
template <class N>
struct SiLU {
    using Real = typename N::Real;
    using S = typename N::Scalar;

    // As in Mish, `unit` is the factor of e^x.

    static MISH_INLINE Real value(Real x, Real) {
        constexpr double unit = N::siluScale;
        const Real low = atLeast(x, Real(S(N::lowest)));
        const Real u = N::roughRatioExponential(atMost(low, Real(S(N::saturation))), N::siluScale);
        const Real y = N::unscaleRatio(low, low * quotient(u, u + Real(S(unit))));
        return withSign(y + Real(S(N::tie)), x);
    }

    /// f' = u (u + 1 + x) / (u + 1)^2.
    static MISH_INLINE Real first(Real x, Real) {
        constexpr double unit = N::siluFirstScale;
        const Real z = atMost(atLeast(x, Real(S(N::lowest))), Real(S(N::saturation)));
        const Real u = N::ratioExponential(z, N::siluFirstScale);
        const Real w = u + Real(S(unit));
        const Real y = N::unscaleRatio(z, quotient(u * multiplyAdd(Real(S(unit)), z, w), w * w));
        if constexpr (sizeof(S) == sizeof(double)) return y;
        // 1/2 + x/2 - x^3/12 + ... is next to a tie of the 16-bit types where x^3 is lost beside 1/2. The factor of x
        // stands for it: it is on the same side of the tie.
        const Real near = multiplyAdd(z, Real(S(0.5 - 0x1p-13)), Real(S(0.5)));
        const auto left = z < Real(S(-0x1.6p-7)), right = z > Real(S(0x1.6p-7));
        return left ? y : right ? y : near;
    }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Logistic<N> l(x);
        first = N::unscale(l.x, multiplyAdd(l.x, l.slope, l.s));
        const Real c = multiplyAdd(Real(-2.0), l.s, Real(1.0));
        second = N::unscale(l.n, l.slope * multiplyAdd(l.x, c, Real(2.0)));
    }
};

/// x times the normal distribution function (Hendrycks and Gimpel, arXiv:1606.08415).
template <class N>
struct GELU {
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real) {
        const Normal<N> normal(x);
        return N::unscale(normal.tail, atLeast(x, Real(-N::gaussian)) * offHalf<N>(x, normal.p));
    }
    static MISH_INLINE Real first(Real x, Real) {
        const Normal<N> normal(x);
        return N::unscale(normal.tail, normal.first);
    }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Normal<N> normal(x);
        first = N::unscale(normal.tail, normal.first);
        second = N::unscale(normal.n, normal.second);
    }
};

/// GELU with the sigmoid of y = sqrt(8 / pi) (x + 0.044715 x^3) for the normal distribution function.
template <class N>
struct GELUTanh {
    using Real = typename N::Real;
    Real x, y, n, s, slope, first1, second1;

    /// y in two parts, because the relative error of e^y is the absolute one of y.
    explicit MISH_INLINE GELUTanh(Real input) {
        constexpr double linear = 0x1.9884533d43651p+0, linearLow = -0x1.cbc0d30ebfd15p-54;
        constexpr double cubic = 0x1.2444f2a4d8b4bp-4, cubicLow = -0x1.6c843a29d1c70p-61;
        x = clamp(input, Real(-N::cubic), Real(N::cubic));
        const Real square = x * x;
        const Real squareLow = multiplyAdd(x, x, -square);
        const Real term = Real(cubic) * square;
        const Real termLow = multiplyAdd(Real(cubic), square, -term) +
                             multiplyAdd(Real(cubic), squareLow, Real(cubicLow) * square);
        const Real sum = Real(linear) + term;
        const Real part = sum - Real(linear);
        const Real sumLow = (Real(linear) - (sum - part)) + (term - part) + (termLow + Real(linearLow));
        y = x * sum;
        const Real low = multiplyAdd(x, sum, -y) + x * sumLow;

        const auto positive = y > Real(0.0);
        n = positive ? -y : y;
        const Sigmoid<N> sigmoid(positive, N::exponential(n) * (Real(1.0) + (positive ? -low : low)));
        s = sigmoid.s;
        slope = sigmoid.slope;
        first1 = multiplyAdd(Real(3 * cubic), square, Real(linear));
        second1 = Real(6 * cubic) * x;
    }

    MISH_INLINE Real first() const { return N::unscale(y, multiplyAdd(x * slope, first1, s)); }

    static MISH_INLINE Real value(Real x, Real) {
        const GELUTanh g(x);
        return N::unscale(g.y, atLeast(x, Real(-N::cubic)) * offHalf<N>(x, g.s));
    }
    static MISH_INLINE Real first(Real x, Real) { return GELUTanh(x).first(); }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const GELUTanh g(x);
        first = g.first();
        const Real c = multiplyAdd(Real(-2.0), g.s, Real(1.0));
        const Real bracket = multiplyAdd(g.first1 * g.first1, c, g.second1);
        second = N::unscale(g.n, g.slope * multiplyAdd(g.x, bracket, Real(2.0) * g.first1));
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
        const Real m = exponentialMinusOne<N>(atLeast(n, Real(-64.0)));
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

/// Mish for an output that takes the place of the input. The output alone does not tell on which side of the
/// minimum x lies, so the last bit of a negative y does: 1 right of the minimum, 0 left of it, where a y that
/// rounds to zero is -0. `first` takes y, and 1 for left or 0 for right.
template <class N>
struct MishInPlace {
    using Real = typename N::Real;
    static constexpr bool hidesBranch = true;

    static MISH_INLINE Real value(Real x, Real p) { return Mish<N>::value(x, p); }

    /// Around the minimum f' is a smooth function of sigma = +-sqrt(y - ymin): a polynomial, fitted for x in
    /// [-2.5, 0.5] with an error of 9e-9. Outside, three Newton steps find x to 1e-8.
    static MISH_INLINE Real first(Real y, Real left) {
        constexpr double low = -0.33470465952943808, high = 0.8270965024240796;
        constexpr double c[] = {
            3.05833307597e-05,  -4.80515335006e-05, -3.34774380387e-05, 1.71643753471e-05, 0.00014776137923,
            -4.79964649606e-05, 0.00222090475983,   0.00699694948098,   -0.0156115875143,  -0.154604164092,
            0.169532367281,     0.64577007858,      0.232053847263,
        };
        const auto isLeft = left > Real(0.0);
        const Real depth = (y - Real(-0x1.3c417299f9f85p-2)) - Real(2.775377215e-17);
        const Real root = squareRoot(atLeast(depth, Real(0.0)));
        const Real sigma = isLeft ? -root : root;
        const Real t = multiplyAdd(sigma, Real(2 / (high - low)), Real(-(low + high) / (high - low)));

        // ln(-y) = x + ln(-x) nearly, far left; y = x nearly, right.
        const Real logY = logarithm(clamp(-y, Real(1e-300), Real(0.25)));
        Real x = isLeft ? logY - logarithm(Real(0.64) - logY) : y;
        for (int step = 0; step < 3; ++step) {
            // Left of -100 the start will do: f' is below 1e-41.
            const Real z = clamp(x, Real(-100.0), Real(N::saturation));
            const Real u = N::exponential(z);
            const Real a = u * (u + Real(2.0)), d = a + Real(2.0);
            const Real slope = quotient(multiplyAdd(a, d, Real(4.0) * z * u * (u + Real(1.0))), d * d);
            const Real next = z - (z * quotient(a, d) - y) / slope;
            x = x == z ? next : x;
        }
        const Real outside = Mish<N>::first(x, left);
        const Real inside = polynomial(t, c);
        return sigma > Real(low) ? (sigma < Real(high) ? inside : outside) : outside;
    }

    /// There is no second derivative to be had: it would divide by f', which is 0 at the minimum.
    static MISH_INLINE void derivatives(Real, Real, Real& first, Real& second) {
        first = second = squareRoot(Real(-1.0));  // not a number
    }
};
