// SPDX-License-Identifier: Apache-2.0
// erbium/sim/evaluate.hpp: the number that an expression stands for, given its names' values.
// Reads: lang::Expression   Used by: sim::actions
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::sim {

/// The value of a name, or nothing when there is none of this name.
using NameValues = std::function<std::optional<double>(std::string_view)>;

/// Value of the expression with BioNetGen's functions and constants; a call without arguments is
/// looked up as a name. Nothing after a complaint; `owner` names the expression in messages.
[[nodiscard]] std::optional<double> evaluate(const lang::Expression& expression,
                                             const NameValues& values, const std::string& owner,
                                             Diagnostics& diagnostics);

}  // namespace erbium::sim
