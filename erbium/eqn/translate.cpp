// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/translate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/eqn/builtins.hpp"

namespace erbium::eqn {
namespace {

using lang::Expression;
using lang::ExpressionNode;
using lang::Op;

NodeId apply_operator(Graph& g, Op op, NodeId a, NodeId b) {
    switch (op) {
        case Op::power:
            return g.power(a, b);
        case Op::multiply:
            return g.multiply(a, b);
        case Op::divide:
            return g.divide(a, b);
        case Op::add:
            return g.add(a, b);
        case Op::subtract:
            return g.subtract(a, b);
        case Op::less:
            return g.apply(Opcode::less, a, b);
        case Op::less_equal:
            return g.apply(Opcode::less_equal, a, b);
        case Op::greater:
            return g.apply(Opcode::less, b, a);
        case Op::greater_equal:
            return g.apply(Opcode::less_equal, b, a);
        case Op::equal:
            return g.apply(Opcode::equal, a, b);
        case Op::not_equal:
            return g.apply(Opcode::not_equal, a, b);
        case Op::logical_and:
            return g.apply(Opcode::logical_and, a, b);
        default:
            return g.apply(Opcode::logical_or, a, b);
    }
}

/// The piece of a table below point `piece`, from the point before it on. Leaf 0 lies before the
/// first point.
NodeId table_leaf(Graph& g, const lang::TableFunction& table, std::size_t piece, NodeId x) {
    if (piece == 0) {
        return g.number(table.y.front());
    }
    const std::size_t i = piece - 1;
    const bool is_last = i + 1 == table.x.size();
    if (is_last || table.method == lang::TableFunction::Method::step ||
        table.y[i] == table.y[i + 1]) {
        return g.number(table.y[i]);
    }
    const double slope = (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i]);
    const NodeId run = g.subtract(x, g.number(table.x[i]));
    return g.add(g.number(table.y[i]), g.multiply(g.number(slope), run));
}

/// Chooses among the leaves first ... last. The depth of the recursion is the logarithm of their
/// number.
NodeId table_tree(Graph& g, const lang::TableFunction& table, std::size_t first, std::size_t last,
                  NodeId x, std::unordered_set<NodeId>& choices) {
    if (first == last) {
        return table_leaf(g, table, first, x);
    }
    const std::size_t middle = first + (last - first) / 2;
    const NodeId below = table_tree(g, table, first, middle, x, choices);
    const NodeId above = table_tree(g, table, middle + 1, last, x, choices);
    const NodeId is_below = g.apply(Opcode::less, x, g.number(table.x[middle]));
    choices.insert(is_below);
    return g.apply(Opcode::select, is_below, below, above);
}

/// A condition as a comparison, so that the integrator can tell where it changes.
NodeId condition(Graph& g, NodeId value) {
    const Graph::Node& node = g[value];
    return node.is_varying && !is_truth(node.op) ? g.apply(Opcode::less, g.number(0.5), value)
                                                 : value;
}

}  // namespace

Definitions::Definitions(const net::Network& network, Graph& graph, Diagnostics& diagnostics)
    : graph_{graph}, diagnostics_{diagnostics} {
    std::vector<const Expression*> parameter_values;
    for (std::size_t i = 0; i < network.parameters.size(); ++i) {
        add_name(network.parameters[i].name, Kind::parameter, i);
        parameter_values.push_back(&network.parameters[i].value);
    }
    for (std::size_t i = 0; i < network.observables.size(); ++i) {
        add_name(network.observables[i].name, Kind::observable, i);
    }
    std::vector<const Expression*> function_values;
    for (std::size_t i = 0; i < network.functions.size(); ++i) {
        add_name(network.functions[i].name, Kind::function, i);
        function_values.push_back(&network.functions[i].value);
    }
    functions_.resize(network.functions.size());
    has_function_.resize(network.functions.size());
    parameter_values_.resize(network.parameters.size());

    if (const auto order = order_of(Kind::parameter, parameter_values)) {
        for (const std::uint32_t p : *order) {
            const std::string owner = fmt::format("parameter '{}'", network.parameters[p].name);
            const std::optional<NodeId> value = translate(network.parameters[p].value, owner);
            if (!value) {
                continue;
            }
            if (graph_[*value].op == Opcode::number) {
                parameter_values_[p] = graph_[*value].number;
            } else if (graph_[*value].is_varying) {
                diagnostics_.error("ERB-EQN-0006", network.parameters[p].value.span(),
                                   owner + " depends on what changes in time",
                                   "a parameter may refer to other parameters only; make it a "
                                   "function");
            } else {
                derived_.push_back({p, *value});
            }
        }
    }
    if (const auto order = order_of(Kind::function, function_values)) {
        for (const std::uint32_t f : *order) {
            const std::string owner = fmt::format("function '{}'", network.functions[f].name);
            if (const auto value = translate(network.functions[f].value, owner)) {
                functions_[f] = *value;
                has_function_[f] = 1;
            }
        }
    }
}

void Definitions::add_name(const std::string& name, Kind kind, std::size_t index) {
    if (!entries_.try_emplace(name, Entry{kind, static_cast<std::uint32_t>(index)}).second) {
        diagnostics_.error("ERB-EQN-0007", {},
                           fmt::format("the network defines '{}' more than once", name),
                           "parameters, observables and functions share one set of names");
    }
    names_.push_back(name);
}

/// Depth-first with an explicit stack, in the order of the table: definitions before their users.
std::optional<std::vector<std::uint32_t>> Definitions::order_of(
    Kind kind, const std::vector<const Expression*>& values) {
    enum class Mark : std::uint8_t { fresh, open, done };
    std::vector<Mark> marks(values.size(), Mark::fresh);
    std::vector<std::uint32_t> order;
    struct Visit {
        std::uint32_t index;
        std::size_t next_node;
    };
    for (std::uint32_t start = 0; start < values.size(); ++start) {
        if (marks[start] != Mark::fresh) {
            continue;
        }
        std::vector<Visit> stack{{start, 0}};
        marks[start] = Mark::open;
        while (!stack.empty()) {
            Visit& top = stack.back();
            const std::vector<ExpressionNode>& nodes = values[top.index]->nodes();
            if (top.next_node == nodes.size()) {
                marks[top.index] = Mark::done;
                order.push_back(top.index);
                stack.pop_back();
                continue;
            }
            const ExpressionNode& node = nodes[top.next_node++];
            if (node.op != Op::name && node.op != Op::call) {
                continue;
            }
            const auto at = entries_.find(node.text);
            if (at == entries_.end() || at->second.kind != kind) {
                continue;
            }
            const std::uint32_t needed = at->second.index;
            if (marks[needed] == Mark::open) {
                diagnostics_.error("ERB-EQN-0003", values[top.index]->span_of(node),
                                   fmt::format("'{}' is defined by itself", node.text),
                                   "break the cycle of definitions");
                return std::nullopt;
            }
            if (marks[needed] == Mark::fresh) {
                marks[needed] = Mark::open;
                stack.push_back({needed, 0});
            }
        }
    }
    return order;
}

std::optional<NodeId> Definitions::value_of(const std::string& name) const {
    const auto at = entries_.find(name);
    if (at == entries_.end()) {
        return std::nullopt;
    }
    switch (at->second.kind) {
        case Kind::parameter:
            return graph_.parameter(at->second.index);
        case Kind::observable:
            return graph_.observable(at->second.index);
        case Kind::function:
            break;
    }
    return has_function_[at->second.index] != 0 ? std::optional{functions_[at->second.index]}
                                                : std::nullopt;
}

std::optional<NodeId> Definitions::name_node(const Expression& expression,
                                             const ExpressionNode& node, const std::string& owner) {
    if (const std::optional<NodeId> value = value_of(node.text)) {
        return value;
    }
    if (node.text == "time") {
        return graph_.time();
    }
    if (const std::optional<double> constant = builtin_constant(node.text)) {
        return graph_.number(*constant);
    }
    // A function that was already complained about stays silent here.
    if (!entries_.contains(node.text)) {
        diagnostics_.error("ERB-EQN-0001", expression.span_of(node),
                           fmt::format("{} refers to '{}', which is not defined", owner, node.text),
                           did_you_mean(node.text, names_));
    }
    return std::nullopt;
}

std::optional<NodeId> Definitions::call_node(const Expression& expression,
                                             const ExpressionNode& node,
                                             const std::vector<NodeId>& arguments,
                                             const std::string& owner) {
    if (node.table) {
        return table_node(expression, node, arguments.front());
    }
    const Span span = expression.span_of(node);
    if (entries_.contains(node.text) || node.text == "time") {
        if (arguments.empty()) {
            return name_node(expression, node, owner);
        }
        diagnostics_.error("ERB-EQN-0002", span,
                           fmt::format("'{}' takes no arguments in a network", node.text));
        return std::nullopt;
    }
    const std::optional<Arity> arity = builtin_arity(node.text);
    if (!arity) {
        std::vector<std::string> candidates = builtin_names();
        candidates.insert(candidates.end(), names_.begin(), names_.end());
        diagnostics_.error("ERB-EQN-0002", span,
                           fmt::format("{} calls '{}', which is not a function", owner, node.text),
                           did_you_mean(node.text, candidates));
        return std::nullopt;
    }
    const int count = static_cast<int>(arguments.size());
    if (count < arity->least || (arity->most >= 0 && count > arity->most)) {
        diagnostics_.error("ERB-EQN-0002", span,
                           fmt::format("'{}' takes {}{} argument{}, not {}", node.text,
                                       arity->most < 0 ? "at least " : "", arity->least,
                                       arity->least == 1 ? "" : "s", count));
        return std::nullopt;
    }
    if (node.text == "if") {
        return apply_builtin(
            graph_, node.text,
            std::vector{condition(graph_, arguments[0]), arguments[1], arguments[2]});
    }
    return apply_builtin(graph_, node.text, arguments);
}

std::optional<NodeId> Definitions::table_node(const Expression& expression,
                                              const ExpressionNode& node, NodeId index) {
    const lang::TableFunction& table = *node.table;
    if (!table.is_read()) {
        diagnostics_.error("ERB-EQN-0005", expression.span_of(node),
                           fmt::format("the table '{}' has not been read", table.file),
                           "generate the network from its model, or write the values in the text");
        return std::nullopt;
    }
    if (graph_[index].op == Opcode::time) {
        time_knots_.insert(time_knots_.end(), table.x.begin(), table.x.end());
    }
    return table_tree(graph_, table, 0, table.x.size(), index, table_choices_);
}

std::vector<double> Definitions::time_knots() const {
    std::vector<double> knots = time_knots_;
    std::sort(knots.begin(), knots.end());
    knots.erase(std::unique(knots.begin(), knots.end()), knots.end());
    return knots;
}

std::optional<NodeId> Definitions::translate(const Expression& expression,
                                             const std::string& owner) {
    if (expression.empty()) {
        diagnostics_.error("ERB-EQN-0001", {}, owner + " has no value");
        return std::nullopt;
    }
    std::vector<NodeId> stack;
    for (const ExpressionNode& node : expression.nodes()) {
        std::optional<NodeId> value;
        const std::size_t arity = node.arity;
        const std::vector<NodeId> operands(stack.end() - static_cast<std::ptrdiff_t>(arity),
                                           stack.end());
        switch (node.op) {
            case Op::number:
                value = graph_.number(node.number);
                break;
            case Op::name:
                value = name_node(expression, node, owner);
                break;
            case Op::call:
                value = call_node(expression, node, operands, owner);
                break;
            case Op::negate:
                value = graph_.apply(Opcode::negate, operands[0]);
                break;
            case Op::logical_not:
                value = graph_.apply(Opcode::logical_not, operands[0]);
                break;
            default:
                value = apply_operator(graph_, node.op, operands[0], operands[1]);
        }
        if (!value) {
            return std::nullopt;
        }
        stack.resize(stack.size() - arity);
        stack.push_back(*value);
    }
    return stack.back();
}

}  // namespace erbium::eqn
