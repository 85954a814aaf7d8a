// Compiles the CUDA kernels with NVRTC for one architecture, and keeps the results on disk.
#pragma once

#include <string>

#include "Kernels.h"

namespace mish {

/// The machine code of the module of `activation` and `element` for compute capability `architecture` (90 for
/// 9.0): from the cache on disk when it is there and whole, else compiled and put there.
std::string cudaModule(Activation activation, Element element, int architecture);

/// The same, compiled now, without the cache.
std::string compileCUDAModule(Activation activation, Element element, int architecture);

}  // namespace mish
