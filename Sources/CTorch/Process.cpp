// What belongs to the process: version, threads, random state, and CUDA, whose library is opened only
// on a machine with a GPU.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <unistd.h>
#include <malloc.h>

#include <climits>
#include <memory>
#include <mutex>

#include "Bridge.hpp"

using namespace ctorch;

namespace {

/// Opens libtorch_cuda if it is not open yet; returns why not.
std::string open_cuda() {
    static std::mutex mutex;
    static bool opened = false;
    std::lock_guard<std::mutex> lock(mutex);
    if (opened) return "";
    const std::string path = std::string(ct_library_folder()) + "/libtorch_cuda.so";
    if (!dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) return dlerror();
    opened = true;
    return "";
}

}  // namespace

void ctorch::prepare() {
    static std::once_flag once;
    std::call_once(once, [] {
        // The driver's device file: native, and as Windows shows it to Linux.
        if (access("/dev/nvidiactl", F_OK) == 0 || access("/dev/dxg", F_OK) == 0) open_cuda();
    });
}

extern "C" {

const char *ct_version_string(void) { return TORCH_VERSION; }

const char *ct_library_folder(void) {
    static const std::string folder = [] {
        Dl_info info;
        if (!dladdr(reinterpret_cast<void *>(&at::get_num_threads), &info) || !info.dli_fname) return std::string(".");
        const std::string path = info.dli_fname;
        const auto slash = path.rfind('/');
        return slash == std::string::npos ? std::string(".") : path.substr(0, slash);
    }();
    return folder.c_str();
}

char *ct_build_description(void) {
    prepare();
    return ::strdup((at::show_config() + at::get_parallel_info()).c_str());
}

int32_t ct_thread_count(void) { return at::get_num_threads(); }
void ct_set_thread_count(int32_t count) { at::set_num_threads(count); }

void ct_keep_freed_memory(void) {
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_TOP_PAD, 64 << 20);
}

ct_error *ct_manual_seed(uint64_t seed) {
    prepare();
    return fenced([&] { at::manual_seed(seed); });
}

ct_error *ct_random_state(int64_t device, ct_tensor *result) {
    prepare();
    return fenced([&] {
        auto generator = at::globalContext().defaultGenerator(unpack(device));
        std::lock_guard<std::mutex> lock(generator.mutex());
        *result = hand_over(generator.get_state());
    });
}

ct_error *ct_set_random_state(int64_t device, ct_tensor state) {
    return fenced([&] {
        auto generator = at::globalContext().defaultGenerator(unpack(device));
        std::lock_guard<std::mutex> lock(generator.mutex());
        generator.set_state(borrow(state));
    });
}

void ct_set_deterministic(bool enabled) {
    prepare();
    // What cuBLAS needs to compute the same each time; it reads this when it is first used.
    if (enabled) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*replace=*/0);
    at::globalContext().setDeterministicAlgorithms(enabled, /*warn_only=*/false);
    // Else every new tensor is filled before an operator writes it: on a GPU, one launch more each time.
    at::globalContext().setDeterministicFillUninitializedMemory(false);
    at::globalContext().setDeterministicCuDNN(enabled);
}

void ct_set_cuda_math(bool allow_tf32, bool benchmark) {
    prepare();
    at::globalContext().setAllowTF32CuBLAS(allow_tf32);
    at::globalContext().setAllowTF32CuDNN(allow_tf32);
    at::globalContext().setBenchmarkCuDNN(benchmark);
}

ct_error *ct_cuda_load(void) {
    return fenced([&] {
        const std::string failure = open_cuda();
        TORCH_CHECK(failure.empty(), failure);
    });
}

int32_t ct_cuda_device_count(void) {
    int32_t count = 0;
    ct_error_free(fenced([&] { count = at::detail::getCUDAHooks().getNumGPUs(); }));
    return count;
}

char *ct_cuda_device_name(int32_t index) {
    // The driver's own call: the headers of the CUDA runtime are not needed for it.
    void *driver = dlopen("libcuda.so.1", RTLD_NOW);
    if (!driver) return nullptr;
    auto get = reinterpret_cast<int (*)(int *, int)>(dlsym(driver, "cuDeviceGet"));
    auto get_name = reinterpret_cast<int (*)(char *, int, int)>(dlsym(driver, "cuDeviceGetName"));
    int device = 0;
    char name[256] = "";
    if (!get || !get_name || get(&device, index) != 0 || get_name(name, sizeof name, device) != 0) return nullptr;
    return ::strdup(name);
}

ct_error *ct_synchronize(int64_t device) {
    return fenced([&] {
        const auto target = unpack(device);
        if (target.is_cpu()) return;
        at::detail::getCUDAHooks().deviceSynchronize(target.index());
    });
}

ct_error *ct_event_record(int64_t device, ct_event *result) {
    return fenced([&] {
        const auto target = unpack(device);
        // The default of the backend, unlike PyTorch's, can tell times.
        auto event = std::make_unique<c10::Event>(target.type(), c10::EventFlag::BACKEND_DEFAULT);
        event->record(c10::impl::VirtualGuardImpl(target.type()).getStream(target));
        *result = reinterpret_cast<ct_event>(event.release());
    });
}

ct_error *ct_event_seconds(ct_event start, ct_event end, double *result) {
    return fenced([&] {
        const auto &from = *reinterpret_cast<c10::Event *>(start), &to = *reinterpret_cast<c10::Event *>(end);
        to.synchronize();
        *result = from.elapsedTime(to) / 1e3;
    });
}

void ct_event_free(ct_event event) { delete reinterpret_cast<c10::Event *>(event); }

ct_error *ct_cuda_memory(int64_t device, ct_memory *result) {
    return fenced([&] {
        const auto index = unpack(device).index();
        at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
        auto *allocator = c10::getDeviceAllocator(c10::DeviceType::CUDA);
        const auto stats = allocator->getDeviceStats(index);
        const auto total = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
        const auto memory = allocator->getMemoryInfo(index);
        *result = {stats.allocated_bytes[total].current, stats.allocated_bytes[total].peak,
                   stats.reserved_bytes[total].current, static_cast<int64_t>(memory.first),
                   static_cast<int64_t>(memory.second)};
    });
}

ct_error *ct_cuda_reset_peak_memory(int64_t device) {
    return fenced([&] { c10::getDeviceAllocator(c10::DeviceType::CUDA)->resetPeakStats(unpack(device).index()); });
}

}  // extern "C"
