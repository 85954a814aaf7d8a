// Any operator by name, through LibTorch's dispatcher. A boxed call whose handle was looked up once
// costs the same as a typed C++ call, so one function serves all operators.

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <unordered_map>

#include "Bridge.hpp"

using namespace ctorch;

namespace {

/// An operator with what a call needs of its schema, so that a call never reads the schema itself.
struct Operator {
    c10::OperatorHandle handle;
    std::vector<c10::IValue> defaults;  // None where the schema has none
    std::vector<bool> required;
};

c10::IValue to_ivalue(const ct_value &value) {
    switch (value.kind) {
        case CT_NONE: return c10::IValue();
        case CT_TENSOR: return c10::IValue(borrow(value.as.tensor));
        case CT_INT: return c10::IValue(value.as.integer);
        case CT_DOUBLE: return c10::IValue(value.as.number);
        case CT_BOOL: return c10::IValue(value.as.flag);
        case CT_STRING: return c10::IValue(std::string(value.as.text));
        case CT_DEVICE: return c10::IValue(unpack(value.as.integer));
        case CT_INT_LIST: return c10::IValue(c10::IntArrayRef(value.as.integers, value.count));
        case CT_DOUBLE_LIST: return c10::IValue(c10::ArrayRef<double>(value.as.numbers, value.count));
        case CT_BOOL_LIST: {
            c10::List<bool> flags;
            for (int32_t i = 0; i < value.count; ++i) flags.push_back(value.as.flags[i]);
            return c10::IValue(std::move(flags));
        }
        case CT_TENSOR_LIST: {
            c10::List<at::Tensor> tensors;
            tensors.reserve(value.count);
            for (int32_t i = 0; i < value.count; ++i) tensors.push_back(borrow(value.as.tensors[i]));
            return c10::IValue(std::move(tensors));
        }
        case CT_OPTIONAL_TENSOR_LIST: {
            c10::List<std::optional<at::Tensor>> tensors;
            tensors.reserve(value.count);
            for (int32_t i = 0; i < value.count; ++i) {
                tensors.push_back(value.as.tensors[i] ? std::optional<at::Tensor>(borrow(value.as.tensors[i]))
                                                      : std::nullopt);
            }
            return c10::IValue(std::move(tensors));
        }
        case CT_DEFAULT: break;
    }
    TORCH_CHECK(false, "not a value: kind ", static_cast<int>(value.kind));
}

/// Writes results one after another; a list or tuple is flattened.
struct ResultWriter {
    ct_value *results;
    int32_t capacity;
    int32_t count = 0;

    void write(c10::IValue &value) {
        if (value.isTensorList()) {
            for (at::Tensor tensor : value.toTensorVector()) add_tensor(std::move(tensor));
        } else if (value.isTensor()) {
            add_tensor(std::move(value).toTensor());
        } else if (value.isInt()) {
            next(CT_INT).as.integer = value.toInt();
        } else if (value.isDouble()) {
            next(CT_DOUBLE).as.number = value.toDouble();
        } else if (value.isBool()) {
            next(CT_BOOL).as.flag = value.toBool();
        } else if (value.isNone()) {
            next(CT_NONE);
        } else {
            TORCH_CHECK(false, "a result of type ", value.tagKind(), " cannot be returned");
        }
    }

    void add_tensor(at::Tensor tensor) {
        const bool defined = tensor.defined();
        next(defined ? CT_TENSOR : CT_NONE).as.tensor = hand_over(std::move(tensor));
    }

    ct_value &next(ct_kind kind) {
        TORCH_CHECK(count < capacity, "more than ", capacity, " results");
        ct_value &value = results[count++];
        value.kind = kind;
        value.count = 0;
        return value;
    }
};

/// A stack for one call. Reusing the thread's spare one saves an allocation in every call; a call made
/// inside a call (a custom backward pass) finds it taken and starts an empty one.
class Stack {
public:
    Stack() : values(std::move(spare)) { values.clear(); }
    ~Stack() {
        values.clear();
        spare = std::move(values);
    }
    torch::jit::Stack values;

private:
    static thread_local torch::jit::Stack spare;
};
thread_local torch::jit::Stack Stack::spare;

void push_default(torch::jit::Stack &stack, const Operator &op, size_t index) {
    TORCH_CHECK(!op.required[index], op.handle.operator_name(), ": argument '",
                op.handle.schema().arguments()[index].name(), "' is missing");
    stack.push_back(op.defaults[index]);
}

}  // namespace

extern "C" ct_error *ct_operator_find(const char *name, const char *overload, ct_operator *result) {
    prepare();
    bool found = true;
    ct_error *error = fenced([&] {
        auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
        if (!handle) {
            found = false;
            TORCH_CHECK(false, "there is no operator ", name, overload[0] ? "." : "", overload);
        }
        auto op = new Operator{*handle, {}, {}};
        for (const auto &argument : handle->schema().arguments()) {
            // An output argument of an `out` overload has no default and is required too.
            op->required.push_back(!argument.default_value().has_value());
            op->defaults.push_back(argument.default_value().value_or(c10::IValue()));
        }
        *result = reinterpret_cast<ct_operator>(op);
    });
    if (error && !found) error->kind = CT_ERROR_NO_SUCH_OPERATOR;
    return error;
}

extern "C" ct_error *ct_call(ct_operator handle, const ct_value *arguments, int32_t count, ct_value *results,
                             int32_t capacity, int32_t *result_count) {
    ResultWriter writer{results, capacity};
    ct_error *error = fenced([&] {
        const auto &op = *reinterpret_cast<const Operator *>(handle);
        const size_t size = op.defaults.size();
        TORCH_CHECK(static_cast<size_t>(count) <= size, op.handle.operator_name(), " takes ", size, " arguments, not ",
                    count);
        Stack stack;
        for (size_t i = 0; i < size; ++i) {
            if (i < static_cast<size_t>(count) && arguments[i].kind != CT_DEFAULT) {
                stack.values.push_back(to_ivalue(arguments[i]));
            } else {
                push_default(stack.values, op, i);
            }
        }
        op.handle.callBoxed(stack.values);
        for (auto &value : stack.values) writer.write(value);
    });
    if (error) {
        for (int32_t i = 0; i < writer.count; ++i) {
            if (results[i].kind == CT_TENSOR) ct_release(results[i].as.tensor);
        }
        writer.count = 0;
    }
    *result_count = writer.count;
    return error;
}

extern "C" ct_error *ct_call_tensors(ct_operator handle, const ct_tensor *arguments, int32_t count,
                                     ct_tensor *result) {
    return fenced([&] {
        const auto &op = *reinterpret_cast<const Operator *>(handle);
        // Without anything to differentiate, autograd's layer would only look and pass the call on.
        bool records = false;
        if (c10::GradMode::is_enabled()) {
            for (int32_t i = 0; i < count; ++i) records |= impl(arguments[i])->requires_grad();
        }
        c10::impl::ExcludeDispatchKeyGuard below_autograd(
            records ? c10::DispatchKeySet() : c10::autograd_dispatch_keyset);
        const size_t size = op.defaults.size();
        Stack stack;
        for (int32_t i = 0; i < count; ++i) stack.values.emplace_back(borrow(arguments[i]));
        for (size_t i = count; i < size; ++i) push_default(stack.values, op, i);
        op.handle.callBoxed(stack.values);
        *result = hand_over(std::move(stack.values.back()).toTensor());
    });
}

extern "C" char *ct_operator_schema(ct_operator handle) {
    return ::strdup(c10::toString(reinterpret_cast<const Operator *>(handle)->handle.schema()).c_str());
}
