// Mish in place on the CPU; included by CPUKernels.h.

/// log2 of x > 0 with an error of 2e-6.
template <int count>
MISH_INLINE Vector<float, count> logarithm2(Vector<float, count> x) {
    using Real = Vector<float, count>;
    using Integer = Vector<int32_t, count>;
    // x = 2^k m, m in [sqrt(1/2), sqrt(2)).
    const Integer k = (asBits(x) - 0x3f3504f3) >> 23;
    constexpr float c[] = {-0.206597209f, 0.322163343f, -0.367491305f, 0.479347318f, -0.721131742f, 1.4427135f};
    const Real rest = asReal<Real>(asBits(x) - (k << 23)) - Real(1.0f);
    return multiplyAdd(polynomial(rest, c), rest, __builtin_convertvector(k, Real));
}

template <class Real>
MISH_INLINE Real magnitude(Real x) { return __builtin_elementwise_abs(x); }

#include "InPlace.h"

template <class Element>
using Codes = Vector<std::conditional_t<sizeof(typename Element::Stored) == 2, int16_t,
                     std::conditional_t<sizeof(typename Element::Stored) == 4, int32_t, int64_t>>,
                     Element::Lanes::count>;

template <class Element>
struct InPlaceForward {
    static constexpr int outputs = 1, inputs = 1;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double) {
        using Code = Codes<Element>;
        using N = typename Element::Numbers;
        const auto x = load<Element>(in[0]);
        const auto y = Mish<N>::value(x, spread<Element>(0));
        const auto rounded = Element::narrow(y);
        const Code nearest = (Code)rounded;
        // Of a negative number: away from zero the code grows. y lies between the codes `inner` and `inner` + 1.
        const Code inner = nearest + __builtin_convertvector(N::widen(Element::widen(rounded)) < y, Code);
        const Code right = __builtin_convertvector(x >= decltype(x)(minimumOfMish), Code) & 1;
        const Code marked = inner + ((inner ^ right) & 1);
        const Code isNegative = __builtin_convertvector(x < decltype(x)(0), Code);
        // Mish(-0) is +0 here: -0 would be from the left.
        const Code code = isNegative ? marked : nearest & ~(Code(1) << (8 * sizeof(typename Element::Stored) - 1));
        std::memcpy(out[0], &code, sizeof code);
    }
};

template <class Element, class Output>
struct InPlaceBackward {
    static constexpr int outputs = 1, inputs = 2;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double) {
        Codes<Element> code;
        std::memcpy(&code, in[0], sizeof code);
        const auto y = load<Element>(in[0]), grad = load<Element>(in[1]);
        const auto isLeft = __builtin_convertvector((code < 0) & ((code & 1) == 0), decltype(asBits(y)));
        store<Element>(out[0], grad * Output::template slope<typename Element::Numbers>(y, isLeft));
    }
};

#define MISH_IN_PLACE(Element)                                                                  \
    {loop<Tuned::Element, InPlaceForward<Tuned::Element>>,                                      \
     loop<Inverted::Element, InPlaceBackward<Inverted::Element, Element##Output>>, nullptr}
#define MISH_IN_PLACE_ROW \
    {MISH_IN_PLACE(Half), MISH_IN_PLACE(Brain), MISH_IN_PLACE(Single), MISH_IN_PLACE(Double)},
