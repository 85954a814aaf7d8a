#define MISH_TARGET "avx2,fma,f16c"
#define MISH_TABLE avx2Kernels
#define MISH_LANES 8
#include "CPUKernels.h"
