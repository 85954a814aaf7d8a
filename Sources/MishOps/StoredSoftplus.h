// Mish that stores softplus(x) beside x: the backward pass then finds tanh and the logistic function of x with one
// exponential and no logarithm. In fp16 and bf16 on lanes of float, else of double.
#pragma once

#include "Activations.h"

struct StoredSoftplus {
    using Half = Native::Half;
    using Brain = Native::Brain;
    using Single = Wide::Single;
    using Double = Wide::Double;
};

/// ln(1 + e^x), with a relative error of 2^-21 in float.
template <class N, class Real>
MISH_INLINE auto softplusOf(Real x) {
    if constexpr (sizeof(typename N::Scalar) == sizeof(double)) {
        return Softplus<N>::value(x, x);
    } else {
        // ln(1 + u) = 2 artanh of u / (2 + u).
        const Real magnitude = x < Real(0.0f) ? -x : x;
        const Real u = exponentialOfFloat<FloatLanes>(atLeast(-magnitude, Real(-87.0f)), 1, 0);
        const Real s = quotient(u, u + Real(2.0f));
        constexpr float c[] = {2.0f / 11, 2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3, 2};
        const Real logarithm = s * polynomial(s * s, c);
        return atLeast(x, Real(0.0f)) + (x < Real(-87.0f) ? Real(0.0f) : logarithm);
    }
}

/// f' = s [(1 + v) D + 4 x v^2] / D^2, v = e^-softplus, s = 1 - v = sigmoid(x), D = 1 + v^2.
template <class N, class Real>
MISH_INLINE Real slopeFromSoftplus(Real x, Real softplus) {
    using S = typename N::Scalar;
    const Real one = Real(S(1)), four = Real(S(4));
    const Real p = atMost(softplus, Real(S(64))), z = atMost(atLeast(x, Real(S(-1000))), Real(S(64)));
    Real s, v;
    if constexpr (sizeof(S) == sizeof(double)) {
        s = -exponentialMinusOne<N>(-p);
        v = one - s;
    } else {
        v = exponentialOfFloat<FloatLanes>(-p, 1, 0);
        constexpr float c[] = {-1.0f / 24, 1.0f / 6, -1.0f / 2, 1};
        s = p < Real(0.0625f) ? p * polynomial(p, c) : one - v;
    }
    const Real vv = v * v, d = one + vv;
    return quotient(s * multiplyAdd(one + v, d, four * z * vv), d * d);
}
