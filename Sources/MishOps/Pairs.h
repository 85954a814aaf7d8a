// Numbers of twice the digits, as the unevaluated sum of two doubles, in which fp64 is evaluated: what rounding
// takes from the first part is in the second. `reciprocal(b)` of the includer is 1 / b to 39 bits or more, and
// `anyLane(condition)` says whether it holds in any lane.
//
// The parts are not normalised, and products of two second parts are left out: sums and products are right to about
// 2^-100 of the largest term.
#pragma once

#include "Functions.h"

template <class Real>
struct Pair {
    Real hi, lo;
};

/// a + b, where |a| >= |b|, or a is a multiple of the last place of a + b.
template <class Real>
MISH_INLINE Pair<Real> orderedSum(Real a, Real b) {
    const Real sum = a + b;
    return {sum, b - (sum - a)};
}

template <class Real>
MISH_INLINE Pair<Real> exactSum(Real a, Real b) {
    const Real sum = a + b, part = sum - a;
    return {sum, (a - (sum - part)) + (b - part)};
}

template <class Real>
MISH_INLINE Pair<Real> exactProduct(Real a, Real b) {
    const Real product = a * b;
    return {product, multiplyAdd(a, b, -product)};
}

template <class Real>
MISH_INLINE Pair<Real> operator-(Pair<Real> a) { return {-a.hi, -a.lo}; }

template <class Real>
MISH_INLINE Pair<Real> operator+(Pair<Real> a, Pair<Real> b) {
    const Pair<Real> sum = exactSum(a.hi, b.hi);
    return {sum.hi, sum.lo + (a.lo + b.lo)};
}

template <class Real>
MISH_INLINE Pair<Real> operator+(Pair<Real> a, Real b) {
    const Pair<Real> sum = exactSum(a.hi, b);
    return {sum.hi, sum.lo + a.lo};
}

template <class Real>
MISH_INLINE Pair<Real> operator-(Pair<Real> a, Pair<Real> b) { return a + -b; }

template <class Real>
MISH_INLINE Pair<Real> operator*(Pair<Real> a, Pair<Real> b) {
    const Pair<Real> product = exactProduct(a.hi, b.hi);
    return {product.hi, multiplyAdd(a.lo, b.hi, multiplyAdd(a.hi, b.lo, product.lo))};
}

template <class Real>
MISH_INLINE Pair<Real> operator*(Pair<Real> a, Real b) {
    const Pair<Real> product = exactProduct(a.hi, b);
    return {product.hi, multiplyAdd(a.lo, b, product.lo)};
}

/// `c` + a, where c is a multiple of the last place of the sum: a power of two and a up to 2^53 of it.
template <class Real>
MISH_INLINE Pair<Real> addTo(double c, Pair<Real> a) {
    const Pair<Real> sum = orderedSum(Real(c), a.hi);
    return {sum.hi, sum.lo + a.lo};
}

/// 2^n a.
template <class Real>
MISH_INLINE Pair<Real> scaled(double power, Pair<Real> a) { return {Real(power) * a.hi, Real(power) * a.lo}; }

/// The first part alone is no better than `reciprocal`.
template <class Real>
MISH_INLINE Pair<Real> quotient(Pair<Real> a, Pair<Real> b) {
    const Real r = reciprocal(b.hi), q = a.hi * r;
    return {q, r * (multiplyAdd(-q, b.hi, a.hi) + multiplyAdd(-q, b.lo, a.lo))};
}

/// x t for t > 0, rounded once. The second part does not turn an infinite x into NaN, nor -0 into 0.
template <class Real>
MISH_INLINE Real roundedProduct(Real x, Pair<Real> t) {
    const Real finite = atMost(x, Real(0x1.fffffffffffffp+1023));
    return withSign(multiplyAdd(x, t.hi, finite * t.lo), x);
}

/// The same number, its first part the nearest double.
template <class Real>
MISH_INLINE Pair<Real> normalized(Pair<Real> a) { return orderedSum(a.hi, a.lo); }

template <class Condition, class Real>
MISH_INLINE Pair<Real> choose(Condition condition, Pair<Real> a, Pair<Real> b) {
    return {condition ? a.hi : b.hi, condition ? a.lo : b.lo};
}

template <class Real>
MISH_INLINE Real rounded(Pair<Real> a) { return a.hi + a.lo; }

/// e^x 2^shift with a relative error of 2^-54; x + shift ln 2 in [-708, 709].
template <class Lanes>
MISH_INLINE Pair<typename Lanes::Real> exponentialInPairs(typename Lanes::Real x, typename Lanes::Integer shift) {
    using Real = typename Lanes::Real;
    // x = k ln 2 + r + rest: r is exact, since ln 2 and x are multiples of the last place that it needs.
    const Real magic = Real(0x1.8p52);
    const Real t = multiplyAdd(x, Real(0x1.71547652b82fep+0), magic);
    const Real k = t - magic;
    const Real r = multiplyAdd(k, Real(-0x1.62e42fefa39efp-1), x);
    const Real rest = k * Real(-0x1.abc9e3b39803fp-56);
    // e^r = 1 + r + r^2 p(r)
    const Real r2 = r * r, r4 = r2 * r2;
    const Real p0 = multiplyAdd(Real(0x1.5555555555556p-3), r, Real(0x1.0000000000001p-1));
    const Real p2 = multiplyAdd(Real(0x1.11111111109adp-7), r, Real(0x1.5555555553d4fp-5));
    const Real p4 = multiplyAdd(Real(0x1.a01a01a7c8d47p-13), r, Real(0x1.6c16c17893833p-10));
    const Real p6 = multiplyAdd(Real(0x1.71de0d9c145d0p-19), r, Real(0x1.a019b8ef67c6cp-16));
    const Real p8 = multiplyAdd(Real(0x1.af38d53857513p-26), r, Real(0x1.2891a8c1d838dp-22));
    const Real low = multiplyAdd(p2, r2, p0), high = multiplyAdd(p6, r2, p4);
    const Real p = multiplyAdd(multiplyAdd(p8, r4, high), r4, low);
    const Pair<Real> e = orderedSum(Real(1.0), multiplyAdd(r2, p, r));
    const auto exponent = (asBits(t) + shift) << 52;
    return {asReal<Real>(asBits(e.hi) + exponent),
            asReal<Real>(asBits(Real(1.0)) + exponent) * multiplyAdd(rest, e.hi, e.lo)};
}

/// A zero of a function, its place and slope in two parts: within `width` of it the function is
/// d (slope + d p(d)), d = x - place, with a relative error of 2^-57.
template <int count>
struct Zero {
    double place, placeLow, width, slope, slopeLow, p[count];
};

/// `y`, or the function next to its zero: there, y is the difference of terms that are much larger, and wrong.
template <class Real, int count>
MISH_INLINE Real besideZero(Real x, Real y, const Zero<count>& zero) {
    const Real d = x - Real(zero.place);  // exact, there
    const auto near = (d < Real(0.0) ? -d : d) < Real(zero.width);
    if (!anyLane(near)) return y;
    Real p = Real(zero.p[0]);
    for (int i = 1; i < count; ++i) p = multiplyAdd(p, d, Real(zero.p[i]));
    const Real curve = d * p;
    const Pair<Real> line = Pair<Real>{Real(zero.slope), Real(zero.slopeLow)} * d;
    // The function's own slope, slope + 2 d p(d) nearly, times what the place lacks.
    const Real low = multiplyAdd(Real(-zero.placeLow), multiplyAdd(Real(2.0), curve, Real(zero.slope)), line.lo);
    return near ? line.hi + multiplyAdd(d, curve, low) : y;
}
