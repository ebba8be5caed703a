// SPDX-License-Identifier: Apache-2.0
// erbium/net/lumping.hpp: species that need not be told apart become one.
// Reads: Network   Makes: Lumping   Used by: apps
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erbium/net/network.hpp"

namespace erbium::net {

struct LumpOptions {
    /// Observables and functions that must stay computable. Empty: all of the network's.
    std::vector<std::string> outputs;
    /// Species that must stay alone: to be looked at, dosed or set.
    std::vector<SpeciesId> alone;
};

/// A smaller network with the same outputs.
struct Lumping {
    /// A species of it stands for the sum of a lump, under the name of the lump's first species.
    /// Outputs that were not asked for are gone.
    Network network;
    std::vector<SpeciesId> lump_of;  ///< by species of the given network: its species here
};

/// Exact lumping: the coarsest partition, finer than what the outputs tell apart, for which the
/// sums of amounts over its blocks obey equations of their own, whatever the values of parameters
/// and the initial amounts. The trajectories of all outputs are those of the given network.
///
/// Two species X and Y of one lump satisfy, for the rate of change f_G of every lump's sum,
/// df_G/dX = df_G/dY, as polynomials in the amounts whose coefficients are rate constants and
/// functions, each a symbol of its own: what one does alone or with any partner, the other does as
/// fast. Weights in all outputs, and in what rates and events read, are equal. Found by splitting
/// blocks until this holds. Species of saturating laws (michaelis_menten, saturation, hill), fixed
/// ones and targets of events stay alone.
///
/// Rates that are given whole (function_product, as those of SBML models) are looked at as sums of
/// products first (product_form()); where that lumps nothing the network stays as it was written.
///
/// Source: forward equivalence of reaction networks; Cardelli, Tribastone, Tschaikowski, Vandin,
/// PNAS 114 (2017) 10029; the oldest form is that of Li and Rabitz, Chem Eng Sci 44 (1989) 1413.
/// Cost: O(rounds * reactants * changes * log); rounds are at most the number of lumps.
/// Deterministic.
[[nodiscard]] Lumping lump(const Network& network, const LumpOptions& options = {});

/// The same; nothing, and sooner, where it would have as many species as the given network.
[[nodiscard]] std::optional<Lumping> lump_where_smaller(const Network& network,
                                                        const LumpOptions& options = {});

}  // namespace erbium::net
