// SPDX-License-Identifier: Apache-2.0
// tests/net/support/species_parser.hpp: the text of a species -> graph, against a model's types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/model/model.hpp"
#include "erbium/net/species_graph.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net::test {

/// The graph of a species text such as `@PM::L(r!1).R(l!1,a~U)@EC`, or nothing when a name is
/// unknown or a bond has one end. Molecules without a compartment are in that of the species.
[[nodiscard]] std::optional<SpeciesGraph> parse_species(std::string_view text,
                                                        const model::Model& model,
                                                        const TypeTable& types);

/// Canonical words of a connected species text; empty when it cannot be read.
[[nodiscard]] std::vector<std::uint16_t> canonical_words(std::string_view text,
                                                         const model::Model& model,
                                                         const TypeTable& types);

}  // namespace erbium::net::test
