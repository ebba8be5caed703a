// SPDX-License-Identifier: Apache-2.0
// apps/erbium/contact_map_of.cpp: the effects of rules, added up over molecule types and sites.
#include "contact_map_of.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace erbium::app {
namespace {

using model::Pattern;
using model::Rule;
using model::RuleMolecule;
using model::RuleSite;
using report::ContactMap;
using report::ContactSite;
using report::RuleNames;
using report::SiteOfMolecule;

using PairOfSites = std::pair<SiteOfMolecule, SiteOfMolecule>;

/// The molecule of a pattern that one of its sites belongs to.
std::uint32_t molecule_of(const Pattern& pattern, std::uint32_t site) {
    std::uint32_t molecule = 0;
    while (site >=
           pattern.molecules[molecule].first_site + pattern.molecules[molecule].site_count) {
        ++molecule;
    }
    return molecule;
}

/// The bonds that a pattern names, each once, the lower site first.
std::vector<std::pair<std::uint32_t, std::uint32_t>> bonds_of(const Pattern& pattern) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> bonds;
    for (std::uint32_t s = 0; s < pattern.sites.size(); ++s) {
        for (const std::uint32_t partner : pattern.sites[s].partners) {
            if (s < partner) {
                bonds.emplace_back(s, partner);
            }
        }
    }
    return bonds;
}

void add(RuleNames& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
    }
}

class Collector {
public:
    explicit Collector(const model::Model& model) : model_{model} {
        map_.id = "contact-map";
        map_.title = model.name;
        for (const model::MoleculeType& type : model.molecule_types) {
            report::ContactMolecule& molecule = map_.molecules.emplace_back();
            molecule.name = type.name;
            std::vector<std::size_t>& places = place_.emplace_back();
            for (const model::SiteType& site : type.sites) {
                if (!molecule.sites.empty() && molecule.sites.back().name == site.name) {
                    ++molecule.sites.back().count;
                } else {
                    molecule.sites.push_back({.name = site.name, .states = site.states});
                }
                places.push_back(molecule.sites.size() - 1);
            }
        }
    }

    ContactMap collect() {
        for (const model::SeedSpecies& seed : model_.seeds) {
            for (const auto& [one, other] : bonds_of(seed.species)) {
                bond(pair_of(seed.species, one, other)).is_in_seed = true;
            }
        }
        for (const Rule& rule : model_.rules) {
            add_molecules(rule);
            add_bonds(rule);
            add_changes(rule);
        }
        return std::move(map_);
    }

private:
    [[nodiscard]] SiteOfMolecule place_of(const Pattern& pattern, std::uint32_t site) const {
        const std::uint32_t type = pattern.molecules[molecule_of(pattern, site)].type.value;
        return {type, place_[type][pattern.sites[site].site]};
    }

    [[nodiscard]] PairOfSites pair_of(const Pattern& pattern, std::uint32_t one,
                                      std::uint32_t other) const {
        const SiteOfMolecule a = place_of(pattern, one);
        const SiteOfMolecule b = place_of(pattern, other);
        return {std::min(a, b), std::max(a, b)};
    }

    report::ContactBond& bond(const PairOfSites& pair) {
        const auto [found, is_new] = bond_at_.emplace(pair, map_.bonds.size());
        if (is_new) {
            map_.bonds.push_back({.one = pair.first, .other = pair.second});
        }
        return map_.bonds[found->second];
    }

    /// As the user wrote it: the backward half of a reversible rule has its partner's name.
    [[nodiscard]] std::string name_of(const Rule& rule) const {
        constexpr std::string_view kBackward = "_reverse_";
        const bool is_backward = rule.reverse && rule.name.starts_with(kBackward);
        return is_backward ? rule.name.substr(kBackward.size()) + " backward" : rule.name;
    }

    void add_molecules(const Rule& rule) {
        std::set<RuleMolecule> kept;
        std::set<RuleMolecule> came;
        for (const model::MoleculePair& pair : rule.kept_molecules) {
            kept.insert(pair.reactant);
            came.insert(pair.product);
            const auto before = compartment_of(rule.reactants, pair.reactant);
            const auto after = compartment_of(rule.products, pair.product);
            if (before && after && before != after) {
                add(molecule_at(rule.reactants, pair.reactant).moved_by, name_of(rule));
            }
        }
        for_others(rule.reactants, kept, [&](report::ContactMolecule& molecule) {
            add(molecule.lost_by, name_of(rule));
        });
        for_others(rule.products, came, [&](report::ContactMolecule& molecule) {
            add(molecule.made_by, name_of(rule));
        });
    }

    template <class Visit>
    void for_others(const model::Patterns& side, const std::set<RuleMolecule>& known,
                    const Visit& visit) {
        for (std::uint32_t p = 0; p < side.size(); ++p) {
            for (std::uint32_t m = 0; m < side[p].molecules.size(); ++m) {
                if (!known.contains({p, m})) {
                    visit(molecule_at(side, {p, m}));
                }
            }
        }
    }

    report::ContactMolecule& molecule_at(const model::Patterns& side, const RuleMolecule& at) {
        return map_.molecules[side[at.pattern].molecules[at.molecule].type.value];
    }

    static std::optional<CompartmentId> compartment_of(const model::Patterns& side,
                                                       const RuleMolecule& at) {
        const Pattern& pattern = side[at.pattern];
        const auto& own = pattern.molecules[at.molecule].compartment;
        return own ? own : pattern.compartment;
    }

    /// Bonds of one side whose two sites are not bonded on the other side. `across` takes sites of
    /// the side to those of the other.
    template <class Visit>
    void for_changed_bonds(const model::Patterns& side, const model::Patterns& other,
                           const std::map<RuleSite, RuleSite>& across, const Visit& visit) {
        for (std::uint32_t p = 0; p < side.size(); ++p) {
            for (const auto& [s, t] : bonds_of(side[p])) {
                const auto a = across.find({p, s});
                const auto b = across.find({p, t});
                const bool has_both = a != across.end() && b != across.end();
                if (has_both && a->second.pattern == b->second.pattern) {
                    const auto& partners = other[a->second.pattern].sites[a->second.site].partners;
                    if (std::find(partners.begin(), partners.end(), b->second.site) !=
                        partners.end()) {
                        continue;
                    }
                }
                visit(pair_of(side[p], s, t), a != across.end() || b != across.end());
            }
        }
    }

    void add_bonds(const Rule& rule) {
        std::map<RuleSite, RuleSite> forward;
        std::map<RuleSite, RuleSite> back;
        for (const model::SitePair& pair : rule.kept_sites) {
            forward.emplace(pair.reactant, pair.product);
            back.emplace(pair.product, pair.reactant);
        }
        for_changed_bonds(rule.products, rule.reactants, back, [&](const PairOfSites& pair, bool) {
            add(bond(pair).made_by, name_of(rule));
        });
        for_changed_bonds(rule.reactants, rule.products, forward,
                          [&](const PairOfSites& pair, bool has_kept_end) {
                              if (has_kept_end) {  // else it vanishes with both molecules
                                  add(bond(pair).broken_by, name_of(rule));
                              }
                          });
    }

    void add_changes(const Rule& rule) {
        for (const model::SitePair& pair : rule.kept_sites) {
            const Pattern& before = rule.reactants[pair.reactant.pattern];
            const auto& from = before.sites[pair.reactant.site].state;
            const auto& to = rule.products[pair.product.pattern].sites[pair.product.site].state;
            if (!to || from == to) {
                continue;
            }
            const SiteOfMolecule at = place_of(before, pair.reactant.site);
            ContactSite& site = map_.molecules[at.molecule].sites[at.site];
            for (std::uint32_t state = 0; state < site.states.size(); ++state) {
                if (state != *to && (!from || *from == state)) {  // no state asked: from any
                    add_change(site, state, *to, name_of(rule));
                }
            }
        }
    }

    static void add_change(ContactSite& site, std::size_t from, std::size_t to,
                           const std::string& rule) {
        const auto found = std::find_if(
            site.changes.begin(), site.changes.end(),
            [&](const report::ContactChange& c) { return c.from == from && c.to == to; });
        if (found == site.changes.end()) {
            site.changes.push_back({from, to, {rule}});
        } else {
            add(found->rules, rule);
        }
    }

    const model::Model& model_;
    ContactMap map_;
    std::vector<std::vector<std::size_t>> place_;  // of a type's sites among the sites of the map
    std::map<PairOfSites, std::size_t> bond_at_;
};

}  // namespace

report::ContactMap contact_map_of(const model::Model& model) {
    return Collector{model}.collect();
}

}  // namespace erbium::app
