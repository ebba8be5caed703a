// SPDX-License-Identifier: Apache-2.0
// erbium/net/find_species.hpp: the species that a user's text names, however it is written.
// Reads: model::Model, Network   Used by: apps (actions)
#pragma once

#include <optional>
#include <string_view>

#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"

namespace erbium::net {

/// The species of `network` that is the same as `text`, whatever the order of its molecules and
/// sites and the numbers of its bonds. Nothing when `text` is no complete species of the model or
/// the network does not have it.
/// Precondition: `network` was generated from `model`.
/// Cost: binds the molecule types and the text; linear in the species.
[[nodiscard]] std::optional<SpeciesId> find_species(const Network& network,
                                                    const model::Model& model,
                                                    std::string_view text);

}  // namespace erbium::net
