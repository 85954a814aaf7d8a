#include "Evaluation.h"

#include <ATen/EmptyTensor.h>
#include <ATen/TensorIterator.h>
#include <ATen/Version.h>
#include <ATen/ops/empty_like.h>
#include <sys/mman.h>

#include <string>

#include "CUDALaunch.h"

namespace mish {
namespace {

const char* const activationNames[] = {
#define MISH_NAME(name, ...) "mish::" #name,
    MISH_FOR_EACH_ACTIVATION(MISH_NAME, MISH_NAME) MISH_FOR_EACH_VARIANT(MISH_NAME)
#undef MISH_NAME
};

Element elementOf(const at::Tensor& x, const char* name) {
    switch (x.scalar_type()) {
        case at::kHalf: return Element::half;
        case at::kBFloat16: return Element::brain;
        case at::kFloat: return Element::single;
        case at::kDouble: return Element::real;
        default:
            TORCH_CHECK_NOT_IMPLEMENTED(false, name, ": got a tensor of ", x.scalar_type(),
                                        "; float16, bfloat16, float32 and float64 are accepted");
    }
}

void check(std::span<const at::Tensor> inputs, const char* name, bool storesSoftplus) {
    const at::Tensor& x = inputs.front();
    TORCH_CHECK_NOT_IMPLEMENTED(x.layout() == at::kStrided, name, ": got a tensor of layout ",
                                x.layout(), "; only dense (strided) tensors are accepted");
    for (const at::Tensor& other : inputs.subspan(1)) {
        const char* role = storesSoftplus && &other == &inputs.back() ? ": softplus" : ": the gradient";
        TORCH_CHECK(other.sym_sizes() == x.sym_sizes(), name, role, " has size ",
                    other.sym_sizes(), " but x has size ", x.sym_sizes(), "; they must be equal");
        TORCH_CHECK(other.scalar_type() == x.scalar_type(), name, role, " is ",
                    other.scalar_type(), " but x is ", x.scalar_type(), "; they must be of one type");
        TORCH_CHECK(other.device() == x.device(), name, role, " is on ", other.device(),
                    " but x is on ", x.device(), "; they must be on one device");
    }
}

const KernelTable& kernels() {
    // LibTorch's own choice, so that ATEN_CPU_CAPABILITY governs both.
    static const KernelTable& table = []() -> const KernelTable& {
        const std::string capability = at::get_cpu_capability();
        if (capability == "AVX512") return avx512Kernels;
        if (capability == "AVX2") return avx2Kernels;
        return baselineKernels;
    }();
    return table;
}

/// Whether the inputs lie in memory alike and without gaps, so that each is one array.
bool areFlat(std::span<const at::Tensor> inputs) {
    const at::Tensor& x = inputs.front();
    if (!x.is_non_overlapping_and_dense()) return false;
    for (const at::Tensor& other : inputs.subspan(1))
        if (other.strides() != x.strides()) return false;
    return true;
}

at::Tensor emptyAs(const at::Tensor& x) {
    return x.is_contiguous() ? at::detail::empty_cpu(x.sizes(), x.scalar_type())
                             : at::detail::empty_strided_cpu(x.sizes(), x.strides(), x.scalar_type());
}

/// As `emptyAs`, in huge pages where the system has them: a large output that is written for the first time
/// otherwise costs more in page faults than in arithmetic.
at::Tensor largeEmptyAs(const at::Tensor& x) {
    constexpr uintptr_t page = 2 << 20;
    at::Tensor output = emptyAs(x);
    const auto address = reinterpret_cast<uintptr_t>(output.mutable_data_ptr());
    const uintptr_t begin = (address + page - 1) / page * page, end = (address + output.nbytes()) / page * page;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
    return output;
}

/// The common case of few elements, without TensorIterator, whose planning costs more than computing them.
void evaluateFlat(Kernel kernel, std::span<at::Tensor> outputs, std::span<const at::Tensor> inputs,
                  double parameter) {
    constexpr size_t maximum = 5;
    const at::Tensor& x = inputs.front();
    const int64_t size = int64_t(x.element_size());
    char* data[maximum];
    int64_t strides[maximum];
    size_t count = 0;
    for (at::Tensor& output : outputs) {
        output = emptyAs(x);
        data[count++] = static_cast<char*>(output.mutable_data_ptr());
    }
    // The kernels only read through the addresses of inputs.
    for (const at::Tensor& input : inputs)
        data[count++] = static_cast<char*>(const_cast<void*>(input.const_data_ptr()));
    for (size_t i = 0; i < count; ++i) strides[i] = size;
    kernel(data, strides, x.numel(), parameter);
}

}  // namespace

void evaluate(Activation activation, Operation operation, std::span<at::Tensor> outputs,
              std::span<const at::Tensor> inputs, double parameter) {
    const char* name = activationNames[int(activation)];
    const Element element = elementOf(inputs.front(), name);
    check(inputs, name, activation == Activation::mish_storing_softplus);

    if (inputs.front().is_meta() && !outputs.front().defined()) {
        // Symbolic sizes, which TensorIterator refuses, come this way.
        for (at::Tensor& output : outputs) output = at::empty_like(inputs.front());
        return;
    }

    if (inputs.front().is_cpu() && !outputs.front().defined() && areFlat(inputs)) {
        if (inputs.front().numel() <= at::internal::GRAIN_SIZE)
            return evaluateFlat(kernels()(activation, element, operation), outputs, inputs, parameter);
        for (at::Tensor& output : outputs) output = largeEmptyAs(inputs.front());
    }

    at::TensorIteratorConfig config;
    for (at::Tensor& output : outputs) config.add_output(output);
    for (const at::Tensor& input : inputs) config.add_const_input(input);
    at::TensorIterator iterator = config.build();

    const at::Device device = iterator.device();
    if (device.is_cpu()) {
        const Kernel kernel = kernels()(activation, element, operation);
        iterator.for_each([=](char** data, const int64_t* strides, int64_t count) {
            kernel(data, strides, count, parameter);
        });
    } else if (device.is_cuda()) {
        launchCUDA(activation, element, operation, iterator, parameter);
    } else {
        TORCH_CHECK_NOT_IMPLEMENTED(device.is_meta(), name, ": there is no kernel for ", device,
                                    "; cpu and cuda are accepted");
    }
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i] = iterator.output(int64_t(i));
}

}  // namespace mish
