// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/builtins.hpp: the functions and constants that every expression may use.
// Used by: eqn::Definitions, sim::actions
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/eqn/graph.hpp"

namespace erbium::eqn {

/// The value of `_pi` or `_e`, or nothing.
[[nodiscard]] std::optional<double> builtin_constant(std::string_view name) noexcept;

/// How many arguments a built-in function takes; `most` is -1 for any number.
struct Arity {
    int least{};
    int most{};
};
/// Nothing when there is no built-in function of this name.
[[nodiscard]] std::optional<Arity> builtin_arity(std::string_view name) noexcept;

/// The node of a call. Preconditions: the name is a built-in, the number of arguments is right.
[[nodiscard]] NodeId apply_builtin(Graph& graph, std::string_view name,
                                   std::span<const NodeId> arguments);

/// Names of all built-in functions, for "did you mean".
[[nodiscard]] std::vector<std::string> builtin_names();

}  // namespace erbium::eqn
