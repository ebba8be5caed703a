// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/tables.hpp: stoichiometry and Jacobian of a network as rows of terms.
// Used by: eqn::compile
#pragma once

#include <cstdint>
#include <vector>

#include "erbium/eqn/graph.hpp"
#include "erbium/eqn/rate_laws.hpp"
#include "erbium/eqn/reaction_changes.hpp"
#include "erbium/eqn/system.hpp"

namespace erbium::eqn {

/// One derivative of a reaction's rate, before its slot is known.
struct PartialForm {
    NodeId coefficient;
    std::vector<std::uint32_t> factors;
};

/// The part of the derivatives that is decided before the tapes are written.
struct JacobianForm {
    std::vector<PartialForm> partials;
    std::vector<PartialForm> time_partials;
};

/// What each reaction changes as rows by species: fills the stoichiometry.
void write_stoichiometry(const net::Network& network, const ReactionChanges& changes,
                         System::Tables& tables);

/// Differentiates every rate by states and time; fills the Jacobian's pattern and rows and those of
/// the time slopes. Complains where a derivative
/// is not known. Observables and algebraic states must be there.
[[nodiscard]] JacobianForm write_jacobian(const net::Network& network,
                                          const std::vector<RateForm>& rates,
                                          const ReactionChanges& changes, Graph& graph,
                                          System::Tables& tables, Diagnostics& diagnostics);

}  // namespace erbium::eqn
