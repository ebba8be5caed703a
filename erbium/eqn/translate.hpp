// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/translate.hpp: arithmetic as written -> expression graph, names resolved.
// Reads: net::Network's parameters, functions, observables   Used by: eqn::compile
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/eqn/graph.hpp"
#include "erbium/net/network.hpp"

namespace erbium::eqn {

/// What names mean in a network's expressions, and the graph nodes they stand for.
///
/// A name is a parameter, a function (with or without empty parentheses), an observable, `time`
/// (or `time()`), `_pi` or `_e`. Functions as BioNetGen's: ln and log (both natural), log2, log10,
/// exp, sqrt, abs, sign, rint, floor, ceil, the trigonometric and hyperbolic ones and their
/// inverses, atan2, if, min, max, sum, avg, mratio.
///
/// A table function becomes a balanced tree of choices by its index, with a line or a number at
/// each leaf: about 5 operations a point. Its derivative is that of the line that is chosen; at a
/// point, of the line to the right of it.
class Definitions {
public:
    /// Translates all parameters and functions of the network; complaints go to `diagnostics`.
    Definitions(const net::Network& network, Graph& graph, Diagnostics& diagnostics);

    /// The node of an expression; nothing after a complaint. `owner` names it in messages, as in
    /// "function 'f'".
    [[nodiscard]] std::optional<NodeId> translate(const lang::Expression& expression,
                                                  const std::string& owner);

    /// The node a parameter's or function's name stands for.
    [[nodiscard]] std::optional<NodeId> value_of(const std::string& name) const;

    /// Derived parameters in an order in which each comes after those it is computed from.
    struct DerivedParameter {
        std::uint32_t parameter{};
        NodeId value;
    };
    [[nodiscard]] const std::vector<DerivedParameter>& derived() const noexcept { return derived_; }
    /// Values of the independent parameters; 0 for derived ones. By ParameterId.
    [[nodiscard]] const std::vector<double>& parameter_values() const noexcept {
        return parameter_values_;
    }
    /// By FunctionId.
    [[nodiscard]] const std::vector<NodeId>& functions() const noexcept { return functions_; }
    /// Points of the tables whose index is `time` itself: where their slope or value jumps.
    /// Ascending, each once.
    [[nodiscard]] std::vector<double> time_knots() const;
    /// True for the comparisons by which table functions choose their piece.
    [[nodiscard]] bool is_table_choice(NodeId node) const noexcept {
        return table_choices_.contains(node);
    }
    /// Names that may stand in an expression, for "did you mean".
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

private:
    enum class Kind : std::uint8_t { parameter, function, observable };
    struct Entry {
        Kind kind{};
        std::uint32_t index{};
    };

    void add_name(const std::string& name, Kind kind, std::size_t index);
    std::optional<std::vector<std::uint32_t>> order_of(
        Kind kind, const std::vector<const lang::Expression*>& values);
    std::optional<NodeId> name_node(const lang::Expression& expression,
                                    const lang::ExpressionNode& node, const std::string& owner);
    std::optional<NodeId> call_node(const lang::Expression& expression,
                                    const lang::ExpressionNode& node,
                                    const std::vector<NodeId>& arguments, const std::string& owner);
    std::optional<NodeId> table_node(const lang::Expression& expression,
                                     const lang::ExpressionNode& node, NodeId index);

    Graph& graph_;
    Diagnostics& diagnostics_;
    std::unordered_map<std::string, Entry> entries_;
    std::vector<std::string> names_;
    std::vector<double> parameter_values_;
    std::vector<DerivedParameter> derived_;
    std::vector<NodeId> functions_;
    std::vector<double> time_knots_;  // in the order they were met
    std::unordered_set<NodeId> table_choices_;
    std::vector<std::uint8_t> has_function_;  // by function: translated without complaint
};

}  // namespace erbium::eqn
