// LibTorch's autograd: gradients, modes, and nodes whose backward pass is written elsewhere.

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <mutex>

#include "Bridge.hpp"

using namespace ctorch;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

namespace {

/// A node of the graph whose backward pass is a C function. It owns the function's context, and saves
/// tensors as LibTorch's own nodes do, so that a tensor changed in place after it was saved is noticed.
struct ForeignNode : torch::autograd::Node {
    std::string label;
    std::vector<SavedVariable> saved;
    ct_backward_function backward = nullptr;
    void (*release)(void *) = nullptr;
    void *context = nullptr;
    bool released = false;

    ~ForeignNode() override {
        if (release) release(context);
    }

    std::string name() const override { return label; }

    void release_variables() override {
        std::lock_guard<std::mutex> lock(mutex_);
        for (auto &variable : saved) variable.reset_data();
        released = true;
    }

    variable_list apply(variable_list &&grads) override {
        variable_list unpacked;
        {
            std::lock_guard<std::mutex> lock(mutex_);
            TORCH_CHECK(!released, torch::autograd::ERR_BACKWARD_TWICE);
            for (const auto &variable : saved) unpacked.push_back(variable.unpack(shared_from_this()));
        }
        auto handles = [](const variable_list &tensors) {
            std::vector<ct_tensor> handles;
            for (const auto &tensor : tensors) {
                handles.push_back(tensor.defined() ? reinterpret_cast<ct_tensor>(tensor.unsafeGetTensorImpl())
                                                   : nullptr);
            }
            return handles;
        };
        const auto grad_handles = handles(grads);
        const auto saved_handles = handles(unpacked);
        std::vector<ct_tensor> results(num_outputs(), nullptr);
        char *failure = backward(context, grad_handles.data(), static_cast<int32_t>(grad_handles.size()),
                                 saved_handles.data(), static_cast<int32_t>(saved_handles.size()), results.data(),
                                 static_cast<int32_t>(results.size()));
        variable_list owned;
        for (ct_tensor result : results) {
            owned.push_back(result ? at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(
                                         impl(result)))
                                   : at::Tensor());
        }
        if (failure) {
            const std::string message = label + ": " + failure;
            std::free(failure);
            TORCH_CHECK(false, message);
        }
        return owned;
    }
};

}  // namespace

extern "C" {

bool ct_requires_grad(ct_tensor tensor) { return borrow(tensor).requires_grad(); }

ct_error *ct_set_requires_grad(ct_tensor tensor, bool value) {
    return fenced([&] { borrow(tensor).set_requires_grad(value); });
}

bool ct_is_leaf(ct_tensor tensor) { return borrow(tensor).is_leaf(); }

ct_tensor ct_grad(ct_tensor tensor) { return hand_over(borrow(tensor).grad()); }

ct_error *ct_set_grad(ct_tensor tensor, ct_tensor grad) {
    return fenced([&] { borrow(tensor).mutable_grad() = grad ? borrow(grad) : at::Tensor(); });
}

ct_error *ct_set_data(ct_tensor tensor, ct_tensor source) {
    return fenced([&] { borrow(tensor).set_data(borrow(source)); });
}

ct_error *ct_backward(const ct_tensor *outputs, const ct_tensor *grads, int32_t count, bool retain_graph,
                      bool create_graph) {
    return fenced([&] {
        torch::autograd::backward(borrow_all(outputs, count), grads ? borrow_all(grads, count) : variable_list(),
                                  retain_graph, create_graph);
    });
}

ct_error *ct_gradient(const ct_tensor *outputs, const ct_tensor *grads, int32_t output_count,
                      const ct_tensor *inputs, int32_t input_count, bool retain_graph, bool create_graph,
                      bool allow_unused, ct_tensor *results) {
    return fenced([&] {
        auto gradients = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count),
                                               grads ? borrow_all(grads, output_count) : variable_list(),
                                               retain_graph, create_graph, allow_unused);
        for (int32_t i = 0; i < input_count; ++i) results[i] = hand_over(std::move(gradients[i]));
    });
}

ct_error *ct_attach_backward(const char *name, const ct_tensor *inputs, int32_t input_count,
                             const ct_tensor *outputs, int32_t output_count, const ct_tensor *saved,
                             int32_t saved_count, ct_backward_function backward, void (*release)(void *),
                             void *context) {
    std::shared_ptr<ForeignNode> node;
    ct_error *error = fenced([&] {
        node = std::shared_ptr<ForeignNode>(new ForeignNode(), torch::autograd::deleteNode);
        node->label = name;
        node->backward = backward;
        node->release = release;
        node->context = context;
        node->set_next_edges(torch::autograd::collect_next_edges(borrow_all(inputs, input_count)));
        for (int32_t i = 0; i < output_count; ++i) {
            TORCH_CHECK(borrow(outputs[i]).is_leaf() && !borrow(outputs[i]).requires_grad(), name,
                        ": an output already has a history; compute outputs without a graph");
            torch::autograd::set_history(borrow(outputs[i]), node);
        }
        for (int32_t i = 0; i < saved_count; ++i) {
            const bool is_output = std::find(outputs, outputs + output_count, saved[i]) != outputs + output_count;
            node->saved.emplace_back(borrow(saved[i]), is_output);
        }
    });
    if (!node && error) release(context);
    return error;
}

bool ct_grad_mode(void) { return at::GradMode::is_enabled(); }
void ct_set_grad_mode(bool enabled) { at::GradMode::set_enabled(enabled); }

bool ct_autocast_enabled(int32_t device_type) {
    return at::autocast::is_autocast_enabled(static_cast<c10::DeviceType>(device_type));
}

int32_t ct_autocast_dtype(int32_t device_type) {
    return static_cast<int32_t>(at::autocast::get_autocast_dtype(static_cast<c10::DeviceType>(device_type)));
}

void ct_set_autocast(int32_t device_type, bool enabled, int32_t dtype) {
    const auto type = static_cast<c10::DeviceType>(device_type);
    at::autocast::set_autocast_enabled(type, enabled);
    if (dtype >= 0) at::autocast::set_autocast_dtype(type, static_cast<c10::ScalarType>(dtype));
    if (!enabled) at::autocast::clear_cache();
}

}  // extern "C"
