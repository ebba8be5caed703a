// SPDX-License-Identifier: Apache-2.0
// erbium/net/apply.hpp: what a rule makes of the species it matches.
// Reads: RuleProgram, embeddings   Makes: products   Used by: generate
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "erbium/net/compartments.hpp"
#include "erbium/net/rule_program.hpp"
#include "erbium/net/species_graph.hpp"

namespace erbium::net {

/// One reactant: the species and where the rule's pattern lies on it.
struct Reactant {
    SpeciesView species;
    std::uint16_t compartment{kNone};
    std::span<const std::uint16_t> image;  ///< molecules, then sites of the pattern
};

/// Why a rule does not fire on some reactants, or that it does.
enum class Firing : std::uint8_t {
    fires,
    wrong_products,      ///< molecules that should part stay connected, or the other way round
    outside_compartment  ///< a product would be in an impossible place
};

/// Applies rules. The result of the last apply() stays until the next.
class Reactor {
public:
    Reactor(const TypeTable& types, const Compartments& compartments)
        : types_{&types}, compartments_{&compartments} {}

    [[nodiscard]] Firing apply(const RuleProgram& rule, std::span<const Reactant> reactants);

    [[nodiscard]] const SpeciesGraph& graph() const noexcept { return graph_; }
    /// Products by position: those of the rule's patterns first, then what deletion leaves over.
    [[nodiscard]] std::size_t product_count() const noexcept { return product_count_; }
    [[nodiscard]] std::span<const std::uint16_t> product(std::size_t p) const noexcept {
        return products_[p];
    }
    [[nodiscard]] std::uint16_t product_compartment(std::size_t p) const noexcept {
        return product_compartments_[p];
    }

private:
    [[nodiscard]] std::uint16_t site_of(const RuleProgram& rule,
                                        std::span<const Reactant> reactants,
                                        ReactantNode node) const noexcept {
        const std::size_t at = rule.reactants[node.pattern].molecule_count + std::size_t{node.node};
        return static_cast<std::uint16_t>(site_offset_[node.pattern] +
                                          reactants[node.pattern].image[at]);
    }
    [[nodiscard]] std::uint16_t molecule_of(std::span<const Reactant> reactants,
                                            ReactantNode node) const noexcept {
        return static_cast<std::uint16_t>(molecule_offset_[node.pattern] +
                                          reactants[node.pattern].image[node.node]);
    }
    [[nodiscard]] std::uint16_t site_of(const RuleProgram& rule,
                                        std::span<const Reactant> reactants,
                                        const ProductSite& site) const noexcept;
    void create(const RuleProgram& rule);
    void move(const RuleProgram& rule, std::span<const Reactant> reactants);
    [[nodiscard]] bool move_species(const RuleProgram& rule, const SpeciesMove& move);
    void remove(const RuleProgram& rule, std::span<const Reactant> reactants);
    [[nodiscard]] bool split(const RuleProgram& rule, std::span<const Reactant> reactants);
    [[nodiscard]] bool place(const RuleProgram& rule, std::span<const Reactant> reactants);

    const TypeTable* types_;
    const Compartments* compartments_;
    SpeciesGraph graph_;
    std::vector<std::uint16_t> molecule_offset_;
    std::vector<std::uint16_t> site_offset_;
    std::uint16_t created_offset_{};
    std::vector<std::uint8_t> is_deleted_;
    std::vector<std::uint16_t> wanted_;  // by molecule: product pattern, or kNone
    std::vector<std::uint8_t> is_reached_;
    std::vector<std::uint16_t> part_;
    std::vector<std::vector<std::uint16_t>> products_;
    std::vector<std::uint16_t> product_compartments_;
    std::size_t product_count_{};
    bool is_move_possible_{true};
};

}  // namespace erbium::net
