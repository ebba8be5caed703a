// SPDX-License-Identifier: Apache-2.0
// erbium/lang/expression_parser.hpp: text -> Expression, for every language that holds arithmetic.
// Reads: SourceText   Makes: Expression   Used by: lang::bngl, lang::net, package tables
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::lang {

/// The expression that the whole of [begin, end) of the source spells. Names are not looked up.
/// Operators bind as operators.hpp says; `**` is `^`, `~` is `!`, `~=` is `!=`; `time()`, `_pi()`
/// and `_e()` are the names `time`, `_pi` and `_e`. A sign that touches a number is part of it
/// unless it subtracts.
///
/// Errors: codes ERB-EXPR-*; one per expression, for what follows a mistake is rarely telling.
/// Cost: O(end - begin), whatever the nesting.
[[nodiscard]] Outcome<Expression, Diagnostics> parse_expression(
    const std::shared_ptr<const SourceText>& source, std::uint32_t begin, std::uint32_t end);

/// The same for a text of its own; diagnostics show `path` as its place.
[[nodiscard]] Outcome<Expression, Diagnostics> parse_expression(std::string text,
                                                                std::string path = "<memory>");

/// An expression at the front of a longer text.
struct LeadingExpression {
    Expression expression;
    std::uint32_t end{};  ///< the first position after it
};

/// The longest expression at the front of [begin, end): stops before whatever cannot continue it,
/// such as a comma, an unopened `)` or a word after an operand. Nothing, and an entry in
/// `diagnostics`, when the front is not an expression.
[[nodiscard]] std::optional<LeadingExpression> parse_leading_expression(
    const std::shared_ptr<const SourceText>& source, std::uint32_t begin, std::uint32_t end,
    Diagnostics& diagnostics);

}  // namespace erbium::lang
