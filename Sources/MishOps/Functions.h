// Functions that several activations share, on lanes of double.
#pragma once

#include "Arithmetic.h"

/// Where Mish is least, to the nearest double.
constexpr double minimumOfMish = -0x1.31432c0d12d84p+0;

/// Coefficients from the highest power down.
template <class Real, int count>
MISH_INLINE Real polynomial(Real x, const double (&coefficients)[count]) {
    Real y = Real(coefficients[0]);
    for (int i = 1; i < count; ++i) y = multiplyAdd(y, x, Real(coefficients[i]));
    return y;
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

/// e^x - 1 for x in [-64, 709], with a small relative error next to 0 too.
template <class N>
MISH_INLINE typename N::Real exponentialMinusOne(typename N::Real x) {
    using Real = typename N::Real;
    Real t, r;
    const Real p = reduceExponential(x, t, r);
    const Real scale = asReal<Real>(asBits(Real(1.0)) + (asBits(t) << 52));
    return multiplyAdd(scale, multiplyAdd(r * r, p, r), scale - Real(1.0));
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

/// The normal distribution function P at x and the parts of x P(x), GELU. Left of 0 `p`, `first` and everywhere
/// `density` carry the factor of N::exponential(n), n = -x^2 / 2.
template <class N>
struct Normal {
    using Real = typename N::Real;
    Real x, n, p, first, second;
    /// Where the factor is to be taken out of p and `first`: n left of 0, else 0.
    Real tail;

    explicit MISH_INLINE Normal(Real input) {
        const Real zero = Real(0.0), one = Real(1.0), c = Real(0x1.9884533d43651p-2);  // 1 / sqrt(2 pi)
        x = clamp(input, Real(-N::gaussian), Real(N::gaussian));
        const auto positive = x > zero;
        const Real a = positive ? x : -x;
        const Real square = a * a;
        n = Real(-0.5) * square;
        // e^n with the part of the square that rounding dropped.
        const Real e = N::exponential(n) * multiplyAdd(multiplyAdd(a, a, -square), Real(-0.5), one);
        const Real r = scaledTail(a);
        p = positive ? multiplyAdd(-e, r, one) : e * r;
        const Real slope = e * multiplyAdd(-a, c, r);
        first = positive ? one - slope : slope;
        second = c * e * (Real(2.0) - square);
        tail = positive ? zero : n;
    }
};
