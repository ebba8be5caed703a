// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/algebraic.hpp: algebraic rules become assignments of the quantities they determine.
// Used by: sbml::import_model
#pragma once

#include "erbium/base/diagnostic.hpp"
#include "erbium/sbml/facts.hpp"
#include "erbium/sbml/symbols.hpp"

namespace erbium::sbml {

/// Finds for each rule 0 = f a quantity that nothing else determines, and solves for it: exactly,
/// when f is linear in it. Where there is a choice, quantities that no event changes and that are
/// no boundary species are preferred.
/// Errors: ERB-SBML-0040 (a rule with nothing to determine), 0041 (not linear; unsupported).
void solve_algebraic_rules(const Facts& facts, Symbols& symbols, Diagnostics& diagnostics);

}  // namespace erbium::sbml
