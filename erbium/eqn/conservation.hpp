// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/conservation.hpp: weighted sums of amounts that no reaction changes.
// Reads: System   Used by: tests; reduction of the state
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/eqn/system.hpp"

namespace erbium::eqn {

/// sum of weight * y[species] is constant along every solution, whatever the rates.
struct ConservationLaw {
    struct Member {
        SpeciesId species;
        std::int64_t weight{};
    };
    std::vector<Member> members;  ///< by ascending species; weights without a common divisor
};

/// A basis of all conservation laws: the left null space of the stoichiometric matrix, computed in
/// exact integers. Each law has a species of its own that occurs in no other law.
/// Fixed species are left out. Nothing when a number exceeds 63 bits or a stoichiometric
/// coefficient is not an integer.
///
/// Cost: O(reactions * elimination steps), which is small for sparse networks; O(species^2) memory
/// at worst. Deterministic.
[[nodiscard]] std::optional<std::vector<ConservationLaw>> conservation_laws(const System& system);

}  // namespace erbium::eqn
