// Every activation once: identifier of the operator, policy, and, for those that have one, the
// parameter with its default. The schemas, the kernels of both devices and the tests follow this list.
#pragma once

#define MISH_FOR_EACH_ACTIVATION(plain, parametrised) \
    plain(mish, Mish)
