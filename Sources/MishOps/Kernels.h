// The interface between the operators and the kernels of the CPU.
#pragma once

#include <cstdint>

#include "ActivationList.h"

namespace mish {

enum class Activation : int {
#define MISH_ENUMERATOR(name, ...) name,
    MISH_FOR_EACH_KERNEL(MISH_ENUMERATOR, MISH_ENUMERATOR)
#undef MISH_ENUMERATOR
};

#define MISH_COUNT(...) +1
inline constexpr int activationCount = 0 MISH_FOR_EACH_KERNEL(MISH_COUNT, MISH_COUNT);
#undef MISH_COUNT

enum class Element : int { half, brain, single, real };
inline constexpr int elementCount = 4;

/// What a kernel computes, and its operands in memory, results first.
enum class Operation : int {
    forward,         // y; x
    backward,        // grad_x; x, grad
    doubleBackward,  // grad_grad, grad_x; x, grad, gg
};
inline constexpr int operationCount = 3;

/// A loop over `count` elements; the operands' addresses and strides in bytes, as TensorIterator gives them.
using Kernel = void (*)(char* const* data, const int64_t* strides, int64_t count, double parameter);

struct KernelTable {
    Kernel kernels[activationCount][elementCount][operationCount];

    Kernel operator()(Activation activation, Element element, Operation operation) const {
        return kernels[int(activation)][int(element)][int(operation)];
    }
};

extern const KernelTable avx512Kernels, avx2Kernels, baselineKernels;

}  // namespace mish
