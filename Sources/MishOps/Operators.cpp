// The operators mish::NAME, mish::NAME_backward and mish::NAME_double_backward of every activation:
// schemas, kernels and derivatives, registered with LibTorch's dispatcher.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/headeronly/version.h>
#include <torch/library.h>

#include "Differentiation.h"
#include "Evaluation.h"
#include "MishOps.h"

static_assert(TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11, "MishOps is built against LibTorch 2.11");

namespace mish {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Pair = std::tuple<Tensor, Tensor>;
using PairOfReferences = std::tuple<Tensor&, Tensor&>;

constexpr const char* nameOf(Activation activation) {
    constexpr const char* names[] = {
#define MISH_NAME(name, ...) "mish::" #name,
        MISH_FOR_EACH_ACTIVATION(MISH_NAME, MISH_NAME)
#undef MISH_NAME
    };
    return names[int(activation)];
}

/// The parameter of an activation, or 0 for one that has none.
template <class... Parameters>
double parameterOf(Parameters... parameters) { return (0 + ... + parameters); }

/// The operators of one activation. `Parameters` is `double` for one with a parameter, else empty.
template <Activation activation, class... Parameters>
struct Operators {
    // Kernels, for every device.

    static Tensor forward(const Tensor& x, Parameters... parameters) {
        Tensor outputs[1];
        const Tensor inputs[] = {x};
        evaluate(activation, Operation::forward, outputs, inputs, parameterOf(parameters...));
        return outputs[0];
    }

    static Tensor& forwardOut(const Tensor& x, Parameters... parameters, Tensor& out) {
        Tensor outputs[] = {out};
        const Tensor inputs[] = {x};
        evaluate(activation, Operation::forward, outputs, inputs, parameterOf(parameters...));
        return out;
    }

    static Tensor backward(const Tensor& grad, const Tensor& x, Parameters... parameters) {
        Tensor outputs[1];
        const Tensor inputs[] = {x, grad};
        evaluate(activation, Operation::backward, outputs, inputs, parameterOf(parameters...));
        return outputs[0];
    }

    static Tensor& backwardOut(const Tensor& grad, const Tensor& x, Parameters... parameters, Tensor& out) {
        Tensor outputs[] = {out};
        const Tensor inputs[] = {x, grad};
        evaluate(activation, Operation::backward, outputs, inputs, parameterOf(parameters...));
        return out;
    }

    static Pair doubleBackward(const Tensor& gg, const Tensor& grad, const Tensor& x, Parameters... parameters) {
        Tensor outputs[2];
        const Tensor inputs[] = {x, grad, gg};
        evaluate(activation, Operation::doubleBackward, outputs, inputs, parameterOf(parameters...));
        return {outputs[0], outputs[1]};
    }

    static PairOfReferences doubleBackwardOut(const Tensor& gg, const Tensor& grad, const Tensor& x,
                                              Parameters... parameters, Tensor& out0, Tensor& out1) {
        Tensor outputs[] = {out0, out1};
        const Tensor inputs[] = {x, grad, gg};
        evaluate(activation, Operation::doubleBackward, outputs, inputs, parameterOf(parameters...));
        return {out0, out1};
    }

    // Calls through the dispatcher.

    static std::string named(const char* suffix) { return std::string(nameOf(activation)) + suffix; }

    static Tensor callForward(const Tensor& x, Parameters... parameters) {
        static const auto op = operatorNamed(named(""), &forward);
        return op.call(x, parameters...);
    }

    static Tensor callBackward(const Tensor& grad, const Tensor& x, Parameters... parameters) {
        static const auto op = operatorNamed(named("_backward"), &backward);
        return op.call(grad, x, parameters...);
    }

    static Pair callDoubleBackward(const Tensor& gg, const Tensor& grad, const Tensor& x,
                                   Parameters... parameters) {
        static const auto op = operatorNamed(named("_double_backward"), &doubleBackward);
        return op.call(gg, grad, x, parameters...);
    }

    // Derivatives. The operators that a backward pass calls are differentiable themselves.

    /// ReLU's derivatives at its output are those at its input, and the output is what the next layer keeps anyway.
    static constexpr bool keepsOutput = activation == Activation::relu;

    struct ForwardFunction : torch::autograd::Function<ForwardFunction> {
        static Tensor forward(AutogradContext* context, const Tensor& x, Parameters... parameters) {
            at::AutoDispatchBelowADInplaceOrView below;
            const Tensor y = callForward(x, parameters...);
            context->save_for_backward({keepsOutput ? y : x});
            (save(context, parameters), ...);
            return y;
        }

        static variable_list backward(AutogradContext* context, variable_list gradients) {
            const Tensor kept = context->get_saved_variables()[0];
            return {callBackward(gradients[0], kept, savedParameter<Parameters>(context)...),
                    undefined<Parameters>()...};
        }
    };

    struct BackwardFunction : torch::autograd::Function<BackwardFunction> {
        static Tensor forward(AutogradContext* context, const Tensor& grad, const Tensor& x,
                              Parameters... parameters) {
            at::AutoDispatchBelowADInplaceOrView below;
            context->save_for_backward({grad, x});
            (save(context, parameters), ...);
            return callBackward(grad, x, parameters...);
        }

        static variable_list backward(AutogradContext* context, variable_list gradients) {
            const variable_list saved = context->get_saved_variables();
            const Tensor &gg = gradients[0], &grad = saved[0], &x = saved[1];
            if (!context->needs_input_grad(1)) {
                return {callBackward(gg, x, savedParameter<Parameters>(context)...), Tensor(),
                        undefined<Parameters>()...};
            }
            auto [gradGrad, gradX] = callDoubleBackward(gg, grad, x, savedParameter<Parameters>(context)...);
            return {gradGrad, gradX, undefined<Parameters>()...};
        }
    };

    static void save(AutogradContext* context, double parameter) {
        context->saved_data["parameter"] = parameter;
    }

    template <class>
    static double savedParameter(AutogradContext* context) {
        return context->saved_data["parameter"].toDouble();
    }

    template <class>
    static Tensor undefined() { return {}; }

    // Without anything to differentiate, a call goes straight on to the device's kernel.

    static Tensor differentiableForward(c10::DispatchKeySet keys, const Tensor& x, Parameters... parameters) {
        if (isDifferentiated(x)) return ForwardFunction::apply(x, parameters...);
        static const auto op = operatorNamed(named(""), &forward);
        return op.redispatch(keys & c10::after_autograd_keyset, x, parameters...);
    }

    static Tensor differentiableBackward(c10::DispatchKeySet keys, const Tensor& grad, const Tensor& x,
                                         Parameters... parameters) {
        if (isDifferentiated(grad) || isDifferentiated(x)) return BackwardFunction::apply(grad, x, parameters...);
        static const auto op = operatorNamed(named("_backward"), &backward);
        return op.redispatch(keys & c10::after_autograd_keyset, grad, x, parameters...);
    }

    // Registration.

    static void define(torch::Library& library, const std::string& parameter) {
        const std::string name = nameOf(activation), grad = name + "_backward", gg = name + "_double_backward";
        const std::string x = "Tensor x" + parameter;
        const auto definition = [&](const std::string& schema) {
            library.def(schema.c_str(), {at::Tag::pt2_compliant_tag, at::Tag::pointwise});
        };
        definition(name + "(" + x + ") -> Tensor");
        definition(name + ".out(" + x + ", *, Tensor(a!) out) -> Tensor(a!)");
        definition(grad + "(Tensor grad, " + x + ") -> Tensor");
        definition(grad + ".out(Tensor grad, " + x + ", *, Tensor(a!) out) -> Tensor(a!)");
        definition(gg + "(Tensor gg, Tensor grad, " + x + ") -> (Tensor, Tensor)");
        definition(gg + ".out(Tensor gg, Tensor grad, " + x +
                   ", *, Tensor(a!) out0, Tensor(b!) out1) -> (Tensor(a!), Tensor(b!))");
    }

    static void implement(torch::Library& library) {
        const std::string name = nameOf(activation), grad = name + "_backward", gg = name + "_double_backward";
        library.impl(name.c_str(), &forward);
        library.impl((name + ".out").c_str(), &forwardOut);
        library.impl(grad.c_str(), &backward);
        library.impl((grad + ".out").c_str(), &backwardOut);
        library.impl(gg.c_str(), &doubleBackward);
        library.impl((gg + ".out").c_str(), &doubleBackwardOut);
    }

    static void differentiate(torch::Library& library) {
        const std::string name = nameOf(activation), grad = name + "_backward", gg = name + "_double_backward";
        library.impl(name.c_str(), &differentiableForward);
        library.impl(grad.c_str(), &differentiableBackward);
        for (const std::string& other : {name + ".out", grad + ".out", gg, gg + ".out"})
            library.impl(other.c_str(), torch::autograd::autogradNotImplementedFallback());
    }
};

/// Calls `Operators<...>::method(library, ...)` for every activation.
#define MISH_DEFINE(name, ...) Operators<Activation::name>::define(library, "");
#define MISH_DEFINE_WITH(name, Policy, Arithmetic, parameter, value) \
    Operators<Activation::name, double>::define(library, ", float " #parameter "=" #value);
#define MISH_IMPLEMENT(name, ...) Operators<Activation::name>::implement(library);
#define MISH_IMPLEMENT_WITH(name, ...) Operators<Activation::name, double>::implement(library);
#define MISH_DIFFERENTIATE(name, ...) Operators<Activation::name>::differentiate(library);
#define MISH_DIFFERENTIATE_WITH(name, ...) Operators<Activation::name, double>::differentiate(library);

TORCH_LIBRARY(mish, library) {
    MISH_FOR_EACH_ACTIVATION(MISH_DEFINE, MISH_DEFINE_WITH)
}

TORCH_LIBRARY_IMPL(mish, CPU, library) {
    MISH_FOR_EACH_ACTIVATION(MISH_IMPLEMENT, MISH_IMPLEMENT_WITH)
}
TORCH_LIBRARY_IMPL(mish, CUDA, library) {
    MISH_FOR_EACH_ACTIVATION(MISH_IMPLEMENT, MISH_IMPLEMENT_WITH)
}
TORCH_LIBRARY_IMPL(mish, Meta, library) {
    MISH_FOR_EACH_ACTIVATION(MISH_IMPLEMENT, MISH_IMPLEMENT_WITH)
}

TORCH_LIBRARY_IMPL(mish, Autograd, library) {
    MISH_FOR_EACH_ACTIVATION(MISH_DIFFERENTIATE, MISH_DIFFERENTIATE_WITH)
}

}  // namespace
}  // namespace mish

extern "C" void mish_ops_link(void) {}
