// Mish in place on CUDA; included by CUDAKernels.h.

MISH_INLINE float logarithm2(float x) {
    float y;
    asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

#include "InPlace.h"

MISH_INLINE int16_t codeOf(uint16_t x) { return int16_t(x); }
MISH_INLINE int32_t codeOf(float x) { return __float_as_int(x); }
MISH_INLINE int64_t codeOf(double x) { return __double_as_longlong(x); }
MISH_INLINE uint16_t numberOf(int16_t code) { return uint16_t(code); }
MISH_INLINE float numberOf(int32_t code) { return __int_as_float(code); }
MISH_INLINE double numberOf(int64_t code) { return __longlong_as_double(code); }

/// Where x < 0, the code next to y, on either side, whose last bit is 1 right of the minimum and 0 left of it.
template <class Element, class Input, class Real>
MISH_INLINE auto markedCode(Input x, Real y) {
    auto code = codeOf(Element::narrow(y));
    // Mish(-0) is +0 here: -0 would be from the left.
    if (!(x < Input(0))) return decltype(code)(code & ~(decltype(code)(1) << (8 * sizeof code - 1)));
    // Of a negative number: away from zero the code grows.
    if (Element::widen(numberOf(code)) < y) --code;
    if ((code & 1) != (x >= Input(minimumOfMish))) ++code;
    return code;
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

    static MISH_INLINE auto value(Stored code) {
        const auto x = Element::widen(code);
        return Mish<typename Element::Numbers>::value(x, x);
    }

    static MISH_INLINE Stored one(const Stored (&in)[1]) {
        return numberOf(markedCode<Element>(Element::widen(in[0]), value(in[0])));
    }

    static MISH_INLINE void vector(Vector<Element>& out, const Vector<Element> (&in)[1]) {
        constexpr int count = Vector<Element>::count;
#if __CUDA_ARCH__ >= 900
        if constexpr (sizeof(Stored) == 2) {
            const auto* x = reinterpret_cast<const uint32_t*>(in[0].elements);
            auto* words = reinterpret_cast<uint32_t*>(out.elements);
            for (int i = 0; i < count / 2; ++i)
                words[i] = markedPair(Output(), x[i], value(in[0].elements[2 * i]), value(in[0].elements[2 * i + 1]));
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

    static MISH_INLINE auto value(Stored y, Stored grad) {
        const auto code = codeOf(y);
        const bool isLeft = code < 0 && (code & 1) == 0;
        return Element::widen(grad) * Output::template slope<typename Element::Numbers>(Element::widen(y), isLeft);
    }

    static MISH_INLINE Stored one(const Stored (&in)[2]) { return Element::narrow(value(in[0], in[1])); }

    static MISH_INLINE void vector(Vector<Element>& out, const Vector<Element> (&in)[2]) {
        constexpr int count = Vector<Element>::count;
        typename Element::Real values[count];
        for (int i = 0; i < count; ++i) values[i] = value(in[0].elements[i], in[1].elements[i]);
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
