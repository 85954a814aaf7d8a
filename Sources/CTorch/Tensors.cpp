// A tensor's shape, memory and lifetime.

#include <ATen/core/Tensor.h>
#include <c10/core/StorageImpl.h>

#include "Bridge.hpp"

#include <ATen/Functions.h>

using namespace ctorch;

extern "C" {

void ct_error_free(ct_error *error) {
    if (!error) return;
    std::free(error->message);
    std::free(error);
}

void ct_retain(ct_tensor tensor) { c10::raw::intrusive_ptr::incref(impl(tensor)); }
void ct_release(ct_tensor tensor) { c10::raw::intrusive_ptr::decref(impl(tensor)); }

int32_t ct_dtype(ct_tensor tensor) { return static_cast<int32_t>(borrow(tensor).scalar_type()); }
int64_t ct_device(ct_tensor tensor) { return pack(impl(tensor)->device()); }
int64_t ct_dimensions(ct_tensor tensor) { return impl(tensor)->dim(); }
const int64_t *ct_sizes(ct_tensor tensor) { return impl(tensor)->sizes().data(); }
const int64_t *ct_strides(ct_tensor tensor) { return impl(tensor)->strides().data(); }
int64_t ct_element_count(ct_tensor tensor) { return impl(tensor)->numel(); }
bool ct_is_contiguous(ct_tensor tensor) { return impl(tensor)->is_contiguous(); }
bool ct_is_channels_last(ct_tensor tensor) {
    return impl(tensor)->is_contiguous(c10::MemoryFormat::ChannelsLast);
}
int64_t ct_version(ct_tensor tensor) { return impl(tensor)->version_counter().current_version(); }

ct_error *ct_data(ct_tensor tensor, void **result) {
    return fenced([&] { *result = impl(tensor)->mutable_data(); });
}

ct_error *ct_from_copy(const void *memory, const int64_t *sizes, int32_t dimensions, int32_t dtype,
                       ct_tensor *result) {
    prepare();
    return fenced([&] {
        at::Tensor tensor =
            at::empty(c10::IntArrayRef(sizes, dimensions), at::TensorOptions(static_cast<c10::ScalarType>(dtype)));
        if (tensor.nbytes() > 0) std::memcpy(tensor.mutable_data_ptr(), memory, tensor.nbytes());
        *result = hand_over(std::move(tensor));
    });
}

}  // extern "C"
