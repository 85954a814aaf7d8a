// The arithmetic in which activations are evaluated, one number system for each element type.
//
// This file and Activations.h are compiled twice: by the C++ compiler, where a `Real` is a vector of
// lanes, and by NVRTC, where it is a scalar. The text is the same because comparison, selection and
// arithmetic look the same on both. Each includer defines MISH_INLINE and, for its lanes,
//   multiplyAdd(a, b, c)   a * b + c, rounded once
//   quotient(a, b)         a / b, rounded to nearest, for b in [1, 2^100]
//   roughQuotient(a, b)    the same with a relative error of 2^-38, in double
//   atLeast(x, bound), atMost(x, bound)   clamps that pass a NaN on
//   asBits(x), asReal<Real>(bits), convert<Real>(x)
//   lessThan<Real>(a, b)   a < b as a condition that chooses between two Reals
// and compiles without contraction, so that every lane of every machine gives the same bits.
#pragma once

/// x = k ln 2 + r on lanes of float; the low bits of `t` are k. The error of r is k 2^-29.
template <class Real>
MISH_INLINE Real reduceFloat(Real x, Real& t) {
    const Real magic = Real(0x1.8p23f);
    t = multiplyAdd(x, Real(0x1.715476p+0f), magic);
    return multiplyAdd(t - magic, Real(-0x1.62e43p-1f), x);
}

/// scale p with e^r = 1 + r + r^2 p: relative error of the sum 2^-26.
template <class Real>
MISH_INLINE Real seriesOfFloat(Real r, double scale) {
    Real p = multiplyAdd(Real(float(0x1.6d10fcp-10 * scale)), r, Real(float(0x1.120b62p-7 * scale)));
    p = multiplyAdd(p, r, Real(float(0x1.55551ap-5 * scale)));
    p = multiplyAdd(p, r, Real(float(0x1.5554dep-3 * scale)));
    return multiplyAdd(p, r, Real(float(0.5 * scale)));
}

/// scale 2^k e^r on lanes of float: relative error 2^-23 before rounding, for ratios that forgive it.
template <class Real>
MISH_INLINE Real expandFloatShortly(Real r, Real t, double scale) {
    Real p = multiplyAdd(Real(float(0x1.123dcep-7 * scale)), r, Real(float(0x1.5763e9p-5 * scale)));
    p = multiplyAdd(p, r, Real(float(0x1.55547cp-3 * scale)));
    p = multiplyAdd(p, r, Real(float(0x1.fffd08p-2 * scale)));
    p = multiplyAdd(p, r, Real(float(scale)));
    p = multiplyAdd(p, r, Real(float(scale)));
    return asReal<Real>(asBits(p) + (asBits(t) << 23));
}

/// scale 2^k e^r on lanes of float, x in [-87, 88].
template <class Real>
MISH_INLINE Real expandFloat(Real r, Real t, double scale) {
    Real p = multiplyAdd(seriesOfFloat(r, scale), r, Real(float(scale)));
    p = multiplyAdd(p, r, Real(float(scale)));
    return asReal<Real>(asBits(p) + (asBits(t) << 23));
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

/// e^x - 1 on lanes of double, x in [-64, 709], with a small relative error next to 0 too.
template <class Real>
MISH_INLINE Real exponentialMinusOneOfDouble(Real x) {
    Real t, r;
    const Real p = reduceExponential(x, t, r);
    const Real scale = asReal<Real>(asBits(Real(1.0)) + (asBits(t) << 52));
    return multiplyAdd(scale, multiplyAdd(r * r, p, r), scale - Real(1.0));
}

/// x = k ln 2 + r on lanes of double; the low bits of `t` are k. The error of r is k 2^-55.
template <class Real>
MISH_INLINE Real reduceShortly(Real x, Real& t) {
    const Real magic = Real(0x1.8p52);
    t = multiplyAdd(x, Real(0x1.71547652b82fep+0), magic);
    return multiplyAdd(t - magic, Real(-0x1.62e42fefa39efp-1), x);
}

/// scale 2^k e^r for a value in fp32: relative error 2^-28.
template <class Lanes>
MISH_INLINE typename Lanes::Real shortlyExpanded(typename Lanes::Real r, typename Lanes::Integer k, double scale) {
    using Real = typename Lanes::Real;
    Real p = multiplyAdd(Real(0x1.6d758bcd6903ap-10 * scale), r, Real(0x1.127000f3249abp-7 * scale));
    p = multiplyAdd(p, r, Real(0x1.5554ac8ab8909p-5 * scale));
    p = multiplyAdd(p, r, Real(0x1.55540391344fcp-3 * scale));
    p = multiplyAdd(p, r, Real(0x1.000000289873ap-1 * scale));
    p = multiplyAdd(p, r, Real(0x1.000000a27a19ep+0 * scale));
    p = multiplyAdd(p, r, Real(scale));
    return asReal<Real>(asBits(p) + (k << 52));
}

/// scale e^x for a value in fp32, x in [-708, 709]: relative error 2^-28.
template <class Lanes>
MISH_INLINE typename Lanes::Real shortExponentialOfDouble(typename Lanes::Real x, double scale) {
    using Real = typename Lanes::Real;
    Real t;
    const Real r = reduceShortly(x, t);
    return shortlyExpanded<Lanes>(r, asBits(t), scale);
}

/// e^x - 1 for fp32, x in [-64, 709]: relative error 2^-30.
template <class Real>
MISH_INLINE Real shortExponentialMinusOneOfDouble(Real x) {
    Real t;
    const Real r = reduceShortly(x, t);
    Real p = multiplyAdd(Real(0x1.a125285dbcbf1p-13), r, Real(0x1.6d4362097d81ap-10));
    p = multiplyAdd(p, r, Real(0x1.1110e0de7be2bp-7));
    p = multiplyAdd(p, r, Real(0x1.5554e8d9c7d96p-5));
    p = multiplyAdd(p, r, Real(0x1.5555555a7c16bp-3));
    p = multiplyAdd(p, r, Real(0x1.0000000b9847ep-1));
    const Real scale = asReal<Real>(asBits(Real(1.0)) + (asBits(t) << 52));
    return multiplyAdd(scale, multiplyAdd(r * r, p, r), scale - Real(1.0));
}

/// scale e^x, x in [-708, 709], with a relative error of 2^-31, but 2^-53 at the zero of Mish's derivative,
/// -1.19243121451549521: there it would move the zero, and with it every digit of the derivative.
template <class Lanes>
MISH_INLINE typename Lanes::Real roughExponentialOfDouble(typename Lanes::Real x, double scale) {
    using Real = typename Lanes::Real;
    Real t;
    const Real r = reduceShortly(x, t);
    Real p = multiplyAdd(Real(0x1.a124e3f154d32p-13 * scale), r, Real(0x1.6d431504c53d3p-10 * scale));
    p = multiplyAdd(p, r, Real(0x1.1110e0f726534p-7 * scale));
    p = multiplyAdd(p, r, Real(0x1.5554e9114ecf9p-5 * scale));
    p = multiplyAdd(p, r, Real(0x1.5555555a78232p-3 * scale));
    p = multiplyAdd(p, r, Real(0x1.0000001658b2bp-1 * scale));
    p = multiplyAdd(p, r, Real(scale));
    p = multiplyAdd(p, r, Real(scale));
    return asReal<Real>(asBits(p) + (asBits(t) << 52));
}

// Each number system computes the activations for an element type. `Input` is the type of x, `Real` that of the
// results; `widen` leads from the one to the other. `digits` is the precision of the element type, `bits` that of the
// functions of Functions.h; `squaresExactly` says that x^2 is exact for every input. It says where the functions become
// flat: below `lowest` every result rounds to zero, above `highest` a decaying term does, and above `saturation` a
// value rounds to x and a slope to 1. `gaussian` and `cubic` are to e^(-x^2 / 2) and to GELU's cubic what `highest` is to
// e^-x; below `deepest`, e^y times a polynomial of y rounds to zero.
//
// In fp64, below `tail`, where e^x is about to leave the range of normal numbers, `exponential` returns e^x times a
// power of two, and `unscale` takes the factor out again, in the only operation that rounds to a subnormal. There
// e^x + 1 rounds to 1 with or without the factor.
//
// Ratios of polynomials in e^x are the same if e^x carries a common factor. In float it moves the roundings about;
// the policies name factors for which every code of the 16-bit type, tried one by one, comes out correctly rounded.
// A power of two in bf16 keeps e^x a normal number as far as `lowest`.
//
// `tie` is what decides ties next to 0 (see `product`); `gaussianTie` is the same for GELU, 0 where the factor does it.

/// The factor of e^x in each number system.
struct Factors {
    double half = 1, brain = 1, single = 1;
};

/// A type in itself, for functions without an exponential.
template <class Lanes>
struct NativeNumbers {
    using Real = typename Lanes::Real;
    using Input = Real;
    using Scalar = typename Lanes::Scalar;
    static MISH_INLINE Real widen(Input x) { return x; }
};

/// What the 16-bit types share in float.
template <class Lanes>
struct FloatNumbers : NativeNumbers<Lanes> {
    using Real = typename Lanes::Real;
    static constexpr int bits = 24;
    static constexpr bool isRoundedAgain = false, squaresExactly = true;

    static MISH_INLINE Real exponential(Real x, double scale) {
        Real t;
        const Real r = reduceFloat(x, t);
        return expandFloat(r, t, scale);
    }
    static MISH_INLINE Real exponentialForValue(Real x, double scale) {
        Real t;
        const Real r = reduceFloat(x, t);
        return expandFloatShortly(r, t, scale);
    }
    static MISH_INLINE Real exponentialForSlope(Real x, double scale) { return exponential(x, scale); }
    static MISH_INLINE Real exponentialOfInput(Real x, double scale) { return exponential(x, scale); }
    static MISH_INLINE Real exponentialOfSum(Real x, Real low, double scale) {
        Real t;
        const Real r = reduceFloat(x, t) + low;
        return expandFloat(r, t, scale);
    }
    static MISH_INLINE Real exponentialMinusOne(Real x, double scale) {
        Real t;
        const Real r = reduceFloat(x, t), s = Real(float(scale));
        const Real power = asReal<Real>(asBits(s) + (asBits(t) << 23));
        return multiplyAdd(power, multiplyAdd(r * r, seriesOfFloat(r, 1), r), power - s);
    }
    static MISH_INLINE Real ratio(Real a, Real b) { return quotient(a, b); }
    static MISH_INLINE Real unscale(Real, Real y) { return y; }
};

/// fp16 in float.
template <class Lanes>
struct HalfNumbers : FloatNumbers<Lanes> {
    static constexpr int digits = 11;
    static constexpr float lowest = -30, highest = 27, saturation = 10, tie = 0x1p-36f, gaussian = 13,
                           gaussianTie = 0, cubic = 8;
    /// x e^(3x) does not overflow up to `highest`.
    static constexpr bool growsSafely = true;
    static MISH_INLINE constexpr double factor(Factors factors) { return factors.half; }
};

/// bf16 in float.
template <class Lanes>
struct BrainNumbers : FloatNumbers<Lanes> {
    static constexpr int digits = 8;
    static constexpr float lowest = -104, highest = 50, saturation = 10, tie = 0x1p-147f, gaussian = 14,
                           gaussianTie = tie, cubic = 10.5;
    static constexpr bool growsSafely = false;
    static MISH_INLINE constexpr double factor(Factors factors) { return factors.brain; }
};

/// Every type up to fp32 in double; 16-bit types are rounded correctly.
template <class Lanes>
struct WideNumbers {
    using Real = typename Lanes::Real;
    using Input = Real;
    using Scalar = double;
    static constexpr double tie = 0x1p-160;
    static constexpr double lowest = -110, highest = 110, saturation = 20;
    static constexpr int bits = 53, digits = 24;
    static constexpr bool growsSafely = true, isRoundedAgain = true, squaresExactly = true;
    static constexpr double gaussian = 15, gaussianTie = 0, cubic = 11.5, deepest = -700;
    static MISH_INLINE constexpr double factor(Factors factors) { return factors.single; }

    static MISH_INLINE Real widen(Input x) { return x; }
    static MISH_INLINE Real exponential(Real x, double = 1) { return exponentialOfDouble<Lanes>(x, 0); }
    static MISH_INLINE Real exponentialForValue(Real x, double scale) { return exponential(x, scale); }
    static MISH_INLINE Real exponentialForSlope(Real x, double scale) {
        return roughExponentialOfDouble<Lanes>(x, scale);
    }
    static MISH_INLINE Real exponentialOfSum(Real x, Real low, double) { return exponential(x) * (Real(1.0) + low); }
    static MISH_INLINE Real exponentialMinusOne(Real x, double = 1) { return exponentialMinusOneOfDouble(x); }
    static MISH_INLINE Real ratio(Real a, Real b) { return quotient(a, b); }
    static MISH_INLINE Real unscale(Real, Real y) { return y; }
};

/// fp32, bounded as such and computed in double.
template <class Lanes>
struct SingleNumbers : WideNumbers<Lanes> {
    using Real = typename Lanes::Real;
    using Input = typename Lanes::Short;
    static constexpr int bits = 28;
    static constexpr double gaussian = 14.6, tie = 0;

    static MISH_INLINE Real widen(Input x) { return convert<Real>(x); }
    static MISH_INLINE Real exponentialForValue(Real x, double scale) {
        return shortExponentialOfDouble<Lanes>(x, scale);
    }
    /// x is reduced in float, which adds a relative error of 2^-26.
    static MISH_INLINE Real exponentialOfInput(Input x, double scale) {
        Input t;
        const Input r = reduceFloat(x, t), k = t - Input(0x1.8p23f);
        return shortlyExpanded<Lanes>(widen(multiplyAdd(k, Input(0x1.05c61p-29f), r)),
                                      convert<typename Lanes::Integer>(asBits(t)), scale);
    }
    static MISH_INLINE Real exponentialMinusOne(Real x, double) { return shortExponentialMinusOneOfDouble(x); }
    static MISH_INLINE Real ratio(Real a, Real b) { return roughQuotient(a, b); }
};

/// For Mish in place: its values are those of SingleNumbers.
template <class Lanes>
struct WideSingleNumbers : WideNumbers<Lanes> {
    using Real = typename Lanes::Real;
    static MISH_INLINE Real exponentialForValue(Real x, double scale) {
        return shortExponentialOfDouble<Lanes>(x, scale);
    }
    static MISH_INLINE Real ratio(Real a, Real b) { return roughQuotient(a, b); }
};

/// fp64 in double.
template <class Lanes>
struct DoubleNumbers {
    using Real = typename Lanes::Real;
    using Input = Real;
    using Integer = typename Lanes::Integer;
    using Scalar = double;
    static constexpr double tie = 0;
    static constexpr double lowest = -754, highest = 400, saturation = 44, tail = -640;
    static constexpr int bits = 53, digits = 53;
    static constexpr bool growsSafely = false, isRoundedAgain = false, squaresExactly = false;
    static constexpr double gaussian = 39.5, gaussianTie = 0, cubic = 21.9, deepest = -790;
    static MISH_INLINE constexpr double factor(Factors) { return 1; }

    static MISH_INLINE Real widen(Input x) { return x; }
    static MISH_INLINE Real exponential(Real x, double = 1) {
        return exponentialOfDouble<Lanes>(x, x < Real(tail) ? Integer(128) : Integer(0));
    }
    static MISH_INLINE Real exponentialMinusOne(Real x, double = 1) { return exponentialMinusOneOfDouble(x); }
    static MISH_INLINE Real unscale(Real x, Real y) {
        return y * (x < Real(tail) ? Real(0x1p-128) : Real(1.0));
    }
};
