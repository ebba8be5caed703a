// SPDX-License-Identifier: Apache-2.0
// erbium/petab/model.hpp: a model of any language as the tables of a problem see it.
// Reads: ModelFile   Makes: Model   Used by: petab::bind
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/outcome.hpp"
#include "erbium/net/network.hpp"
#include "erbium/petab/problem.hpp"

namespace erbium::petab {

enum class EntityKind {
    constant,  ///< a parameter or a constant compartment: conditions and the parameter table set it
    state,     ///< changes by itself: conditions set its value at the start of a period
    algebraic  ///< follows from the others: nothing sets it
};

/// Something in the model with a value that formulas may use.
struct Entity {
    EntityKind kind{EntityKind::constant};
    std::string value;    ///< parameter, observable or function of the network
    std::string initial;  ///< parameter that is the value at the start; empty when there is none
    /// State only: the amount behind the value, and the parameter it is divided by (a volume;
    /// empty for 1).
    std::optional<SpeciesId> species;
    std::string volume;
};

struct Model {
    net::Network network;
    std::map<std::string, Entity, std::less<>> entities;
    std::vector<std::string> departures;  ///< for the manifest

    [[nodiscard]] const Entity* find(std::string_view id) const;
};

/// Reads the model of a problem; names of its mapping table become entities too.
///
/// sbml: every id of the model with a value. bngl (a .bngl or .net file): parameters, observables
/// and functions; species by their exact text through the mapping table.
/// Errors: those of the languages; ERB-PETAB-0009 for a mapping of what the model does not have.
[[nodiscard]] Outcome<Model, Diagnostics> read_model(const Problem& problem);

/// Its part for SBML, without the mapping table.
[[nodiscard]] Outcome<Model, Diagnostics> read_sbml(const Problem& problem);

/// The species with exactly this text.
[[nodiscard]] std::optional<SpeciesId> species_named(const net::Network& network,
                                                     std::string_view text);

}  // namespace erbium::petab
