// SPDX-License-Identifier: Apache-2.0
// erbium/net/rule_program.hpp: a rule as the list of changes that applying it makes.
// Reads: model::Rule   Makes: RuleProgram   Used by: apply, generate
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/compartments.hpp"
#include "erbium/net/pattern.hpp"
#include "erbium/net/symmetry.hpp"

namespace erbium::net {

/// A molecule or site of a reactant pattern.
struct ReactantNode {
    std::uint16_t pattern{};
    std::uint16_t node{};
};

/// A site after the rule: one that a reactant pattern matched, or one of a created molecule.
struct ProductSite {
    bool is_created{};
    ReactantNode matched;         ///< when !is_created
    std::uint16_t created{};      ///< into RuleProgram::created
    std::uint16_t created_site{};  ///< relative to the created molecule
};

struct CreatedMolecule {
    std::uint16_t type{};
    std::uint16_t compartment{kNone};
    std::uint16_t product{};
    std::vector<std::uint16_t> states;
};

struct StateChange {
    ReactantNode site;
    std::uint16_t state{};
};

struct BondRemoval {
    ReactantNode a;
    ReactantNode b;
};

struct BondAddition {
    ProductSite a;
    ProductSite b;
};

/// A molecule goes to another compartment.
struct MoleculeMove {
    ReactantNode molecule;
    std::uint16_t to{kNone};
};

/// A whole species goes to another compartment.
struct SpeciesMove {
    std::uint16_t pattern{};
    std::uint16_t from{kNone};
    std::uint16_t to{kNone};
    Crossing crossing{Crossing::none};
};

/// Test on one species at a reactant or product position.
struct CompiledFilter {
    bool is_reactant{};
    bool includes{};
    std::uint16_t position{};
    std::vector<CompiledPattern> patterns;
};

struct RuleProgram {
    std::vector<CompiledPattern> reactants;
    std::vector<CentreNode> centre;                   ///< sorted
    std::vector<std::vector<std::uint16_t>> centre_images;  ///< by reactant: entries of an
                                                            ///< embedding (molecules, then sites)
                                                            ///< that tell matches apart
    std::vector<StateChange> state_changes;
    std::vector<BondRemoval> bond_removals;
    std::vector<BondAddition> bond_additions;
    std::vector<CreatedMolecule> created;
    std::vector<ReactantNode> deleted_molecules;
    std::vector<std::uint16_t> deleted_species;  ///< reactant positions
    std::vector<MoleculeMove> molecule_moves;
    std::vector<SpeciesMove> species_moves;
    /// By reactant, molecule: the product pattern it ends in, or kNone when it vanishes.
    std::vector<std::vector<std::uint16_t>> product_of;
    std::vector<std::uint16_t> product_compartments;  ///< by product; kNone: not said
    std::vector<std::uint8_t> is_fixed_reactant;      ///< `$` on a pattern: comes back as product
    std::vector<std::uint8_t> is_fixed_product;       ///< `$` on a pattern: not a product
    std::vector<CompiledFilter> filters;
    bool deletes_molecules{};
    bool moves_connected{};
    double symmetry{1.0};
};

/// Compiles one rule. Errors: ERB-NET-0001 (a created molecule is not complete), ERB-NET-0002 (an
/// impossible change of compartment).
[[nodiscard]] RuleProgram compile_rule(const model::Rule& rule, const model::Model& model,
                                       const TypeTable& types, const Compartments& compartments,
                                       FeatureTable& features, Diagnostics& diagnostics);

}  // namespace erbium::net
