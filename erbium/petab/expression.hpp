// SPDX-License-Identifier: Apache-2.0
// erbium/petab/expression.hpp: PEtab's own arithmetic as an expression.
// Reads: Span (a cell of a table)   Makes: lang::Expression   Used by: the readers of PEtab tables
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::petab {

/// Most nodes of one formula: far above any real one, low enough that a hostile one is cheap.
inline constexpr std::size_t kMostFormulaNodes = 50'000;

/// The expression that a cell spells in the grammar of PEtab 2.0, which binds differently from
/// BNGL: -a^2 is -(a^2), a^b^c is a^(b^c). `**` is accepted for `^`. Functions are
/// written in terms of those that equations know: pow, log(a, b), piecewise, sec, arcsin, ...
/// Names stay as they are; `true`, `false` and `inf` become numbers.
///
/// Errors: ERB-PETAB-0008; one per expression. Cost: linear but for piecewise and log(a, b), which
/// move their operands.
[[nodiscard]] std::optional<lang::Expression> parse_formula(const Span& cell,
                                                            Diagnostics& diagnostics);

/// `expression` with names replaced: `replacement` gives an expression for a name, or nothing to
/// leave it.
[[nodiscard]] lang::Expression with_names_replaced(
    const lang::Expression& expression,
    const std::function<const lang::Expression*(std::string_view)>& replacement);

}  // namespace erbium::petab
