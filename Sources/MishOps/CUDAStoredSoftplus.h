// Mish that stores softplus on CUDA; included by CUDAKernels.h.

#include "StoredSoftplus.h"

template <class Value, class Element>
struct StoredSoftplusForward {
    static constexpr int outputs = 2, inputs = 1;
    template <class Real, class Input>
    static MISH_INLINE void apply(Real (&out)[2], const Input (&in)[1], Input) {
        out[0] = Mish<typename Value::Numbers>::value(in[0], in[0]);
        out[1] = softplusOf<typename Element::Numbers>(in[0]);
    }
};

template <class Element>
struct StoredSoftplusBackward {
    static constexpr int outputs = 1, inputs = 3;
    template <class Real, class Input>
    static MISH_INLINE void apply(Real (&out)[1], const Input (&in)[3], Input) {
        out[0] = in[1] * slopeFromSoftplus<typename Element::Numbers>(in[0], in[2]);
    }
};

#define MISH_STORED_SOFTPLUS_MODULE(Element)                                        \
    using Storing = StoredSoftplus::Element;                                        \
    using ForwardOf = StoredSoftplusForward<Tuned::Element, Storing>;               \
    using BackwardOf = StoredSoftplusBackward<Storing>;                             \
    MISH_KERNELS(forward, Storing, ForwardOf)                                       \
    MISH_KERNELS(backward, Storing, BackwardOf)
