// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/graph.hpp: expressions with every common part stored once, and their derivatives.
// Makes: Graph, NodeId   Used by: eqn::compile
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::eqn {

using NodeId = Id<struct NodeTag>;  ///< Graph nodes; operands have smaller ids than their users

/// Which leaf to differentiate by; `op` is Opcode::parameter, time, state or observable.
struct Leaf {
    Opcode op{Opcode::time};
    std::uint32_t index{};
    auto operator<=>(const Leaf&) const = default;
};

/// An expression graph. Equal expressions are one node, so that common parts are computed once.
///
/// Simplifies while building: operations on numbers are done, x + 0, x * 1, x / 1, x ^ 1, x ^ 0
/// and -(-x) are reduced. What could hide a NaN is left alone (0 * x, x - x, x / x), and a
/// parameter is never taken for its value. Every reduction is exact in floating point.
///
/// Observables and parameters are leaves: the graph knows nothing of their sums and definitions.
class Graph {
public:
    struct Node {
        Opcode op{Opcode::number};
        bool is_varying{};  ///< depends on time, a state or an observable
        std::uint32_t a{};  ///< operand (a NodeId's value), or the index of a leaf
        std::uint32_t b{};
        std::uint32_t c{};
        double number{};  ///< Opcode::number only
    };

    [[nodiscard]] NodeId number(double value);
    [[nodiscard]] NodeId leaf(Leaf leaf);
    [[nodiscard]] NodeId parameter(std::uint32_t index) { return leaf({Opcode::parameter, index}); }
    [[nodiscard]] NodeId state(std::uint32_t index) { return leaf({Opcode::state, index}); }
    [[nodiscard]] NodeId observable(std::uint32_t index) {
        return leaf({Opcode::observable, index});
    }
    [[nodiscard]] NodeId time() { return leaf({Opcode::time, 0}); }

    [[nodiscard]] NodeId apply(Opcode op, NodeId a);
    [[nodiscard]] NodeId apply(Opcode op, NodeId a, NodeId b);
    [[nodiscard]] NodeId apply(Opcode op, NodeId a, NodeId b, NodeId c);

    [[nodiscard]] NodeId add(NodeId a, NodeId b) { return apply(Opcode::add, a, b); }
    [[nodiscard]] NodeId subtract(NodeId a, NodeId b) { return apply(Opcode::subtract, a, b); }
    [[nodiscard]] NodeId multiply(NodeId a, NodeId b) { return apply(Opcode::multiply, a, b); }
    [[nodiscard]] NodeId divide(NodeId a, NodeId b) { return apply(Opcode::divide, a, b); }
    [[nodiscard]] NodeId power(NodeId a, NodeId b) { return apply(Opcode::power, a, b); }

    [[nodiscard]] const Node& operator[](NodeId id) const noexcept { return nodes_[id.value]; }
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    [[nodiscard]] bool is_number(NodeId id, double value) const noexcept;

    /// Leaves that `root` depends on, ascending, without numbers.
    [[nodiscard]] std::vector<Leaf> leaves(NodeId root) const;

    /// Comparisons (<, <=, ==, !=) of what varies that the roots are computed from, ascending.
    [[nodiscard]] std::vector<NodeId> comparisons(const std::vector<NodeId>& roots) const;

    /// Derivative of `root` by the leaf; the number 0 when it does not depend on it.
    ///
    ///   x^p          p x^(p-1), which at x = 0 is the limit from the right (0, p or infinity)
    ///   |x|          1 at x = 0, the limit from the right
    ///   min, max     of the operand that is chosen; of the first when they are equal
    ///   if           of the branch that is chosen; jumps where the condition changes do not count
    ///   floor, ceil, rint, sign, comparisons, logic: 0
    ///   mratio       by its third operand only; has_derivative() is false for the others
    [[nodiscard]] NodeId derivative(NodeId root, Leaf by);

    /// False when `root` holds an operation whose derivative by this leaf is not known.
    [[nodiscard]] bool has_derivative(NodeId root, Leaf by) const;

private:
    struct Key {
        std::array<std::uint64_t, 3> words{};
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept;
    };

    NodeId insert(const Node& node);
    std::vector<std::uint32_t> reachable(NodeId root) const;
    std::vector<std::uint32_t> reachable(const std::vector<NodeId>& roots) const;
    NodeId derivative_of_node(const Node& node, NodeId self, const std::array<NodeId, 3>& slope);

    std::vector<Node> nodes_;
    std::unordered_map<Key, std::uint32_t, KeyHash> index_;
};

/// Number of operands that are nodes: 0 for leaves, else 1 to 3.
[[nodiscard]] int operand_count(Opcode op) noexcept;

/// <, <=, == and !=.
[[nodiscard]] bool is_comparison(Opcode op) noexcept;
/// A comparison, or `and`, `or`, `not`: the value is 0, 1 or NaN.
[[nodiscard]] bool is_truth(Opcode op) noexcept;

}  // namespace erbium::eqn
