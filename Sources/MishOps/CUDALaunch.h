// Launches the CUDA kernels on the current stream.
#pragma once

#include <ATen/TensorIterator.h>

#include "Kernels.h"

namespace mish {

void launchCUDA(Activation activation, Element element, Operation operation, at::TensorIteratorBase& iterator,
                double parameter);

}  // namespace mish
