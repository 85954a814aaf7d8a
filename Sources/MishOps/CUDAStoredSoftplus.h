// Mish that stores softplus on CUDA; included by CUDAKernels.h.

#include "StoredSoftplus.h"

template <class Element>
struct StoredSoftplusForward {
    static constexpr int outputs = 2, inputs = 1;
    using Input = typename Element::Input;
    using Real = typename Element::Real;
    static MISH_INLINE void apply(Real (&out)[2], const Input (&in)[1], Real parameter) {
        using N = typename Element::Numbers;
        out[0] = Mish<N>::value(in[0], parameter);
        out[1] = Softplus<N>::value(in[0], parameter);
    }
};

template <class Element>
struct StoredSoftplusBackward {
    static constexpr int outputs = 1, inputs = 3;
    using Input = typename Element::Input;
    using Real = typename Element::Real;
    static MISH_INLINE void apply(Real (&out)[1], const Input (&in)[3], Real) {
        out[0] = Real(in[1]) * slopeFromSoftplus<typename Element::Numbers>(in[0], in[2]);
    }
};

#define MISH_STORED_SOFTPLUS_MODULE(Element)                                        \
    using Once = Tuned::Element;                                                    \
    using ForwardOf = StoredSoftplusForward<Once>;                                  \
    using BackwardOf = StoredSoftplusBackward<Once>;                                \
    MISH_KERNELS(forward, Once, ForwardOf)                                          \
    MISH_KERNELS(backward, Once, BackwardOf)
