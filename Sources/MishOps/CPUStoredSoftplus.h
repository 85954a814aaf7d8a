// Mish that stores softplus on the CPU; included by CPUKernels.h.

#include "StoredSoftplus.h"

template <class Element>
struct StoredSoftplusForward {
    static constexpr int outputs = 2, inputs = 1;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double) {
        using N = typename Element::Numbers;
        const auto x = load<Element>(in[0]);
        store<Element>(out[0], Mish<N>::value(x, spread<Element>(0)));
        store<Element>(out[1], Softplus<N>::value(x, spread<Element>(0)));
    }
};

template <class Element>
struct StoredSoftplusBackward {
    static constexpr int outputs = 1, inputs = 3;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double) {
        using N = typename Element::Numbers;
        const auto grad = N::widen(load<Element>(in[1]));
        store<Element>(out[0], grad * slopeFromSoftplus<N>(load<Element>(in[0]), load<Element>(in[2])));
    }
};

#define MISH_STORED_SOFTPLUS(Element)                           \
    {loop<Tuned::Element, StoredSoftplusForward<Tuned::Element>>,  \
     loop<Tuned::Element, StoredSoftplusBackward<Tuned::Element>>, nullptr}
#define MISH_STORED_SOFTPLUS_ROW                                      \
    {MISH_STORED_SOFTPLUS(Half), MISH_STORED_SOFTPLUS(Brain),         \
     MISH_STORED_SOFTPLUS(Single), MISH_STORED_SOFTPLUS(Double)},
