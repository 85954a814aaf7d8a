// The C interface over LibTorch that the Swift module `Torch` stands on.
//
// Rules that hold for every function here:
// - Nothing throws. A function that can fail returns NULL for success, or an error that the caller
//   frees with ct_error_free.
// - A ct_tensor is the TensorImpl itself. A tensor that comes back from a function is owned by the
//   caller and is given up with ct_release; a tensor that is passed in is only borrowed.
// - Grad mode, autocast and the current device are LibTorch's own, kept per thread.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor_impl *ct_tensor;
typedef struct ct_operator_impl *ct_operator;

// MARK: Errors

typedef enum { CT_ERROR_FAILED = 0, CT_ERROR_OUT_OF_MEMORY = 1, CT_ERROR_NO_SUCH_OPERATOR = 2 } ct_error_kind;

typedef struct {
    ct_error_kind kind;
    char *message;
} ct_error;

void ct_error_free(ct_error *error);

// MARK: Operators

typedef enum {
    CT_DEFAULT = 0,  // an argument left to the schema's default
    CT_NONE,
    CT_TENSOR,
    CT_INT,
    CT_DOUBLE,
    CT_BOOL,
    CT_STRING,         // text, NUL-terminated
    CT_DEVICE,         // integer: device type in the high 32 bits, index in the low
    CT_INT_LIST,       // integers, count
    CT_DOUBLE_LIST,    // numbers, count
    CT_BOOL_LIST,      // flags, count
    CT_TENSOR_LIST,    // tensors, count
    CT_OPTIONAL_TENSOR_LIST,  // tensors, count; NULL stands for None
} ct_kind;

typedef struct {
    ct_kind kind;
    int32_t count;
    union {
        int64_t integer;
        double number;
        bool flag;
        ct_tensor tensor;
        const char *text;
        const int64_t *integers;
        const double *numbers;
        const bool *flags;
        const ct_tensor *tensors;
    } as;
} ct_value;

/// Looks an operator up, as "aten::add" with overload "Tensor". The handle lives as long as the process.
ct_error *ct_operator_find(const char *name, const char *overload, ct_operator *result);

/// Calls an operator. `arguments` are positional; what is missing at the end takes the schema's defaults.
/// `results` holds up to `capacity` results; a tensor list is flattened into them.
ct_error *ct_call(ct_operator op, const ct_value *arguments, int32_t count, ct_value *results, int32_t capacity,
                  int32_t *result_count);

/// The common case without the general one's loop: tensor arguments, every other argument at its
/// default, one tensor back.
ct_error *ct_call_tensors(ct_operator op, const ct_tensor *arguments, int32_t count, ct_tensor *result);

/// The schema as LibTorch writes it. The caller frees it with free().
char *ct_operator_schema(ct_operator op);

// MARK: Tensors

void ct_retain(ct_tensor tensor);
void ct_release(ct_tensor tensor);

int32_t ct_dtype(ct_tensor tensor);
int64_t ct_device(ct_tensor tensor);
int64_t ct_dimensions(ct_tensor tensor);
const int64_t *ct_sizes(ct_tensor tensor);
const int64_t *ct_strides(ct_tensor tensor);
int64_t ct_element_count(ct_tensor tensor);
bool ct_is_contiguous(ct_tensor tensor);
bool ct_is_channels_last(ct_tensor tensor);
int64_t ct_version(ct_tensor tensor);

/// The first element's address; NULL when the tensor has no memory.
ct_error *ct_data(ct_tensor tensor, void **result);

/// A new contiguous tensor with a copy of the memory.
ct_error *ct_from_copy(const void *memory, const int64_t *sizes, int32_t dimensions, int32_t dtype, ct_tensor *result);

// MARK: Autograd

bool ct_requires_grad(ct_tensor tensor);
ct_error *ct_set_requires_grad(ct_tensor tensor, bool value);
bool ct_is_leaf(ct_tensor tensor);
/// The accumulated gradient, or NULL.
ct_tensor ct_grad(ct_tensor tensor);
ct_error *ct_set_grad(ct_tensor tensor, ct_tensor grad);
/// Lets `tensor` share `source`'s memory from here on, keeping its identity (Module moves use it).
ct_error *ct_set_data(ct_tensor tensor, ct_tensor source);

ct_error *ct_backward(const ct_tensor *outputs, const ct_tensor *grads, int32_t count, bool retain_graph,
                      bool create_graph);
/// `results` holds `input_count` owned tensors, NULL where an input was not used.
ct_error *ct_gradient(const ct_tensor *outputs, const ct_tensor *grads, int32_t output_count, const ct_tensor *inputs,
                      int32_t input_count, bool retain_graph, bool create_graph, bool allow_unused,
                      ct_tensor *results);

/// A backward pass written elsewhere. `grads` are borrowed and may hold NULL; `results` takes one owned
/// tensor or NULL per input. Returns a message to free() on failure. May run on any thread.
typedef char *(*ct_backward_function)(void *context, const ct_tensor *grads, int32_t grad_count,
                                      const ct_tensor *saved, int32_t saved_count, ct_tensor *results,
                                      int32_t result_count);

/// Makes `outputs`, computed from `inputs` without a graph, depend on `inputs` through `backward`.
/// The graph owns `context` and gives it up with `release`.
ct_error *ct_attach_backward(const char *name, const ct_tensor *inputs, int32_t input_count, const ct_tensor *outputs,
                             int32_t output_count, const ct_tensor *saved, int32_t saved_count,
                             ct_backward_function backward, void (*release)(void *), void *context);

bool ct_grad_mode(void);
void ct_set_grad_mode(bool enabled);

bool ct_autocast_enabled(int32_t device_type);
int32_t ct_autocast_dtype(int32_t device_type);
/// Sets autocast for this thread. `dtype` is left alone when negative. Leaving clears the cast cache.
void ct_set_autocast(int32_t device_type, bool enabled, int32_t dtype);

// MARK: Process and devices

const char *ct_version_string(void);
/// The folder that holds libtorch_cpu.so.
const char *ct_library_folder(void);
/// What LibTorch was built with and which vector instructions it uses. The caller frees it with free().
char *ct_build_description(void);
int32_t ct_thread_count(void);
void ct_set_thread_count(int32_t count);
/// The C library keeps large blocks that were freed, instead of returning them to the system.
void ct_keep_freed_memory(void);
ct_error *ct_manual_seed(uint64_t seed);
/// The state of a device's default random generator, as a uint8 tensor.
ct_error *ct_random_state(int64_t device, ct_tensor *result);
ct_error *ct_set_random_state(int64_t device, ct_tensor state);
/// Deterministic algorithms only; an operator without one fails with its name.
void ct_set_deterministic(bool enabled);
/// TF32 in matrix products and convolutions, and cuDNN's search for the fastest algorithm.
void ct_set_cuda_math(bool allow_tf32, bool benchmark);

/// Opens libtorch_cuda, if finding an operator has not opened it yet, and says what keeps it from opening.
ct_error *ct_cuda_load(void);
/// Devices that can be used: 0 before ct_cuda_load has succeeded.
int32_t ct_cuda_device_count(void);
/// The product's name, or NULL. The caller frees it with free().
char *ct_cuda_device_name(int32_t index);
ct_error *ct_synchronize(int64_t device);

/// A point in the work of a CUDA device's current stream, for measuring the time between two.
typedef struct ct_event_impl *ct_event;

ct_error *ct_event_record(int64_t device, ct_event *result);
/// Waits until the device has reached `end`, which lies after `start`.
ct_error *ct_event_seconds(ct_event start, ct_event end, double *result);
void ct_event_free(ct_event event);

typedef struct {
    int64_t allocated;       // bytes in tensors now
    int64_t peak_allocated;  // the most there were since the last reset
    int64_t reserved;        // bytes held by the caching allocator
    int64_t free;            // bytes free on the device
    int64_t total;           // bytes on the device
} ct_memory;

ct_error *ct_cuda_memory(int64_t device, ct_memory *result);
ct_error *ct_cuda_reset_peak_memory(int64_t device);

#ifdef __cplusplus
}
#endif

#endif
