// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/rate_laws.hpp: the rate of one reaction as coefficient times product of reactants.
// Reads: net::Network, Definitions   Makes: RateForm   Used by: eqn::compile
#pragma once

#include <optional>
#include <vector>

#include "erbium/eqn/graph.hpp"
#include "erbium/eqn/translate.hpp"
#include "erbium/net/network.hpp"

namespace erbium::eqn {

/// rate = coefficient * product of y[factors]. The coefficient of a law that is not mass action
/// holds everything; then there are no factors.
struct RateForm {
    NodeId coefficient;
    std::vector<std::uint32_t> factors;  ///< species, ascending, repeated as often as they react
};

/// The form of reaction `r`; nothing after a complaint.
[[nodiscard]] std::optional<RateForm> rate_form(const net::Network& network, ReactionId r,
                                                const Definitions& definitions, Graph& graph,
                                                Diagnostics& diagnostics);

}  // namespace erbium::eqn
