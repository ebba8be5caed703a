// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/evaluate.hpp"

#include <fmt/core.h>

#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/eqn/arithmetic.hpp"
#include "erbium/eqn/builtins.hpp"
#include "erbium/eqn/graph.hpp"

namespace erbium::sim {
namespace {

using eqn::Opcode;
using lang::ExpressionNode;
using lang::Op;

double apply_operator(Op op, double a, double b) {
    switch (op) {
        case Op::negate:
            return -a;
        case Op::logical_not:
            return eqn::evaluate(Opcode::logical_not, a, 0.0, 0.0);
        case Op::power:
            return eqn::evaluate(Opcode::power, a, b, 0.0);
        case Op::multiply:
            return a * b;
        case Op::divide:
            return a / b;
        case Op::add:
            return a + b;
        case Op::subtract:
            return a - b;
        case Op::less:
            return eqn::evaluate(Opcode::less, a, b, 0.0);
        case Op::less_equal:
            return eqn::evaluate(Opcode::less_equal, a, b, 0.0);
        case Op::greater:
            return eqn::evaluate(Opcode::less, b, a, 0.0);
        case Op::greater_equal:
            return eqn::evaluate(Opcode::less_equal, b, a, 0.0);
        case Op::equal:
            return eqn::evaluate(Opcode::equal, a, b, 0.0);
        case Op::not_equal:
            return eqn::evaluate(Opcode::not_equal, a, b, 0.0);
        case Op::logical_and:
            return eqn::evaluate(Opcode::logical_and, a, b, 0.0);
        default:
            return eqn::evaluate(Opcode::logical_or, a, b, 0.0);
    }
}

/// The built-in by the graph that compiles it: numbers fold to a number.
std::optional<double> call(std::string_view name, const std::vector<double>& arguments) {
    const std::optional<eqn::Arity> arity = eqn::builtin_arity(name);
    const int count = static_cast<int>(arguments.size());
    if (!arity || count < arity->least || (arity->most >= 0 && count > arity->most)) {
        return std::nullopt;
    }
    eqn::Graph graph;
    std::vector<eqn::NodeId> nodes;
    for (const double argument : arguments) {
        nodes.push_back(graph.number(argument));
    }
    return graph[eqn::apply_builtin(graph, name, nodes)].number;
}

}  // namespace

std::optional<double> evaluate(const lang::Expression& expression, const NameValues& values,
                               const std::string& owner, Diagnostics& diagnostics) {
    std::vector<double> stack;
    for (const ExpressionNode& node : expression.nodes()) {
        const std::vector<double> operands(stack.end() - static_cast<std::ptrdiff_t>(node.arity),
                                           stack.end());
        stack.resize(stack.size() - operands.size());
        std::optional<double> value;
        if (node.op == Op::number) {
            value = node.number;
        } else if (node.op == Op::name || (node.op == Op::call && operands.empty())) {
            value = values(node.text);
            if (!value) {
                value = eqn::builtin_constant(node.text);
            }
        } else if (node.op == Op::call) {
            value = call(node.text, operands);
        } else {
            value = apply_operator(node.op, operands.front(), operands.back());
        }
        if (!value) {
            diagnostics.error("ERB-SIM-0004", expression.span_of(node),
                              fmt::format("{}: '{}' has no value here", owner, node.text));
            return std::nullopt;
        }
        stack.push_back(*value);
    }
    if (stack.empty()) {
        diagnostics.error("ERB-SIM-0004", expression.span(), owner + " has no value");
        return std::nullopt;
    }
    return stack.back();
}

}  // namespace erbium::sim
