// Every activation once: identifier of the operator, policy, arithmetic, and, for those that have one, the
// parameter with its default. The schemas, the kernels of both devices and the tests follow this list.
//
// Arithmetic: `Tuned`, a number system for each element type; `Wide`, double for every element type; `Mixed`, tuned
// but for the double backward, which is wide;
// `Native`, no wider than the element type needs for comparing and copying.
#pragma once

#define MISH_FOR_EACH_ACTIVATION(plain, parametrised)        \
    plain(mish, Mish, Tuned)                                 \
    plain(relu, ReLU, Native)                                \
    parametrised(leaky_relu, LeakyReLU, Wide, slope, 0.01)   \
    parametrised(elu, ELU, Mixed, alpha, 1.0)                \
    plain(selu, SELU, Mixed)                                 \
    plain(softplus, Softplus, Mixed)                         \
    plain(silu, SiLU, Mixed)                                 \
    plain(gelu, GELU, Mixed)                                 \
    plain(gelu_tanh, GELUTanh, Mixed)                        \
    plain(hard_swish, HardSwish, Wide)                       \
    plain(hard_mish, HardMish, Wide)                         \
    plain(tanhexp, TanhExp, Wide)                            \
    plain(logish, Logish, Wide)                              \
    plain(smish, Smish, Wide)                                \
    plain(serf, Serf, Wide)                                  \
    plain(phish, Phish, Wide)

/// Mish that keeps something else for the backward pass than its input: identifier, and the first part of the names of
/// the macros that make its kernels. It has a forward and a backward pass of its own.
#define MISH_FOR_EACH_VARIANT(variant)                       \
    variant(mish_in_place, MISH_IN_PLACE)                    \
    variant(mish_storing_softplus, MISH_STORED_SOFTPLUS)
