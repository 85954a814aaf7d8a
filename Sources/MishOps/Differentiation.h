// What the operators' derivatives share.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>

namespace mish {

/// Whether a result of `x` belongs in the graph, or has a tangent (which the graph's function then refuses).
inline bool isDifferentiated(const at::Tensor& x) {
    return (x.requires_grad() && at::GradMode::is_enabled()) || x._fw_grad(0).defined();
}

/// An operator of this library, by the type of a function of its signature.
template <class Signature>
auto operatorNamed(const std::string& name, Signature*) {
    return c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), "").typed<Signature>();
}

}  // namespace mish
