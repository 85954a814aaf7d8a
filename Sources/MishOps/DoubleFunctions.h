// Functions.h in pairs of doubles. What is factored there by N::exponential is factored here too.
#pragma once

#include "Pairs.h"

/// e^x, with the factor of DoubleNumbers in the tail.
template <class Lanes>
MISH_INLINE Pair<typename Lanes::Real> exponential(typename Lanes::Real x) {
    using Real = typename Lanes::Real;
    using Integer = typename Lanes::Integer;
    return exponentialInPairs<Lanes>(x, x < Real(DoubleNumbers<Lanes>::tail) ? Integer(128) : Integer(0));
}

template <class Lanes>
MISH_INLINE Pair<typename Lanes::Real> exponential(Pair<typename Lanes::Real> x) {
    const Pair<typename Lanes::Real> e = exponential<Lanes>(x.hi);
    return {e.hi, multiplyAdd(e.hi, x.lo, e.lo)};
}

/// e^x - 1 for x in [-64, 0], with a relative error of 2^-56.
template <class Real>
MISH_INLINE Pair<Real> exponentialMinusOne(Pair<Real> x) {
    constexpr double c[] = {
        0x1.1f66f85dfa20ap-29, 0x1.af38d53857513p-26, 0x1.27e4e1ea0f53ap-22, 0x1.71de0d9c145d0p-19,
        0x1.a01a01a47db6fp-16, 0x1.a01a01a7c8d47p-13, 0x1.6c16c16c167dep-10, 0x1.11111111109adp-7,
        0x1.5555555555555p-5,  0x1.5555555555556p-3,
    };
    const Real magic = Real(0x1.8p52);
    const Real t = multiplyAdd(x.hi, Real(0x1.71547652b82fep+0), magic);
    const Real k = t - magic;
    const Real r = multiplyAdd(k, Real(-0x1.62e42fefa39efp-1), x.hi);
    const Real rest = multiplyAdd(k, Real(-0x1.abc9e3b39803fp-56), x.lo);
    // e^r - 1 = r + r^2 / 2 + r^3 p(r)
    const Pair<Real> square = exactProduct(r, r), sum = orderedSum(r, Real(0.5) * square.hi);
    const Real cubic = multiplyAdd(square.hi * r, polynomial(r, c), multiplyAdd(Real(0.5), square.lo, sum.lo));
    const Real low = multiplyAdd(rest, sum.hi + Real(1.0), cubic);
    const Real scale = asReal<Real>(asBits(Real(1.0)) + (asBits(t) << 52));
    const Pair<Real> all = orderedSum(scale - Real(1.0), scale * sum.hi);
    return orderedSum(all.hi, multiplyAdd(scale, low, all.lo));
}

/// e^x, with the factor of DoubleNumbers in the tail and a relative error of 2^-64, for use in another exponential:
/// the eighth power of e^(x / 8).
template <class Lanes>
MISH_INLINE Pair<typename Lanes::Real> preciseExponential(typename Lanes::Real x) {
    using Real = typename Lanes::Real;
    using Integer = typename Lanes::Integer;
    constexpr double c[] = {0x1.71de3a556c734p-19, 0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-13, 0x1.6c16c16c16c17p-10,
                            0x1.1111111111111p-7,  0x1.5555555555555p-5,  0x1.5555555555555p-3};
    const Real magic = Real(0x1.8p52);
    const Real t = multiplyAdd(x, Real(0x1.71547652b82fep+0), magic);
    const Real k = t - magic;
    const Real r = multiplyAdd(k, Real(-0x1.62e42fefa39efp-1), x) * Real(0.125);
    const Real rest = k * Real(-0x1.abc9e3b39803fp-59);
    const Pair<Real> square = exactProduct(r, r), sum = orderedSum(r, Real(0.5) * square.hi);
    const Real cubic = multiplyAdd(square.hi * r, polynomial(r, c), multiplyAdd(Real(0.5), square.lo, sum.lo));
    Pair<Real> m = orderedSum(sum.hi, multiplyAdd(rest, sum.hi + Real(1.0), cubic));
    for (int i = 0; i < 3; ++i) m = m * addTo(2, m);
    const Integer shift = x < Real(DoubleNumbers<Lanes>::tail) ? Integer(128) : Integer(0);
    const Real scale = asReal<Real>(asBits(Real(1.0)) + ((asBits(t) + shift) << 52));
    const Pair<Real> e = addTo(1, m);
    return {scale * e.hi, scale * e.lo};
}

/// ln(1 + u), u in [0, 1], with a relative error of 2^-56.
template <class Real>
MISH_INLINE Pair<Real> logarithmOfOnePlus(Pair<Real> u) {
    const Pair<Real> s = normalized(quotient(u, addTo(2, u)));
    const Real z = s.hi * s.hi;
    const Pair<Real> half = orderedSum(s.hi, multiplyAdd(s.hi * z, artanhSeries(z), s.lo));
    return scaled(2, half);
}

/// erfc(a / sqrt 2) e^(a^2 / 2) / 2, a in [0, 41]. Fitted as (1 + 2 a) times it in q = (a - 5) / (a + 5); relative
/// error 2^-57.
template <class Real>
MISH_INLINE Pair<Real> scaledTailInPairs(Real a) {
    constexpr double high[] = {
        0x1.2b4b8325fc31bp-34, 0x1.0c36b40390d22p-32, -0x1.37f7983989c3bp-32, -0x1.2ce10f3f50b5fp-29,
        0x1.f5488b48b5649p-35, 0x1.bfb81848ea761p-27, 0x1.7407e281e8656p-28, -0x1.39bc492369a80p-24,
        -0x1.6a4764b7e5e4cp-25, 0x1.d530604ba9731p-22, 0x1.8175f74cda42cp-23, -0x1.801528677e2d4p-19,
        0x1.1e9083c5be130p-21, 0x1.4554aec3988acp-16, -0x1.bb87362889138p-16, -0x1.c5ba14ba9598fp-14,
        0x1.bdbec1a13daa2p-12, -0x1.f1d63d5d0a5a5p-14, -0x1.d42635fa03948p-9, 0x1.f96034e811047p-7,
        -0x1.42359ad044eccp-5, 0x1.28e8fee381992p-4, -0x1.9c4af953d6a02p-4,
    };
    constexpr double low[][2] = {
        {0x1.9d3d58860d58ep-4, 0x1.37942e2d9aaf6p-60},  {-0x1.ba6f247fb88acp-5, -0x1.ef34ae6d7dff3p-59},
        {-0x1.44c9cd8f57979p-5, 0x1.6782a941617efp-60}, {0x1.b135a378924a6p-1, -0x1.5bf9830d981a4p-55},
    };
    const Pair<Real> q = normalized(quotient(exactSum(a, Real(-5.0)), exactSum(a, Real(5.0))));
    Pair<Real> p = {polynomial(q.hi, high), Real(0.0)};
    for (const auto& c : low) p = p * q + Pair<Real>{Real(c[0]), Real(c[1])};
    return normalized(quotient(p, exactSum(a + a, Real(1.0))));
}

/// erf(p), p >= 0, where `g` is e^(-p^2).
template <class Real>
MISH_INLINE Pair<Real> errorFunction(Pair<Real> p, Pair<Real> g) {
    constexpr double c[] = {
        0x1.05ffd737fb32ep-34, -0x1.389d4f2641625p-30, 0x1.f7b4bf3b13964p-27, -0x1.5f1ecb6f0764cp-23,
        0x1.b9df224ca4b97p-20, -0x1.f4d1e3183f7aep-17, 0x1.f9a321d5b8e1ep-14, -0x1.c02db3dac435fp-11,
        0x1.565bcd0dbaa38p-8, -0x1.b82ce31284e00p-6, 0x1.ce2f21a042b30p-4, -0x1.812746b0379e6p-2,
    };
    const Real small = atMost(p.hi, Real(1.0)), z = small * small;
    const Pair<Real> ratio = orderedSum(Real(0x1.20dd750429b6dp+0), z * polynomial(z, c));
    const Pair<Real> near = Pair<Real>{ratio.hi, ratio.lo + Real(0x1.187bfcbbd6b70p-56)} * p;
    const Real a = atMost(p.hi * Real(0x1.6a09e667f3bcdp+0), Real(41.0));
    const Pair<Real> far = addTo(1, g * (Real(-2.0) * scaledTail(a)));
    return choose(p.hi < Real(1.0), near, far);
}

/// The logistic function, its complement and its derivative, from e^-|y| and the sign of y.
template <class Real>
struct SigmoidInPairs {
    Pair<Real> s, complement, slope;

    template <class Condition>
    MISH_INLINE SigmoidInPairs(Condition positive, const Pair<Real>& e) {
        const Pair<Real> q = quotient({Real(1.0), Real(0.0)}, addTo(1, e)), other = e * q;
        s = choose(positive, q, other);
        complement = choose(positive, other, q);
        slope = other * q;
    }
};

/// x within the range in which sigmoids vary, n = -|x|, e^n and the sigmoid.
template <class Lanes>
struct LogisticInPairs {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    Real x, n;
    Pair<Real> e, s, complement, slope;

    explicit MISH_INLINE LogisticInPairs(Real input)
        : x(clamp(input, Real(N::lowest), Real(-N::lowest))) {
        const auto positive = x > Real(0.0);
        n = positive ? -x : x;
        e = exponential<Lanes>(n);
        const SigmoidInPairs<Real> sigmoid(positive, e);
        s = sigmoid.s;
        complement = sigmoid.complement;
        slope = sigmoid.slope;
    }
};

/// tanh of g >= 0 and its derivative, which carries the factor of the exponential of n = -2 g.
template <class Lanes>
struct TanhInPairs {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    Real n;
    Pair<Real> t, u;

    explicit MISH_INLINE TanhInPairs(Pair<Real> g) {
        const Pair<Real> twice = scaled(-2, g);
        n = atLeast(twice.hi, Real(N::deepest));
        const Pair<Real> m = exponentialMinusOne(Pair<Real>{atLeast(n, Real(-64.0)), twice.lo});
        t = quotient(-m, addTo(2, m));
        const Pair<Real> q = exponential<Lanes>(Pair<Real>{n, n > Real(N::deepest) ? twice.lo : Real(0.0)});
        const Pair<Real> w = addTo(1, q);
        u = quotient(scaled(4, q), w * w);
    }
};

/// The normal distribution function and its density at x, and n = -x^2 / 2. Left of 0 both carry the factor of the
/// exponential of n; `tail` is n there, else 0.
template <class Lanes>
struct NormalInPairs {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    Real x, n, tail;
    Pair<Real> p, density;

    explicit MISH_INLINE NormalInPairs(Real input) : x(clamp(input, Real(-N::gaussian), Real(N::gaussian))) {
        const auto positive = x > Real(0.0);
        const Real a = positive ? x : -x;
        const Pair<Real> exponent = scaled(-0.5, exactProduct(a, a)), e = exponential<Lanes>(exponent);
        n = exponent.hi;
        tail = positive ? Real(0.0) : n;
        const Pair<Real> rest = e * scaledTailInPairs(a);
        p = choose(positive, addTo(1, -rest), rest);
        density = e * Pair<Real>{Real(0x1.9884533d43651p-2), Real(-0x1.cbc0d30ebfd15p-56)};  // 1 / sqrt(2 pi)
    }
};
