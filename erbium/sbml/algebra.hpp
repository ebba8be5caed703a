// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/algebra.hpp: building, substituting and differentiating expressions as they stand in
// a text. Used by: sbml
//
// All of it works on the flat postorder with a stack, without recursion.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/lang/expression.hpp"

namespace erbium::sbml {

using lang::Expression;

[[nodiscard]] Expression number(double value);
[[nodiscard]] Expression name(std::string_view text);
/// f(arguments...), a built-in function.
[[nodiscard]] Expression call(std::string_view function, const std::vector<Expression>& arguments);
/// An operator of one or two operands, with 0 and 1 reduced where no NaN can be hidden:
/// x + 0, x - 0, x * 1, x / 1, and what has only numbers as operands of + - * /.
[[nodiscard]] Expression apply(lang::Op op, const Expression& a);
[[nodiscard]] Expression apply(lang::Op op, const Expression& a, const Expression& b);

[[nodiscard]] bool is_number(const Expression& e, double value) noexcept;

/// What stands for a leaf or call; nothing to leave it as it is.
using Replacement = std::function<std::optional<Expression>(const lang::ExpressionNode&)>;
/// The expression with names replaced by `of_name`. A call of `special` (its operand is one name)
/// is replaced by what `of_special` gives for that name.
[[nodiscard]] Expression substituted(const Expression& e, const Replacement& of_name,
                                     std::string_view special = {},
                                     const Replacement& of_special = {});

/// Names in the order of their first use, each once.
[[nodiscard]] std::vector<std::string> names_in(const Expression& e);
[[nodiscard]] bool has_name(const Expression& e, std::string_view name) noexcept;

/// Slope of a name; an empty expression is 0.
using Slope = std::function<Expression(const std::string& name)>;
/// Derivative by whatever `slope` is the slope by; empty when it is 0 everywhere. Jumps do not
/// count: floor, comparisons and conditions have slope 0.
/// Nothing when the expression holds an operation whose derivative is not known.
[[nodiscard]] std::optional<Expression> derivative(const Expression& e, const Slope& slope);

}  // namespace erbium::sbml
