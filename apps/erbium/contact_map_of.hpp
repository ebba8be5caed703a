// SPDX-License-Identifier: Apache-2.0
// apps/erbium/contact_map_of.hpp: the contact map of a model, collected from its rules and seeds.
#pragma once

#include "erbium/model/model.hpp"
#include "erbium/report/contact_map.hpp"

namespace erbium::app {

/// Molecule types in their order, interchangeable sites as one; each pair of sites that a rule
/// bonds or parts or that a seed species has bonded is one bond. What a rule does without naming
/// it is not counted: the bonds of a molecule that vanishes unmatched, the rest of a species that
/// vanishes with a named molecule.
[[nodiscard]] report::ContactMap contact_map_of(const model::Model& model);

}  // namespace erbium::app
