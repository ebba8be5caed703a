// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/derivative.cpp: the derivative of each operation, and the chain rule over the graph.
#include <array>
#include <numbers>
#include <unordered_map>

#include "erbium/base/check.hpp"
#include "erbium/eqn/graph.hpp"

namespace erbium::eqn {
namespace {

/// Products and sums that know a structural zero: the derivative of what does not depend on the
/// leaf is 0 even where the other factor is infinite.
NodeId times(Graph& g, NodeId a, NodeId b) {
    if (g.is_number(a, 0.0)) {
        return a;
    }
    if (g.is_number(b, 0.0)) {
        return b;
    }
    return g.multiply(a, b);
}

NodeId over(Graph& g, NodeId a, NodeId b) {
    return g.is_number(a, 0.0) ? a : g.divide(a, b);
}

NodeId square(Graph& g, NodeId a) {
    return g.multiply(a, a);
}

/// The factor that the slope of a function of one operand `x` is multiplied by; `f` is its value.
NodeId slope_of_unary(Graph& g, Opcode op, NodeId x, NodeId f) {
    const NodeId one = g.number(1.0);
    switch (op) {
        case Opcode::negate:
            return g.number(-1.0);
        case Opcode::exp:
            return f;
        case Opcode::log:
            return g.divide(one, x);
        case Opcode::log2:
            return g.divide(g.number(std::numbers::log2e), x);
        case Opcode::log10:
            return g.divide(g.number(std::numbers::log10e), x);
        case Opcode::sqrt:
            return g.divide(g.number(0.5), f);
        case Opcode::abs:
            return g.apply(Opcode::side, x);
        case Opcode::sin:
            return g.apply(Opcode::cos, x);
        case Opcode::cos:
            return g.apply(Opcode::negate, g.apply(Opcode::sin, x));
        case Opcode::tan:
            return g.add(one, square(g, f));
        case Opcode::asin:
            return g.divide(one, g.apply(Opcode::sqrt, g.subtract(one, square(g, x))));
        case Opcode::acos:
            return g.divide(g.number(-1.0), g.apply(Opcode::sqrt, g.subtract(one, square(g, x))));
        case Opcode::atan:
            return g.divide(one, g.add(one, square(g, x)));
        case Opcode::sinh:
            return g.apply(Opcode::cosh, x);
        case Opcode::cosh:
            return g.apply(Opcode::sinh, x);
        case Opcode::tanh:
            return g.subtract(one, square(g, f));
        case Opcode::asinh:
            return g.divide(one, g.apply(Opcode::sqrt, g.add(square(g, x), one)));
        case Opcode::acosh:
            return g.divide(one, g.apply(Opcode::sqrt, g.subtract(square(g, x), one)));
        case Opcode::atanh:
            return g.divide(one, g.subtract(one, square(g, x)));
        default:  // sign, side, floor, ceil, rint, logical_not: constant but for their jumps
            return g.number(0.0);
    }
}

/// d(a^b) = b a^(b-1) a' + a^b ln(a) b'. Not a^b b/a, which is NaN at a = 0.
NodeId slope_of_power(Graph& g, NodeId a, NodeId b, NodeId da, NodeId db) {
    const NodeId lower = g.power(a, g.subtract(b, g.number(1.0)));
    const NodeId by_base = times(g, times(g, b, lower), da);
    const NodeId by_exponent =
        g.is_number(db, 0.0) ? db : times(g, g.apply(Opcode::power_log, a, b), db);
    return g.add(by_base, by_exponent);
}

}  // namespace

NodeId Graph::derivative_of_node(const Node& node, NodeId self, const std::array<NodeId, 3>& d) {
    const NodeId a{node.a};
    const NodeId b{node.b};
    const NodeId c{node.c};
    switch (node.op) {
        case Opcode::add:
            return add(d[0], d[1]);
        case Opcode::subtract:
            return subtract(d[0], d[1]);
        case Opcode::multiply:
            return add(times(*this, d[0], b), times(*this, a, d[1]));
        case Opcode::divide:
            // a'/b - (a/b) b'/b keeps the size of its parts near that of the result; a'b - ab' over
            // b^2 overflows sooner.
            return subtract(over(*this, d[0], b), over(*this, times(*this, self, d[1]), b));
        case Opcode::power:
            return slope_of_power(*this, a, b, d[0], d[1]);
        case Opcode::power_log: {  // a^b ln a: b a^(b-1) ln a + a^(b-1) by a, a^b (ln a)^2 by b
            const NodeId below = subtract(b, number(1.0));
            const NodeId by_a =
                add(multiply(b, apply(Opcode::power_log, a, below)), power(a, below));
            const NodeId by_b = multiply(self, apply(Opcode::log, a));
            return add(times(*this, by_a, d[0]), times(*this, by_b, d[1]));
        }
        case Opcode::atan2: {
            const NodeId norm = add(square(*this, a), square(*this, b));
            return over(*this, subtract(times(*this, b, d[0]), times(*this, a, d[1])), norm);
        }
        case Opcode::min:
            return apply(Opcode::select, apply(Opcode::less, b, a), d[1], d[0]);
        case Opcode::max:
            return apply(Opcode::select, apply(Opcode::less, a, b), d[1], d[0]);
        case Opcode::select:
            return d[1] == d[2] ? d[1] : apply(Opcode::select, a, d[1], d[2]);
        case Opcode::mratio:
            return times(*this, apply(Opcode::mratio_slope, a, b, c), d[2]);
        case Opcode::less:
        case Opcode::less_equal:
        case Opcode::equal:
        case Opcode::not_equal:
        case Opcode::logical_and:
        case Opcode::logical_or:
            return number(0.0);
        default:
            return times(*this, slope_of_unary(*this, node.op, a, self), d[0]);
    }
}

NodeId Graph::derivative(NodeId root, Leaf by) {
    const NodeId zero = number(0.0);
    std::unordered_map<std::uint32_t, NodeId> slopes;
    for (const std::uint32_t id : reachable(root)) {
        const Node node = nodes_[id];  // a copy: nodes_ grows below
        const int operands = operand_count(node.op);
        if (operands == 0) {
            const bool is_it = node.op == by.op && node.op != Opcode::number && node.a == by.index;
            slopes.emplace(id, is_it ? number(1.0) : zero);
            continue;
        }
        const std::array<NodeId, 3> d{slopes.at(node.a), operands > 1 ? slopes.at(node.b) : zero,
                                      operands > 2 ? slopes.at(node.c) : zero};
        const bool depends = !(d[0] == zero && d[1] == zero && d[2] == zero);
        slopes.emplace(id, depends ? derivative_of_node(node, NodeId{id}, d) : zero);
    }
    return slopes.at(root.value);
}

}  // namespace erbium::eqn
