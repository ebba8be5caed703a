// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/reaction_changes.hpp: what each reaction changes, algebraic states taken out.
// Reads: net::Network   Makes: ReactionChanges   Used by: eqn::compile
#pragma once

#include <cstdint>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/eqn/system.hpp"

namespace erbium::eqn {

/// By reaction: what one firing changes, by ascending species, fixed species left out.
struct SpeciesChange {
    std::uint32_t species{};
    double amount{};
};
using ReactionChanges = std::vector<std::vector<SpeciesChange>>;

[[nodiscard]] ReactionChanges changes_of(const net::Network& network);

/// Finds the algebraic states, those that the network marks and one for every independent change
/// that its quasi-steady reactions make; writes them into the tables and makes of `changes` those
/// of the form in algebraic_states.hpp. The state that stands for a quasi-steady change is the one
/// that the fewest reactions read, mostly the complex. Errors: ERB-EQN-0012.
void take_out_algebraic_states(const net::Network& network, ReactionChanges& changes,
                               System::Tables& tables, Diagnostics& diagnostics);

}  // namespace erbium::eqn
