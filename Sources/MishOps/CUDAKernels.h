// The kernels of CUDA, compiled at run time by NVRTC: one module for an activation and an element type.
// No header of CUDA is needed; conversions are PTX.
#pragma once

#define MISH_INLINE __device__ __forceinline__

using int16_t = short;
using int32_t = int;
using int64_t = long long;
using uint16_t = unsigned short;
using uint32_t = unsigned;

struct FloatLanes {
    using Scalar = float;
    using Real = float;
    using Integer = int32_t;
};

struct DoubleLanes {
    using Scalar = double;
    using Real = double;
    using Short = float;
    using Integer = int64_t;
};

MISH_INLINE float multiplyAdd(float a, float b, float c) { return __fmaf_rn(a, b, c); }
MISH_INLINE double multiplyAdd(double a, double b, double c) { return __fma_rn(a, b, c); }

/// The remainder corrects the approximate quotient to the one that IEEE division gives.
MISH_INLINE float quotient(float a, float b) {
    float r;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(b));
    const float q = a * r;
    return multiplyAdd(multiplyAdd(-q, b, a), r, q);
}

MISH_INLINE double reciprocal(double b) {
    double r;
    asm("rcp.approx.ftz.f64 %0, %1;" : "=d"(r) : "d"(b));  // 20 bits
    return multiplyAdd(multiplyAdd(-b, r, 1.0), r, r);
}

MISH_INLINE double quotient(double a, double b) {
    const double r = reciprocal(b);
    const double q = a * r;
    return multiplyAdd(multiplyAdd(-q, b, a), r, q);
}

MISH_INLINE float roughQuotient(float a, float b) {
    float r;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(b));
    return a * r;
}

MISH_INLINE double roughQuotient(double a, double b) { return a * reciprocal(b); }

template <class To, class From>
MISH_INLINE To convert(From x) { return To(x); }

template <class Real, class Input>
MISH_INLINE bool lessThan(Input a, Input b) { return a < b; }

MISH_INLINE double squareRoot(double x) { return __dsqrt_rn(x); }

/// With an error of one unit of the last place.
MISH_INLINE float squareRoot(float x) {
    float y;
    asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

MISH_INLINE float atLeast(float x, float bound) {
#if __CUDA_ARCH__ >= 800
    float y;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(y) : "f"(x), "f"(bound));
    return y;
#else
    return x < bound ? bound : x;
#endif
}

MISH_INLINE float atMost(float x, float bound) {
#if __CUDA_ARCH__ >= 800
    float y;
    asm("min.NaN.f32 %0, %1, %2;" : "=f"(y) : "f"(x), "f"(bound));
    return y;
#else
    return x > bound ? bound : x;
#endif
}

MISH_INLINE double atLeast(double x, double bound) { return x < bound ? bound : x; }
MISH_INLINE double atMost(double x, double bound) { return x > bound ? bound : x; }

MISH_INLINE bool anyLane(bool condition) { return condition; }

MISH_INLINE int32_t asBits(float x) { return __float_as_int(x); }
MISH_INLINE int64_t asBits(double x) { return __double_as_longlong(x); }

template <class Real>
MISH_INLINE Real asReal(int32_t bits) { return __int_as_float(bits); }
template <class Real>
MISH_INLINE Real asReal(int64_t bits) { return __longlong_as_double(bits); }

#include "DoubleActivations.h"
#include "CUDAOperands.h"

/// float with the last bit set where anything was lost ("round to odd"): rounding it once more, to a shorter
/// type, gives what rounding the double gives.
MISH_INLINE float narrowToOdd(double x) {
    const float y = __double2float_rz(x);
    return x == y || x != x ? y : __int_as_float(__float_as_int(y) | 1);
}
MISH_INLINE float narrowToOdd(float x) { return x; }

// How each element type lies in memory, and the number system that computes it.

template <class Lanes, template <class> class NumbersOf>
struct HalfElement {
    using Stored = uint16_t;
    using Numbers = NumbersOf<Lanes>;
    using Input = typename Numbers::Input;
    using Real = typename Numbers::Real;

    static MISH_INLINE Input widen(Stored x) {
        float y;
        asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x));
        return y;
    }
    static MISH_INLINE Input widenLow(uint32_t pair) { return widen(Stored(pair)); }
    static MISH_INLINE Input widenHigh(uint32_t pair) { return widen(Stored(pair >> 16)); }
    static MISH_INLINE Stored narrow(Real x) {
        Stored y;
        asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(narrowToOdd(x)));
        return y;
    }
    static MISH_INLINE uint32_t narrow(Real low, Real high) {
#if __CUDA_ARCH__ >= 800
        uint32_t y;
        asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(y) : "f"(narrowToOdd(high)), "f"(narrowToOdd(low)));
        return y;
#else
        return uint32_t(narrow(low)) | uint32_t(narrow(high)) << 16;
#endif
    }
};

template <class Lanes, template <class> class NumbersOf>
struct BrainElement {
    using Stored = uint16_t;
    using Numbers = NumbersOf<Lanes>;
    using Input = typename Numbers::Input;
    using Real = typename Numbers::Real;

    static MISH_INLINE Input widen(Stored x) { return __uint_as_float(uint32_t(x) << 16); }
    static MISH_INLINE Input widenLow(uint32_t pair) { return __uint_as_float(pair << 16); }
    static MISH_INLINE Input widenHigh(uint32_t pair) { return __uint_as_float(pair & 0xffff0000); }
    static MISH_INLINE Stored narrow(Real x) {
        const uint32_t bits = __float_as_uint(narrowToOdd(x));
        return Stored(x != x ? 0x7fc0 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
    static MISH_INLINE uint32_t narrow(Real low, Real high) {
#if __CUDA_ARCH__ >= 800
        uint32_t y;
        asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(y) : "f"(narrowToOdd(high)), "f"(narrowToOdd(low)));
        return y;
#else
        return uint32_t(narrow(low)) | uint32_t(narrow(high)) << 16;
#endif
    }
};

template <class Scalar, class Lanes, template <class> class NumbersOf>
struct FullElement {
    using Stored = Scalar;
    using Numbers = NumbersOf<Lanes>;
    using Input = typename Numbers::Input;
    using Real = typename Numbers::Real;
    static MISH_INLINE Input widen(Stored x) { return x; }
    static MISH_INLINE Stored narrow(Real x) { return Stored(x); }
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

/// Sixteen bytes of elements.
template <class Element>
struct alignas(16) Vector {
    static constexpr int count = 16 / sizeof(typename Element::Stored);
    typename Element::Stored elements[count];

    MISH_INLINE typename Element::Input get(int i) const {
        if constexpr (sizeof(typename Element::Stored) == 2) {
            const uint32_t pair = reinterpret_cast<const uint32_t*>(elements)[i / 2];
            return i % 2 ? Element::widenHigh(pair) : Element::widenLow(pair);
        } else {
            return Element::widen(elements[i]);
        }
    }

    MISH_INLINE void set(const typename Element::Real (&values)[count]) {
        if constexpr (sizeof(typename Element::Stored) == 2) {
            uint32_t words[count / 2];
            for (int i = 0; i < count / 2; ++i)
                words[i] = Element::narrow(values[2 * i], values[2 * i + 1]);
            *reinterpret_cast<uint4*>(elements) = make_uint4(words[0], words[1], words[2], words[3]);
        } else {
            for (int i = 0; i < count; ++i) elements[i] = Element::narrow(values[i]);
        }
    }
};

// One result from one element of each input, whatever the operation: x, grad, gg in, results out.

template <class Element, template <class> class Policy>
struct Forward {
    static constexpr int outputs = 1, inputs = 1;
    using Input = typename Element::Input;
    using Real = typename Element::Real;
    static MISH_INLINE void apply(Real (&out)[1], const Input (&in)[1], Real parameter) {
        using P = Policy<typename Element::Numbers>;
        out[0] = P::value(in[0], parameter);
    }
};

template <class Element, template <class> class Policy>
struct Backward {
    static constexpr int outputs = 1, inputs = 2;
    using Input = typename Element::Input;
    using Real = typename Element::Real;
    static MISH_INLINE void apply(Real (&out)[1], const Input (&in)[2], Real parameter) {
        using P = Policy<typename Element::Numbers>;
        out[0] = Real(in[1]) * P::first(in[0], parameter);
    }
};

template <class Element, template <class> class Policy>
struct DoubleBackward {
    static constexpr int outputs = 2, inputs = 3;
    using Input = typename Element::Input;
    using Real = typename Element::Real;
    static MISH_INLINE void apply(Real (&out)[2], const Input (&in)[3], Real parameter) {
        Real first, second;
        Policy<typename Element::Numbers>::derivatives(in[0], parameter, first, second);
        const Real grad = in[1], gg = in[2];
        out[0] = gg * first;
        out[1] = gg * second * grad;
    }
};

template <class Element, class Compute>
MISH_INLINE void computeOne(char* const (&address)[Compute::outputs + Compute::inputs], double parameter) {
    using Stored = typename Element::Stored;
    using Input = typename Element::Input;
    Input in[Compute::inputs];
    typename Element::Real out[Compute::outputs];
    for (int i = 0; i < Compute::inputs; ++i)
        in[i] = Element::widen(*reinterpret_cast<const Stored*>(address[Compute::outputs + i]));
    Compute::apply(out, in, typename Element::Real(parameter));
    for (int i = 0; i < Compute::outputs; ++i)
        *reinterpret_cast<Stored*>(address[i]) = Element::narrow(out[i]);
}

/// One vector of each result from one of each input.
template <class Element, class Compute>
MISH_INLINE void computeVector(Vector<Element> (&out)[Compute::outputs], const Vector<Element> (&in)[Compute::inputs],
                               double parameter) {
    using Real = typename Element::Real;
    constexpr int lanes = Vector<Element>::count;
    Real results[Compute::outputs][lanes];
#pragma unroll
    for (int j = 0; j < lanes; ++j) {
        typename Element::Input x[Compute::inputs];
        Real y[Compute::outputs];
        for (int i = 0; i < Compute::inputs; ++i) x[i] = in[i].get(j);
        Compute::apply(y, x, Real(parameter));
        for (int i = 0; i < Compute::outputs; ++i) results[i][j] = y[i];
    }
    for (int i = 0; i < Compute::outputs; ++i) out[i].set(results[i]);
}

#include "CUDAInPlace.h"
#include "CUDAStoredSoftplus.h"

/// Operands that lie one after another and start on 16 bytes. A thread loads all its vectors before it computes.
template <class Element, class Compute>
MISH_INLINE void contiguous(const Pointers<Compute::outputs + Compute::inputs>& operands, int64_t count,
                            double parameter) {
    constexpr int lanes = Vector<Element>::count, outputs = Compute::outputs, inputs = Compute::inputs;
    const int64_t begin = int64_t(blockIdx.x) * (threadsPerBlock * vectorsPerThread) + threadIdx.x;
    const int64_t whole = count / lanes;
    // The elements after the last whole vector, one for each of the first threads.
    const int64_t rest = whole * lanes + threadIdx.x;
    if (blockIdx.x == 0 && rest < count) {
        char* address[outputs + inputs];
        for (int i = 0; i < outputs + inputs; ++i)
            address[i] = operands.data[i] + rest * int64_t(sizeof(typename Element::Stored));
        computeOne<Element, Compute>(address, parameter);
    }
    Vector<Element> in[vectorsPerThread][inputs];
#pragma unroll
    for (int v = 0; v < vectorsPerThread; ++v) {
        const int64_t index = begin + v * threadsPerBlock;
        if (index >= whole) break;
        for (int i = 0; i < inputs; ++i)
            in[v][i] = reinterpret_cast<const Vector<Element>*>(operands.data[outputs + i])[index];
    }
#pragma unroll
    for (int v = 0; v < vectorsPerThread; ++v) {
        const int64_t index = begin + v * threadsPerBlock;
        if (index >= whole) return;
        Vector<Element> out[outputs];
        computeVector<Element, Compute>(out, in[v], parameter);
        for (int i = 0; i < outputs; ++i) reinterpret_cast<Vector<Element>*>(operands.data[i])[index] = out[i];
    }
}

/// The addresses of the operands at a place in the layout.
template <int operandCount>
MISH_INLINE void locate(char* (&address)[operandCount], const Pointers<operandCount>& operands,
                        const Layout<operandCount>& layout, uint32_t place) {
    for (int i = 0; i < operandCount; ++i) address[i] = operands.data[i];
    for (int dimension = 0; dimension < layout.dimensions; ++dimension) {
        const bool last = dimension + 1 == layout.dimensions;
        const uint32_t next = last ? 0 : place / layout.sizes[dimension];
        const uint32_t coordinate = last ? place : place - next * layout.sizes[dimension];
        for (int i = 0; i < operandCount; ++i) address[i] += coordinate * layout.strides[dimension][i];
        place = next;
    }
}

/// Operands of any strides: an element a thread.
template <class Element, class Compute>
MISH_INLINE void strided(const Pointers<Compute::outputs + Compute::inputs>& operands,
                         const Layout<Compute::outputs + Compute::inputs>& layout, int64_t count,
                         double parameter) {
    const int64_t index = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
    if (index >= count) return;
    char* address[Compute::outputs + Compute::inputs];
    locate(address, operands, layout, uint32_t(index));
    computeOne<Element, Compute>(address, parameter);
}

/// Operands whose dimension 0 is whole vectors, or, where its stride is 0, one element repeated: a vector a thread.
template <class Element, class Compute>
MISH_INLINE void rows(const Pointers<Compute::outputs + Compute::inputs>& operands,
                      const Layout<Compute::outputs + Compute::inputs>& layout, int64_t count, double parameter) {
    constexpr int lanes = Vector<Element>::count, outputs = Compute::outputs, inputs = Compute::inputs;
    const int64_t index = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
    if (index >= count) return;
    char* address[outputs + inputs];
    locate(address, operands, layout, uint32_t(index));
    Vector<Element> in[inputs], out[outputs];
    for (int i = 0; i < inputs; ++i) {
        if (layout.strides[0][outputs + i] == 0) {
            const auto element = *reinterpret_cast<const typename Element::Stored*>(address[outputs + i]);
            for (int j = 0; j < lanes; ++j) in[i].elements[j] = element;
        } else {
            in[i] = *reinterpret_cast<const Vector<Element>*>(address[outputs + i]);
        }
    }
    computeVector<Element, Compute>(out, in, parameter);
    for (int i = 0; i < outputs; ++i) *reinterpret_cast<Vector<Element>*>(address[i]) = out[i];
}

#define MISH_KERNELS(name, Element, Compute)                                                            \
    extern "C" __global__ void __launch_bounds__(threadsPerBlock)                                       \
        name(Pointers<Compute::outputs + Compute::inputs> operands, int64_t count, double parameter) {  \
        contiguous<Element, Compute>(operands, count, parameter);                                       \
    }                                                                                                   \
    MISH_KERNEL_OF_LAYOUT(name##_strided, strided, Element, Compute)                                    \
    MISH_KERNEL_OF_LAYOUT(name##_rows, rows, Element, Compute)

#define MISH_KERNEL_OF_LAYOUT(name, function, Element, Compute)                                         \
    extern "C" __global__ void __launch_bounds__(threadsPerBlock)                                       \
        name(Pointers<Compute::outputs + Compute::inputs> operands,                                     \
             Layout<Compute::outputs + Compute::inputs> layout, int64_t count, double parameter) {      \
        function<Element, Compute>(operands, layout, count, parameter);                                 \
    }

#define MISH_MODULE(Arithmetic, Element, Policy)                                       \
    using Once = Arithmetic::Element;                                                  \
    using Twice = Arithmetic::Twice::Element;                                          \
    using ForwardOf = Forward<Once, Policy>;                                           \
    using BackwardOf = Backward<Once, Policy>;                                         \
    using DoubleBackwardOf = DoubleBackward<Twice, Policy>;                            \
    MISH_KERNELS(forward, Once, ForwardOf)                                             \
    MISH_KERNELS(backward, Once, BackwardOf)                                           \
    MISH_KERNELS(double_backward, Twice, DoubleBackwardOf)
