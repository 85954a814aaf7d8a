#include "CReferences.h"

#include <string.h>
#include <zlib.h>

// `#embed` belongs to C23, and Clang offers it in every version of C since release 19.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t mish_f16[] = {
#embed "Vectors/mish.f16.bin"
};
static const uint8_t mish_bf16[] = {
#embed "Vectors/mish.bf16.bin"
};
static const uint8_t relu_f16[] = {
#embed "Vectors/relu.f16.bin"
};
static const uint8_t relu_bf16[] = {
#embed "Vectors/relu.bf16.bin"
};
static const uint8_t leaky_relu_f16[] = {
#embed "Vectors/leaky_relu.f16.bin"
};
static const uint8_t leaky_relu_bf16[] = {
#embed "Vectors/leaky_relu.bf16.bin"
};
static const uint8_t elu_f16[] = {
#embed "Vectors/elu.f16.bin"
};
static const uint8_t elu_bf16[] = {
#embed "Vectors/elu.bf16.bin"
};
static const uint8_t selu_f16[] = {
#embed "Vectors/selu.f16.bin"
};
static const uint8_t selu_bf16[] = {
#embed "Vectors/selu.bf16.bin"
};
static const uint8_t softplus_f16[] = {
#embed "Vectors/softplus.f16.bin"
};
static const uint8_t softplus_bf16[] = {
#embed "Vectors/softplus.bf16.bin"
};
static const uint8_t silu_f16[] = {
#embed "Vectors/silu.f16.bin"
};
static const uint8_t silu_bf16[] = {
#embed "Vectors/silu.bf16.bin"
};
static const uint8_t gelu_f16[] = {
#embed "Vectors/gelu.f16.bin"
};
static const uint8_t gelu_bf16[] = {
#embed "Vectors/gelu.bf16.bin"
};
static const uint8_t gelu_tanh_f16[] = {
#embed "Vectors/gelu_tanh.f16.bin"
};
static const uint8_t gelu_tanh_bf16[] = {
#embed "Vectors/gelu_tanh.bf16.bin"
};
static const uint8_t hard_swish_f16[] = {
#embed "Vectors/hard_swish.f16.bin"
};
static const uint8_t hard_swish_bf16[] = {
#embed "Vectors/hard_swish.bf16.bin"
};
static const uint8_t hard_mish_f16[] = {
#embed "Vectors/hard_mish.f16.bin"
};
static const uint8_t hard_mish_bf16[] = {
#embed "Vectors/hard_mish.bf16.bin"
};
static const uint8_t tanhexp_f16[] = {
#embed "Vectors/tanhexp.f16.bin"
};
static const uint8_t tanhexp_bf16[] = {
#embed "Vectors/tanhexp.bf16.bin"
};
static const uint8_t logish_f16[] = {
#embed "Vectors/logish.f16.bin"
};
static const uint8_t logish_bf16[] = {
#embed "Vectors/logish.bf16.bin"
};
static const uint8_t smish_f16[] = {
#embed "Vectors/smish.f16.bin"
};
static const uint8_t smish_bf16[] = {
#embed "Vectors/smish.bf16.bin"
};
static const uint8_t serf_f16[] = {
#embed "Vectors/serf.f16.bin"
};
static const uint8_t serf_bf16[] = {
#embed "Vectors/serf.bf16.bin"
};
static const uint8_t phish_f16[] = {
#embed "Vectors/phish.f16.bin"
};
static const uint8_t phish_bf16[] = {
#embed "Vectors/phish.bf16.bin"
};
static const uint8_t vectors[] = {
#embed "Vectors/vectors.json"
};

#define TABLES(name) {#name, {name##_f16, sizeof name##_f16}, {name##_bf16, sizeof name##_bf16}}
static const struct {
    const char *activation;
    struct {
        const uint8_t *bytes;
        size_t count;
    } half, brain;
} tables[] = {
    TABLES(mish), TABLES(relu), TABLES(leaky_relu), TABLES(elu), TABLES(selu), TABLES(softplus),
    TABLES(silu), TABLES(gelu), TABLES(gelu_tanh), TABLES(hard_swish), TABLES(hard_mish), TABLES(tanhexp),
    TABLES(logish), TABLES(smish), TABLES(serf), TABLES(phish),
};

bool creferences_table(const char *activation, bool is_brain, uint16_t *codes) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; ++i) {
        if (strcmp(tables[i].activation, activation) != 0) continue;
        const uint8_t *bytes = is_brain ? tables[i].brain.bytes : tables[i].half.bytes;
        const size_t count = is_brain ? tables[i].brain.count : tables[i].half.count;
        uLongf size = CREFERENCES_CODES * sizeof *codes;
        return uncompress((Bytef *)codes, &size, bytes, count) == Z_OK && size == CREFERENCES_CODES * sizeof *codes;
    }
    return false;
}

const uint8_t *creferences_vectors(size_t *count) {
    *count = sizeof vectors;
    return vectors;
}
