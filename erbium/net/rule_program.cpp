// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/rule_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace erbium::net {
namespace {

using model::Pattern;
using model::RuleMolecule;
using model::RuleSite;

std::uint16_t narrow(std::size_t value) {
    ERBIUM_CHECK(value < kNone, "an index of a rule fits 16 bits");
    return static_cast<std::uint16_t>(value);
}

class RuleCompiler {
public:
    RuleCompiler(const model::Rule& rule, const model::Model& model, const TypeTable& types,
                 const Compartments& compartments, Diagnostics& diagnostics)
        : rule_{rule},
          model_{model},
          types_{types},
          compartments_{compartments},
          diagnostics_{diagnostics} {
        for (const model::MoleculePair& pair : rule.kept_molecules) {
            product_molecule_[pair.reactant] = pair.product;
            reactant_molecule_[pair.product] = pair.reactant;
        }
        for (const model::SitePair& pair : rule.kept_sites) {
            product_site_[pair.reactant] = pair.product;
            reactant_site_[pair.product] = pair.reactant;
        }
    }

    RuleProgram run(FeatureTable& features) {
        for (const Pattern& pattern : rule_.reactants) {
            out_.reactants.push_back(compile_pattern(pattern, types_, features));
            out_.is_fixed_reactant.push_back(pattern.is_fixed ? 1 : 0);
        }
        for (const Pattern& pattern : rule_.products) {
            out_.is_fixed_product.push_back(pattern.is_fixed ? 1 : 0);
            out_.product_compartments.push_back(
                pattern.compartment ? narrow(pattern.compartment->value) : kNone);
        }
        for (const model::SpeciesFilter& filter : rule_.filters) {
            CompiledFilter compiled{
                filter.is_reactant, filter.includes, narrow(filter.position), {}};
            for (const Pattern& pattern : filter.patterns) {
                compiled.patterns.push_back(compile_pattern(pattern, types_, features));
            }
            out_.filters.push_back(std::move(compiled));
        }
        out_.deletes_molecules = rule_.deletes_molecules;
        out_.moves_connected = rule_.moves_connected;
        follow_molecules();
        create_molecules();
        change_states();
        change_bonds();
        change_compartments();
        out_.centre.assign(centre_.begin(), centre_.end());
        list_centre_images();
        out_.symmetry = symmetry_factor(rule_, out_.centre, types_);
        return std::move(out_);
    }

private:
    void add_to_centre(CentreNode::Kind kind, std::size_t pattern, std::size_t node) {
        centre_.insert({kind, narrow(pattern), narrow(node)});
    }

    void follow_molecules() {
        for (std::uint32_t p = 0; p < rule_.reactants.size(); ++p) {
            const std::size_t count = rule_.reactants[p].molecules.size();
            std::vector<std::uint16_t> products(count, kNone);
            std::vector<std::uint16_t> deleted;
            for (std::uint32_t m = 0; m < count; ++m) {
                const auto kept = product_molecule_.find(RuleMolecule{p, m});
                if (kept == product_molecule_.end()) {
                    deleted.push_back(narrow(m));
                } else {
                    products[m] = narrow(kept->second.pattern);
                }
            }
            out_.product_of.push_back(std::move(products));
            if (deleted.size() == count && count > 0 && !rule_.deletes_molecules) {
                out_.deleted_species.push_back(narrow(p));
                add_to_centre(CentreNode::Kind::species, p, 0);
                continue;
            }
            for (const std::uint16_t m : deleted) {
                out_.deleted_molecules.push_back({narrow(p), m});
                add_to_centre(CentreNode::Kind::molecule, p, m);
            }
        }
    }

    void create_molecules() {
        for (std::uint32_t p = 0; p < rule_.products.size(); ++p) {
            const Pattern& pattern = rule_.products[p];
            for (std::uint32_t m = 0; m < pattern.molecules.size(); ++m) {
                if (reactant_molecule_.contains(RuleMolecule{p, m})) {
                    continue;
                }
                const model::MoleculePattern& made = pattern.molecules[m];
                CreatedMolecule created;
                created.type = narrow(made.type.value);
                created.product = narrow(p);
                if (made.compartment) {
                    created.compartment = narrow(made.compartment->value);
                } else if (pattern.compartment) {
                    created.compartment = narrow(pattern.compartment->value);
                }
                created.states.assign(types_.site_count(created.type), kNone);
                std::vector<std::uint8_t> is_set(created.states.size());
                for (std::uint32_t i = 0; i < made.site_count; ++i) {
                    const std::uint32_t s = made.first_site + i;
                    const SiteGroup group =
                        types_.group(created.type, narrow(pattern.sites[s].site));
                    std::uint16_t at = group.first;
                    while (at + 1 < group.first + group.size && is_set[at] != 0) {
                        ++at;
                    }
                    is_set[at] = 1;
                    created_site_[RuleSite{p, s}] = {narrow(out_.created.size()), at};
                    if (pattern.sites[s].state) {
                        created.states[at] = narrow(*pattern.sites[s].state);
                    }
                }
                check_created(created, is_set);
                out_.created.push_back(std::move(created));
            }
        }
    }

    void check_created(const CreatedMolecule& created, const std::vector<std::uint8_t>& is_set) {
        const model::MoleculeType& type = model_.molecule_types[created.type];
        for (std::size_t s = 0; s < type.sites.size(); ++s) {
            const bool lacks_state = !type.sites[s].states.empty() && created.states[s] == kNone;
            if (is_set[s] == 0 || lacks_state) {
                diagnostics_.error(
                    "ERB-NET-0001", rule_.span,
                    fmt::format("rule '{}' creates a molecule '{}' without {} of its site '{}'",
                                rule_.name, type.name, is_set[s] == 0 ? "mention" : "the state",
                                type.sites[s].name),
                    "write every site of a created molecule with its state and its bonds");
            }
        }
    }

    void change_states() {
        for (const model::SitePair& pair : rule_.kept_sites) {
            const model::SitePattern& before =
                rule_.reactants[pair.reactant.pattern].sites[pair.reactant.site];
            const model::SitePattern& after =
                rule_.products[pair.product.pattern].sites[pair.product.site];
            if (after.state && after.state != before.state) {
                out_.state_changes.push_back(
                    {{narrow(pair.reactant.pattern), narrow(pair.reactant.site)},
                     narrow(*after.state)});
                add_to_centre(CentreNode::Kind::site, pair.reactant.pattern, pair.reactant.site);
            }
        }
    }

    void change_bonds() {
        for (std::uint32_t p = 0; p < rule_.reactants.size(); ++p) {
            const Pattern& pattern = rule_.reactants[p];
            for (std::uint32_t s = 0; s < pattern.sites.size(); ++s) {
                for (const std::uint32_t t : pattern.sites[s].partners) {
                    if (s < t && loses_bond(p, s, t)) {
                        out_.bond_removals.push_back(
                            {{narrow(p), narrow(s)}, {narrow(p), narrow(t)}});
                        add_to_centre(CentreNode::Kind::site, p, s);
                        add_to_centre(CentreNode::Kind::site, p, t);
                    }
                }
            }
        }
        for (std::uint32_t p = 0; p < rule_.products.size(); ++p) {
            const Pattern& pattern = rule_.products[p];
            for (std::uint32_t s = 0; s < pattern.sites.size(); ++s) {
                for (const std::uint32_t t : pattern.sites[s].partners) {
                    if (s < t && !had_bond(p, s, t)) {
                        out_.bond_additions.push_back({product_site(p, s), product_site(p, t)});
                    }
                }
            }
        }
    }

    [[nodiscard]] bool loses_bond(std::uint32_t p, std::uint32_t s, std::uint32_t t) const {
        const auto a = product_site_.find(RuleSite{p, s});
        const auto b = product_site_.find(RuleSite{p, t});
        if (a == product_site_.end() || b == product_site_.end()) {
            return false;
        }
        if (a->second.pattern != b->second.pattern) {
            return true;
        }
        const std::vector<std::uint32_t>& partners =
            rule_.products[a->second.pattern].sites[a->second.site].partners;
        return std::find(partners.begin(), partners.end(), b->second.site) == partners.end();
    }

    [[nodiscard]] bool had_bond(std::uint32_t p, std::uint32_t s, std::uint32_t t) const {
        const auto a = reactant_site_.find(RuleSite{p, s});
        const auto b = reactant_site_.find(RuleSite{p, t});
        if (a == reactant_site_.end() || b == reactant_site_.end() ||
            a->second.pattern != b->second.pattern) {
            return false;
        }
        const std::vector<std::uint32_t>& partners =
            rule_.reactants[a->second.pattern].sites[a->second.site].partners;
        return std::find(partners.begin(), partners.end(), b->second.site) != partners.end();
    }

    ProductSite product_site(std::uint32_t p, std::uint32_t s) {
        ProductSite out;
        const auto created = created_site_.find(RuleSite{p, s});
        if (created != created_site_.end()) {
            out.is_created = true;
            out.created = created->second.first;
            out.created_site = created->second.second;
            return out;
        }
        const auto kept = reactant_site_.find(RuleSite{p, s});
        ERBIUM_CHECK(kept != reactant_site_.end(),
                     "a site that gains a bond is created or stands on both sides of the rule");
        out.matched = {narrow(kept->second.pattern), narrow(kept->second.site)};
        add_to_centre(CentreNode::Kind::site, kept->second.pattern, kept->second.site);
        return out;
    }

    // Reactant pattern -> product pattern, where each holds exactly the other's molecules.
    [[nodiscard]] std::optional<std::uint32_t> whole_product(std::uint32_t p) const {
        std::optional<std::uint32_t> product;
        for (std::uint32_t m = 0; m < rule_.reactants[p].molecules.size(); ++m) {
            const auto kept = product_molecule_.find(RuleMolecule{p, m});
            if (kept == product_molecule_.end() ||
                (product && *product != kept->second.pattern)) {
                return std::nullopt;
            }
            product = kept->second.pattern;
        }
        if (product) {
            for (std::uint32_t m = 0; m < rule_.products[*product].molecules.size(); ++m) {
                const auto kept = reactant_molecule_.find(RuleMolecule{*product, m});
                if (kept == reactant_molecule_.end() || kept->second.pattern != p) {
                    return std::nullopt;
                }
            }
        }
        return product;
    }

    void change_compartments() {
        for (std::uint32_t p = 0; p < rule_.reactants.size(); ++p) {
            const std::optional<std::uint32_t> product = whole_product(p);
            if (!product || !rule_.reactants[p].compartment ||
                !rule_.products[*product].compartment) {
                continue;
            }
            const std::uint16_t from = narrow(rule_.reactants[p].compartment->value);
            const std::uint16_t to = narrow(rule_.products[*product].compartment->value);
            if (from == to) {
                continue;
            }
            const Crossing crossing = compartments_.crossing(from, to);
            const bool is_possible =
                compartments_.is_surface(from) == compartments_.is_surface(to) &&
                (!compartments_.is_surface(from) || crossing != Crossing::none);
            if (!is_possible) {
                diagnostics_.error(
                    "ERB-NET-0002", rule_.span,
                    fmt::format("rule '{}' moves a species from '{}' to '{}', which is neither "
                                "volume to volume nor surface to surface across one volume",
                                rule_.name, model_.compartments[from].name,
                                model_.compartments[to].name));
                continue;
            }
            out_.species_moves.push_back({narrow(p), from, to, crossing});
            add_to_centre(CentreNode::Kind::species, p, 0);
        }
        for (const model::MoleculePair& pair : rule_.kept_molecules) {
            const auto& from =
                rule_.reactants[pair.reactant.pattern].molecules[pair.reactant.molecule];
            const auto& to = rule_.products[pair.product.pattern].molecules[pair.product.molecule];
            if (from.compartment && to.compartment && from.compartment != to.compartment) {
                out_.molecule_moves.push_back(
                    {{narrow(pair.reactant.pattern), narrow(pair.reactant.molecule)},
                     narrow(to.compartment->value)});
                add_to_centre(CentreNode::Kind::molecule, pair.reactant.pattern,
                              pair.reactant.molecule);
            }
        }
    }

    void list_centre_images() {
        out_.centre_images.resize(rule_.reactants.size());
        for (const CentreNode& node : out_.centre) {
            std::vector<std::uint16_t>& images = out_.centre_images[node.pattern];
            if (node.kind == CentreNode::Kind::molecule) {
                images.push_back(node.node);
            } else if (node.kind == CentreNode::Kind::site) {
                images.push_back(
                    narrow(rule_.reactants[node.pattern].molecules.size() + node.node));
            }
        }
    }

    const model::Rule& rule_;
    const model::Model& model_;
    const TypeTable& types_;
    const Compartments& compartments_;
    Diagnostics& diagnostics_;
    std::map<RuleMolecule, RuleMolecule> product_molecule_;
    std::map<RuleMolecule, RuleMolecule> reactant_molecule_;
    std::map<RuleSite, RuleSite> product_site_;
    std::map<RuleSite, RuleSite> reactant_site_;
    std::map<RuleSite, std::pair<std::uint16_t, std::uint16_t>> created_site_;
    std::set<CentreNode> centre_;
    RuleProgram out_;
};

}  // namespace

RuleProgram compile_rule(const model::Rule& rule, const model::Model& model,
                         const TypeTable& types, const Compartments& compartments,
                         FeatureTable& features, Diagnostics& diagnostics) {
    return RuleCompiler{rule, model, types, compartments, diagnostics}.run(features);
}

}  // namespace erbium::net
