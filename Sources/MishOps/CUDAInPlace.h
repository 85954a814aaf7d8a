// Mish in place on CUDA; included by CUDAKernels.h.

MISH_INLINE float logarithm2(float x) {
    float y;
    asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

MISH_INLINE float magnitude(float x) { return fabsf(x); }

#include "InPlace.h"

/// Whether the code of a value says that it is from left of the minimum: the sign is set and the last bit is not.
MISH_INLINE bool isFromLeft(uint16_t y) { return (y & 0x8001u) == 0x8000u; }
MISH_INLINE bool isFromLeft(float y) { return (__float_as_uint(y) & 0x80000001u) == 0x80000000u; }
MISH_INLINE bool isFromLeft(double y) {
    return (__double_as_longlong(y) & 0x8000000000000001ll) == int64_t(0x8000000000000000ull);
}

// Where x < 0, the number next to y, on either side, whose last bit is 1 right of the minimum and 0 left of it: y
// rounded to zero, `inner`, or the next outwards. Elsewhere y rounded to nearest, with +0 for -0.

template <class Element, class Real>
MISH_INLINE uint16_t marked(uint16_t code, Real y) {
    const auto x = Element::widen(code);
    const uint16_t nearest = Element::narrow(y);
    if (!(x < 0)) return nearest & 0x7fff;
    const uint16_t inner = nearest - (Element::widen(nearest) < y);
    return inner + ((inner ^ (x >= decltype(x)(minimumOfMish))) & 1);
}

template <class>
MISH_INLINE float marked(float x, double y) {
    if (!(x < 0)) return fabsf(float(y));
    const int32_t inner = __float_as_int(__double2float_rz(y));
    return __int_as_float(inner + ((inner ^ (x >= float(minimumOfMish))) & 1));
}

template <class>
MISH_INLINE double marked(double x, double y) {
    if (!(x < 0)) return fabs(y);
    const int64_t inner = __double_as_longlong(y);
    return __longlong_as_double(inner + ((inner ^ (x >= minimumOfMish)) & 1));
}

#if __CUDA_ARCH__ >= 900
// Two results of 16 bits at once. A mask has all bits of a half set where its condition holds; the smallest number
// of the type that is not left of the minimum is -1.19238 in fp16 and -1.1875 in bf16.

MISH_INLINE uint32_t markedPair(HalfOutput, uint32_t x, float low, float high) {
    uint32_t nearest, inner, negative, right;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(nearest) : "f"(high), "f"(low));
    asm("cvt.rz.f16x2.f32 %0, %1, %2;" : "=r"(inner) : "f"(high), "f"(low));
    asm("set.lt.u32.f16x2 %0, %1, %2;" : "=r"(negative) : "r"(x), "r"(0));
    asm("set.ge.u32.f16x2 %0, %1, %2;" : "=r"(right) : "r"(x), "r"(0xbcc5bcc5));
    return (negative & (inner + ((inner ^ right) & 0x10001))) | (~negative & nearest & 0x7fff7fff);
}

MISH_INLINE uint32_t markedPair(BrainOutput, uint32_t x, float low, float high) {
    uint32_t nearest, inner, negative, right;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(nearest) : "f"(high), "f"(low));
    asm("cvt.rz.bf16x2.f32 %0, %1, %2;" : "=r"(inner) : "f"(high), "f"(low));
    asm("set.lt.u32.bf16x2 %0, %1, %2;" : "=r"(negative) : "r"(x), "r"(0));
    asm("set.ge.u32.bf16x2 %0, %1, %2;" : "=r"(right) : "r"(x), "r"(0xbf98bf98));
    return (negative & (inner + ((inner ^ right) & 0x10001))) | (~negative & nearest & 0x7fff7fff);
}
#endif

template <class Element, class Output>
struct InPlaceForward {
    static constexpr int outputs = 1, inputs = 1;
    static constexpr bool handlesCodes = true;
    using Stored = typename Element::Stored;

    static MISH_INLINE typename Element::Real value(typename Element::Input x) {
        return Mish<typename Element::Numbers>::value(x, 0);
    }

    static MISH_INLINE Stored one(const Stored (&in)[1]) {
        return marked<Element>(in[0], value(Element::widen(in[0])));
    }

    static MISH_INLINE void vector(Vector<Element>& out, const Vector<Element> (&in)[1]) {
        constexpr int count = Vector<Element>::count;
#if __CUDA_ARCH__ >= 900
        if constexpr (sizeof(Stored) == 2) {
            const auto* x = reinterpret_cast<const uint32_t*>(in[0].elements);
            auto* words = reinterpret_cast<uint32_t*>(out.elements);
            for (int i = 0; i < count / 2; ++i)
                words[i] = markedPair(Output(), x[i], value(in[0].get(2 * i)), value(in[0].get(2 * i + 1)));
            return;
        }
#endif
        for (int i = 0; i < count; ++i) out.elements[i] = one({in[0].elements[i]});
    }
};

template <class Element, class Output>
struct InPlaceBackward {
    static constexpr int outputs = 1, inputs = 2;
    static constexpr bool handlesCodes = true;
    using Stored = typename Element::Stored;

    template <class Real>
    static MISH_INLINE Real value(Real y, bool isLeft, Real grad) {
        return grad * Output::template slope<typename Element::Numbers>(y, isLeft);
    }

    static MISH_INLINE Stored one(const Stored (&in)[2]) {
        return Element::narrow(value(Element::widen(in[0]), isFromLeft(in[0]), Element::widen(in[1])));
    }

    static MISH_INLINE void vector(Vector<Element>& out, const Vector<Element> (&in)[2]) {
        constexpr int count = Vector<Element>::count;
        typename Element::Real values[count];
        for (int i = 0; i < count; ++i)
            values[i] = value(in[0].get(i), isFromLeft(in[0].elements[i]), in[1].get(i));
        out.set(values);
    }
};

// `computeOne` and `computeVector` for what handles its codes itself.

template <class Element, class Compute>
    requires Compute::handlesCodes
MISH_INLINE void computeOne(char* const (&address)[Compute::outputs + Compute::inputs], double) {
    using Stored = typename Element::Stored;
    Stored in[Compute::inputs];
    for (int i = 0; i < Compute::inputs; ++i) in[i] = *reinterpret_cast<const Stored*>(address[1 + i]);
    *reinterpret_cast<Stored*>(address[0]) = Compute::one(in);
}

template <class Element, class Compute>
    requires Compute::handlesCodes
MISH_INLINE void computeVector(Vector<Element> (&out)[1], const Vector<Element> (&in)[Compute::inputs], double) {
    Compute::vector(out[0], in);
}

#define MISH_IN_PLACE_MODULE(Element)                                           \
    using Once = Tuned::Element;                                                \
    using Inverse = Inverted::Element;                                          \
    using ForwardOf = InPlaceForward<Once, Element##Output>;                    \
    using BackwardOf = InPlaceBackward<Inverse, Element##Output>;               \
    MISH_KERNELS(forward, Once, ForwardOf)                                      \
    MISH_KERNELS(backward, Inverse, BackwardOf)
