// From tensors to a kernel: checks, results, layout, device.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "Kernels.h"

namespace mish {

/// Computes `operation` of `inputs`, x first, into `outputs`. An undefined output is allocated with the
/// layout of x; a defined one is resized as PyTorch resizes `out`. Inputs must be of one size, one of the
/// four floating-point types and on one device.
void evaluate(Activation activation, Operation operation, std::span<at::Tensor> outputs,
              std::span<const at::Tensor> inputs, double parameter);

}  // namespace mish
