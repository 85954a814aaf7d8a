// Mish that stores softplus on the CPU; included by CPUKernels.h.

#include "StoredSoftplus.h"

template <class Value, class Element>
struct StoredSoftplusForward {
    static constexpr int outputs = 2, inputs = 1;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double) {
        const auto x = load<Value>(in[0]);
        store<Value>(out[0], Mish<typename Value::Numbers>::value(x, x));
        store<Element>(out[1], softplusOf<typename Element::Numbers>(load<Element>(in[0])));
    }
};

template <class Element>
struct StoredSoftplusBackward {
    static constexpr int outputs = 1, inputs = 3;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double) {
        const auto x = load<Element>(in[0]), grad = load<Element>(in[1]), softplus = load<Element>(in[2]);
        store<Element>(out[0], grad * slopeFromSoftplus<typename Element::Numbers>(x, softplus));
    }
};

#define MISH_STORED_SOFTPLUS(Element)                                                                     \
    {loop<StoredSoftplus::Element, StoredSoftplusForward<Tuned::Element, StoredSoftplus::Element>>,       \
     loop<StoredSoftplus::Element, StoredSoftplusBackward<StoredSoftplus::Element>>, nullptr}
#define MISH_STORED_SOFTPLUS_ROW                                      \
    {MISH_STORED_SOFTPLUS(Half), MISH_STORED_SOFTPLUS(Brain),         \
     MISH_STORED_SOFTPLUS(Single), MISH_STORED_SOFTPLUS(Double)},
