// Activations: value, first and second derivative of one number.
//
// A policy is a template over a number system N of Arithmetic.h and gives
//   value(x, parameter), first(x, parameter), second(x, parameter)
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

    /// f'' = 4 a b^2 [2 (a + b) D + x (2b^3 + 2ab^2 - 3a^2 b - 2a^3)] / D^3, D = a^2 + 2ab + 2b^2, with
    /// (a, b) = (e^x, 1) for x <= 0 and (1, e^-x) for x > 0: nothing overflows, nothing is lost.
    static MISH_INLINE Real second(Real x, Real) {
        const Real z = atMost(atLeast(x, Real(S(N::lowest))), Real(S(N::highest)));
        const Real e = N::exponential(z < Real(S(0)) ? z : -z);
        const Real one = Real(S(1));
        const Real a = z > Real(S(0)) ? one : e;
        const Real b = z > Real(S(0)) ? e : one;
        const Real w = a + b;
        const Real d = multiplyAdd(w, w, b * b);
        // 2b^3 + 2ab^2 - 3a^2 b - 2a^3 = 2b^2 w - a^2 (3b + 2a)
        const Real cubic = multiplyAdd(Real(S(2)) * b * b, w, -(a * a) * multiplyAdd(Real(S(2)), w, b));
        const Real bracket = multiplyAdd(Real(S(2)) * w, d, z * cubic);
        const Real ratio = quotient(Real(S(4)) * a * b * bracket, d * d * d);
        return N::unscale(z, ratio) * b;
    }
};
