// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_values.cpp: parameters whose value overflows or is undefined.
#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "erbium/base/text.hpp"
#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

using lang::ExpressionNode;
using lang::Op;

double apply(Op op, double a, double b) {
    switch (op) {
        case Op::power:
            return std::pow(a, b);
        case Op::multiply:
            return a * b;
        case Op::divide:
            return a / b;
        case Op::add:
            return a + b;
        case Op::subtract:
            return a - b;
        case Op::less:
            return a < b ? 1.0 : 0.0;
        case Op::less_equal:
            return a <= b ? 1.0 : 0.0;
        case Op::greater:
            return a > b ? 1.0 : 0.0;
        case Op::greater_equal:
            return a >= b ? 1.0 : 0.0;
        case Op::equal:
            return a == b ? 1.0 : 0.0;
        case Op::not_equal:
            return a != b ? 1.0 : 0.0;
        case Op::logical_and:
            return a != 0.0 && b != 0.0 ? 1.0 : 0.0;
        case Op::logical_or:
            return a != 0.0 || b != 0.0 ? 1.0 : 0.0;
        default:
            return std::numeric_limits<double>::quiet_NaN();
    }
}

struct NamedFunction {
    std::string_view name;
    double (*value)(double);
};
constexpr NamedFunction kFunctions[]{
    {"exp", [](double x) { return std::exp(x); }},
    {"ln", [](double x) { return std::log(x); }},
    {"log10", [](double x) { return std::log10(x); }},
    {"log2", [](double x) { return std::log2(x); }},
    {"abs", [](double x) { return std::fabs(x); }},
    {"rint", [](double x) { return std::floor(x + 0.5); }},
    {"sqrt", [](double x) { return std::sqrt(x); }},
    {"cos", [](double x) { return std::cos(x); }},
    {"sin", [](double x) { return std::sin(x); }},
    {"tan", [](double x) { return std::tan(x); }},
    {"acos", [](double x) { return std::acos(x); }},
    {"asin", [](double x) { return std::asin(x); }},
    {"atan", [](double x) { return std::atan(x); }},
    {"cosh", [](double x) { return std::cosh(x); }},
    {"sinh", [](double x) { return std::sinh(x); }},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"acosh", [](double x) { return std::acosh(x); }},
    {"asinh", [](double x) { return std::asinh(x); }},
    {"atanh", [](double x) { return std::atanh(x); }},
};

/// The value of a built-in function; nothing for one that is not worth knowing here (mratio).
std::optional<double> call(const std::string& name, std::span<const double> arguments) {
    if (name == "if") {
        return arguments[0] != 0.0 ? arguments[1] : arguments[2];
    }
    if (name == "min") {
        return *std::min_element(arguments.begin(), arguments.end());
    }
    if (name == "max") {
        return *std::max_element(arguments.begin(), arguments.end());
    }
    if (name == "sum" || name == "avg") {
        const double sum = std::accumulate(arguments.begin(), arguments.end(), 0.0);
        return name == "sum" ? sum : sum / static_cast<double>(arguments.size());
    }
    for (const NamedFunction& function : kFunctions) {
        if (function.name == name) {
            return function.value(arguments[0]);
        }
    }
    return std::nullopt;
}

/// Values of all parameters, computed in the order in which they depend on each other.
class Evaluator {
public:
    explicit Evaluator(const Context& context)
        : context_{context}, values_(context.model.parameters.size()) {}

    /// Precondition: no cycles, no unknown names.
    void evaluate_all() {
        std::vector<std::uint32_t> todo;
        for (std::uint32_t i = 0; i < values_.size(); ++i) {
            todo.push_back(i);
            while (!todo.empty()) {
                const std::uint32_t top = todo.back();
                const std::size_t before = todo.size();
                if (!values_[top].is_done) {
                    push_missing(top, todo);
                }
                if (todo.size() == before) {
                    evaluate(top);
                    todo.pop_back();
                }
            }
        }
    }
    struct Value {
        bool is_done{};
        std::optional<double> value;  ///< nothing: not known, or already complained about
    };
    [[nodiscard]] const std::vector<Value>& values() const noexcept { return values_; }

private:
    void push_missing(std::uint32_t i, std::vector<std::uint32_t>& todo) const {
        for (const ExpressionNode& node : context_.model.parameters[i].value.nodes()) {
            if (node.op == Op::name) {
                const auto found = context_.symbols.find(node.text);
                if (found != context_.symbols.end() && !values_[found->second.index].is_done) {
                    todo.push_back(found->second.index);
                }
            }
        }
    }

    std::optional<double> leaf(const ExpressionNode& node) const {
        if (node.op == Op::number) {
            return node.number;
        }
        if (node.text == "_pi") {
            return std::numbers::pi;
        }
        if (node.text == "_e") {
            return std::numbers::e;
        }
        return values_[context_.symbols.at(node.text).index].value;
    }

    void evaluate(std::uint32_t i) {
        if (values_[i].is_done) {
            return;
        }
        values_[i].is_done = true;
        std::vector<double> stack;
        for (const ExpressionNode& node : context_.model.parameters[i].value.nodes()) {
            std::optional<double> result;
            const std::span<const double> arguments{stack.data() + (stack.size() - node.arity),
                                                    node.arity};
            if (node.op == Op::number || node.op == Op::name) {
                result = leaf(node);
            } else if (node.op == Op::call) {
                result = call(node.text, arguments);
            } else if (node.op == Op::negate) {
                result = -arguments[0];
            } else if (node.op == Op::logical_not) {
                result = arguments[0] == 0.0 ? 1.0 : 0.0;
            } else {
                result = apply(node.op, arguments[0], arguments[1]);
            }
            if (!result) {
                return;
            }
            stack.resize(stack.size() - node.arity);
            stack.push_back(*result);
        }
        if (!stack.empty()) {
            values_[i].value = stack.back();
        }
    }

    const Context& context_;
    std::vector<Value> values_;
};

}  // namespace

void check_values(Context& context) {
    Evaluator evaluator{context};
    evaluator.evaluate_all();
    for (std::size_t i = 0; i < context.model.parameters.size(); ++i) {
        const std::optional<double> value = evaluator.values()[i].value;
        if (value && !std::isfinite(*value)) {
            const Parameter& parameter = context.model.parameters[i];
            context.error(29,
                          parameter.value.span().source ? parameter.value.span() : parameter.span,
                          fmt::format("the value of '{}' is {}", parameter.name,
                                      std::isnan(*value) ? "not a number" : "infinite"));
        }
    }
}

}  // namespace erbium::model::binding
