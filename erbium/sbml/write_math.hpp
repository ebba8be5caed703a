// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/write_math.hpp: expressions -> MathML as SBML Level 3 Version 2 has it.
// Used by: sbml::export_network
#pragma once

#include <functional>
#include <string>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::sbml {

/// The SBML id of a network's name; empty for `time`.
using IdOf = std::function<std::string(const std::string& name)>;

enum class MathKind { number, condition };

/// A `math` element. Comparisons used as numbers become 1 or 0 by a piecewise, numbers used as
/// conditions become comparisons, as Erbium's own expressions mean them: `if` and triggers by
/// x > 1/2, logic by x != 0. Sums and products of many terms are one `apply`.
/// Errors: ERB-SBML-0050, 0051; the text is then unfinished.
[[nodiscard]] std::string math_element(const lang::Expression& e, MathKind kind, const IdOf& id_of,
                                       Diagnostics& diagnostics);

}  // namespace erbium::sbml
