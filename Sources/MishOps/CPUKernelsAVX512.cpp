#define MISH_TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,evex512"
#define MISH_TABLE avx512Kernels
#define MISH_LANES 16
#include "CPUKernels.h"
