// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/conservation.hpp: weighted sums of amounts that no reaction changes.
// Reads: System   Used by: sim::Reduction
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
/// exact integers. Each law has a species of its own that occurs in no other law; in a generated
/// network that is a seed species, and the law the total of its molecule.
/// Fixed species are left out. Nothing when a number exceeds 63 bits or a stoichiometric
/// coefficient is not an integer.
///
/// Cost: O(reactions * elimination steps), 0.1 s for 60,000 generated reactions; O(species^2)
/// memory at worst. Deterministic.
[[nodiscard]] std::optional<std::vector<ConservationLaw>> conservation_laws(const System& system);

/// The laws with their sums and differences put in their places where these have fewer members; a
/// basis of the same space. Up to 200 laws; more are returned as they are.
[[nodiscard]] std::vector<ConservationLaw> sparser(std::vector<ConservationLaw> laws);

/// `law` plus the multiple of `other` that takes the species out of it. Nothing when a number
/// exceeds 63 bits. Precondition: the species is in `other`.
[[nodiscard]] std::optional<ConservationLaw> without(const ConservationLaw& law,
                                                     const ConservationLaw& other,
                                                     SpeciesId species);

}  // namespace erbium::eqn
