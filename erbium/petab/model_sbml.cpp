// SPDX-License-Identifier: Apache-2.0
// erbium/petab/model_sbml.cpp: an SBML model, reduced to what conditions and formulas name.
#include "erbium/petab/model.hpp"
#include "erbium/sbml/import.hpp"

namespace erbium::petab {

Outcome<Model, Diagnostics> read_sbml(const Problem& problem) {
    auto imported = sbml::import_model(problem.model.text);
    if (!imported) {
        return std::move(imported).error();
    }
    Model model;
    for (const sbml::Quantity& quantity : imported.value().quantities) {
        Entity entity{EntityKind::algebraic, quantity.value, quantity.initial, {}, {}};
        entity.species = species_named(imported.value().network, quantity.id);
        if (entity.species) {
            entity.kind = EntityKind::state;
            if (quantity.kind == sbml::QuantityKind::species && !quantity.is_amount) {
                entity.volume = quantity.compartment;
            }
        } else if (!quantity.initial.empty() && quantity.initial == quantity.value) {
            entity.kind = EntityKind::constant;
        }
        model.entities.emplace(quantity.id, std::move(entity));
    }
    model.departures = imported.value().departures;
    model.network = std::move(imported.value().network);
    return model;
}

}  // namespace erbium::petab
