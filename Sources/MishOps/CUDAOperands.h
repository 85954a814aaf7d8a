// The arguments of the CUDA kernels; the host fills in what the device reads.
#pragma once

/// The operands' addresses, results first.
template <int operands>
struct Pointers {
    char* data[operands];
};

/// Sizes and strides in bytes; dimension 0 runs fastest.
template <int operands>
struct Layout {
    static constexpr int maximum = 16;
    int dimensions;
    unsigned sizes[maximum];
    long long strides[maximum][operands];
};

/// How many vectors of 16 bytes a thread takes of operands without gaps. Two spare the forward in 16 bits, which
/// is short of instructions, half the cost of finding them; the other kernels lose more to the registers.
template <int operands, int elementSize>
constexpr int vectorsPerThread = operands == 2 && elementSize == 2 ? 2 : 1;
