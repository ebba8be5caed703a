// SPDX-License-Identifier: Apache-2.0
// erbium/petab/formula.cpp: formulas as lists of operations, and the cut between model and rest.
#include "erbium/petab/formula.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/eqn/arithmetic.hpp"
#include "erbium/eqn/translate.hpp"

namespace erbium::petab {

using lang::Expression;
using lang::ExpressionNode;
using lang::Op;

Formula Formula::constant(double value) {
    Formula formula;
    eqn::Graph::Node node;
    node.number = value;
    formula.nodes_.push_back(node);
    return formula;
}

Formula Formula::input() {
    Formula formula;
    eqn::Graph::Node value;
    value.op = eqn::Opcode::parameter;
    eqn::Graph::Node slope;
    slope.number = 1.0;
    formula.nodes_ = {value, slope};
    formula.slopes_ = {1};
    return formula;
}

std::optional<Formula> Formula::make(const Expression& expression,
                                     const std::vector<std::string>& inputs,
                                     const std::string& owner, Diagnostics& diagnostics) {
    // The names are parameters of a network that holds nothing else.
    net::Network network;
    for (const std::string& name : inputs) {
        network.parameters.push_back({name, Expression::constant(0.0)});
    }
    eqn::Graph graph;
    eqn::Definitions definitions{network, graph, diagnostics};
    const std::optional<eqn::NodeId> root = definitions.translate(expression, owner);
    if (!root) {
        return std::nullopt;
    }
    Formula formula;
    formula.root_ = root->value;
    for (std::uint32_t i = 0; i < inputs.size(); ++i) {
        formula.slopes_.push_back(graph.derivative(*root, {eqn::Opcode::parameter, i}).value);
    }
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        formula.nodes_.push_back(graph[eqn::NodeId{i}]);
        ERBIUM_CHECK(formula.nodes_.back().op != eqn::Opcode::time, "a formula outside time");
    }
    return formula;
}

double Formula::evaluate(std::span<const double> inputs, std::span<double> slopes,
                         std::vector<double>& work) const {
    work.resize(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const eqn::Graph::Node& node = nodes_[i];
        switch (eqn::operand_count(node.op)) {
            case 0:
                work[i] = node.op == eqn::Opcode::number ? node.number : inputs[node.a];
                break;
            case 1:
                work[i] = eqn::evaluate(node.op, work[node.a], 0.0, 0.0);
                break;
            case 2:
                work[i] = eqn::evaluate(node.op, work[node.a], work[node.b], 0.0);
                break;
            default:
                work[i] = eqn::evaluate(node.op, work[node.a], work[node.b], work[node.c]);
        }
    }
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        slopes[i] = work[slopes_[i]];
    }
    return work[root_];
}

SplitExpression split_off_model(const Expression& expression,
                                const std::function<bool(std::string_view)>& is_model_name) {
    struct Part {
        std::vector<ExpressionNode> nodes;
        bool has_model{};
        bool has_other{};
    };
    SplitExpression result;
    const auto cut = [&](Part& part) {
        if (!part.has_model || part.has_other) {
            return;
        }
        Expression column{std::move(part.nodes), expression.span().source};
        const auto known = std::find(result.columns.begin(), result.columns.end(), column);
        const auto index = static_cast<std::size_t>(known - result.columns.begin());
        if (known == result.columns.end()) {
            result.columns.push_back(std::move(column));
        }
        ExpressionNode name;
        name.op = Op::name;
        name.text = fmt::format("{}{}", kColumnPrefix, index);
        part.nodes = {std::move(name)};
        part.has_model = false;
        part.has_other = true;
    };
    std::vector<Part> stack;
    for (const ExpressionNode& node : expression.nodes()) {
        Part whole;
        if (node.arity == 0) {
            whole.has_model = node.op == Op::name && is_model_name(node.text);
            whole.has_other = node.op == Op::name && !whole.has_model;
        } else {
            const auto first = stack.end() - static_cast<std::ptrdiff_t>(node.arity);
            for (auto part = first; part != stack.end(); ++part) {
                whole.has_model = whole.has_model || part->has_model;
                whole.has_other = whole.has_other || part->has_other;
            }
            if (whole.has_model && whole.has_other) {
                std::for_each(first, stack.end(), cut);
                whole.has_model = false;
            }
            whole.nodes = std::move(first->nodes);
            for (auto part = first + 1; part != stack.end(); ++part) {
                std::move(part->nodes.begin(), part->nodes.end(), std::back_inserter(whole.nodes));
            }
            stack.erase(first, stack.end());
        }
        whole.nodes.push_back(node);
        stack.push_back(std::move(whole));
    }
    ERBIUM_CHECK(stack.size() == 1, "an expression is one value");
    cut(stack.front());
    result.outer = Expression{std::move(stack.front().nodes), expression.span().source};
    return result;
}

std::vector<std::string> names_in(const Expression& expression) {
    std::vector<std::string> names;
    for (const ExpressionNode& node : expression.nodes()) {
        if (node.op == Op::name &&
            std::find(names.begin(), names.end(), node.text) == names.end()) {
            names.push_back(node.text);
        }
    }
    return names;
}

}  // namespace erbium::petab
