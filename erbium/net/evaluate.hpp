// SPDX-License-Identifier: Apache-2.0
// erbium/net/evaluate.hpp: the numbers that expressions of parameters stand for.
// Reads: lang::Expression   Used by: generate (volumes), tests, write_net
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/lang/expression.hpp"
#include "erbium/net/network.hpp"

namespace erbium::net {

/// The value of a name, or nothing when it has none.
using NameValue = std::function<std::optional<double>(std::string_view)>;

/// Value of an expression of numbers, names and BioNetGen's built-in functions; nothing when a name
/// or function has no value. Division by zero and the like give infinities and NaN, as IEEE has it.
[[nodiscard]] std::optional<double> evaluate(const lang::Expression& expression,
                                             const NameValue& value_of);

/// Values of all parameters, which may refer to one another in any order.
/// Errors: ERB-NET-0003 (a name that is no parameter, or a circle of parameters).
[[nodiscard]] Outcome<std::vector<double>, Diagnostics> evaluate_parameters(
    const std::vector<Parameter>& parameters);

}  // namespace erbium::net
