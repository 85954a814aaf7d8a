// The activations in fp64: the policies of Activations.h again, evaluated in pairs of doubles.
#pragma once

#include "Activations.h"
#include "DoubleFunctions.h"
#include "Zeros.h"

template <class Lanes>
struct Mish<DoubleNumbers<Lanes>> {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;

    /// n = u (u + 2) and d = n + 2, from the parts of u. Twice u takes the product's error apart: exactly up to u = 2,
    /// and beyond it matters little.
    static MISH_INLINE void ratio(Real u, Pair<Real>& n, Pair<Real>& d) {
        const Real a = u + Real(2.0);
        n.hi = u * a;
        n.lo = multiplyAdd(u, u, (u + u) - n.hi);
        d.hi = multiplyAdd(u, a, Real(2.0));
        d.lo = (n.hi - (d.hi - Real(2.0))) + n.lo;
    }
    static MISH_INLINE void ratio(Pair<Real> u, Pair<Real>& n, Pair<Real>& d) {
        const Real a = u.hi + Real(2.0);
        n.hi = u.hi * a;
        n.lo = multiplyAdd(u.lo, a + u.hi, multiplyAdd(u.hi, u.hi, (u.hi + u.hi) - n.hi));
        d.hi = multiplyAdd(u.hi, a, Real(2.0));
        d.lo = (n.hi - (d.hi - Real(2.0))) + n.lo;
    }

    static MISH_INLINE Real value(Real x, Real) {
        const auto isFar = x > Real(N::saturation);
        const Real z = isFar ? Real(N::saturation) : atLeast(x, Real(N::lowest));
        Pair<Real> n, d;
        ratio(N::exponential(z), n, d);
        const Pair<Real> t = quotient(n, d);
        const Real y = N::unscale(z, multiplyAdd(z, t.hi, z * t.lo));
        return isFar ? x : withSign(y, x);
    }

    /// f' = (n + 4x (n - u) / d) / d, d = n + 2.
    static MISH_INLINE Real first(Real x, Real) {
        const Real z = atMost(atLeast(x, Real(N::lowest)), Real(N::saturation));
        const Pair<Real> u = exponential<Lanes>(z);
        Pair<Real> n, d;
        ratio(u, n, d);
        // 1 / d = r + r e. The sum is exact down to x = -2; further left it costs half a unit of the last place.
        const Real r = reciprocal(d.hi), e = multiplyAdd(-r, d.lo, multiplyAdd(-r, d.hi, Real(1.0)));
        const Pair<Real> uw = orderedSum(n.hi, -u.hi);
        const Pair<Real> g = Pair<Real>{uw.hi, uw.lo + (n.lo - u.lo)} * (Real(4.0) * z);
        const Pair<Real> slope = exactProduct(g.hi, r);
        const Real slopeLow = multiplyAdd(r, multiplyAdd(g.hi, e, g.lo), slope.lo);
        const Pair<Real> sum = orderedSum(n.hi, slope.hi);
        const Real sumLow = sum.lo + (n.lo + slopeLow), end = N::unscale(z, r);
        const Real y = multiplyAdd(sum.hi, end, end * multiplyAdd(sum.hi, e, sumLow));
        return besideZero(z, y, zeroOfMishFirst);
    }

    /// f' = t + 4x u w / d^2 and f'' = 8u [x / 2 + 1 + u (1 - x t)] / d^2, t = n / d, w = u + 1. Right of 300, where u^2
    /// would leave the range, 2^-128 u does as well: the constants are nothing beside it, and f'' has 2^256 too much.
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        using Integer = typename Lanes::Integer;
        const Real z = atMost(atLeast(x, Real(N::lowest)), Real(N::highest));
        const auto isFar = z > Real(300.0);
        const auto shift = z < Real(N::tail) ? Integer(128) : Integer(0);
        const Pair<Real> u = exponentialInPairs<Lanes>(z, isFar ? Integer(-128) : shift);
        const Pair<Real> n = u * (u + Real(2.0)), d = n + Real(2.0);
        const Real r = reciprocal(d.hi), e = multiplyAdd(-r, d.lo, multiplyAdd(-r, d.hi, Real(1.0)));
        const Pair<Real> inverse = {r, r * e}, t = n * inverse, ur = u * inverse, wr = addTo(1, u) * inverse;
        const Pair<Real> slope = ur * wr * (Real(4.0) * z), sum = orderedSum(t.hi, slope.hi);
        first = N::unscale(z, sum.hi + (sum.lo + (t.lo + slope.lo)));

        const Pair<Real> line = orderedSum(Real(1.0), Real(0.5) * z), bracket = u * addTo(1, -(t * z)) + line;
        const Pair<Real> product = bracket * inverse * ur;
        second = N::unscale(z, isFar ? Real(0x1p-253) : Real(8.0)) * rounded(product);
        first = besideZero(z, first, zeroOfMishFirst);
        second = besideZero(z, besideZero(z, second, zero1OfMishSecond), zero2OfMishSecond);
    }
};

/// ln(1 + e^x).
template <class Lanes>
struct Softplus<DoubleNumbers<Lanes>> {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    using Logistic = LogisticInPairs<Lanes>;

    static MISH_INLINE Real value(Real x, Real) {
        const Logistic l(x);
        const Real y = N::unscale(l.x, rounded(logarithmOfOnePlus(l.e) + atLeast(l.x, Real(0.0))));
        return x > Real(-N::lowest) ? x : y;
    }
    static MISH_INLINE Real first(Real x, Real) {
        const Logistic l(x);
        return unlessNaN(x, N::unscale(l.x, rounded(l.s)));
    }
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Logistic l(x);
        first = unlessNaN(x, N::unscale(l.x, rounded(l.s)));
        second = unlessNaN(x, N::unscale(l.n, rounded(l.slope)));
    }
};

/// The policy of x t(x). `Factor` has t and its derivatives t1 and t2 at x, no further out than where they are flat;
/// `tail` and `decay`, by which the common factor goes out of t and t1 together, and out of t1 and t2; and what
/// mends the results next to their zeros.
template <class Lanes, template <class> class Factor>
struct Product {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;

    static MISH_INLINE Real value(Real x, Real) {
        const Factor<Lanes> f(x);
        return N::unscale(f.tail, roundedProduct(atLeast(x, Real(Factor<Lanes>::lowest)), f.t));
    }
    static MISH_INLINE Real first(Real x, Real) { return first(Factor<Lanes>(x)); }
    static MISH_INLINE Real first(const Factor<Lanes>& f) {
        return f.mendFirst(N::unscale(f.tail, rounded(f.t + f.t1 * f.x)));
    }
    static MISH_INLINE void derivatives(Real x, Real, Real& firstOf, Real& second) {
        const Factor<Lanes> f(x);
        firstOf = first(f);
        second = f.mendSecond(N::unscale(f.decay, rounded(scaled(2, f.t1) + f.t2 * f.x)));
    }
};

template <class Real, int first, int last>
MISH_INLINE Real besideZeros(Real x, Real y, const Zero<first>& left, const Zero<last>& right) {
    return besideZero(x, besideZero(x, y, left), right);
}

/// s' = s (1 - s).
template <class Lanes>
struct SiLUFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = N::lowest;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE SiLUFactor(Real input) {
        const LogisticInPairs<Lanes> l(input);
        x = tail = l.x;
        decay = l.n;
        t = l.s;
        t1 = l.slope;
        t2 = t1 * (l.complement - l.s);
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZero(x, y, zeroOfSiluFirst); }
    MISH_INLINE Real mendSecond(Real y) const { return besideZeros(x, y, zero1OfSiluSecond, zero2OfSiluSecond); }
};

template <class Lanes>
struct SiLU<DoubleNumbers<Lanes>> : Product<Lanes, SiLUFactor> {};

template <class Lanes>
struct GELUFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = -N::gaussian;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE GELUFactor(Real input) {
        const NormalInPairs<Lanes> normal(input);
        x = normal.x;
        tail = normal.tail;
        decay = normal.n;
        t = normal.p;
        t1 = normal.density;
        t2 = t1 * -x;
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZero(x, y, zeroOfGeluFirst); }
    MISH_INLINE Real mendSecond(Real y) const { return besideZeros(x, y, zero1OfGeluSecond, zero2OfGeluSecond); }
};

template <class Lanes>
struct GELU<DoubleNumbers<Lanes>> : Product<Lanes, GELUFactor> {};

/// The sigmoid of y = sqrt(8 / pi) (x + 0.044715 x^3).
template <class Lanes>
struct GELUTanhFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = -N::cubic;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE GELUTanhFactor(Real input) {
        const Pair<Real> linear = {Real(0x1.9884533d43651p+0), Real(-0x1.cbc0d30ebfd15p-54)};
        const Pair<Real> cubic = {Real(0x1.2444f2a4d8b4bp-4), Real(-0x1.6c843a29d1c70p-61)};
        x = clamp(input, Real(-N::cubic), Real(N::cubic));
        const Pair<Real> curve = cubic * exactProduct(x, x), y = (linear + curve) * x;
        tail = y.hi;
        const auto positive = tail > Real(0.0);
        decay = positive ? -tail : tail;
        const SigmoidInPairs<Real> l(positive, exponential<Lanes>(choose(positive, -y, y)));
        const Pair<Real> y1 = linear + curve * Real(3.0), y2 = cubic * (Real(6.0) * x);
        t = l.s;
        t1 = l.slope * y1;
        t2 = l.slope * ((l.complement - l.s) * (y1 * y1) + y2);
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZero(x, y, zeroOfGeluTanhFirst); }
    MISH_INLINE Real mendSecond(Real y) const { return besideZeros(x, y, zero1OfGeluTanhSecond, zero2OfGeluTanhSecond); }
};

template <class Lanes>
struct GELUTanh<DoubleNumbers<Lanes>> : Product<Lanes, GELUTanhFactor> {};

/// tanh(e^x). Right of 7 its slope is below every number.
template <class Lanes>
struct TanhExpFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = N::lowest;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE TanhExpFactor(Real input) {
        x = tail = clamp(input, Real(N::lowest), Real(7.0));
        const Pair<Real> e = preciseExponential<Lanes>(x);
        const TanhInPairs<Lanes> tanh(e);
        decay = x > Real(0.0) ? tanh.n : x;
        t = tanh.t;
        t1 = tanh.u * e;
        t2 = t1 * addTo(1, scaled(-2, e * t));
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZero(x, y, zeroOfTanhexpFirst); }
    MISH_INLINE Real mendSecond(Real y) const { return besideZeros(x, y, zero1OfTanhexpSecond, zero2OfTanhexpSecond); }
};

template <class Lanes>
struct TanhExp<DoubleNumbers<Lanes>> : Product<Lanes, TanhExpFactor> {};

/// ln(1 + s).
template <class Lanes>
struct LogishFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = N::lowest;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE LogishFactor(Real input) {
        const LogisticInPairs<Lanes> l(input);
        x = tail = l.x;
        decay = l.n;
        t = logarithmOfOnePlus(l.s);
        t1 = quotient(l.slope, addTo(1, l.s));
        t2 = t1 * ((l.complement - l.s) - t1);
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZero(x, y, zeroOfLogishFirst); }
    MISH_INLINE Real mendSecond(Real y) const { return besideZeros(x, y, zero1OfLogishSecond, zero2OfLogishSecond); }
};

template <class Lanes>
struct Logish<DoubleNumbers<Lanes>> : Product<Lanes, LogishFactor> {};

/// tanh(g) = a / (a + 2), g = ln(1 + s), a = s (s + 2).
template <class Lanes>
struct SmishFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = N::lowest;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE SmishFactor(Real input) {
        const LogisticInPairs<Lanes> l(input);
        x = tail = l.x;
        decay = l.n;
        const Pair<Real> w = addTo(1, l.s), a = l.s * addTo(2, l.s), d = addTo(2, a), g1 = quotient(l.slope, w);
        t = quotient(a, d);
        t1 = quotient(scaled(4, l.slope * w), d * d);
        t2 = t1 * ((l.complement - l.s) - g1 * addTo(1, scaled(2, t)));
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZero(x, y, zeroOfSmishFirst); }
    MISH_INLINE Real mendSecond(Real y) const { return besideZeros(x, y, zero1OfSmishSecond, zero2OfSmishSecond); }
};

template <class Lanes>
struct Smish<DoubleNumbers<Lanes>> : Product<Lanes, SmishFactor> {};

/// erf(p), p = ln(1 + e^x).
template <class Lanes>
struct SerfFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = N::lowest;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE SerfFactor(Real input) {
        const LogisticInPairs<Lanes> l(input);
        x = l.x;
        tail = x;
        const Pair<Real> p = logarithmOfOnePlus(l.e) + atLeast(x, Real(0.0)), square = p * p;
        const Real n = atLeast(-square.hi, Real(N::deepest));
        const Pair<Real> g = exponential<Lanes>(Pair<Real>{n, n > Real(N::deepest) ? -square.lo : Real(0.0)});
        decay = x > Real(0.0) ? n : x;
        t = errorFunction(p, g);
        t1 = g * Pair<Real>{Real(0x1.20dd750429b6dp+0), Real(0x1.1ae3a914fed80p-56)} * l.s;  // 2 / sqrt(pi)
        t2 = t1 * (l.complement - scaled(2, p * l.s));
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZero(x, y, zeroOfSerfFirst); }
    MISH_INLINE Real mendSecond(Real y) const { return besideZeros(x, y, zero1OfSerfSecond, zero2OfSerfSecond); }
};

template <class Lanes>
struct Serf<DoubleNumbers<Lanes>> : Product<Lanes, SerfFactor> {};

/// tanh(g), g = gelu(x), which has the sign of x.
template <class Lanes>
struct PhishFactor {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;
    static constexpr double lowest = -N::gaussian;
    Real x, tail, decay;
    Pair<Real> t, t1, t2;

    explicit MISH_INLINE PhishFactor(Real input) {
        const NormalInPairs<Lanes> normal(input);
        x = clamp(input, Real(lowest), Real(400.0));
        tail = normal.tail;
        const auto positive = x > Real(0.0);
        const Pair<Real> g = normal.p * x, g1 = normal.p + normal.density * x;
        const Pair<Real> g2 = normal.density * (exactProduct(-x, x) + Real(2.0));
        const TanhInPairs<Lanes> tanh(choose(positive, g, -g));
        decay = positive ? tanh.n : tail;
        t = choose(positive, tanh.t, -tanh.t);
        t1 = tanh.u * g1;
        t2 = tanh.u * (g2 - scaled(2, t * (g1 * g1)));
    }

    MISH_INLINE Real mendFirst(Real y) const { return besideZeros(x, y, zero1OfPhishFirst, zero2OfPhishFirst); }
    MISH_INLINE Real mendSecond(Real y) const {
        return besideZero(x, besideZeros(x, y, zero1OfPhishSecond, zero2OfPhishSecond), zero3OfPhishSecond);
    }
};

template <class Lanes>
struct Phish<DoubleNumbers<Lanes>> : Product<Lanes, PhishFactor> {
    using N = DoubleNumbers<Lanes>;
    using Real = typename N::Real;

    /// As a product of magnitudes, since it is nowhere negative.
    static MISH_INLINE Real value(Real x, Real) {
        const PhishFactor<Lanes> f(x);
        const auto positive = f.x > Real(0.0);
        const Real low = atLeast(x, Real(f.lowest));
        return N::unscale(f.tail, roundedProduct(positive ? low : Real(0.0) - low, choose(positive, f.t, -f.t)));
    }
};
