// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/graph.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/eqn/arithmetic.hpp"

namespace erbium::eqn {
namespace {

bool is_leaf(Opcode op) noexcept {
    return operand_count(op) == 0;
}

bool is_commutative(Opcode op) noexcept {
    return op == Opcode::add || op == Opcode::multiply || op == Opcode::equal ||
           op == Opcode::not_equal || op == Opcode::logical_and || op == Opcode::logical_or;
}

}  // namespace

int operand_count(Opcode op) noexcept {
    switch (op) {
        case Opcode::number:
        case Opcode::parameter:
        case Opcode::time:
        case Opcode::observable:
        case Opcode::state:
        case Opcode::weighted_sum:
        case Opcode::define_parameter:
            return 0;
        case Opcode::select:
        case Opcode::mratio:
        case Opcode::mratio_slope:
            return 3;
        case Opcode::add:
        case Opcode::subtract:
        case Opcode::multiply:
        case Opcode::divide:
        case Opcode::power:
        case Opcode::power_log:
        case Opcode::atan2:
        case Opcode::min:
        case Opcode::max:
        case Opcode::less:
        case Opcode::less_equal:
        case Opcode::equal:
        case Opcode::not_equal:
        case Opcode::logical_and:
        case Opcode::logical_or:
            return 2;
        default:
            return 1;
    }
}

bool is_comparison(Opcode op) noexcept {
    return op == Opcode::less || op == Opcode::less_equal || op == Opcode::equal ||
           op == Opcode::not_equal;
}

bool is_truth(Opcode op) noexcept {
    return is_comparison(op) || op == Opcode::logical_and || op == Opcode::logical_or ||
           op == Opcode::logical_not;
}

std::size_t Graph::KeyHash::operator()(const Key& key) const noexcept {
    std::uint64_t h = 0x9E3779B97F4A7C15U;
    for (const std::uint64_t word : key.words) {
        h = (h ^ word) * 0xBF58476D1CE4E5B9U;
        h ^= h >> 29U;
    }
    return static_cast<std::size_t>(h);
}

NodeId Graph::insert(const Node& node) {
    // Numbers are told apart by their bits, so that -0 and 0 stay two nodes.
    const Key key{{(static_cast<std::uint64_t>(node.op) << 32U) | node.a,
                   (static_cast<std::uint64_t>(node.b) << 32U) | node.c,
                   std::bit_cast<std::uint64_t>(node.number)}};
    const auto [at, is_new] = index_.try_emplace(key, static_cast<std::uint32_t>(nodes_.size()));
    if (is_new) {
        nodes_.push_back(node);
    }
    return NodeId{at->second};
}

NodeId Graph::number(double value) {
    return insert({.op = Opcode::number, .number = value});
}

NodeId Graph::leaf(Leaf leaf) {
    return insert({.op = leaf.op,
                   .is_varying = leaf.op != Opcode::parameter,
                   .a = leaf.index,
                   .number = 0.0});
}

bool Graph::is_number(NodeId id, double value) const noexcept {
    const Node& node = nodes_[id.value];
    return node.op == Opcode::number && node.number == value;
}

NodeId Graph::apply(Opcode op, NodeId a) {
    const Node& operand = nodes_[a.value];
    if (operand.op == Opcode::number) {
        return number(evaluate(op, operand.number, 0.0, 0.0));
    }
    if (op == Opcode::negate && operand.op == Opcode::negate) {
        return NodeId{operand.a};
    }
    return insert({.op = op, .is_varying = operand.is_varying, .a = a.value, .number = 0.0});
}

NodeId Graph::apply(Opcode op, NodeId a, NodeId b) {
    const Node& left = nodes_[a.value];
    const Node& right = nodes_[b.value];
    if (left.op == Opcode::number && right.op == Opcode::number) {
        return number(evaluate(op, left.number, right.number, 0.0));
    }
    switch (op) {
        case Opcode::add:
            // x + 0 is x but for the sign of zero, which no rate depends on.
            if (is_number(a, 0.0)) {
                return b;
            }
            if (is_number(b, 0.0)) {
                return a;
            }
            break;
        case Opcode::subtract:
            if (is_number(b, 0.0)) {
                return a;
            }
            if (is_number(a, 0.0)) {
                return apply(Opcode::negate, b);
            }
            break;
        case Opcode::multiply:
            if (is_number(a, 1.0)) {
                return b;
            }
            if (is_number(b, 1.0)) {
                return a;
            }
            break;
        case Opcode::divide:
            if (is_number(b, 1.0)) {
                return a;
            }
            break;
        case Opcode::power:
            if (is_number(b, 1.0)) {
                return a;
            }
            if (is_number(b, 0.0)) {
                return number(1.0);  // pow(NaN, 0) is 1 as well
            }
            if (is_number(b, 2.0)) {
                return apply(Opcode::multiply, a, a);  // the same bits as a correctly rounded pow
            }
            break;
        case Opcode::less:
        case Opcode::less_equal:
        case Opcode::equal:
        case Opcode::not_equal:
            // x - y < 0 exactly when x < y: differences of unequal numbers do not round to 0. So
            // `time - lag < 0` is a comparison of time itself, whose change needs no search.
            if (is_number(b, 0.0) && left.op == Opcode::subtract) {
                return apply(op, NodeId{left.a}, NodeId{left.b});
            }
            if (is_number(a, 0.0) && right.op == Opcode::subtract) {
                return apply(op, NodeId{right.b}, NodeId{right.a});
            }
            break;
        default:
            break;
    }
    const bool is_varying = left.is_varying || right.is_varying;
    if (is_commutative(op) && b < a) {
        std::swap(a, b);
    }
    return insert({.op = op, .is_varying = is_varying, .a = a.value, .b = b.value, .number = 0.0});
}

NodeId Graph::apply(Opcode op, NodeId a, NodeId b, NodeId c) {
    const Node& x = nodes_[a.value];
    const Node& y = nodes_[b.value];
    const Node& z = nodes_[c.value];
    if (op == Opcode::select && x.op == Opcode::number && !std::isnan(x.number)) {
        return x.number > 0.5 ? b : c;
    }
    if (x.op == Opcode::number && y.op == Opcode::number && z.op == Opcode::number) {
        return number(evaluate(op, x.number, y.number, z.number));
    }
    return insert({.op = op,
                   .is_varying = x.is_varying || y.is_varying || z.is_varying,
                   .a = a.value,
                   .b = b.value,
                   .c = c.value,
                   .number = 0.0});
}

std::vector<std::uint32_t> Graph::reachable(NodeId root) const {
    return reachable(std::vector{root});
}

std::vector<std::uint32_t> Graph::reachable(const std::vector<NodeId>& roots) const {
    std::vector<std::uint32_t> found;
    std::unordered_map<std::uint32_t, bool> seen;
    std::vector<std::uint32_t> open;
    for (const NodeId root : roots) {
        open.push_back(root.value);
    }
    while (!open.empty()) {
        const std::uint32_t id = open.back();
        open.pop_back();
        if (!seen.try_emplace(id, true).second) {
            continue;
        }
        found.push_back(id);
        const Node& node = nodes_[id];
        const int operands = operand_count(node.op);
        for (int i = 0; i < operands; ++i) {
            open.push_back(i == 0 ? node.a : (i == 1 ? node.b : node.c));
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<NodeId> Graph::comparisons(const std::vector<NodeId>& roots) const {
    std::vector<NodeId> found;
    for (const std::uint32_t id : reachable(roots)) {
        if (is_comparison(nodes_[id].op) && nodes_[id].is_varying) {
            found.push_back(NodeId{id});
        }
    }
    return found;
}

std::vector<Leaf> Graph::leaves(NodeId root) const {
    std::vector<Leaf> found;
    for (const std::uint32_t id : reachable(root)) {
        const Node& node = nodes_[id];
        if (is_leaf(node.op) && node.op != Opcode::number) {
            found.push_back({node.op, node.a});
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

bool Graph::has_derivative(NodeId root, Leaf by) const {
    std::unordered_map<std::uint32_t, bool> depends;
    for (const std::uint32_t id : reachable(root)) {
        const Node& node = nodes_[id];
        if (is_leaf(node.op)) {
            depends[id] = Leaf{node.op, node.a} == by;
            continue;
        }
        const int operands = operand_count(node.op);
        const bool by_a = depends[node.a];
        const bool by_b = operands > 1 && depends[node.b];
        const bool by_c = operands > 2 && depends[node.c];
        if ((node.op == Opcode::mratio && (by_a || by_b)) ||
            (node.op == Opcode::mratio_slope && (by_a || by_b || by_c))) {
            return false;
        }
        depends[id] = by_a || by_b || by_c;
    }
    return true;
}

}  // namespace erbium::eqn
