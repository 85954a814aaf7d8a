// Mish for an output that takes the place of the input, and the gradient from that output alone.
//
// f takes each y in (ymin, 0) twice, left and right of the minimum x0, so the last bit of a negative y says from
// which side it came: 1 right of x0, 0 left of it; a y that rounds to zero is -0 from the left and +0 from the right.
// That costs the forward pass at most half a unit of the last place more.
//
// f' is a smooth function of sigma = +-sqrt(y - ymin), with the sign of x - x0: around the minimum it is sigma times a
// ratio of polynomials of sigma. Far left f' is y times a function of log2(-y), and far right it tends to 1. The
// coefficients are minimax fits (Tests/Reference/mish_inverse.py).
#pragma once

#include "Activations.h"

/// Errors of f' below 1.2e-5, for the 16-bit types, whose y is coarser than that.
struct CoarseInverse {
    static constexpr bool hasRight = false;
    static constexpr float highest = 6.5f;
    static constexpr float middle[] = {-0.0201711059f, 0.183043778f, -0.620262384f, 0.942979515f,
                                       -0.0941287056f, -1.15804517f, 1.06647003f};
    static constexpr float middleOver[] = {0.13852331f, -0.411804318f, 1.04497135f, -1.35107946f, 1};
    static constexpr float left[] = {-0.343910992f, -0.13293539f, 0.999511778f};
    static constexpr float leftOver[] = {-0.34563756f, -0.536243021f, 1};
};

/// Errors of f' below 5e-7, for fp32.
struct FineInverse {
    static constexpr bool hasRight = true;
    static constexpr float highest = 9.8f;
    static constexpr float middle[] = {0.0446445644f, -0.26667887f, 0.381261498f, 0.5303334f,
                                       -1.167364f,    0.0258612297f, 1.06645334f};
    static constexpr float middleOver[] = {0.065682061f, -0.112461686f, 0.405720472f, -0.256082714f,
                                           -0.240966082f, 1};
    static constexpr float left[] = {0.12936008f, 0.707826793f, -2.67645574f, 1.90157759f};
    static constexpr float leftOver[] = {0.129053667f, 0.902444899f, -2.34544873f, 1};
    static constexpr float right[] = {1.14880122e-05f, -0.000391831505f, 0.00504889945f, -0.0292053372f,
                                      0.0641700178f};
    static constexpr float rightOver[] = {0.0159591641f, -0.127458155f, 0.525913417f, -0.996156096f, 1};
};

/// f' on lanes of float. `halfCell` is half the width of the interval of values that are stored as y, for y next to
/// ymin. The mean of f' over the interval's inverse is the slope between its ends: nearly the mean of their sigmas.
template <class Inverse, class Real, class Mask>
MISH_INLINE Real slopeFromValue(Real y, Mask isLeft, float halfCell) {
    const Real z = atMost(y, Real(Inverse::highest));
    // ymin in two parts.
    const Real depth = z - Real(-0.3088434040546417f);
    const float rest = -8.962608683e-9f;
    const Real inner = squareRoot(atLeast(depth - Real(rest + halfCell), Real(0.0f)));
    const Real outer = squareRoot(magnitude(depth - Real(rest - halfCell)));  // negative only for what is no output
    const Real root = Real(0.5f) * (inner + outer);
    const Real sigma = isLeft ? -root : root;

    const Real t = sigma - Real(0.5f);
    const Real middle = sigma * polynomial(t, Inverse::middle);
    const Real exponent = atMost(-logarithm2(-y), Real(160.0f));
    const Real left = y * polynomial(exponent, Inverse::left);
    const auto isFarLeft = sigma < Real(-0.3347f);  // x < -2.5
    const Real numerator = isFarLeft ? left : middle;
    const Real denominator =
        isFarLeft ? polynomial(exponent, Inverse::leftOver) : polynomial(t, Inverse::middleOver);
    if constexpr (Inverse::hasRight) {
        const auto isFarRight = z > Real(2.2094567f);  // x > 2.25
        const Real ratio = roughQuotient(isFarRight ? polynomial(z, Inverse::right) : numerator,
                                               isFarRight ? polynomial(z, Inverse::rightOver) : denominator);
        return isFarRight ? Real(1.0f) + ratio : ratio;
    } else {
        return roughQuotient(numerator, denominator);
    }
}

/// Mish and f' on lanes of double, x in [-640, 44]. Errors are a few units of the last place of the larger terms.
template <class N>
struct MishAt {
    using Real = typename N::Real;
    Real value, slope;

    explicit MISH_INLINE MishAt(Real x) {
        const Real u = N::exponential(x);
        const Real a = u * (u + Real(2.0)), d = a + Real(2.0);
        value = x * quotient(a, d);
        slope = quotient(multiplyAdd(a, d, Real(4.0) * x * u * (u + Real(1.0))), d * d);
    }
};

/// f' on lanes of double. Around the minimum a polynomial of sigma, fitted for x in [-2.5, 0.5] with an error of 9e-9;
/// outside, three Newton steps find x to 1e-8.
template <class N, class Mask>
MISH_INLINE typename N::Real slopeByNewton(typename N::Real y, Mask isLeft) {
    using Real = typename N::Real;
    constexpr double low = -0.33470465952943808, high = 0.8270965024240796;
    constexpr double c[] = {
        3.05833307597e-05,  -4.80515335006e-05, -3.34774380387e-05, 1.71643753471e-05, 0.00014776137923,
        -4.79964649606e-05, 0.00222090475983,   0.00699694948098,   -0.0156115875143,  -0.154604164092,
        0.169532367281,     0.64577007858,      0.232053847263,
    };
    const Real depth = (y - Real(-0x1.3c417299f9f85p-2)) - Real(2.775377215e-17);
    const Real root = squareRoot(atLeast(depth, Real(0.0)));
    const Real sigma = isLeft ? -root : root;
    const Real t = multiplyAdd(sigma, Real(2 / (high - low)), Real(-(low + high) / (high - low)));

    // ln(-y) = x + ln(-x) nearly, far left; y = x nearly, right.
    const Real logY = logarithm(clamp(-y, Real(1e-300), Real(0.25)));
    Real x = isLeft ? logY - logarithm(Real(0.64) - logY) : y;
    for (int step = 0; step < 3; ++step) {
        // Left of -100 the start will do: f' is below 1e-41.
        const Real z = clamp(x, Real(-100.0), Real(44.0));
        const MishAt<N> f(z);
        x = x == z ? z - quotient(f.value - y, f.slope) : x;
    }
    const Real outside = MishAt<N>(clamp(x, Real(-640.0), Real(44.0))).slope;
    const Real inside = polynomial(t, c);
    return sigma > Real(low) ? (sigma < Real(high) ? inside : outside) : outside;
}

/// The arithmetic of the gradient.
struct Inverted : Native {
    using Double = Tuned::Double;
};

// What an output of each type says. Its values next to ymin are in [1/4, 1/2), and those of one side two units of the
// last place apart.

struct HalfOutput {
    template <class N, class Real, class Mask>
    static MISH_INLINE Real slope(Real y, Mask isLeft) {
        return slopeFromValue<CoarseInverse>(y, isLeft, 0x1p-12f);
    }
};

struct BrainOutput {
    template <class N, class Real, class Mask>
    static MISH_INLINE Real slope(Real y, Mask isLeft) {
        return slopeFromValue<CoarseInverse>(y, isLeft, 0x1p-9f);
    }
};

struct SingleOutput {
    template <class N, class Real, class Mask>
    static MISH_INLINE Real slope(Real y, Mask isLeft) {
        return slopeFromValue<FineInverse>(y, isLeft, 0x1p-25f);
    }
};

struct DoubleOutput {
    template <class N, class Real, class Mask>
    static MISH_INLINE Real slope(Real y, Mask isLeft) {
        return slopeByNewton<N>(y, isLeft);
    }
};
