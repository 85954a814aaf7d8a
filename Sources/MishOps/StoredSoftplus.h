// Mish that stores softplus(x) beside x: the backward pass then finds tanh and the logistic function of x with one
// exponential and no logarithm.
#pragma once

#include "Activations.h"

/// f' = s [(1 + v) D + 4 x v^2] / D^2, v = e^-softplus, s = 1 - v = sigmoid(x), D = 1 + v^2.
template <class N>
MISH_INLINE typename N::Real slopeFromSoftplus(typename N::Input x, typename N::Input softplus) {
    using Input = typename N::Input;
    using Real = typename N::Real;
    using S = typename N::Scalar;
    const Real p = N::widen(atMost(softplus, Input(64))), z = N::widen(atMost(atLeast(x, Input(-1000)), Input(64)));
    const Real s = -N::exponentialMinusOne(-p, 1), v = Real(S(1)) - s;
    const Real vv = v * v, d = Real(S(1)) + vv;
    return quotient(s * multiplyAdd(Real(S(1)) + v, d, Real(S(4)) * z * vv), d * d);
}
