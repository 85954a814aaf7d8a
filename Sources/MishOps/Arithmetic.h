// The arithmetic in which activations are evaluated, one number system for each element type.
//
// This file and Activations.h are compiled twice: by the C++ compiler, where a `Real` is a vector of
// lanes, and by NVRTC, where it is a scalar. The text is the same because comparison, selection and
// arithmetic look the same on both. Each includer defines MISH_INLINE and, for its lanes,
//   multiplyAdd(a, b, c)   a * b + c, rounded once
//   quotient(a, b)         a / b, rounded to nearest, for b in [1, 2^100]
//   atLeast(x, bound), atMost(x, bound)   clamps that pass a NaN on
//   asBits(x), asReal<Real>(bits)
// and compiles without contraction, so that every lane of every machine gives the same bits.
#pragma once

/// scale e^x on lanes of float. Relative error 2^-26 before the last rounding; x in [-87, 88].
template <class Lanes>
MISH_INLINE typename Lanes::Real exponentialOfFloat(typename Lanes::Real x, double scale,
                                                    typename Lanes::Integer shift) {
    using Real = typename Lanes::Real;
    const Real magic = Real(0x1.8p23f);
    const Real t = multiplyAdd(x, Real(0x1.715476p+0f), magic);
    const Real k = t - magic;
    const Real r = multiplyAdd(k, Real(-0x1.62e43p-1f), x);
    Real p = multiplyAdd(Real(float(0x1.6d10fcp-10 * scale)), r, Real(float(0x1.120b62p-7 * scale)));
    p = multiplyAdd(p, r, Real(float(0x1.55551ap-5 * scale)));
    p = multiplyAdd(p, r, Real(float(0x1.5554dep-3 * scale)));
    p = multiplyAdd(p, r, Real(float(0.5 * scale)));
    p = multiplyAdd(p, r, Real(float(scale)));
    p = multiplyAdd(p, r, Real(float(scale)));
    return asReal<Real>(asBits(p) + (asBits(t) << 23) + (shift << 23));
}

/// e^x = 2^k (1 + r + r^2 p) on lanes of double: returns p, and the low bits of `t` are k.
/// The relative error of the sum is 2^-57 before rounding.
template <class Real>
MISH_INLINE Real reduceExponential(Real x, Real& t, Real& r) {
    const Real magic = Real(0x1.8p52);
    t = multiplyAdd(x, Real(0x1.71547652b82fep+0), magic);
    const Real k = t - magic;
    r = multiplyAdd(k, Real(-0x1.62e42fefa39efp-1), x);
    r = multiplyAdd(k, Real(-0x1.abc9e3b39803fp-56), r);
    Real p = multiplyAdd(Real(0x1.af389ecfc4b9cp-26), r, Real(0x1.28917c89a43a7p-22));
    p = multiplyAdd(p, r, Real(0x1.71de0db2f6b19p-19));
    p = multiplyAdd(p, r, Real(0x1.a019b9149a41cp-16));
    p = multiplyAdd(p, r, Real(0x1.a01a01a7c2efep-13));
    p = multiplyAdd(p, r, Real(0x1.6c16c17889ef1p-10));
    p = multiplyAdd(p, r, Real(0x1.11111111109b5p-7));
    p = multiplyAdd(p, r, Real(0x1.5555555553d68p-5));
    p = multiplyAdd(p, r, Real(0x1.5555555555556p-3));
    return multiplyAdd(p, r, Real(0x1.0000000000001p-1));
}

/// e^x on lanes of double, x in [-708, 709].
template <class Lanes>
MISH_INLINE typename Lanes::Real exponentialOfDouble(typename Lanes::Real x, typename Lanes::Integer shift) {
    using Real = typename Lanes::Real;
    Real t, r;
    Real p = reduceExponential(x, t, r);
    p = multiplyAdd(p, r, Real(1.0));
    p = multiplyAdd(p, r, Real(1.0));
    return asReal<Real>(asBits(p) + (asBits(t) << 52) + (shift << 52));
}

/// scale e^x, x in [-708, 709], with a relative error of 2^-31, but 2^-53 at the zero of Mish's derivative,
/// -1.19243121451549521: there it would move the zero, and with it every digit of the derivative.
template <class Lanes>
MISH_INLINE typename Lanes::Real roughExponentialOfDouble(typename Lanes::Real x, double scale) {
    using Real = typename Lanes::Real;
    const Real magic = Real(0x1.8p52);
    const Real t = multiplyAdd(x, Real(0x1.71547652b82fep+0), magic);
    const Real r = multiplyAdd(t - magic, Real(-0x1.62e42fefa39efp-1), x);
    Real p = multiplyAdd(Real(0x1.a124e3f154d32p-13 * scale), r, Real(0x1.6d431504c53d3p-10 * scale));
    p = multiplyAdd(p, r, Real(0x1.1110e0f726534p-7 * scale));
    p = multiplyAdd(p, r, Real(0x1.5554e9114ecf9p-5 * scale));
    p = multiplyAdd(p, r, Real(0x1.5555555a78232p-3 * scale));
    p = multiplyAdd(p, r, Real(0x1.0000001658b2bp-1 * scale));
    p = multiplyAdd(p, r, Real(scale));
    p = multiplyAdd(p, r, Real(scale));
    return asReal<Real>(asBits(p) + (asBits(t) << 52));
}

// Each number system says where the functions become flat for its element type: below `lowest` every
// result rounds to zero, above `highest` a decaying term does, and above `saturation` a value rounds to x
// and a slope to 1. Below `tail`, where e^x is about to leave the range of normal numbers, `exponential`
// returns e^x times a power of two, and `unscale` takes the factor out again, in the only operation that
// rounds to a subnormal. There e^x + 1 rounds to 1 with or without the factor. `gaussian` and `cubic` are to
// e^(-x^2 / 2) and to GELU's cubic what `highest` is to e^-x; below `deepest`, e^y times a polynomial of y
// rounds to zero.

/// A type in itself, for functions without an exponential.
template <class Lanes>
struct NativeNumbers {
    using Real = typename Lanes::Real;
    using Scalar = typename Lanes::Scalar;
};

//
// Mish, SiLU and their derivatives are ratios, so e^x may carry a common factor, `valueScale` and so on. In float
// it moves the roundings about, and the factors below are those for which every code of the 16-bit type, tried one
// by one, comes out correctly rounded. In fp32's double, 1/2 saves a multiplication by 4. A power of two in bf16
// keeps e^x a normal number as far as `lowest`, where `exponential` without it would need `tail`.
//
// Next to 0, x s(x) with s = 1/2 + c x + ... is a tie in a subnormal result, and c x is lost: `tie`, added to the
// result, decides it upwards and is nothing beside a larger one.

/// fp16 in float.
template <class Lanes>
struct HalfNumbers {
    using Real = typename Lanes::Real;
    using Scalar = float;
    static constexpr float lowest = -30, highest = 30, saturation = 10;
    static constexpr float valueScale = 0x1.6d8c2p+0f, firstScale = 0x1.ef7f7cp+0f,
                           derivativesScale = 0x1.febbbep+0f;
    static constexpr float siluScale = 0x1.5daafep+0f, siluFirstScale = 0x1.51a828p+0f, tie = 0x1p-36f;

    static MISH_INLINE Real exponential(Real x, float scale) {
        return exponentialOfFloat<Lanes>(x, scale, 0);
    }
    static MISH_INLINE Real roughExponential(Real x, float scale) { return exponential(x, scale); }
    static MISH_INLINE Real ratioExponential(Real x, float scale) { return exponential(x, scale); }
    static MISH_INLINE Real roughRatioExponential(Real x, float scale) { return exponential(x, scale); }
    static MISH_INLINE Real unscale(Real, Real y) { return y; }
    static MISH_INLINE Real unscaleRatio(Real, Real y) { return y; }
};

/// bf16 in float.
template <class Lanes>
struct BrainNumbers {
    using Real = typename Lanes::Real;
    using Integer = typename Lanes::Integer;
    using Scalar = float;
    static constexpr float lowest = -104, highest = 64, saturation = 10, tail = -64;
    static constexpr float valueScale = 0x1p40f, firstScale = 0x1.00077ep+0f, derivativesScale = 1;
    static constexpr float siluScale = 0x1p40f, siluFirstScale = 0x1p40f, tie = 0x1p-147f;

    static MISH_INLINE Real exponential(Real x, float scale) {
        return exponentialOfFloat<Lanes>(x, scale, x < Real(tail) ? Integer(64) : Integer(0));
    }
    static MISH_INLINE Real roughExponential(Real x, float scale) { return exponential(x, scale); }
    static MISH_INLINE Real ratioExponential(Real x, float scale) { return exponentialOfFloat<Lanes>(x, scale, 0); }
    static MISH_INLINE Real roughRatioExponential(Real x, float scale) { return ratioExponential(x, scale); }
    static MISH_INLINE Real unscaleRatio(Real, Real y) { return y; }
    static MISH_INLINE Real unscale(Real x, Real y) {
        return y * (x < Real(tail) ? Real(0x1p-64f) : Real(1.0f));
    }
};

/// fp32 in double; also the 16-bit types, which it rounds correctly.
template <class Lanes>
struct SingleNumbers {
    using Real = typename Lanes::Real;
    using Scalar = double;
    static constexpr double valueScale = 1, firstScale = 0.5, derivativesScale = 1;
    static constexpr double siluScale = 1, siluFirstScale = 1, tie = 0x1p-160;
    static constexpr double lowest = -110, highest = 110, saturation = 20;
    static constexpr bool isRoundedAgain = true;
    static constexpr double gaussian = 15, cubic = 11.5, deepest = -700;

    static MISH_INLINE Real exponential(Real x, double = 1) { return exponentialOfDouble<Lanes>(x, 0); }
    static MISH_INLINE Real roughExponential(Real x, double scale) {
        return roughExponentialOfDouble<Lanes>(x, scale);
    }
    static MISH_INLINE Real ratioExponential(Real x, double) { return exponential(x); }
    static MISH_INLINE Real roughRatioExponential(Real x, double scale) { return roughExponential(x, scale); }
    static MISH_INLINE Real unscale(Real, Real y) { return y; }
    static MISH_INLINE Real unscaleRatio(Real, Real y) { return y; }
};

/// fp64 in double.
template <class Lanes>
struct DoubleNumbers {
    using Real = typename Lanes::Real;
    using Integer = typename Lanes::Integer;
    using Scalar = double;
    static constexpr double valueScale = 1, firstScale = 1, derivativesScale = 1;
    static constexpr double siluScale = 1, siluFirstScale = 1, tie = 0;
    static constexpr double lowest = -754, highest = 400, saturation = 44, tail = -640;
    static constexpr bool isRoundedAgain = false;
    static constexpr double gaussian = 39.5, cubic = 21.9, deepest = -790;

    static MISH_INLINE Real exponential(Real x, double = 1) {
        return exponentialOfDouble<Lanes>(x, x < Real(tail) ? Integer(128) : Integer(0));
    }
    static MISH_INLINE Real roughExponential(Real x, double) { return exponential(x); }
    static MISH_INLINE Real ratioExponential(Real x, double) { return exponential(x); }
    static MISH_INLINE Real roughRatioExponential(Real x, double) { return exponential(x); }
    static MISH_INLINE Real unscaleRatio(Real x, Real y) { return unscale(x, y); }
    static MISH_INLINE Real unscale(Real x, Real y) {
        return y * (x < Real(tail) ? Real(0x1p-128) : Real(1.0));
    }
};
