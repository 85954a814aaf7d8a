// What the C++ files of this target share: handles to LibTorch's types and back, and the fence that
// no exception passes.

#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>
#include <torch/headeronly/version.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "CTorch.h"

static_assert(TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11, "swift-mish is built against LibTorch 2.11");

namespace ctorch {

/// Called before LibTorch is first used. LibTorch looks once, and for good, whether its CUDA part is there:
/// at the first backward pass, for instance. So on a machine with a GPU that part is opened before anything.
void prepare();

/// A borrowed handle seen as a tensor, without touching its reference count: at::Tensor holds nothing
/// but the pointer to its implementation.
inline const at::Tensor &borrow(const ct_tensor &handle) {
    static_assert(sizeof(at::Tensor) == sizeof(ct_tensor));
    return reinterpret_cast<const at::Tensor &>(handle);
}

inline c10::TensorImpl *impl(ct_tensor handle) { return reinterpret_cast<c10::TensorImpl *>(handle); }

/// Hands a tensor to the caller; an undefined one becomes NULL.
inline ct_tensor hand_over(at::Tensor tensor) {
    if (!tensor.defined()) return nullptr;
    return reinterpret_cast<ct_tensor>(tensor.unsafeReleaseTensorImpl());
}

inline std::vector<at::Tensor> borrow_all(const ct_tensor *handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int32_t i = 0; i < count; ++i) tensors.push_back(handles && handles[i] ? borrow(handles[i]) : at::Tensor());
    return tensors;
}

inline int64_t pack(c10::Device device) {
    return (static_cast<int64_t>(device.type()) << 32) | static_cast<uint32_t>(std::max<int>(device.index(), 0));
}

inline c10::Device unpack(int64_t device) {
    const auto type = static_cast<c10::DeviceType>(device >> 32);
    return type == c10::DeviceType::CPU ? c10::Device(type)
                                        : c10::Device(type, static_cast<c10::DeviceIndex>(device & 0xffffffff));
}

inline ct_error *make_error(ct_error_kind kind, const char *message) {
    auto *error = static_cast<ct_error *>(std::malloc(sizeof(ct_error)));
    error->kind = kind;
    error->message = ::strdup(message);
    return error;
}

/// Runs `body`; every exception becomes an error.
template <typename Body>
inline ct_error *fenced(Body &&body) noexcept {
    try {
        body();
        return nullptr;
    } catch (const c10::OutOfMemoryError &error) {
        return make_error(CT_ERROR_OUT_OF_MEMORY, error.what_without_backtrace());
    } catch (const c10::Error &error) {
        const char *message = error.what_without_backtrace();
        // The CPU allocator reports a failed allocation as a plain error.
        const bool memory = std::strstr(message, "DefaultCPUAllocator: can't allocate memory") != nullptr;
        return make_error(memory ? CT_ERROR_OUT_OF_MEMORY : CT_ERROR_FAILED, message);
    } catch (const std::bad_alloc &error) {
        return make_error(CT_ERROR_OUT_OF_MEMORY, error.what());
    } catch (const std::exception &error) {
        return make_error(CT_ERROR_FAILED, error.what());
    } catch (...) {
        return make_error(CT_ERROR_FAILED, "an exception of unknown type");
    }
}

}  // namespace ctorch
