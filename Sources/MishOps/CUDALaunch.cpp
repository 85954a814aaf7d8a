#include "CUDALaunch.h"

#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include <mutex>

#include "CUDACompiler.h"
#include "CUDAOperands.h"

namespace mish {
namespace {

/// The functions of the CUDA driver that are used. The driver is opened when a tensor on a GPU first comes,
/// so that one library serves machines with and without one.
struct Driver {
    using Context = struct OpaqueContext*;
    using Module = struct OpaqueModule*;
    using Function = struct OpaqueFunction*;
    int (*deviceGetAttribute)(int* value, int attribute, int device);
    int (*contextGetCurrent)(Context*);
    int (*contextSetCurrent)(Context);
    int (*primaryContextRetain)(Context*, int device);
    int (*exchangeCaptureMode)(int* mode);
    int (*moduleLoadData)(Module*, const void* code);
    int (*moduleGetFunction)(Function*, Module, const char* name);
    int (*launchKernel)(Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned shared,
                        void* stream, void** arguments, void** extra);
    int (*getErrorString)(int status, const char** text);

    static const Driver& get() {
        static const Driver driver;
        return driver;
    }

    void check(int status, const char* what) const {
        if (status == 0) return;
        const char* text = nullptr;
        getErrorString(status, &text);
        TORCH_CHECK(false, "mish: the CUDA driver failed to ", what, ": ", text ? text : "unknown error");
    }

private:
    Driver() {
        void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
        TORCH_CHECK(library, "mish: the CUDA driver (libcuda.so.1) was not found");
        const auto find = [&](auto& function, const char* name) {
            function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, name));
            TORCH_CHECK(function, "mish: the CUDA driver has no function ", name);
        };
        find(deviceGetAttribute, "cuDeviceGetAttribute");
        find(contextGetCurrent, "cuCtxGetCurrent");
        find(contextSetCurrent, "cuCtxSetCurrent");
        find(primaryContextRetain, "cuDevicePrimaryCtxRetain");
        find(exchangeCaptureMode, "cuThreadExchangeStreamCaptureMode");
        find(moduleLoadData, "cuModuleLoadData");
        find(moduleGetFunction, "cuModuleGetFunction");
        find(launchKernel, "cuLaunchKernel");
        find(getErrorString, "cuGetErrorString");
    }
};

struct Functions {
    Driver::Function contiguous[operationCount], strided[operationCount], rows[operationCount];
};

constexpr int maximumDevices = 64;

Functions load(int device, Activation activation, Element element) {
    const Driver& driver = Driver::get();
    constexpr int capabilityMajor = 75, capabilityMinor = 76;
    int major = 0, minor = 0;
    driver.check(driver.deviceGetAttribute(&major, capabilityMajor, device), "give the compute capability");
    driver.check(driver.deviceGetAttribute(&minor, capabilityMinor, device), "give the compute capability");
    const std::string code = cudaModule(activation, element, 10 * major + minor);

    // Loading may allocate, which a stream capture forbids unless told otherwise.
    constexpr int relaxed = 2;
    int mode = relaxed;
    driver.check(driver.exchangeCaptureMode(&mode), "relax the capture mode");
    Functions functions = {};
    Driver::Module module;
    int status = driver.moduleLoadData(&module, code.data());
    const std::string names[operationCount] = {"forward", "backward", "double_backward"};
    const auto find = [&](Driver::Function& function, const std::string& name) {
        if (status == 0) status = driver.moduleGetFunction(&function, module, name.c_str());
    };
    for (int i = 0; i < operationsOf(activation); ++i) {
        find(functions.contiguous[i], names[i]);
        find(functions.strided[i], names[i] + "_strided");
        find(functions.rows[i], names[i] + "_rows");
    }
    driver.exchangeCaptureMode(&mode);
    driver.check(status, "load the kernels");
    return functions;
}

const Functions& functionsFor(int device, Activation activation, Element element) {
    TORCH_CHECK(device < maximumDevices, "mish: device index ", device, " is above ", maximumDevices - 1);
    static std::once_flag loaded[maximumDevices][activationCount][elementCount];
    static Functions functions[maximumDevices][activationCount][elementCount];
    Functions& result = functions[device][int(activation)][int(element)];
    std::call_once(loaded[device][int(activation)][int(element)],
                   [&] { result = load(device, activation, element); });
    return result;
}

/// A thread that has not yet used the GPU has no context.
void makeContextCurrent(int device) {
    const Driver& driver = Driver::get();
    Driver::Context context = nullptr;
    driver.check(driver.contextGetCurrent(&context), "give the current context");
    if (context) return;
    driver.check(driver.primaryContextRetain(&context, device), "retain the primary context");
    driver.check(driver.contextSetCurrent(context), "set the context");
}

void launch(Driver::Function function, int64_t threads, void* stream, void** arguments) {
    const unsigned blocks = unsigned((threads + threadsPerBlock - 1) / threadsPerBlock);
    const Driver& driver = Driver::get();
    driver.check(driver.launchKernel(function, blocks, 1, 1, threadsPerBlock, 1, 1, 0, stream, arguments, nullptr),
                 "launch a kernel");
}

/// Whether dimension 0 of every operand is whole vectors of 16 bytes, or one element repeated.
template <int operands>
bool hasRows(const Pointers<operands>& pointers, const Layout<operands>& layout, int64_t elementSize) {
    if (layout.dimensions == 0 || layout.sizes[0] % (16 / elementSize) != 0) return false;
    for (int i = 0; i < operands; ++i) {
        if (layout.strides[0][i] == 0) continue;
        bool aligned = layout.strides[0][i] == elementSize && reinterpret_cast<uintptr_t>(pointers.data[i]) % 16 == 0;
        for (int d = 1; d < layout.dimensions; ++d) aligned &= layout.strides[d][i] % 16 == 0;
        if (!aligned) return false;
    }
    return true;
}

template <int operands>
void launch(const Functions& functions, Operation operation, at::TensorIteratorBase& iterator, double parameter,
            void* stream) {
    Pointers<operands> pointers;
    bool aligned = true;
    for (int i = 0; i < operands; ++i) {
        pointers.data[i] = static_cast<char*>(iterator.data_ptr(i));
        aligned &= reinterpret_cast<uintptr_t>(pointers.data[i]) % 16 == 0;
    }
    long long count = iterator.numel();
    const int64_t lanes = 16 / int64_t(iterator.element_size(0));
    if (aligned && iterator.is_contiguous()) {
        const int64_t share = lanes * vectorsPerThread;
        void* arguments[] = {&pointers, &count, &parameter};
        launch(functions.contiguous[int(operation)], (count + share - 1) / share, stream, arguments);
    } else if (iterator.can_use_32bit_indexing()) {
        Layout<operands> layout;
        layout.dimensions = iterator.ndim();
        TORCH_CHECK(layout.dimensions <= layout.maximum, "mish: tensors of more than ", layout.maximum,
                    " dimensions that cannot be merged are not supported");
        for (int d = 0; d < layout.dimensions; ++d) {
            layout.sizes[d] = unsigned(iterator.shape()[d]);
            for (int i = 0; i < operands; ++i) layout.strides[d][i] = iterator.strides(i)[d];
        }
        const bool rows = hasRows(pointers, layout, iterator.element_size(0));
        if (rows) {
            layout.sizes[0] /= unsigned(lanes);
            count /= lanes;
            for (int i = 0; i < operands; ++i) layout.strides[0][i] *= lanes;
        }
        void* arguments[] = {&pointers, &layout, &count, &parameter};
        launch((rows ? functions.rows : functions.strided)[int(operation)], count, stream, arguments);
    } else {
        for (auto& part : iterator.with_32bit_indexing())
            launch<operands>(functions, operation, part, parameter, stream);
    }
}

}  // namespace

void launchCUDA(Activation activation, Element element, Operation operation, at::TensorIteratorBase& iterator,
                double parameter) {
    if (iterator.numel() == 0) return;
    const c10::Device device = iterator.device();
    const c10::OptionalDeviceGuard guard(device);
    makeContextCurrent(device.index());
    const Functions& functions = functionsFor(device.index(), activation, element);
    const c10::impl::VirtualGuardImpl implementation(c10::DeviceType::CUDA);
    void* stream = implementation.getStreamNativeHandle(implementation.getStream(device));
    switch (iterator.ntensors()) {
        case 2: return launch<2>(functions, operation, iterator, parameter, stream);
        case 3: return launch<3>(functions, operation, iterator, parameter, stream);
        case 4: return launch<4>(functions, operation, iterator, parameter, stream);
        case 5: return launch<5>(functions, operation, iterator, parameter, stream);
    }
}

}  // namespace mish
