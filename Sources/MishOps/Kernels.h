// The interface between the operators and the kernels of the CPU.
#pragma once

#include <cstdint>

#include "ActivationList.h"

namespace mish {

enum class Activation : int {
#define MISH_ENUMERATOR(name, ...) name,
    MISH_FOR_EACH_ACTIVATION(MISH_ENUMERATOR, MISH_ENUMERATOR) MISH_FOR_EACH_VARIANT(MISH_ENUMERATOR)
#undef MISH_ENUMERATOR
};

#define MISH_COUNT(...) +1
inline constexpr int plainCount = 0 MISH_FOR_EACH_ACTIVATION(MISH_COUNT, MISH_COUNT);
inline constexpr int activationCount = plainCount MISH_FOR_EACH_VARIANT(MISH_COUNT);
#undef MISH_COUNT

enum class Element : int { half, brain, single, real };
inline constexpr int elementCount = 4;

/// What a kernel computes, and its operands in memory, results first. Mish in place has y for x in the backward pass;
/// Mish that stores softplus has it as the last result of the forward and the last operand of the backward pass.
enum class Operation : int {
    forward,         // y; x
    backward,        // grad_x; x, grad
    doubleBackward,  // grad_grad, grad_x; x, grad, gg
};
inline constexpr int operationCount = 3;

/// How many of the operations, in their order, an activation has kernels for.
constexpr int operationsOf(Activation activation) { return int(activation) < plainCount ? operationCount : 2; }

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
