// The C face of the operators `mish::...`, which register themselves with LibTorch's dispatcher
// when this library is loaded. Everything else is called through the dispatcher, by name.
#ifndef MISH_OPS_H
#define MISH_OPS_H

#ifdef __cplusplus
extern "C" {
#endif

/// Does nothing; a call keeps the linker from dropping the library and its registrations.
void mish_ops_link(void);

#ifdef __cplusplus
}
#endif

#endif
