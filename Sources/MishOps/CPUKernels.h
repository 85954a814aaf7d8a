// The loops of the CPU, included once for each instruction set. The includer defines MISH_TARGET, the
// features to compile for, MISH_TABLE, the table to define, and MISH_LANES, the lanes of float.
//
// One instruction set is one file because SwiftPM has no flags for single files: the features are an
// attribute of every function below.
#include <cstring>
#include <type_traits>

#include "Kernels.h"

#define MISH_INLINE inline __attribute__((always_inline))

#pragma clang fp contract(off)
#ifdef MISH_TARGET
#pragma clang attribute push(__attribute__((target(MISH_TARGET))), apply_to = function)
#endif

namespace mish {
// Internal linkage: the same names, compiled for another instruction set, live in the sister files.
namespace {

template <class Scalar, int count>
using Vector = Scalar __attribute__((ext_vector_type(count)));

template <class Real>
MISH_INLINE Real multiplyAdd(Real a, Real b, Real c) { return __builtin_elementwise_fma(a, b, c); }

template <class Real>
MISH_INLINE Real quotient(Real a, Real b) { return a / b; }

template <class Real>
MISH_INLINE Real reciprocal(Real b) { return Real(1) / b; }

template <class Real>
MISH_INLINE Real roughQuotient(Real a, Real b) { return a / b; }

template <class To, class From>
MISH_INLINE To convert(From x) { return __builtin_convertvector(x, To); }

template <class Real, class Input>
MISH_INLINE auto lessThan(Input a, Input b) { return convert<Real>(a) < convert<Real>(b); }

template <class Real>
MISH_INLINE Real squareRoot(Real x) { return __builtin_elementwise_sqrt(x); }

template <class Real>
MISH_INLINE Real atLeast(Real x, Real bound) { return x < bound ? bound : x; }

template <class Real>
MISH_INLINE Real atMost(Real x, Real bound) { return x > bound ? bound : x; }

template <int count>
MISH_INLINE Vector<int32_t, count> asBits(Vector<float, count> x) { return (Vector<int32_t, count>)x; }

template <int count>
MISH_INLINE Vector<int64_t, count> asBits(Vector<double, count> x) { return (Vector<int64_t, count>)x; }

template <class Condition>
MISH_INLINE bool anyLane(Condition condition) { return __builtin_reduce_or(condition) != 0; }

template <class Real, class Integer>
MISH_INLINE Real asReal(Integer bits) { return (Real)bits; }

struct FloatLanes {
    static constexpr int count = MISH_LANES;
    using Scalar = float;
    using Real = Vector<float, count>;
    using Integer = Vector<int32_t, count>;
};

struct DoubleLanes {
    static constexpr int count = MISH_LANES / 2;
    using Scalar = double;
    using Real = Vector<double, count>;
    using Short = Vector<float, count>;
    using Integer = Vector<int64_t, count>;
};

#include "DoubleActivations.h"

/// float with the last bit set where anything was lost ("round to odd"): rounding it once more, to a shorter
/// type, gives what rounding the double gives.
MISH_INLINE Vector<float, DoubleLanes::count> narrowToOdd(DoubleLanes::Real x) {
    const DoubleLanes::Integer bits = asBits(x), rest = bits & 0x1fffffff;
    const DoubleLanes::Integer kept = bits & ~0x1fffffffll;
    const DoubleLanes::Integer odd = kept | (rest != 0 ? DoubleLanes::Integer(0x20000000) : DoubleLanes::Integer(0));
    return __builtin_convertvector(asReal<DoubleLanes::Real>(odd), Vector<float, DoubleLanes::count>);
}

// How each element type lies in memory, and the number system that computes it.

template <class LanesOf, template <class> class NumbersOf>
struct HalfElement {
    using Stored = _Float16;
    using Lanes = LanesOf;
    using Numbers = NumbersOf<Lanes>;
    using Input = typename Numbers::Input;
    using Real = typename Numbers::Real;
    using Block = Vector<Stored, Lanes::count>;
    static MISH_INLINE Input widen(Block x) { return __builtin_convertvector(x, Input); }
    static MISH_INLINE Block narrow(FloatLanes::Real x) { return __builtin_convertvector(x, Block); }
    static MISH_INLINE Block narrow(DoubleLanes::Real x) {
        return __builtin_convertvector(narrowToOdd(x), Block);
    }
};

template <class LanesOf, template <class> class NumbersOf>
struct BrainElement {
    using Stored = uint16_t;
    using Lanes = LanesOf;
    using Numbers = NumbersOf<Lanes>;
    using Input = typename Numbers::Input;
    using Real = typename Numbers::Real;
    using Block = Vector<Stored, Lanes::count>;
    using Single = Vector<float, Lanes::count>;
    using Bits = Vector<uint32_t, Lanes::count>;
    static MISH_INLINE Input widen(Block x) {
        return __builtin_convertvector((Single)(__builtin_convertvector(x, Bits) << 16), Input);
    }
    static MISH_INLINE Block round(Single x) {
        const Bits bits = (Bits)x;
        const Bits rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
        return __builtin_convertvector(x != x ? Bits(0x7fc0u) : rounded, Block);
    }
    static MISH_INLINE Block narrow(FloatLanes::Real x) { return round(x); }
    /// Below 2^-126 the float would be subnormal and round the last bit away; adding a number whose last place is
    /// that of the subnormal bf16 rounds at once.
    static MISH_INLINE Block narrow(DoubleLanes::Real x) {
        using Real = DoubleLanes::Real;
        using Integer = DoubleLanes::Integer;
        const Real magic = Real(0x1.8p-81);
        const Integer tiny = asBits(x + magic - magic) | (asBits(x) & Integer(INT64_MIN));
        const Real magnitude = x < Real(0.0) ? -x : x;
        return round(narrowToOdd(magnitude < Real(0x1p-126) ? asReal<Real>(tiny) : x));
    }
};

template <class ScalarOf, class LanesOf, template <class> class NumbersOf>
struct FullElement {
    using Stored = ScalarOf;
    using Lanes = LanesOf;
    using Numbers = NumbersOf<Lanes>;
    using Input = typename Numbers::Input;
    using Real = typename Numbers::Real;
    using Block = Vector<Stored, Lanes::count>;
    static MISH_INLINE Input widen(Block x) { return __builtin_convertvector(x, Input); }
    static MISH_INLINE Block narrow(Real x) { return __builtin_convertvector(x, Block); }
};

// The arithmetics of ActivationList.h. `Twice` is that of the double backward.

struct Tuned {
    using Half = HalfElement<FloatLanes, HalfNumbers>;
    using Brain = BrainElement<FloatLanes, BrainNumbers>;
    using Single = FullElement<float, DoubleLanes, SingleNumbers>;
    using Double = FullElement<double, DoubleLanes, DoubleNumbers>;
    using Twice = Tuned;
};

struct Wide {
    using Half = HalfElement<DoubleLanes, WideNumbers>;
    using Brain = BrainElement<DoubleLanes, WideNumbers>;
    using Single = FullElement<float, DoubleLanes, WideSingleNumbers>;
    using Double = Tuned::Double;
    using Twice = Wide;
};

struct Mixed : Tuned {
    using Twice = Wide;
};

struct Native {
    using Half = HalfElement<FloatLanes, NativeNumbers>;
    using Brain = BrainElement<FloatLanes, NativeNumbers>;
    using Single = FullElement<float, FloatLanes, NativeNumbers>;
    using Double = FullElement<double, DoubleLanes, NativeNumbers>;
    using Twice = Native;
};

template <class Element>
MISH_INLINE typename Element::Input load(const char* address) {
    typename Element::Block block;
    std::memcpy(&block, address, sizeof block);
    return Element::widen(block);
}

template <class Element>
MISH_INLINE void store(char* address, typename Element::Real value) {
    const typename Element::Block block = Element::narrow(value);
    std::memcpy(address, &block, sizeof block);
}

// One vector of results from the vectors at `in`, whatever the operation.

/// The parameter in every lane.
template <class Element>
MISH_INLINE typename Element::Real spread(double parameter) {
    return typename Element::Real(typename Element::Numbers::Scalar(parameter));
}

template <class Element, template <class> class Policy>
struct Forward {
    static constexpr int outputs = 1, inputs = 1;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double parameter) {
        using P = Policy<typename Element::Numbers>;
        const auto x = load<Element>(in[0]);
        store<Element>(out[0], P::value(x, spread<Element>(parameter)));
    }
};

template <class Element, template <class> class Policy>
struct Backward {
    static constexpr int outputs = 1, inputs = 2;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double parameter) {
        using N = typename Element::Numbers;
        using P = Policy<N>;
        const auto x = load<Element>(in[0]);
        store<Element>(out[0], N::widen(load<Element>(in[1])) * P::first(x, spread<Element>(parameter)));
    }
};

template <class Element, template <class> class Policy>
struct DoubleBackward {
    static constexpr int outputs = 2, inputs = 3;
    static MISH_INLINE void apply(char* const* out, const char* const* in, double parameter) {
        using N = typename Element::Numbers;
        const auto x = load<Element>(in[0]);
        const auto grad = N::widen(load<Element>(in[1]));
        const auto gg = N::widen(load<Element>(in[2]));
        typename Element::Real first, second;
        Policy<N>::derivatives(x, spread<Element>(parameter), first, second);
        store<Element>(out[0], gg * first);
        // gg * grad could overflow where f'' makes the product small.
        store<Element>(out[1], gg * second * grad);
    }
};

#include "CPUInPlace.h"
#include "CPUStoredSoftplus.h"

template <class Element, class Compute>
void loop(char* const* data, const int64_t* strides, int64_t count, double parameter) {
    constexpr int lanes = Element::Lanes::count;
    constexpr int64_t size = sizeof(typename Element::Stored);
    constexpr int outputs = Compute::outputs, operands = outputs + Compute::inputs;
    bool contiguous = true;
    for (int i = 0; i < operands; ++i) contiguous &= strides[i] == size;

    int64_t done = 0;
    if (contiguous) {
        for (; done + lanes <= count; done += lanes) {
            char* out[outputs];
            const char* in[Compute::inputs];
            for (int i = 0; i < outputs; ++i) out[i] = data[i] + done * size;
            for (int i = outputs; i < operands; ++i) in[i - outputs] = data[i] + done * size;
            Compute::apply(out, in, parameter);
        }
    }
    // Strided operands, and the rest of contiguous ones, pass through vectors on the stack.
    for (; done < count; done += lanes) {
        const int64_t part = count - done < lanes ? count - done : lanes;
        alignas(64) char buffer[operands][lanes * size] = {};
        char* out[outputs];
        const char* in[Compute::inputs];
        for (int i = 0; i < outputs; ++i) out[i] = buffer[i];
        for (int i = outputs; i < operands; ++i) {
            in[i - outputs] = buffer[i];
            for (int64_t j = 0; j < part; ++j)
                std::memcpy(buffer[i] + j * size, data[i] + (done + j) * strides[i], size);
        }
        Compute::apply(out, in, parameter);
        for (int i = 0; i < outputs; ++i)
            for (int64_t j = 0; j < part; ++j)
                std::memcpy(data[i] + (done + j) * strides[i], buffer[i] + j * size, size);
    }
}

}  // namespace

#define MISH_OPERATIONS(Arithmetic, Element, Policy)                            \
    {loop<Arithmetic::Element, Forward<Arithmetic::Element, Policy>>,           \
     loop<Arithmetic::Element, Backward<Arithmetic::Element, Policy>>,          \
     loop<Arithmetic::Twice::Element, DoubleBackward<Arithmetic::Twice::Element, Policy>>}
#define MISH_ROW(name, Policy, Arithmetic, ...)                                                 \
    {MISH_OPERATIONS(Arithmetic, Half, Policy), MISH_OPERATIONS(Arithmetic, Brain, Policy),     \
     MISH_OPERATIONS(Arithmetic, Single, Policy), MISH_OPERATIONS(Arithmetic, Double, Policy)},

#define MISH_VARIANT_ROW(name, macros) macros##_ROW

const KernelTable MISH_TABLE = {{MISH_FOR_EACH_ACTIVATION(MISH_ROW, MISH_ROW) MISH_FOR_EACH_VARIANT(MISH_VARIANT_ROW)}};

}  // namespace mish

#ifdef MISH_TARGET
#pragma clang attribute pop
#endif
