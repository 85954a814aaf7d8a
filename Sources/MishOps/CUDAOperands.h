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

/// Small blocks let loads and arithmetic of different blocks overlap; two vectors of 16 bytes spare a thread half the
/// cost of finding its own. Larger numbers of either are slower (H200).
constexpr int threadsPerBlock = 128, vectorsPerThread = 2;
