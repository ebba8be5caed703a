// SPDX-License-Identifier: Apache-2.0
// erbium/net/seeds.hpp: a pattern that mentions everything, as a species.
// Reads: model::Pattern   Makes: SpeciesGraph   Used by: generate, tests
#pragma once

#include "erbium/base/diagnostic.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/species_graph.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net {

/// Appends a species to a graph. Errors: ERB-NET-0016 (a site or state is missing, or the molecules
/// do not hang together); the graph is unusable then.
bool append_species(const model::Pattern& pattern, const model::Model& model,
                    const TypeTable& types, SpeciesGraph& graph, Diagnostics& diagnostics);

}  // namespace erbium::net
