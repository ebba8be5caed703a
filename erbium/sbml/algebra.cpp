// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/algebra.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "erbium/base/check.hpp"

namespace erbium::sbml {
namespace {

using lang::ExpressionNode;
using lang::Op;

Expression joined(const std::vector<Expression>& operands, ExpressionNode top) {
    std::vector<ExpressionNode> nodes;
    std::size_t size = 1;
    for (const Expression& operand : operands) {
        size += operand.nodes().size();
    }
    nodes.reserve(size);
    for (const Expression& operand : operands) {
        nodes.insert(nodes.end(), operand.nodes().begin(), operand.nodes().end());
    }
    top.arity = static_cast<std::uint32_t>(operands.size());
    top.begin = 0;
    top.end = 0;
    nodes.push_back(std::move(top));
    return Expression{std::move(nodes), nullptr};
}

Expression joined(Op op, const std::vector<Expression>& operands) {
    return joined(operands, {.op = op, .arity = 0, .number = 0.0, .text = {}});
}

std::optional<double> folded(Op op, const Expression& a, const Expression& b) {
    if (!a.is_constant() || !b.is_constant()) {
        return std::nullopt;
    }
    const double x = a.nodes().front().number;
    const double y = b.nodes().front().number;
    switch (op) {
        case Op::add:
            return x + y;
        case Op::subtract:
            return x - y;
        case Op::multiply:
            return x * y;
        case Op::divide:
            return x / y;
        default:
            return std::nullopt;
    }
}

/// A value with its slope; an empty slope is 0.
struct Dual {
    Expression value;
    Expression slope;
};

Expression scaled(const Expression& slope, const Expression& factor) {
    return slope.empty() ? slope : apply(Op::multiply, slope, factor);
}

Expression sum(const Expression& a, const Expression& b) {
    return a.empty() ? b : (b.empty() ? a : apply(Op::add, a, b));
}

Expression negated(const Expression& a) {
    return a.empty() ? a : apply(Op::negate, a);
}

Expression one_over(const Expression& a) {
    return apply(Op::divide, number(1.0), a);
}

Expression square(const Expression& a) {
    return apply(Op::multiply, a, a);
}

/// d f(x) / dx of a built-in of one argument; an empty expression is 0.
std::optional<Expression> outer_slope(const std::string& f, const Expression& x) {
    const auto of = [&](std::string_view g) { return call(g, {x}); };
    const auto root = [](const Expression& e) { return call("sqrt", {e}); };
    const Expression one = number(1.0);
    if (f == "exp") {
        return of("exp");
    }
    if (f == "ln" || f == "log") {
        return one_over(x);
    }
    if (f == "log10") {
        return one_over(apply(Op::multiply, x, call("ln", {number(10.0)})));
    }
    if (f == "log2") {
        return one_over(apply(Op::multiply, x, call("ln", {number(2.0)})));
    }
    if (f == "sqrt") {
        return one_over(apply(Op::multiply, number(2.0), of("sqrt")));
    }
    if (f == "abs") {
        return call("if", {apply(Op::less, x, number(0.0)), number(-1.0), one});
    }
    if (f == "sin") {
        return of("cos");
    }
    if (f == "cos") {
        return negated(of("sin"));
    }
    if (f == "tan") {
        return one_over(square(of("cos")));
    }
    if (f == "asin") {
        return one_over(root(apply(Op::subtract, one, square(x))));
    }
    if (f == "acos") {
        return negated(one_over(root(apply(Op::subtract, one, square(x)))));
    }
    if (f == "atan") {
        return one_over(apply(Op::add, one, square(x)));
    }
    if (f == "sinh") {
        return of("cosh");
    }
    if (f == "cosh") {
        return of("sinh");
    }
    if (f == "tanh") {
        return one_over(square(of("cosh")));
    }
    if (f == "asinh") {
        return one_over(root(apply(Op::add, square(x), one)));
    }
    if (f == "acosh") {
        return one_over(root(apply(Op::subtract, square(x), one)));
    }
    if (f == "atanh") {
        return one_over(apply(Op::subtract, one, square(x)));
    }
    if (f == "floor" || f == "ceil" || f == "rint" || f == "sign") {
        return Expression{};
    }
    return std::nullopt;
}

std::optional<Expression> slope_of_call(const std::string& f, const std::vector<Dual>& x) {
    if (std::all_of(x.begin(), x.end(), [](const Dual& d) { return d.slope.empty(); })) {
        return Expression{};
    }
    const auto or_zero = [](const Expression& e) { return e.empty() ? number(0.0) : e; };
    if (f == "if") {
        if (x[1].slope.empty() && x[2].slope.empty()) {
            return Expression{};
        }
        return call("if", {x[0].value, or_zero(x[1].slope), or_zero(x[2].slope)});
    }
    if (f == "sum") {
        Expression total;
        for (const Dual& d : x) {
            total = sum(total, d.slope);
        }
        return total;
    }
    if (f == "min" || f == "max") {
        Dual best = x.front();
        for (std::size_t i = 1; i < x.size(); ++i) {
            const Expression is_new =
                apply(f == "min" ? Op::less : Op::greater, x[i].value, best.value);
            best = {call(f, {best.value, x[i].value}),
                    call("if", {is_new, or_zero(x[i].slope), or_zero(best.slope)})};
        }
        return best.slope;
    }
    if (x.size() != 1) {
        return std::nullopt;
    }
    const std::optional<Expression> outer = outer_slope(f, x[0].value);
    return outer ? std::optional{outer->empty() ? Expression{} : scaled(x[0].slope, *outer)}
                 : std::nullopt;
}

Expression slope_of_power(const Dual& a, const Dual& b) {
    Expression total;
    if (!a.slope.empty()) {
        const Expression less = apply(Op::subtract, b.value, number(1.0));
        total = scaled(a.slope, apply(Op::multiply, b.value, apply(Op::power, a.value, less)));
    }
    if (!b.slope.empty()) {
        total = sum(total, scaled(b.slope, apply(Op::multiply, apply(Op::power, a.value, b.value),
                                                 call("ln", {a.value}))));
    }
    return total;
}

std::optional<Expression> slope_of_node(const ExpressionNode& node, const std::vector<Dual>& x) {
    switch (node.op) {
        case Op::negate:
            return negated(x[0].slope);
        case Op::add:
            return sum(x[0].slope, x[1].slope);
        case Op::subtract:
            return x[0].slope.empty() || x[1].slope.empty()
                       ? sum(x[0].slope, negated(x[1].slope))
                       : apply(Op::subtract, x[0].slope, x[1].slope);
        case Op::multiply:
            return sum(scaled(x[0].slope, x[1].value), scaled(x[1].slope, x[0].value));
        case Op::divide: {
            const Expression left =
                x[0].slope.empty() ? Expression{} : apply(Op::divide, x[0].slope, x[1].value);
            const Expression ratio = apply(Op::divide, x[0].value, square(x[1].value));
            return sum(left, negated(scaled(x[1].slope, ratio)));
        }
        case Op::power:
            return slope_of_power(x[0], x[1]);
        case Op::call:
            return slope_of_call(node.text, x);
        default:
            return Expression{};  // comparisons and logic
    }
}

}  // namespace

Expression number(double value) {
    return Expression::constant(value);
}

Expression name(std::string_view text) {
    return Expression::reference(std::string{text});
}

Expression call(std::string_view function, const std::vector<Expression>& arguments) {
    return joined(arguments,
                  {.op = Op::call, .arity = 0, .number = 0.0, .text = std::string{function}});
}

bool is_number(const Expression& e, double value) noexcept {
    return e.is_constant() && e.nodes().front().number == value;
}

Expression apply(Op op, const Expression& a) {
    if (op == Op::negate && a.is_constant()) {
        return number(-a.nodes().front().number);
    }
    return joined(op, {a});
}

Expression apply(Op op, const Expression& a, const Expression& b) {
    if (const std::optional<double> value = folded(op, a, b)) {
        return number(*value);
    }
    if ((op == Op::add || op == Op::subtract) && is_number(b, 0.0)) {
        return a;
    }
    if (op == Op::add && is_number(a, 0.0)) {
        return b;
    }
    if ((op == Op::multiply || op == Op::divide) && is_number(b, 1.0)) {
        return a;
    }
    if (op == Op::multiply && is_number(a, 1.0)) {
        return b;
    }
    return joined(op, {a, b});
}

Expression substituted(const Expression& e, const Replacement& of_name, std::string_view special,
                       const Replacement& of_special) {
    std::vector<ExpressionNode> nodes;
    const auto push = [&](const Expression& replacement) {
        nodes.insert(nodes.end(), replacement.nodes().begin(), replacement.nodes().end());
    };
    const std::vector<ExpressionNode>& all = e.nodes();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const ExpressionNode& node = all[i];
        // The operand of a special call is a name and no value: the call follows it at once.
        const bool is_operand = !special.empty() && i + 1 < all.size() &&
                                all[i + 1].op == Op::call && all[i + 1].text == special;
        if (is_operand) {
            if (const std::optional<Expression> value = of_special(node)) {
                push(*value);
            } else {
                push(Expression{{node, all[i + 1]}, nullptr});
            }
            ++i;
            continue;
        }
        if (node.op == Op::name) {
            if (const std::optional<Expression> value = of_name(node)) {
                push(*value);
                continue;
            }
        }
        nodes.push_back(node);
        nodes.back().begin = 0;
        nodes.back().end = 0;
    }
    return Expression{std::move(nodes), nullptr};
}

std::vector<std::string> names_in(const Expression& e) {
    std::vector<std::string> names;
    std::unordered_set<std::string> seen;
    for (const ExpressionNode& node : e.nodes()) {
        if (node.op == Op::name && seen.insert(node.text).second) {
            names.push_back(node.text);
        }
    }
    return names;
}

bool has_name(const Expression& e, std::string_view name) noexcept {
    return std::any_of(e.nodes().begin(), e.nodes().end(), [name](const ExpressionNode& node) {
        return node.op == Op::name && node.text == name;
    });
}

std::optional<Expression> derivative(const Expression& e, const Slope& slope) {
    std::vector<Dual> stack;
    for (const ExpressionNode& node : e.nodes()) {
        const auto first = stack.end() - static_cast<std::ptrdiff_t>(node.arity);
        const std::vector<Dual> operands(first, stack.end());
        std::vector<Expression> values;
        for (const Dual& operand : operands) {
            values.push_back(operand.value);
        }
        Dual result{joined(values, node), {}};
        if (node.op == Op::name) {
            result.slope = slope(node.text);
        } else if (node.arity > 0) {
            std::optional<Expression> made = slope_of_node(node, operands);
            if (!made) {
                return std::nullopt;
            }
            result.slope = std::move(*made);
        }
        stack.erase(first, stack.end());
        stack.push_back(std::move(result));
    }
    ERBIUM_CHECK(stack.size() == 1, "an expression leaves one value");
    return stack.back().slope;
}

}  // namespace erbium::sbml
