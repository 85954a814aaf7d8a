// The C face of the operators `mish::...`, which register themselves with LibTorch's dispatcher
// when this library is loaded. Everything else is called through the dispatcher, by name.
#ifndef MISH_OPS_H
#define MISH_OPS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Does nothing; a call keeps the linker from dropping the library and its registrations.
void mish_ops_link(void);

/// Compiles every CUDA kernel with NVRTC for a compute capability (90 for 9.0), without a GPU and without
/// the cache. Returns 1, or 0 with the compiler's words in `message`, cut to `capacity` bytes.
int mish_ops_compile_cuda(int architecture, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
