// SPDX-License-Identifier: Apache-2.0
// erbium/net/symmetry.hpp: the symmetries of patterns and rules, and the factors they cause.
// Reads: model::Pattern, model::Rule   Used by: rule_program, observables, energy
#pragma once

#include <cstdint>
#include <vector>

#include "erbium/model/model.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net {

/// Number of ways to lay a pattern onto itself (at least 1).
[[nodiscard]] std::uint64_t automorphism_count(const model::Pattern& pattern,
                                               const TypeTable& types);

/// One thing that a rule changes: a whole species, a molecule or a site of a reactant pattern.
struct CentreNode {
    enum class Kind : std::uint8_t { species, molecule, site };
    Kind kind{Kind::site};
    std::uint16_t pattern{};
    std::uint16_t node{};  ///< into Pattern::molecules or Pattern::sites
    auto operator<=>(const CentreNode&) const = default;
};

/// The factor by which the matches of a rule overcount its events:
///
///   1 / (images of the reaction centre under the rule's symmetries) / (n! for each set of n equal
///   reactant patterns that the rule does not change)
///
/// A symmetry of a rule permutes the reactant patterns' molecules and sites so that both sides stay
/// what they are. Created molecules stay in place, as in BioNetGen.
[[nodiscard]] double symmetry_factor(const model::Rule& rule,
                                     const std::vector<CentreNode>& centre,
                                     const TypeTable& types);

}  // namespace erbium::net
