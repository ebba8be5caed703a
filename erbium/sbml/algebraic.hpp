// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/algebraic.hpp: algebraic rules become assignments, rates or equations of quantities.
// Used by: sbml::import_model
#pragma once

#include "erbium/base/diagnostic.hpp"
#include "erbium/sbml/facts.hpp"
#include "erbium/sbml/symbols.hpp"

namespace erbium::sbml {

/// Finds for each rule 0 = f a quantity that nothing else determines. Where f is linear in it, it
/// is solved for exactly and becomes an assignment. When the rule is the only one, no event is
/// there and nothing in it steps, the quantity becomes a state with the rate that keeps f at 0,
/// started by Newton's method: an ordinary system, which every solver can solve and differentiate.
/// Otherwise it becomes an algebraic state of the network (Symbol::equation), and f is solved
/// together with the other states. Where there is a choice, quantities that no event changes and
/// that are no boundary species are preferred. Errors: ERB-SBML-0040 (a rule with nothing to
/// determine), 0041 (a quantity in a comparison or step of its own rule; too large; unsupported),
/// 0042 (an event sets the quantity; unsupported).
void solve_algebraic_rules(const Facts& facts, Symbols& symbols, Diagnostics& diagnostics);

}  // namespace erbium::sbml
