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
