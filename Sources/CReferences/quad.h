// Elementary functions in numbers of 113 bits, with relative errors of a few units of the last place.
#ifndef QUAD_H
#define QUAD_H

#if defined(__x86_64__)
typedef __float128 Quad;
#define QUAD(x) x##q
#else
typedef long double Quad;  // of 128 bits on every 64-bit Arm
#define QUAD(x) x##l
#endif

Quad quad_exp(Quad x);
/// e^x - 1.
Quad quad_expm1(Quad x);
/// ln(1 + x), x >= 0.
Quad quad_log1p(Quad x);
/// 1 / (1 + e^-x).
Quad quad_sigmoid(Quad x);
/// tanh, and 1 / cosh^2 in `slope`.
Quad quad_tanh(Quad x, Quad *slope);
/// The error function and its complement.
Quad quad_erf(Quad x);
Quad quad_erfc(Quad x);

#endif
