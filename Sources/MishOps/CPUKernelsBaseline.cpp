#define MISH_TABLE baselineKernels
#define MISH_LANES 4
#include "CPUKernels.h"
