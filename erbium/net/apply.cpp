// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/apply.hpp"

#include <algorithm>

namespace erbium::net {

std::uint16_t Reactor::site_of(const RuleProgram& rule, std::span<const Reactant> reactants,
                               const ProductSite& site) const noexcept {
    if (!site.is_created) {
        return site_of(rule, reactants, site.matched);
    }
    const std::size_t m = created_offset_ + std::size_t{site.created};
    return static_cast<std::uint16_t>(graph_.molecule(m).first_site + site.created_site);
}

void Reactor::create(const RuleProgram& rule) {
    created_offset_ = static_cast<std::uint16_t>(graph_.molecule_count());
    for (const CreatedMolecule& created : rule.created) {
        const std::uint16_t m = graph_.add_molecule(created.type, created.compartment,
                                                    types_->site_count(created.type));
        for (std::size_t s = 0; s < created.states.size(); ++s) {
            graph_.set_state(graph_.molecule(m).first_site + s, created.states[s]);
        }
    }
}

bool Reactor::move_species(const RuleProgram& rule, const SpeciesMove& move) {
    const std::size_t begin = molecule_offset_[move.pattern];
    const std::size_t end = move.pattern + 1U < rule.reactants.size()
                                ? molecule_offset_[move.pattern + 1U]
                                : created_offset_;
    std::uint16_t outside = compartments_->outside(move.to);
    std::uint16_t inside = compartments_->inside(move.to);
    if (move.crossing == Crossing::inverting) {
        std::swap(outside, inside);
    }
    for (std::size_t m = begin; m < end; ++m) {
        const std::uint16_t here = graph_.molecule(m).compartment;
        if (move.crossing == Crossing::none || here == move.from) {
            graph_.set_compartment(m, move.to);
        } else if (here == compartments_->outside(move.from)) {
            graph_.set_compartment(m, outside);
        } else if (here == compartments_->inside(move.from)) {
            graph_.set_compartment(m, inside);
        } else {
            return false;
        }
    }
    return true;
}

void Reactor::move(const RuleProgram& rule, std::span<const Reactant> reactants) {
    is_move_possible_ = true;
    for (const MoleculeMove& move : rule.molecule_moves) {
        const std::uint16_t moved = molecule_of(reactants, move.molecule);
        if (!rule.moves_connected) {
            graph_.set_compartment(moved, move.to);
            continue;
        }
        // Along go molecules of the same compartment that are bound to it through molecules of
        // that compartment, except those that the pattern names.
        const SpeciesView species = reactants[move.molecule.pattern].species;
        const std::uint16_t offset = molecule_offset_[move.molecule.pattern];
        const auto original = [&](std::uint16_t m) {
            return species.molecule(m - std::size_t{offset}).compartment;
        };
        const std::uint16_t from = original(moved);
        part_.assign(1, moved);
        std::vector<std::uint8_t> is_seen(graph_.molecule_count());
        is_seen[moved] = 1;
        for (std::size_t at = 0; at < part_.size(); ++at) {
            const std::uint16_t m = part_[at];
            const std::uint16_t sites_end = graph_.sites_end(m);
            for (std::uint16_t s = graph_.molecule(m).first_site; s < sites_end; ++s) {
                graph_.for_each_partner(s, [&](std::uint16_t partner) {
                    const std::uint16_t other = graph_.owner(partner);
                    if (is_seen[other] == 0 && original(other) == from) {
                        is_seen[other] = 1;
                        part_.push_back(other);
                    }
                });
            }
        }
        const std::size_t named = rule.reactants[move.molecule.pattern].molecule_count;
        for (const std::uint16_t m : part_) {
            bool is_named = false;
            for (std::size_t i = 0; i < named; ++i) {
                is_named = is_named ||
                           (i != move.molecule.node &&
                            reactants[move.molecule.pattern].image[i] + offset == m);
            }
            if (!is_named) {
                graph_.set_compartment(m, move.to);
            }
        }
    }
    for (const SpeciesMove& species : rule.species_moves) {
        is_move_possible_ = move_species(rule, species) && is_move_possible_;
    }
}

void Reactor::remove(const RuleProgram& rule, std::span<const Reactant> reactants) {
    is_deleted_.assign(graph_.molecule_count(), 0);
    for (const ReactantNode& node : rule.deleted_molecules) {
        is_deleted_[molecule_of(reactants, node)] = 1;
    }
    for (const std::uint16_t p : rule.deleted_species) {
        const std::size_t end = molecule_offset_[p] + std::size_t{reactants[p].species.molecule_count()};
        for (std::size_t m = molecule_offset_[p]; m < end; ++m) {
            is_deleted_[m] = 1;
        }
    }
    for (std::size_t m = 0; m < is_deleted_.size(); ++m) {
        if (is_deleted_[m] != 0) {
            const std::uint16_t sites_end = graph_.sites_end(m);
            for (std::uint16_t s = graph_.molecule(m).first_site; s < sites_end; ++s) {
                graph_.free_site(s);
            }
        }
    }
}

bool Reactor::split(const RuleProgram& rule, std::span<const Reactant> reactants) {
    wanted_.assign(graph_.molecule_count(), kNone);
    for (std::size_t p = 0; p < reactants.size(); ++p) {
        for (std::size_t m = 0; m < rule.product_of[p].size(); ++m) {
            wanted_[static_cast<std::size_t>(molecule_offset_[p]) + reactants[p].image[m]] =
                rule.product_of[p][m];
        }
    }
    for (std::size_t c = 0; c < rule.created.size(); ++c) {
        wanted_[created_offset_ + c] = rule.created[c].product;
    }
    const std::size_t patterns = rule.product_compartments.size();
    product_count_ = patterns;
    if (products_.size() < patterns) {
        products_.resize(patterns);
    }
    for (std::size_t p = 0; p < patterns; ++p) {
        products_[p].clear();
    }
    is_reached_.assign(graph_.molecule_count(), 0);
    for (std::size_t first = 0; first < graph_.molecule_count(); ++first) {
        if (is_reached_[first] != 0 || is_deleted_[first] != 0) {
            continue;
        }
        part_.assign(1, static_cast<std::uint16_t>(first));
        is_reached_[first] = 1;
        std::uint16_t product = kNone;
        for (std::size_t at = 0; at < part_.size(); ++at) {
            const std::uint16_t m = part_[at];
            if (wanted_[m] != kNone) {
                if (product != kNone && product != wanted_[m]) {
                    return false;
                }
                product = wanted_[m];
            }
            const std::uint16_t sites_end = graph_.sites_end(m);
            for (std::uint16_t s = graph_.molecule(m).first_site; s < sites_end; ++s) {
                graph_.for_each_partner(s, [&](std::uint16_t partner) {
                    const std::uint16_t other = graph_.owner(partner);
                    if (is_reached_[other] == 0) {
                        is_reached_[other] = 1;
                        part_.push_back(other);
                    }
                });
            }
        }
        if (product == kNone) {
            if (!rule.deletes_molecules) {
                return false;
            }
            product = static_cast<std::uint16_t>(product_count_++);
            if (products_.size() < product_count_) {
                products_.resize(product_count_);
            }
            products_[product].clear();
        } else if (!products_[product].empty()) {
            return false;
        }
        products_[product].assign(part_.begin(), part_.end());
    }
    return std::none_of(products_.begin(),
                        products_.begin() + static_cast<std::ptrdiff_t>(patterns),
                        [](const std::vector<std::uint16_t>& p) { return p.empty(); });
}

bool Reactor::place(const RuleProgram& rule, std::span<const Reactant> reactants) {
    for (std::size_t p = 0; p < product_count_; ++p) {
        const std::uint16_t wanted =
            p < rule.product_compartments.size() ? rule.product_compartments[p] : kNone;
        const std::vector<std::uint16_t>& members = products_[p];
        // Molecules without a place (created, and the rule does not say where) go where the
        // species is, or else where the reactants are: on their surface, or in their volume.
        std::uint16_t fallback = wanted;
        for (const bool surface : {true, false}) {
            for (const std::uint16_t m : members) {
                const std::uint16_t c = graph_.molecule(m).compartment;
                if (fallback == kNone && c != kNone && compartments_->is_surface(c) == surface) {
                    fallback = c;
                }
            }
        }
        for (const bool surface : {true, false}) {
            for (const Reactant& reactant : reactants) {
                const std::uint16_t c = reactant.compartment;
                if (fallback == kNone && c != kNone && compartments_->is_surface(c) == surface) {
                    fallback = c;
                }
            }
        }
        for (const std::uint16_t m : members) {
            if (graph_.molecule(m).compartment == kNone) {
                graph_.set_compartment(m, fallback);
            }
        }
        const std::optional<std::uint16_t> found = compartments_->place_of(graph_, members);
        if (!found || !compartments_->bonds_fit(graph_, members)) {
            return false;
        }
        product_compartments_[p] = *found;
    }
    return true;
}

Firing Reactor::apply(const RuleProgram& rule, std::span<const Reactant> reactants) {
    graph_.clear();
    molecule_offset_.clear();
    site_offset_.clear();
    for (const Reactant& reactant : reactants) {
        site_offset_.push_back(static_cast<std::uint16_t>(graph_.site_count()));
        molecule_offset_.push_back(graph_.append(reactant.species));
    }
    create(rule);
    for (const StateChange& change : rule.state_changes) {
        graph_.set_state(site_of(rule, reactants, change.site), change.state);
    }
    if (!rule.molecule_moves.empty() || !rule.species_moves.empty()) {
        move(rule, reactants);
        if (!is_move_possible_) {
            return Firing::outside_compartment;
        }
    }
    for (const BondRemoval& removal : rule.bond_removals) {
        graph_.remove_bond(site_of(rule, reactants, removal.a), site_of(rule, reactants, removal.b));
    }
    for (const BondAddition& addition : rule.bond_additions) {
        graph_.add_bond(site_of(rule, reactants, addition.a),
                        site_of(rule, reactants, addition.b));
    }
    remove(rule, reactants);
    if (!split(rule, reactants)) {
        return Firing::wrong_products;
    }
    product_compartments_.assign(product_count_, kNone);
    if (!compartments_->empty()) {
        if (!place(rule, reactants)) {
            return Firing::outside_compartment;
        }
        for (std::size_t p = 0; p < rule.product_compartments.size(); ++p) {
            if (rule.product_compartments[p] != kNone &&
                rule.product_compartments[p] != product_compartments_[p]) {
                return Firing::wrong_products;
            }
        }
    }
    return Firing::fires;
}

}  // namespace erbium::net
