#include "CUDACompiler.h"

#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "MishOps.h"

namespace mish {
namespace {

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
const char arithmetic[] = {
#embed "Arithmetic.h" suffix(, 0)
};
const char functions[] = {
#embed "Functions.h" suffix(, 0)
};
const char activations[] = {
#embed "Activations.h" suffix(, 0)
};
const char pairs[] = {
#embed "Pairs.h" suffix(, 0)
};
const char zeros[] = {
#embed "Zeros.h" suffix(, 0)
};
const char doubleFunctions[] = {
#embed "DoubleFunctions.h" suffix(, 0)
};
const char doubleActivations[] = {
#embed "DoubleActivations.h" suffix(, 0)
};
const char inPlace[] = {
#embed "InPlace.h" suffix(, 0)
};
const char cudaInPlace[] = {
#embed "CUDAInPlace.h" suffix(, 0)
};
const char storedSoftplus[] = {
#embed "StoredSoftplus.h" suffix(, 0)
};
const char cudaStoredSoftplus[] = {
#embed "CUDAStoredSoftplus.h" suffix(, 0)
};
const char operands[] = {
#embed "CUDAOperands.h" suffix(, 0)
};
const char kernels[] = {
#embed "CUDAKernels.h" suffix(, 0)
};
#pragma clang diagnostic pop

const char* const sources[] = {arithmetic,        functions, activations, pairs,          zeros,
                               doubleFunctions,   doubleActivations,      inPlace,        cudaInPlace,
                               storedSoftplus,    cudaStoredSoftplus,     operands,       kernels};
const char* const sourceNames[] = {"Arithmetic.h",      "Functions.h",         "Activations.h", "Pairs.h",   "Zeros.h",
                                   "DoubleFunctions.h", "DoubleActivations.h", "InPlace.h",     "CUDAInPlace.h",
                                   "StoredSoftplus.h",  "CUDAStoredSoftplus.h", "CUDAOperands.h", "CUDAKernels.h"};

/// The functions of NVRTC that are used, from whichever copy of the library is found.
struct NVRTC {
    using Program = struct Opaque*;
    int (*version)(int* major, int* minor);
    int (*createProgram)(Program*, const char* source, const char* name, int headerCount,
                         const char* const* headers, const char* const* headerNames);
    int (*compileProgram)(Program, int optionCount, const char* const* options);
    int (*destroyProgram)(Program*);
    int (*getLogSize)(Program, size_t*);
    int (*getLog)(Program, char*);
    int (*getCUBINSize)(Program, size_t*);
    int (*getCUBIN)(Program, char*);
    int (*getPTXSize)(Program, size_t*);
    int (*getPTX)(Program, char*);
    int (*getSupportedCount)(int*);
    int (*getSupported)(int*);
    const char* (*getErrorString)(int);

    static const NVRTC& get() {
        static const NVRTC nvrtc;
        return nvrtc;
    }

    void check(int status, const char* what) const {
        TORCH_CHECK(status == 0, "mish: NVRTC failed to ", what, ": ", getErrorString(status));
    }

private:
    NVRTC() {
        void* library = open();
        const auto find = [&](auto& function, const char* name) {
            function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, name));
            TORCH_CHECK(function, "mish: the NVRTC library has no function ", name);
        };
        find(version, "nvrtcVersion");
        find(createProgram, "nvrtcCreateProgram");
        find(compileProgram, "nvrtcCompileProgram");
        find(destroyProgram, "nvrtcDestroyProgram");
        find(getLogSize, "nvrtcGetProgramLogSize");
        find(getLog, "nvrtcGetProgramLog");
        find(getCUBINSize, "nvrtcGetCUBINSize");
        find(getCUBIN, "nvrtcGetCUBIN");
        find(getPTXSize, "nvrtcGetPTXSize");
        find(getPTX, "nvrtcGetPTX");
        find(getSupportedCount, "nvrtcGetNumSupportedArchs");
        find(getSupported, "nvrtcGetSupportedArchs");
        find(getErrorString, "nvrtcGetErrorString");
    }

    /// NVRTC asks for its second library by name, which the loader knows once it has been opened from where it is.
    static void openBuiltins(const std::filesystem::path& folder) {
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(folder, error))
            if (entry.path().filename().string().starts_with("libnvrtc-builtins.so"))
                dlopen(entry.path().c_str(), RTLD_NOW | RTLD_LOCAL);
    }

    /// By its name, then in the package that LibTorch's wheel depends on, beside LibTorch's own folder.
    static void* open() {
        const char* const names[] = {"libnvrtc.so.13", "libnvrtc.so.12"};
        std::vector<std::string> tried(std::begin(names), std::end(names));
        void* c10 = dlopen("libc10.so", RTLD_NOW | RTLD_NOLOAD);
        link_map* map = nullptr;
        if (c10 && dlinfo(c10, RTLD_DI_LINKMAP, &map) == 0) {
            const auto libraries = std::filesystem::weakly_canonical(map->l_name).parent_path();
            const auto packages = libraries.parent_path().parent_path();
            tried.push_back(packages / "nvidia/cu13/lib/libnvrtc.so.13");
            tried.push_back(packages / "nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
        }
        for (const std::string& name : tried) {
            openBuiltins(std::filesystem::path(name).parent_path());
            if (void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
        }
        std::ostringstream list;
        for (const std::string& name : tried) list << "\n  " << name;
        TORCH_CHECK(false, "mish: NVRTC, which compiles the CUDA kernels, was not found. Install the Python package "
                    "nvidia-cuda-nvrtc beside LibTorch or put the library on LD_LIBRARY_PATH. Tried:", list.str());
    }
};

std::string programFor(Activation activation, Element element) {
    static const char* const calls[][2] = {
#define MISH_CALL(name, Policy, Arithmetic, ...) {"MISH_MODULE(" #Arithmetic ", ", ", " #Policy ")"},
#define MISH_VARIANT_CALL(name, macros) {#macros "_MODULE(", ")"},
        MISH_FOR_EACH_ACTIVATION(MISH_CALL, MISH_CALL) MISH_FOR_EACH_VARIANT(MISH_VARIANT_CALL)
#undef MISH_CALL
#undef MISH_VARIANT_CALL
    };
    static const char* const elements[elementCount] = {"Half", "Brain", "Single", "Double"};
    const auto [before, after] = calls[int(activation)];
    return std::string("#include \"CUDAKernels.h\"\n") + before + elements[int(element)] + after + "\n";
}

/// A GPU newer than NVRTC gets PTX, which the driver translates.
std::string architectureOption(int architecture) {
    const NVRTC& nvrtc = NVRTC::get();
    int count = 0;
    nvrtc.check(nvrtc.getSupportedCount(&count), "count the architectures");
    std::vector<int> supported(count);
    nvrtc.check(nvrtc.getSupported(supported.data()), "list the architectures");
    if (std::find(supported.begin(), supported.end(), architecture) != supported.end())
        return "--gpu-architecture=sm_" + std::to_string(architecture);
    const int newest = supported.empty() ? 0 : *std::max_element(supported.begin(), supported.end());
    TORCH_CHECK(architecture > newest, "mish: compute capability ", architecture / 10, ".", architecture % 10,
                " is not supported by NVRTC, whose oldest is ", supported.front());
    return "--gpu-architecture=compute_" + std::to_string(newest);
}

std::vector<std::string> optionsFor(int architecture) {
    // Without contraction every machine computes the same bits.
    return {architectureOption(architecture), "--std=c++20", "--fmad=false"};
}

/// FNV-1a.
uint64_t hash(std::string_view bytes, uint64_t state = 0xcbf29ce484222325) {
    for (const char byte : bytes) state = (state ^ uint8_t(byte)) * 0x100000001b3;
    return state;
}

std::filesystem::path cacheFolder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
        return std::filesystem::path(cache) / "swift-mish/kernels";
    if (const char* home = std::getenv("HOME"); home && *home)
        return std::filesystem::path(home) / ".cache/swift-mish/kernels";
    return {};
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    uint64_t sum = 0;
    if (!file.read(reinterpret_cast<char*>(&sum), sizeof sum)) return {};
    std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return sum == hash(content) ? content : std::string();
}

/// A cache that cannot be written costs a compilation at the next start, not this run.
void write(const std::filesystem::path& path, const std::string& content) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    const std::filesystem::path part =
        path.string() + "." + std::to_string(getpid()) + "." + std::to_string(std::random_device()());
    const uint64_t sum = hash(content);
    std::ofstream file(part, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&sum), sizeof sum);
    file.write(content.data(), std::streamsize(content.size()));
    file.close();
    if (file) std::filesystem::rename(part, path, error);
    if (!file || error) std::filesystem::remove(part, error);
}

}  // namespace

std::string compileCUDAModule(Activation activation, Element element, int architecture) {
    const NVRTC& nvrtc = NVRTC::get();
    const std::string source = programFor(activation, element);
    NVRTC::Program program;
    nvrtc.check(nvrtc.createProgram(&program, source.c_str(), "mish.cu", int(std::size(sources)), sources, sourceNames),
                "create a program");
    struct Destroy {
        const NVRTC& nvrtc;
        NVRTC::Program program;
        ~Destroy() { nvrtc.destroyProgram(&program); }
    } destroy{nvrtc, program};

    const std::vector<std::string> options = optionsFor(architecture);
    std::vector<const char*> arguments;
    for (const std::string& option : options) arguments.push_back(option.c_str());
    if (nvrtc.compileProgram(program, int(arguments.size()), arguments.data()) != 0) {
        size_t size = 0;
        nvrtc.check(nvrtc.getLogSize(program, &size), "give the log's size");
        std::string log(size, '\0');
        nvrtc.check(nvrtc.getLog(program, log.data()), "give the log");
        TORCH_CHECK(false, "mish: the CUDA kernels do not compile (", options[0], "):\n", log);
    }
    const bool ptx = options[0].find("compute_") != std::string::npos;
    size_t size = 0;
    nvrtc.check((ptx ? nvrtc.getPTXSize : nvrtc.getCUBINSize)(program, &size), "give the size of the code");
    std::string code(size, '\0');
    nvrtc.check((ptx ? nvrtc.getPTX : nvrtc.getCUBIN)(program, code.data()), "give the code");
    return code;
}

std::string cudaModule(Activation activation, Element element, int architecture) {
    const NVRTC& nvrtc = NVRTC::get();
    const std::filesystem::path folder = cacheFolder();
    if (folder.empty()) return compileCUDAModule(activation, element, architecture);

    int major = 0, minor = 0;
    nvrtc.check(nvrtc.version(&major, &minor), "give its version");
    uint64_t key = hash(programFor(activation, element));
    for (const char* source : sources) key = hash(source, key);
    for (const std::string& option : optionsFor(architecture)) key = hash(option, key);
    std::ostringstream name;
    name << "mish-" << std::hex << key << "-nvrtc" << std::dec << major << "." << minor << ".bin";

    const std::filesystem::path path = folder / name.str();
    std::string code = read(path);
    if (code.empty()) {
        code = compileCUDAModule(activation, element, architecture);
        write(path, code);
    }
    return code;
}

}  // namespace mish

extern "C" int mish_ops_compile_cuda(int architecture, char* message, size_t capacity) {
    try {
        for (int activation = 0; activation < mish::activationCount; ++activation)
            for (int element = 0; element < mish::elementCount; ++element)
                mish::compileCUDAModule(mish::Activation(activation), mish::Element(element), architecture);
        return 1;
    } catch (const c10::Error& error) {
        std::snprintf(message, capacity, "%s", error.what_without_backtrace());
    } catch (const std::exception& error) {
        std::snprintf(message, capacity, "%s", error.what());
    }
    return 0;
}
