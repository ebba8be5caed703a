// SPDX-License-Identifier: Apache-2.0
// erbium/model/equality.hpp: whether two models say the same; where they say it does not count.
// Used by: tests, package (was a module edited?)
#pragma once

#include "erbium/model/model.hpp"

namespace erbium::model {

bool operator==(const Compartment& a, const Compartment& b);
bool operator==(const SiteType& a, const SiteType& b);
bool operator==(const MoleculeType& a, const MoleculeType& b);
bool operator==(const Parameter& a, const Parameter& b);
bool operator==(const SitePattern& a, const SitePattern& b);
bool operator==(const MoleculePattern& a, const MoleculePattern& b);
bool operator==(const CountTest& a, const CountTest& b);
bool operator==(const Pattern& a, const Pattern& b);
bool operator==(const RateLaw& a, const RateLaw& b);
bool operator==(const MoleculePair& a, const MoleculePair& b);
bool operator==(const SitePair& a, const SitePair& b);
bool operator==(const SpeciesFilter& a, const SpeciesFilter& b);
bool operator==(const Rule& a, const Rule& b);
bool operator==(const SeedSpecies& a, const SeedSpecies& b);
bool operator==(const Observable& a, const Observable& b);
bool operator==(const Function& a, const Function& b);
bool operator==(const EnergyPattern& a, const EnergyPattern& b);
bool operator==(const ActionArgument& a, const ActionArgument& b);
bool operator==(const Action& a, const Action& b);
bool operator==(const Model& a, const Model& b);

}  // namespace erbium::model
