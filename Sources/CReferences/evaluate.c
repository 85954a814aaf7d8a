// The activations by their plain definitions and the chain rule, in 113 bits.
#include <string.h>

#include "CReferences.h"
#include "quad.h"

/// A function at a point, and its first two derivatives.
typedef struct {
    Quad value, first, second;
} Jet;

/// x t(x).
static Jet times(Quad x, Jet t) {
    return (Jet){x * t.value, t.value + x * t.first, 2 * t.first + x * t.second};
}

/// tanh g(x). Where it is flat, g's derivatives may be infinite.
static Jet tanh_of(Jet g) {
    Quad u;
    const Quad t = quad_tanh(g.value, &u);
    if (u == 0) return (Jet){t, 0, 0};
    return (Jet){t, u * g.first, u * (g.second - 2 * t * g.first * g.first)};
}

static Jet sigmoid(Quad x) {
    const Quad s = quad_sigmoid(x), c = quad_sigmoid(-x);
    return (Jet){s, s * c, s * c * (c - s)};
}

static Jet softplus(Quad x) {
    const Jet s = sigmoid(x);
    return (Jet){(x > 0 ? x : 0) + quad_log1p(quad_exp(x > 0 ? -x : x)), s.value, s.first};
}

static Jet mish(Quad x) { return times(x, tanh_of(softplus(x))); }

static Jet relu(Quad x) { return (Jet){x > 0 ? x : 0, x > 0, 0}; }

static Jet leaky_relu(Quad x) {
    const Quad slope = 0.01;
    return (Jet){x > 0 ? x : slope * x, x > 0 ? 1 : slope, 0};
}

static Jet exponential_unit(Quad x, Quad scale, Quad alpha) {
    const Quad e = scale * alpha * quad_exp(x);
    return x > 0 ? (Jet){scale * x, scale, 0} : (Jet){scale * alpha * quad_expm1(x), e, e};
}

static Jet elu(Quad x) { return exponential_unit(x, 1, 1); }

static Jet selu(Quad x) {
    return exponential_unit(x, QUAD(1.0507009873554804934193349852946), QUAD(1.6732632423543772848170429916717));
}

static Jet silu(Quad x) { return times(x, sigmoid(x)); }

static Jet gelu(Quad x) {
    const Quad root_half = QUAD(0x1.6a09e667f3bcc908b2fb1366ea95p-1);
    const Quad density = QUAD(0x1.9884533d436508d0fcb3c500bab9p-2) * quad_exp(-x * x / 2);  // 1 / sqrt(2 pi)
    return times(x, (Jet){quad_erfc(-x * root_half) / 2, density, -x * density});
}

static Jet gelu_tanh(Quad x) {
    // (1 + tanh z) / 2 is the sigmoid of y = 2 z, which keeps its digits on the left.
    const Quad k = QUAD(0x1.9884533d436508d0fcb3c500bab9p+0), c = QUAD(0.044715);  // sqrt(8 / pi)
    const Quad y1 = k * (1 + 3 * c * x * x), y2 = 6 * k * c * x;
    const Jet s = sigmoid(k * (x + c * x * x * x));
    return times(x, (Jet){s.value, s.first * y1, s.second * y1 * y1 + s.first * y2});
}

static Jet tanhexp(Quad x) {
    const Quad e = quad_exp(x);
    return times(x, tanh_of((Jet){e, e, e}));
}

/// ln(1 + s), s the sigmoid.
static Jet log1p_of_sigmoid(Quad x) {
    const Jet s = sigmoid(x);
    const Quad w = 1 + s.value, r = s.first / w;
    return (Jet){quad_log1p(s.value), r, s.second / w - r * r};
}

static Jet logish(Quad x) { return times(x, log1p_of_sigmoid(x)); }

static Jet smish(Quad x) { return times(x, tanh_of(log1p_of_sigmoid(x))); }

static Jet serf(Quad x) {
    const Jet p = softplus(x);
    const Quad w = QUAD(0x1.20dd750429b6d11ae3a914fed7fep+0) * quad_exp(-p.value * p.value);  // 2 / sqrt(pi)
    return times(x, (Jet){quad_erf(p.value), w * p.first, w * (p.second - 2 * p.value * p.first * p.first)});
}

static Jet phish(Quad x) { return times(x, tanh_of(gelu(x))); }

static Jet hard_swish(Quad x) {
    if (x >= 3) return (Jet){x, 1, 0};
    return x <= -3 ? (Jet){0 * x, 0, 0} : (Jet){x * (x + 3) / 6, x / 3 + QUAD(0.5), QUAD(1.0) / 3};
}

static Jet hard_mish(Quad x) {
    if (x >= 0) return (Jet){x, 1, 0};
    return x <= -2 ? (Jet){0 * x, 0, 0} : (Jet){x * (x + 2) / 2, x + 1, 1};
}

#define FUNCTION(name) {#name, name}
static const struct {
    const char *activation;
    Jet (*function)(Quad);
} functions[] = {
    FUNCTION(mish), FUNCTION(relu), FUNCTION(leaky_relu), FUNCTION(elu), FUNCTION(selu), FUNCTION(softplus),
    FUNCTION(silu), FUNCTION(gelu), FUNCTION(gelu_tanh), FUNCTION(hard_swish), FUNCTION(hard_mish), FUNCTION(tanhexp),
    FUNCTION(logish), FUNCTION(smish), FUNCTION(serf), FUNCTION(phish),
};

static CReferencesValue split(Quad x) {
    const double nearest = (double)x;
    return (CReferencesValue){nearest, (double)(x - nearest)};
}

bool creferences_evaluate(const char *activation, const double *x, size_t count, CReferencesValue *results) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i) {
        if (strcmp(functions[i].activation, activation) != 0) continue;
        for (size_t j = 0; j < count; ++j) {
            const Jet jet = functions[i].function(x[j]);
            results[3 * j] = split(jet.value);
            results[3 * j + 1] = split(jet.first);
            results[3 * j + 2] = split(jet.second);
        }
        return true;
    }
    return false;
}
