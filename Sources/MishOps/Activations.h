// Activations: value, first and second derivative of one number.
//
// A policy is a template over a number system N of Arithmetic.h and gives
//   value(x, parameter), first(x, parameter), derivatives(x, parameter, first, second)
// for every x, the infinities and NaN included. Every kernel is a template over the policy.
#pragma once

#include "Arithmetic.h"

/// Mish, f(x) = x tanh(softplus(x)) (Misra, arXiv:1908.08681), as a rational function of e^x:
/// tanh(ln(1 + u)) = n / (n + 2) with n = u (u + 2).
template <class N>
struct Mish {
    using Real = typename N::Real;
    using S = typename N::Scalar;

    static MISH_INLINE Real value(Real x, Real) {
        const Real low = atLeast(x, Real(S(N::lowest)));
        const Real u = N::roughExponential(atMost(low, Real(S(N::saturation))));
        const Real a = u + Real(S(2));
        return N::unscale(low, low * quotient(u * a, multiplyAdd(u, a, Real(S(2)))));
    }

    /// f' = u [(u + 2) D + 4 x (u + 1)] / D^2, D = u^2 + 2u + 2.
    static MISH_INLINE Real first(Real x, Real) {
        const Real z = atMost(atLeast(x, Real(S(N::lowest))), Real(S(N::saturation)));
        const Real u = N::exponential(z);
        const Real a = u + Real(S(2));
        const Real d = multiplyAdd(u, a, Real(S(2)));
        const Real w = u + Real(S(1));
        const Real numerator = multiplyAdd(a, d, Real(S(4)) * z * w);
        return N::unscale(z, quotient(u * numerator, d * d));
    }

    /// f' and f'' = 4 a b^2 [2 w D + x (2b^3 + 2ab^2 - 3a^2 b - 2a^3)] / D^3, w = a + b, D = a^2 + 2ab + 2b^2,
    /// with (a, b) = (e^x, 1) for x <= 0 and (1, e^-x) for x > 0: nothing overflows, nothing is lost.
    static MISH_INLINE void derivatives(Real x, Real, Real& first, Real& second) {
        const Real one = Real(S(1)), two = Real(S(2)), four = Real(S(4));
        const Real z = atMost(atLeast(x, Real(S(N::lowest))), Real(S(N::highest)));
        const auto positive = z > Real(S(0));
        const Real e = N::exponential(positive ? -z : z);
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
