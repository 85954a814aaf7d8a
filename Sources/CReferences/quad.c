#include "quad.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(Quad) == 16, "a quad has 128 bits");

/// 2^k for a normal result.
static Quad power_of_two(int k) {
    const unsigned __int128 bits = (unsigned __int128)(k + 16383) << 112;
    Quad result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

/// x = k ln 2 + r, |r| <= 0.35; returns e^r - 1. The error of e^(r / 256) - 1 doubles with r at each squaring, so the
/// relative one stays.
static Quad reduced_expm1(Quad x, int *k) {
    const Quad ln2 = QUAD(0x1.62e42fefa39ef35793c76p-1), rest = QUAD(0x1.cc01f97b57a079a193394c5b16c5p-87);
    *k = (int)floor((double)x * 0x1.71547652b82fep+0 + 0.5);
    const Quad r = ((x - *k * ln2) - *k * rest) / 256;
    Quad sum = 0;
    for (int n = 13; n >= 1; --n) sum = r / n * (1 + sum);
    for (int i = 0; i < 8; ++i) sum = sum * (2 + sum);
    return sum;
}

Quad quad_exp(Quad x) {
    if (x < -11300) return 0;
    if (x > 11300) return QUAD(1.0) / QUAD(0.0);
    int k;
    const Quad m = reduced_expm1(x, &k);
    return (1 + m) * power_of_two(k);
}

Quad quad_expm1(Quad x) {
    if (x < -100 || x > 11300) return quad_exp(x) - 1;
    int k;
    const Quad m = reduced_expm1(x, &k);
    return k == 0 ? m : (1 + m) * power_of_two(k) - 1;
}

Quad quad_log1p(Quad x) {
    if (x < QUAD(0x1p-120)) return x;
    // One step of Halley's, from 2^-53 to 2^-150. A double would lose a tiny x.
    const Quad start = x < QUAD(0x1p-60) ? x - x * x / 2 : (Quad)log1p((double)x);
    const Quad e = quad_expm1(start);
    return start + 2 * (x - e) / (2 + x + e);
}

Quad quad_sigmoid(Quad x) { return x < 0 ? quad_exp(x) / (1 + quad_exp(x)) : 1 / (1 + quad_exp(-x)); }

Quad quad_tanh(Quad x, Quad *slope) {
    const Quad a = x < 0 ? -x : x, q = quad_exp(-2 * a), m = -quad_expm1(-2 * a);
    *slope = 4 * q / ((1 + q) * (1 + q));
    return (x < 0 ? -m : m) / (1 + q);
}

#define TWO_OVER_SQRT_PI QUAD(0x1.20dd750429b6d11ae3a914fed7fep+0)

/// erf(x) = 2 / sqrt(pi) e^(-x^2) x (1 + 2x^2 / 3 + (2x^2)^2 / (3 5) + ...), all terms positive.
static Quad erf_series(Quad x) {
    Quad term = x, sum = x;
    for (int n = 1; term > sum * QUAD(0x1p-116); ++n) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
    }
    return TWO_OVER_SQRT_PI * quad_exp(-x * x) * sum;
}

/// erfc(x) = e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + ...)))) for x >= 2, from the far end.
static Quad erfc_fraction(Quad x) {
    const double terms = 900 / ((double)x * (double)x) + 40;
    Quad tail = x;
    for (int n = (int)terms; n >= 1; --n) tail = x + n * QUAD(0.5) / tail;
    return TWO_OVER_SQRT_PI / 2 * quad_exp(-x * x) / tail;
}

Quad quad_erf(Quad x) {
    const Quad a = x < 0 ? -x : x;
    const Quad y = a == 0 ? 0 : a < 2 ? erf_series(a) : 1 - quad_erfc(a);
    return x < 0 ? -y : y;
}

Quad quad_erfc(Quad x) {
    if (x < 0) return 1 + quad_erf(-x);
    return x < 2 ? 1 - quad_erf(x) : erfc_fraction(x);
}
