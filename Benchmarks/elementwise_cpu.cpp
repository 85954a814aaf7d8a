// The activations beside LibTorch's own, in one process, calls taken in turn: medians in nanoseconds.
//
//     elementwise_cpu.sh [THREADS] [ELEMENTS ...]      (default: 1 thread; 16, 16,384 and 16,777,216 elements)
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

using at::Tensor;

double nanoseconds(const std::function<void()>& call, int repeats) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repeats; ++i) call();
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / repeats;
}

void compare(const char* name, int64_t elements, const std::function<void()>& ours,
             const std::function<void()>& theirs) {
    const int repeats = int(std::clamp<int64_t>((1 << 19) / elements, 1, 2000));
    std::vector<double> a, b;
    for (int round = 0; round < 21; ++round) {
        a.push_back(nanoseconds(ours, repeats));
        b.push_back(nanoseconds(theirs, repeats));
    }
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    std::printf("  %-24s %12.0f %12.0f %8.2f\n", name, a[10], b[10], b[10] / a[10]);
    std::fflush(stdout);
}

int main(int count, char** arguments) {
    if (count < 2 || !dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL)) {
        std::fprintf(stderr, "usage: elementwise_cpu libMishOps.so [THREADS] [ELEMENTS ...]\n%s\n",
                     count < 2 ? "" : dlerror());
        return 1;
    }
    at::set_num_threads(count > 2 ? std::atoi(arguments[2]) : 1);
    std::vector<int64_t> sizes;
    for (int i = 3; i < count; ++i) sizes.push_back(std::atoll(arguments[i]));
    if (sizes.empty()) sizes = {16, 1 << 14, 1 << 24};

    const auto find = [](const char* name) { return c10::Dispatcher::singleton().findSchemaOrThrow(name, ""); };
    const auto unary = [&](const char* name) { return find(name).typed<Tensor(const Tensor&)>(); };
    const auto binary = [&](const char* name) { return find(name).typed<Tensor(const Tensor&, const Tensor&)>(); };
    const auto mish = unary("mish::mish"), relu = unary("mish::relu"), silu = unary("mish::silu");
    const auto gelu = unary("mish::gelu"), softplus = unary("mish::softplus"), geluTanh = unary("mish::gelu_tanh");
    const auto selu = unary("mish::selu");
    const auto mishBackward = binary("mish::mish_backward"), reluBackward = binary("mish::relu_backward");
    const auto siluBackward = binary("mish::silu_backward"), geluBackward = binary("mish::gelu_backward");
    const auto softplusBackward = binary("mish::softplus_backward"), seluBackward = binary("mish::selu_backward");
    const auto geluTanhBackward = binary("mish::gelu_tanh_backward");
    const double alpha = 1.6732632423543772, lambda = 1.0507009873554805;
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble}) {
        for (const int64_t n : sizes) {
            const Tensor x = at::randn({n}).mul(2).to(type), g = at::randn({n}).to(type);
            std::printf("%s, %ld elements, %d threads%*s%12s%13s%9s\n", c10::toString(type), long(n),
                        at::get_num_threads(), 2, "", "ours ns", "LibTorch ns", "ratio");
            compare("copy (both LibTorch's)", n, [&] { x.clone(); }, [&] { x.clone(); });
            compare("mish", n, [&] { mish.call(x); }, [&] { at::mish(x); });
            compare("mish backward", n, [&] { mishBackward.call(g, x); }, [&] { at::mish_backward(g, x); });
            compare("relu", n, [&] { relu.call(x); }, [&] { at::relu(x); });
            compare("relu backward", n, [&] { reluBackward.call(g, x); }, [&] { at::threshold_backward(g, x, 0); });
            compare("silu", n, [&] { silu.call(x); }, [&] { at::silu(x); });
            compare("silu backward", n, [&] { siluBackward.call(g, x); }, [&] { at::silu_backward(g, x); });
            compare("gelu", n, [&] { gelu.call(x); }, [&] { at::gelu(x); });
            compare("gelu backward", n, [&] { geluBackward.call(g, x); }, [&] { at::gelu_backward(g, x); });
            compare("gelu_tanh", n, [&] { geluTanh.call(x); }, [&] { at::gelu(x, "tanh"); });
            compare("gelu_tanh backward", n, [&] { geluTanhBackward.call(g, x); },
                    [&] { at::gelu_backward(g, x, "tanh"); });
            compare("softplus", n, [&] { softplus.call(x); }, [&] { at::softplus(x); });
            compare("softplus backward", n, [&] { softplusBackward.call(g, x); },
                    [&] { at::softplus_backward(g, x, 1, 20); });
            compare("selu", n, [&] { selu.call(x); }, [&] { at::selu(x); });
            compare("selu backward", n, [&] { seluBackward.call(g, x); },
                    [&] { at::elu_backward(g, alpha, lambda, 1, false, x); });
        }
    }
}
