// SPDX-License-Identifier: Apache-2.0
// erbium/net/species_text.hpp: species as BioNetGen writes them.
// Reads: SpeciesView   Makes: text   Used by: generate, diagnostics
#pragma once

#include <string>
#include <vector>

#include "erbium/model/model.hpp"
#include "erbium/net/species_graph.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net {

/// Writes species in BioNetGen's order: sites by name, state and bonds, molecules by name and
/// content; bonds are numbered as they appear. Ties fall by canonical order, so that equal species
/// have equal texts.
class SpeciesWriter {
public:
    SpeciesWriter(const model::Model& model, const TypeTable& types);

    /// Appends the text of a species; `@C::` comes first when the model has compartments.
    void write(SpeciesView species, std::uint16_t compartment, std::string& out);

private:
    const model::Model* model_;
    const TypeTable* types_;
    std::vector<std::uint32_t> site_name_rank_;  // by flat site: order of the name in its type
    std::vector<std::uint32_t> type_name_rank_;
    std::vector<std::uint16_t> molecule_order_;
    std::vector<std::uint16_t> site_order_;
    std::vector<std::uint32_t> site_begins_;
    SpeciesGraph graph_;
};

}  // namespace erbium::net
