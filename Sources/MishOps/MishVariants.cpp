// Mish by what its backward pass needs: mish::mish_ keeps only the output, in place of the input, and
// mish::mish_storing_softplus keeps softplus(x) beside x.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "Differentiation.h"
#include "Evaluation.h"

namespace mish {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Pair = std::tuple<Tensor, Tensor>;

Tensor callMishBackward(const Tensor& grad, const Tensor& x) {
    static const auto op =
        operatorNamed("mish::mish_backward", static_cast<Tensor (*)(const Tensor&, const Tensor&)>(nullptr));
    return op.call(grad, x);
}

struct InPlace {
    static Tensor& forward(Tensor& x) {
        Tensor outputs[] = {x};
        const Tensor inputs[] = {x};
        evaluate(Activation::mish_in_place, Operation::forward, outputs, inputs, 0);
        return x;
    }

    static Tensor backward(const Tensor& grad, const Tensor& y) {
        Tensor outputs[1];
        const Tensor inputs[] = {y, grad};
        evaluate(Activation::mish_in_place, Operation::backward, outputs, inputs, 0);
        return outputs[0];
    }

    static auto forwardOperator() {
        static const auto op = operatorNamed("mish::mish_", &forward);
        return op;
    }

    static auto backwardOperator() {
        static const auto op = operatorNamed("mish::mish_in_place_backward", &backward);
        return op;
    }

    struct ForwardFunction : torch::autograd::Function<ForwardFunction> {
        static Tensor forward(AutogradContext* context, Tensor x) {
            at::AutoDispatchBelowADInplaceOrView below;
            forwardOperator().call(x);
            context->mark_dirty({x});
            context->save_for_backward({x});
            return x;
        }

        static variable_list backward(AutogradContext* context, variable_list gradients) {
            return {backwardOperator().call(gradients[0], context->get_saved_variables()[0])};
        }
    };

    struct BackwardFunction : torch::autograd::Function<BackwardFunction> {
        static Tensor forward(AutogradContext*, const Tensor& grad, const Tensor& y) {
            at::AutoDispatchBelowADInplaceOrView below;
            return backwardOperator().call(grad, y);
        }

        static variable_list backward(AutogradContext*, variable_list) {
            TORCH_CHECK_NOT_IMPLEMENTED(false, "mish::mish_ keeps only its output, which has no second derivative at "
                                        "the minimum; use mish::mish to differentiate twice");
        }
    };

    static Tensor& differentiableForward(c10::DispatchKeySet keys, Tensor& x) {
        if (isDifferentiated(x)) {
            ForwardFunction::apply(x);
            return x;
        }
        forwardOperator().redispatch(keys & c10::after_autograd_keyset, x);
        if (!x.is_inference()) torch::autograd::impl::bump_version(x);
        return x;
    }

    static Tensor differentiableBackward(c10::DispatchKeySet keys, const Tensor& grad, const Tensor& y) {
        if (isDifferentiated(grad) || isDifferentiated(y)) return BackwardFunction::apply(grad, y);
        return backwardOperator().redispatch(keys & c10::after_autograd_keyset, grad, y);
    }
};

struct StoringSoftplus {
    /// Without a backward pass there is nothing to store.
    static Tensor forward(const Tensor& x) {
        Tensor outputs[1];
        const Tensor inputs[] = {x};
        evaluate(Activation::mish, Operation::forward, outputs, inputs, 0);
        return outputs[0];
    }

    static Pair withSoftplus(const Tensor& x) {
        Tensor outputs[2];
        const Tensor inputs[] = {x};
        evaluate(Activation::mish_storing_softplus, Operation::forward, outputs, inputs, 0);
        return {outputs[0], outputs[1]};
    }

    static Tensor backward(const Tensor& grad, const Tensor& x, const Tensor& softplus) {
        Tensor outputs[1];
        const Tensor inputs[] = {x, grad, softplus};
        evaluate(Activation::mish_storing_softplus, Operation::backward, outputs, inputs, 0);
        return outputs[0];
    }

    static auto forwardOperator() {
        static const auto op = operatorNamed("mish::mish_storing_softplus", &forward);
        return op;
    }

    static auto withSoftplusOperator() {
        static const auto op = operatorNamed("mish::mish_with_softplus", &withSoftplus);
        return op;
    }

    static auto backwardOperator() {
        static const auto op = operatorNamed("mish::mish_storing_softplus_backward", &backward);
        return op;
    }

    struct ForwardFunction : torch::autograd::Function<ForwardFunction> {
        static Tensor forward(AutogradContext* context, const Tensor& x) {
            at::AutoDispatchBelowADInplaceOrView below;
            auto [y, softplus] = withSoftplusOperator().call(x);
            context->save_for_backward({x, softplus});
            return y;
        }

        static variable_list backward(AutogradContext* context, variable_list gradients) {
            const variable_list saved = context->get_saved_variables();
            return {backwardOperator().call(gradients[0], saved[0], saved[1])};
        }
    };

    /// Of softplus, which follows from x, there is no gradient: that of x has all of it.
    struct BackwardFunction : torch::autograd::Function<BackwardFunction> {
        static Tensor forward(AutogradContext* context, const Tensor& grad, const Tensor& x, const Tensor& softplus) {
            at::AutoDispatchBelowADInplaceOrView below;
            context->save_for_backward({grad, x});
            return backwardOperator().call(grad, x, softplus);
        }

        static variable_list backward(AutogradContext* context, variable_list gradients) {
            static const auto twice = operatorNamed(
                "mish::mish_double_backward",
                static_cast<Pair (*)(const Tensor&, const Tensor&, const Tensor&)>(nullptr));
            const variable_list saved = context->get_saved_variables();
            const Tensor &gg = gradients[0], &grad = saved[0], &x = saved[1];
            if (!context->needs_input_grad(1)) return {callMishBackward(gg, x), Tensor(), Tensor()};
            auto [gradGrad, gradX] = twice.call(gg, grad, x);
            return {gradGrad, gradX, Tensor()};
        }
    };

    static Tensor differentiableForward(c10::DispatchKeySet keys, const Tensor& x) {
        if (isDifferentiated(x)) return ForwardFunction::apply(x);
        return forwardOperator().redispatch(keys & c10::after_autograd_keyset, x);
    }

    static Tensor differentiableBackward(c10::DispatchKeySet keys, const Tensor& grad, const Tensor& x,
                                         const Tensor& softplus) {
        if (isDifferentiated(grad) || isDifferentiated(x)) return BackwardFunction::apply(grad, x, softplus);
        return backwardOperator().redispatch(keys & c10::after_autograd_keyset, grad, x, softplus);
    }
};

TORCH_LIBRARY_FRAGMENT(mish, library) {
    const std::vector<at::Tag> tags = {at::Tag::pt2_compliant_tag};
    library.def("mish_(Tensor(a!) x) -> Tensor(a!)");
    library.def("mish_in_place_backward(Tensor grad, Tensor y) -> Tensor", tags);
    library.def("mish_storing_softplus(Tensor x) -> Tensor", tags);
    library.def("mish_with_softplus(Tensor x) -> (Tensor y, Tensor softplus)", tags);
    library.def("mish_storing_softplus_backward(Tensor grad, Tensor x, Tensor softplus) -> Tensor", tags);
}

void implement(torch::Library& library) {
    library.impl("mish_", &InPlace::forward);
    library.impl("mish_in_place_backward", &InPlace::backward);
    library.impl("mish_storing_softplus", &StoringSoftplus::forward);
    library.impl("mish_with_softplus", &StoringSoftplus::withSoftplus);
    library.impl("mish_storing_softplus_backward", &StoringSoftplus::backward);
}

TORCH_LIBRARY_IMPL(mish, CPU, library) { implement(library); }
TORCH_LIBRARY_IMPL(mish, CUDA, library) { implement(library); }
TORCH_LIBRARY_IMPL(mish, Meta, library) { implement(library); }

TORCH_LIBRARY_IMPL(mish, Autograd, library) {
    library.impl("mish_", &InPlace::differentiableForward);
    library.impl("mish_in_place_backward", &InPlace::differentiableBackward);
    library.impl("mish_storing_softplus", &StoringSoftplus::differentiableForward);
    library.impl("mish_storing_softplus_backward", &StoringSoftplus::differentiableBackward);
    library.impl("mish_with_softplus", torch::autograd::autogradNotImplementedFallback());
}

}  // namespace
}  // namespace mish
