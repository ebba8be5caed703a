// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <unordered_map>

namespace erbium::net {
namespace {

using lang::ExpressionNode;
using lang::Op;

using Unary = double (*)(double);

struct NamedUnary {
    std::string_view name;
    Unary apply;
};

constexpr NamedUnary kUnaries[] = {
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
    {"floor", [](double x) { return std::floor(x); }},
    {"ceil", [](double x) { return std::ceil(x); }},
};

std::optional<double> call(std::string_view name, std::span<const double> args) {
    if (args.size() == 1) {
        for (const NamedUnary& unary : kUnaries) {
            if (unary.name == name) {
                return unary.apply(args[0]);
            }
        }
    }
    if (name == "if" && args.size() == 3) {
        return args[0] != 0.0 ? args[1] : args[2];
    }
    if (args.empty()) {
        return std::nullopt;
    }
    if (name == "min") {
        return *std::min_element(args.begin(), args.end());
    }
    if (name == "max") {
        return *std::max_element(args.begin(), args.end());
    }
    const double sum = std::accumulate(args.begin(), args.end(), 0.0);
    if (name == "sum") {
        return sum;
    }
    if (name == "avg") {
        return sum / static_cast<double>(args.size());
    }
    return std::nullopt;
}

double binary(Op op, double a, double b) {
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
            break;
    }
    return std::nan("");
}

}  // namespace

std::optional<double> evaluate(const lang::Expression& expression, const NameValue& value_of) {
    std::vector<double> stack;
    for (const ExpressionNode& node : expression.nodes()) {
        if (node.op == Op::number) {
            stack.push_back(node.number);
            continue;
        }
        if (node.op == Op::name || (node.op == Op::call && node.arity == 0)) {
            std::optional<double> value = value_of(node.text);
            if (!value && node.text == "_pi") {
                value = std::numbers::pi;
            }
            if (!value && node.text == "_e") {
                value = std::numbers::e;
            }
            if (!value) {
                return std::nullopt;
            }
            stack.push_back(*value);
            continue;
        }
        if (stack.size() < node.arity) {
            return std::nullopt;
        }
        const std::span<const double> args{stack.data() + stack.size() - node.arity, node.arity};
        double result{};
        if (node.op == Op::call) {
            const std::optional<double> value = call(node.text, args);
            if (!value) {
                return std::nullopt;
            }
            result = *value;
        } else if (node.arity == 1) {
            result = node.op == Op::negate ? -args[0] : (args[0] == 0.0 ? 1.0 : 0.0);
        } else {
            result = binary(node.op, args[0], args[1]);
        }
        stack.resize(stack.size() - node.arity);
        stack.push_back(result);
    }
    return stack.size() == 1 ? std::optional{stack.back()} : std::nullopt;
}

Outcome<std::vector<double>, Diagnostics> evaluate_parameters(
    const std::vector<Parameter>& parameters) {
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        index.emplace(parameters[p].name, p);
    }
    std::vector<double> values(parameters.size());
    std::vector<std::uint8_t> is_known(parameters.size());
    // Parameters mostly refer to earlier ones; each pass settles at least one more, or none ever.
    std::size_t known = 0;
    for (bool has_moved = true; has_moved && known < parameters.size();) {
        has_moved = false;
        for (std::size_t p = 0; p < parameters.size(); ++p) {
            if (is_known[p] != 0) {
                continue;
            }
            const std::optional<double> value =
                evaluate(parameters[p].value, [&](std::string_view name) -> std::optional<double> {
                    const auto found = index.find(name);
                    if (found == index.end() || is_known[found->second] == 0) {
                        return std::nullopt;
                    }
                    return values[found->second];
                });
            if (value) {
                values[p] = *value;
                is_known[p] = 1;
                ++known;
                has_moved = true;
            }
        }
    }
    if (known == parameters.size()) {
        return values;
    }
    Diagnostics diagnostics;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        if (is_known[p] == 0) {
            diagnostics.error(
                "ERB-NET-0003", parameters[p].value.span(),
                fmt::format("parameter '{}' has no value: it refers to something that is not a "
                            "parameter, or to itself",
                            parameters[p].name));
        }
    }
    return diagnostics;
}

}  // namespace erbium::net
