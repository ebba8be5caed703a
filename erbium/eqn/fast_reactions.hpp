// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/fast_reactions.hpp: reversible reactions and how fast they relax.
// Reads: net::Network, System   Used by: apps, bench
#pragma once

#include <span>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/eqn/system.hpp"

namespace erbium::eqn {

/// Reactions by mass action with one and the same change of state, up to its sign, both ways of it
/// being there, nothing but what is changed and fixed species taking part (A + B <-> AB, A <-> A',
/// 2 A <-> A2; not 0 <-> A).
struct ReversibleReaction {
    std::vector<ReactionId> forward;
    std::vector<ReactionId> backward;
    /// After a small disturbance, all else held, the net flux falls to 1/e of itself in this time
    /// at the state asked about [time]; infinite where nothing would.
    double relaxation_time{};
};

/// All of the network, in the order of their first reactions. For a binding at amounts A and B the
/// relaxation time is 1 / (k_on (A + B) + k_off): at most 1 / k_off at any state.
/// @param system      of the network, without quasi-steady reactions
/// @param parameters  on top of the model's own
/// @param y           by species
[[nodiscard]] std::vector<ReversibleReaction> reversible_reactions(
    const net::Network& network, const System& system, std::span<const ParameterValue> parameters,
    std::span<const double> y);

/// The reactions of those that relax within `time`, ascending: for Network::set_quasi_steady.
[[nodiscard]] std::vector<ReactionId> faster_than(double time,
                                                  std::span<const ReversibleReaction> reversible);

}  // namespace erbium::eqn
