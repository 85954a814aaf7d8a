// Functions that several activations share.
#pragma once

#include "Arithmetic.h"

/// Where Mish is least, to the nearest double.
constexpr double minimumOfMish = -0x1.31432c0d12d84p+0;

/// Coefficients from the highest power down.
template <class Real, class Scalar, int count>
MISH_INLINE Real polynomial(Real x, const Scalar (&coefficients)[count]) {
    Real y = Real(coefficients[0]);
    for (int i = 1; i < count; ++i) y = multiplyAdd(y, x, Real(coefficients[i]));
    return y;
}

/// scale times the polynomial at x, for which z stands in all but the last `leading` steps.
template <class N, int leading, int count>
MISH_INLINE typename N::Real polynomial(typename N::Real x, typename N::Input z, const double (&coefficients)[count],
                                        double scale) {
    using Input = typename N::Input;
    using Real = typename N::Real;
    Input y = Input(float(scale * coefficients[0]));
    for (int i = 1; i < count - leading; ++i) y = multiplyAdd(y, z, Input(float(scale * coefficients[i])));
    Real result = N::widen(y);
    for (int i = count - leading; i < count; ++i)
        result = multiplyAdd(result, x, Real(typename N::Scalar(scale * coefficients[i])));
    return result;
}

/// `y`, or `x` where x is not a number.
template <class Real>
MISH_INLINE Real unlessNaN(Real x, Real y) { return x == x ? y : x; }

/// |y| with the sign of x.
template <class Real>
MISH_INLINE Real withSign(Real y, Real x) {
    const auto sign = asBits(Real(-0.0f));
    return asReal<Real>((asBits(y) & ~sign) | (asBits(x) & sign));
}

/// |x|.
template <class Real>
MISH_INLINE Real absolute(Real x) { return asReal<Real>(asBits(x) & ~asBits(Real(-0.0f))); }

template <class Real>
MISH_INLINE Real clamp(Real x, Real low, Real high) { return atMost(atLeast(x, low), high); }

/// a b with the last bit set where anything was lost, if it is to be rounded again to the element type: the last
/// bit then decides what would look like a tie.
template <class N>
MISH_INLINE typename N::Real productToOdd(typename N::Real a, typename N::Real b) {
    using Real = typename N::Real;
    const Real p = a * b;
    if constexpr (!N::isRoundedAgain) return p;
    const Real rest = multiplyAdd(a, b, -p);
    const Real outwards = asReal<Real>(asBits(p) + 1), inwards = asReal<Real>(asBits(p) - 1);
    const Real even = rest == Real(0.0) ? p : rest * p > Real(0.0) ? outwards : inwards;
    return (asBits(p) & 1) == 0 ? even : p;
}

/// s(x) = 1/2 + c x + ..., c > 0, whose c x is lost when x is small, moved off 1/2 the way of x: that decides the
/// ties of x s(x) in the element type.
template <class N>
MISH_INLINE typename N::Real offHalf(typename N::Real x, typename N::Real s) {
    using Real = typename N::Real;
    if constexpr (!N::isRoundedAgain) return s;
    const Real half = Real(0.5), step = Real(0x1p-50);
    const Real moved = x < Real(0.0) ? half - step : half + step;
    const Real distance = s < half ? half - s : s - half;
    return distance < step ? moved : s;
}

/// s(x) = 1/2 + c x - b x^3 + ..., 1/2 + c x a tie of the 16-bit types and b x^3 lost beside 1/2 in float: there a
/// factor of c x stands for it. It is on the same side of the tie.
template <class N>
MISH_INLINE typename N::Real offTie(typename N::Real x, double c, typename N::Real s) {
    using Real = typename N::Real;
    using S = typename N::Scalar;
    if constexpr (N::bits > 24) return s;
    const Real near = multiplyAdd(x, Real(S(c * (1 - 0x1p-12))), Real(S(0.5)));
    const auto left = x < Real(S(-0x1.6p-7)), right = x > Real(S(0x1.6p-7));
    return left ? s : right ? s : near;
}

/// (artanh(s) / s - 1) / z, z = s^2 in [0, 1/9]. Relative error 2^-62 of the whole.
template <class Real>
MISH_INLINE Real artanhSeries(Real z) {
    constexpr double c[] = {
        0x1.401d3e65cdc48p-4, 0x1.32e0d25c9c761p-5, 0x1.bc37f0140c19ep-5, 0x1.e0a2d581ab68fp-5,
        0x1.111abdc8abe16p-4, 0x1.3b13515f6f9efp-4, 0x1.745d19937b1fcp-4, 0x1.c71c71bedea97p-4,
        0x1.2492492499d46p-3, 0x1.9999999999944p-3, 0x1.5555555555555p-2,
    };
    return polynomial(z, c);
}

/// ln(1 + u), u in [0, 1], as 2 artanh of u / (2 + u). Relative error 2^-52.
template <class Real>
MISH_INLINE Real logarithmOfOnePlus(Real u) {
    const Real s = quotient(u, u + Real(2.0));
    const Real half = multiplyAdd(s * (s * s), artanhSeries(s * s), s);
    return half + half;
}

/// ln(1 + u), u in [0, 1]. Relative error before rounding 2^-27.6, 2^-52 for fp64.
template <class N>
MISH_INLINE typename N::Real logarithmOfOnePlus(typename N::Real u) {
    if constexpr (N::bits < 53) {
        constexpr double c[] = {
            -0x1.a9301af89a96ep-9, 0x1.58488f503cb44p-8, -0x1.ba5da78cc8177p-8, 0x1.7b53cbfc4cf35p-7,
            -0x1.510607bb11b7cp-6, 0x1.2c1e27a3951e4p-5, -0x1.153fb275a267ap-4, 0x1.0f954f386013bp-3,
            -0x1.2773a69e16056p-2, 0x1.9f323eec844d6p-1,
        };
        typename N::Real y = typename N::Real(typename N::Scalar(c[0]));
        for (int i = 1; i < 10; ++i)
            y = multiplyAdd(y, u - typename N::Real(0.5f), typename N::Real(typename N::Scalar(c[i])));
        return u * y;
    } else {
        return logarithmOfOnePlus(u);
    }
}

/// ln y for normal positive y.
template <class Real>
MISH_INLINE Real logarithm(Real y) {
    // y = 2^k m, m in [1, 2); ln m = ln 1.5 + 2 artanh of (m - 1.5) / (m + 1.5).
    const Real magic = Real(0x1p52);
    const Real k = asReal<Real>(asBits(magic) + (asBits(y) >> 52)) - magic - Real(1023.0);
    const Real m = asReal<Real>(asBits(y) - ((asBits(y) >> 52) << 52) + asBits(Real(1.0)));
    const Real s = quotient(m - Real(1.5), m + Real(1.5));
    const Real half = multiplyAdd(s * (s * s), artanhSeries(s * s), s);
    return multiplyAdd(k, Real(0x1.62e42fefa39efp-1), Real(0x1.9f323ecbf984cp-2) + half + half);
}

/// The normal distribution's upper tail over its density without the factor 1 / sqrt(2 pi),
/// erfc(a / sqrt 2) e^(a^2 / 2) / 2, a in [0, 41]. Fitted as (1 + 2 a) times it in (a - 5) / (a + 5);
/// relative error 2^-53 before rounding.
template <class Real>
MISH_INLINE Real scaledTail(Real a) {
    constexpr double c[] = {
        0x1.d2d978d2b6a51p-30, 0x1.2114ee0df144ep-27, -0x1.343ccd54365c7p-30, -0x1.29767158b03a3p-24,
        -0x1.1797277775a20p-25, 0x1.d4a4c35fbf008p-22, 0x1.70c25b9d14218p-23, -0x1.8044d82251f84p-19,
        0x1.20a253f54b582p-21, 0x1.4559b88932f6ap-16, -0x1.bb8c724acff73p-16, -0x1.c5ba932d9cc36p-14,
        0x1.bdbed28fa04fep-12, -0x1.f1d6213867229p-14, -0x1.d426363e281e3p-9, 0x1.f96034e0dd744p-7,
        -0x1.42359acff4c79p-5, 0x1.28e8fee3916e7p-4, -0x1.9c4af953d8261p-4, 0x1.9d3d58860cdaep-4,
        -0x1.ba6f247fb87f0p-5, -0x1.44c9cd8f57954p-5, 0x1.b135a378924a6p-1,
    };
    const Real q = quotient(a - Real(5.0), a + Real(5.0));
    return quotient(polynomial(q, c), multiplyAdd(a, Real(2.0), Real(1.0)));
}

/// (a - c) / (a + c), roughly.
template <class Real>
MISH_INLINE Real mobius(Real a, float c) {
    return multiplyAdd(roughQuotient(Real(1.0f), a + Real(c)), Real(-2 * c), Real(1.0f));
}

/// `scale` times the same, as a polynomial in (a - c) / (a + c) over a + c, a in [0, 14.6]. Relative error before
/// rounding 2^-26 for float and fp32. `magnitude` is a before it was widened: fp32 takes the first steps in float, for
/// they matter least.
template <class N>
MISH_INLINE typename N::Real scaledTail(typename N::Real a, typename N::Input magnitude, double scale) {
    using Real = typename N::Real;
    using S = typename N::Scalar;
    if constexpr (N::bits == 24) {
        constexpr double c[] = {
            -0x1.55e20f6c1581ap-10, 0x1.e3bcbe0bd7a30p-13, 0x1.7a49c761a0524p-7, -0x1.9ec395fda4740p-5,
            0x1.1ad771ff1239dp-3, -0x1.23010a106ca7bp-2, 0x1.e364df6f83bb3p-2, -0x1.4ea3439b5328ap-1,
            0x1.8867b702e16d0p-1,
        };
        const Real one = Real(S(1)), d = a + Real(S(4.75));
        const Real r = N::digits > 8 ? quotient(one, d) : roughQuotient(one, d);
        const Real q = multiplyAdd(r, Real(S(-9.5)), Real(S(1)));
        return r * polynomial<N, 3>(q, q, c, scale);
    } else if constexpr (N::bits == 28) {
        constexpr double c[] = {
            -0x1.e37a3449ae0aep-13, -0x1.772631eca3b74p-12, 0x1.1e7248e119997p-9, -0x1.8bd86651fd62fp-11,
            -0x1.3d5436346efe0p-6, 0x1.5d4721417bf71p-4, -0x1.c39d604c492b1p-3, 0x1.ac43d3ba47b69p-2,
            -0x1.40110382ca8e0p-1, 0x1.84e44a2497624p-1,
        };
        const Real r = N::ratio(Real(S(1)), a + Real(S(4.25))), q = multiplyAdd(r, Real(S(-8.5)), Real(S(1)));
        return r * polynomial<N, 3>(q, mobius(magnitude, 4.25f), c, scale);
    } else {
        return scaledTail(a);
    }
}

/// scale (r - a / sqrt(2 pi)), where r is scaledTail(a): GELU's derivative left of 0 over e^(-a^2 / 2). Its zero is a
/// factor, the rest a polynomial in (a - 5) / (a + 5) with a relative error of 2^-26.6, a in [0, 14.6].
template <class N>
MISH_INLINE typename N::Real scaledSlope(typename N::Real a, typename N::Input magnitude, typename N::Real r,
                                         double scale) {
    using Real = typename N::Real;
    using S = typename N::Scalar;
    if constexpr (N::bits < 53) {
        constexpr double c[] = {
            -0x1.7b60b19282f5bp-15, 0x1.634a8534ec65cp-16, 0x1.d2a39ad2ad47bp-12, -0x1.2deb058bf984fp-9,
            0x1.e0942de973c94p-8, -0x1.23c30d7b58764p-6, 0x1.231ad1f2bf893p-5, -0x1.ef842505dccb7p-5,
            0x1.6fce8906b3010p-4, -0x1.ce451b413cb15p-2,
        };
        constexpr double zero = 0x1.80ead197f00b4p-1;
        const Real q = multiplyAdd(N::ratio(Real(S(1)), a + Real(S(5))), Real(S(-10)), Real(S(1)));
        const Real distance = (a - Real(S(zero))) - Real(S(zero - double(S(zero))));
        if constexpr (N::bits == 24) return distance * polynomial<N, 3>(q, q, c, scale);
        return distance * polynomial<N, 3>(q, mobius(magnitude, 5), c, scale);
    } else {
        return multiplyAdd(-a, Real(0x1.9884533d43651p-2), r);  // 1 / sqrt(2 pi)
    }
}

/// erf(p), p >= 0, where `g` is e^(-p^2).
template <class Real>
MISH_INLINE Real errorFunction(Real p, Real g) {
    constexpr double c[] = {
        0x1.05ffd737fb32ep-34, -0x1.389d4f2641625p-30, 0x1.f7b4bf3b13964p-27, -0x1.5f1ecb6f0764cp-23,
        0x1.b9df224ca4b97p-20, -0x1.f4d1e3183f7aep-17, 0x1.f9a321d5b8e1ep-14, -0x1.c02db3dac435fp-11,
        0x1.565bcd0dbaa38p-8, -0x1.b82ce31284e00p-6, 0x1.ce2f21a042b30p-4, -0x1.812746b0379e6p-2,
        0x1.20dd750429b6dp+0,
    };
    const Real small = atMost(p, Real(1.0));
    const Real a = atMost(p * Real(0x1.6a09e667f3bcdp+0), Real(41.0));
    const Real far = multiplyAdd(Real(-2.0) * g, scaledTail(a), Real(1.0));
    return p < Real(1.0) ? small * polynomial(small * small, c) : far;
}

/// The logistic function and its parts. `e` is e^-|y| times the factor of N::exponential.
template <class N>
struct Sigmoid {
    using Real = typename N::Real;
    /// 1 / (1 + e^-y); its derivative s (1 - s).
    Real s, slope;

    template <class Condition>
    MISH_INLINE Sigmoid(Condition positive, Real e) {
        const Real one = Real(1.0);
        const Real q = quotient(one, one + e);
        s = positive ? q : e * q;
        slope = e * q * q;
    }
};

/// 1 / (1 + e^-x), as a ratio of e^x times `unit`; NaN may be lost.
template <class N>
MISH_INLINE typename N::Real logistic(typename N::Input x, double unit) {
    using Input = typename N::Input;
    using Real = typename N::Real;
    const Real z = N::widen(clamp(x, Input(N::lowest), Input(N::highest)));
    const Real u = N::exponentialForValue(z, unit);
    return offTie<N>(z, 0.25, N::unscale(z, N::ratio(u, u + Real(typename N::Scalar(unit)))));
}

/// x within the range in which sigmoids vary, -|x|, e^-|x| and the sigmoid.
template <class N>
struct Logistic {
    using Real = typename N::Real;
    Real x, n, e, s, slope;

    explicit MISH_INLINE Logistic(Real input) {
        x = clamp(input, Real(N::lowest), Real(-N::lowest));
        const auto positive = x > Real(0.0);
        n = positive ? -x : x;
        e = N::exponential(n);
        const Sigmoid<N> sigmoid(positive, e);
        s = sigmoid.s;
        slope = sigmoid.slope;
    }
};

/// The normal distribution function P at x and the parts of x P(x), GELU. Left of 0 `p` and `first`, and everywhere
/// `second`, carry the factor of N::exponential(n), n = -x^2 / 2.
template <class N>
struct Normal {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;
    /// |x|, as far as it matters.
    Real a, n, e, r, p, first, second;
    /// Where the factor is to be taken out of p and `first`: n left of 0, else 0.
    Real tail;

    /// `unit` is the factor of e, and that of r its inverse.
    explicit MISH_INLINE Normal(Input x, double unit = 1) {
        const Real zero = Real(S(0)), one = Real(S(1));
        const auto positive = lessThan<Real>(Input(0), x);
        const Input magnitude = atMost(absolute(x), Input(N::gaussian));
        a = N::widen(magnitude);
        const Real square = a * a;
        n = Real(S(-0.5)) * square;
        e = N::bits < 53 ? N::exponentialForValue(n, unit) : N::exponential(n, unit);
        if constexpr (!N::squaresExactly) e = e * multiplyAdd(multiplyAdd(a, a, -square), Real(-0.5), one);
        r = scaledTail<N>(a, magnitude, 1 / unit);
        p = positive ? multiplyAdd(-e, r, one) : e * r;
        const Real slope = scaledSlope<N>(a, magnitude, r, 1 / unit);
        first = multiplyAdd(e, positive ? -slope : slope, positive ? one : zero);
        second = Real(S(0x1.9884533d43651p-2)) * e * (Real(S(2)) - square);  // 1 / sqrt(2 pi)
        tail = positive ? zero : n;
    }
};

/// max(x, 0), or -0 for -0, where a is |x| or, beyond `limit`, less. In fp32 a conversion costs a GPU more than the
/// rest of the function's steps: there is another for large x only.
template <class N>
MISH_INLINE typename N::Real positivePart(typename N::Input x, typename N::Real a, double limit) {
    using Input = typename N::Input;
    using Real = typename N::Real;
    if constexpr (N::bits != 28) return N::widen(atLeast(x, Input(-0.0f)));
    if (anyLane(x > Input(float(limit)))) return N::widen(atLeast(x, Input(-0.0f)));
    return lessThan<Real>(Input(0), x) ? a : Real(-0.0);
}

/// x s for s(x) = 1/2 + c x + ..., c > 0. Next to 0 it is a tie in a subnormal result, and c x is lost: the tie of N,
/// added to the result, decides it upwards and is nothing beside a larger one.
template <class N>
MISH_INLINE typename N::Real product(typename N::Real x, typename N::Real s) {
    using Real = typename N::Real;
    if constexpr (N::tie == 0) return x * s;
    return withSign(multiplyAdd(x, s, Real(typename N::Scalar(N::tie))), x);
}
