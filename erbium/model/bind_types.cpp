// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_types.cpp: compartments and molecule types, declared or inferred.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

std::vector<std::string> names_of(const std::vector<Compartment>& compartments) {
    std::vector<std::string> names;
    names.reserve(compartments.size());
    for (const Compartment& compartment : compartments) {
        names.push_back(compartment.name);
    }
    return names;
}

/// A surface lies between volumes and holds one; a volume may hold many surfaces.
void check_nesting(Context& context, const Compartment& inner, std::vector<bool>& surface_is_full) {
    const Compartment& outer = context.model.compartments[inner.outside->value];
    if (inner.dimension == outer.dimension) {
        context.error(18, inner.span,
                      fmt::format("'{}' and '{}' around it both have {} dimensions", inner.name,
                                  outer.name, inner.dimension),
                      "volumes (3) and surfaces (2) take turns from outside to inside");
    } else if (outer.dimension == 2) {
        if (surface_is_full[inner.outside->value]) {
            context.error(18, inner.span,
                          fmt::format("the surface '{}' already holds a volume", outer.name));
        }
        surface_is_full[inner.outside->value] = true;
    }
}

/// The sites of one molecule type while they are collected, equal names together.
class SiteCollector {
public:
    struct Group {
        std::string name;
        std::vector<std::string> states;
        std::unordered_set<std::string> known_states;
        std::uint32_t count{};
    };

    Group& group(const std::string& name) {
        const auto [where, is_new] = index_.try_emplace(name, groups_.size());
        if (is_new) {
            groups_.push_back({name, {}, {}, 0});
        }
        return groups_[where->second];
    }
    static bool add_state(Group& group, const std::string& state) {
        if (!group.known_states.insert(state).second) {
            return false;
        }
        group.states.push_back(state);
        return true;
    }
    void fill(MoleculeType& type, std::unordered_map<std::string, SiteGroup>& by_name) const {
        for (const Group& group : groups_) {
            by_name[group.name] = {static_cast<std::uint32_t>(type.sites.size()), group.count};
            type.sites.insert(type.sites.end(), group.count, SiteType{group.name, group.states});
        }
    }

private:
    std::vector<Group> groups_;  ///< in the order of their first mention
    std::unordered_map<std::string, std::size_t> index_;
};

void declare_sites(Context& context, const ast::File& file, const ast::Molecule& molecule,
                   SiteCollector& sites) {
    for (const ast::Site& site : molecule.sites) {
        SiteCollector::Group& group = sites.group(site.name.text);
        SiteCollector::Group own{site.name.text, {}, {}, 0};
        for (const ast::Name& state : site.states) {
            if (state.text == "?") {
                context.error(4, file.span(state.place),
                              "a molecule type lists its states by name");
            } else if (!SiteCollector::add_state(own, state.text)) {
                context.error(11, file.span(state.place),
                              fmt::format("the state '{}' is listed twice", state.text));
            }
        }
        if (++group.count == 1) {
            group.states = own.states;
            group.known_states = std::move(own.known_states);
        } else if (group.known_states != own.known_states) {
            context.error(12, file.span(site.name.place),
                          fmt::format("sites called '{}' of '{}' have different states",
                                      site.name.text, molecule.name.text),
                          "sites of equal name are interchangeable; give this one another name");
        }
    }
}

void declare_type(Context& context, const ast::File& file, const ast::MoleculeType& declared) {
    const ast::Molecule& molecule = declared.molecule;
    const Span span = file.span(molecule.name.place);
    const auto [where, is_new] = context.molecule_types.try_emplace(
        molecule.name.text, id_at<MoleculeTypeId>(context.model.molecule_types.size()));
    if (!is_new) {
        context.error(11, span,
                      fmt::format("the molecule type '{}' is declared twice", molecule.name.text));
        return;
    }
    if (declared.is_population) {
        context.warning(49, span,
                        fmt::format("'population' after '{}' has no effect", molecule.name.text),
                        "it speeds up network-free simulation in NFsim and changes no result");
    }
    SiteCollector sites;
    declare_sites(context, file, molecule, sites);
    sites.fill(
        context.model.molecule_types.emplace_back(MoleculeType{molecule.name.text, {}, span}),
        context.site_groups.emplace_back());
}

/// A text without molecule types: a molecule has the sites and states that are mentioned anywhere,
/// each as often as one mention of the molecule has it.
void infer_from(Context& context, std::vector<SiteCollector>& collected, const ast::File& file,
                const ast::Pattern& pattern) {
    for (const ast::Molecule& molecule : pattern.molecules) {
        const auto [where, is_new] = context.molecule_types.try_emplace(
            molecule.name.text, id_at<MoleculeTypeId>(context.model.molecule_types.size()));
        if (is_new) {
            context.model.molecule_types.push_back(
                {molecule.name.text, {}, file.span(molecule.name.place)});
            collected.emplace_back();
        }
        std::unordered_map<std::string_view, std::uint32_t> mentioned;
        for (const ast::Site& site : molecule.sites) {
            SiteCollector::Group& group = collected[where->second.value].group(site.name.text);
            group.count = std::max(group.count, ++mentioned[site.name.text]);
            for (const ast::Name& state : site.states) {
                if (state.text != "?") {
                    SiteCollector::add_state(group, state.text);
                }
            }
        }
    }
}

void infer_types(Context& context) {
    std::vector<SiteCollector> collected;
    for (const ast::File& file : context.files) {
        const auto infer_all = [&](const std::vector<ast::Pattern>& patterns) {
            for (const ast::Pattern& pattern : patterns) {
                infer_from(context, collected, file, pattern);
            }
        };
        for (const ast::Seed& seed : file.seeds) {
            infer_from(context, collected, file, seed.species);
        }
        for (const ast::Observable& observable : file.observables) {
            infer_all(observable.patterns);
        }
        for (const ast::EnergyPattern& energy : file.energy_patterns) {
            infer_from(context, collected, file, energy.pattern);
        }
        for (const ast::Rule& rule : file.rules) {
            infer_all(rule.reactants);
            infer_all(rule.products);
        }
    }
    for (std::size_t i = 0; i < collected.size(); ++i) {
        collected[i].fill(context.model.molecule_types[i], context.site_groups.emplace_back());
    }
}

}  // namespace

bool are_adjacent(const Model& model, CompartmentId a, CompartmentId b) {
    return model.compartments[a.value].outside == b || model.compartments[b.value].outside == a;
}

void bind_compartments(Context& context) {
    std::vector<Compartment>& compartments = context.model.compartments;
    struct Waiting {
        const ast::File* file;
        const ast::Compartment* declared;
    };
    std::vector<Waiting> waiting;
    for (const ast::File& file : context.files) {
        for (const ast::Compartment& declared : file.compartments) {
            const Span span = file.span(declared.name.place);
            const auto [where, is_new] = context.compartments.try_emplace(
                declared.name.text, id_at<CompartmentId>(compartments.size()));
            if (!is_new) {
                context.error(
                    11, span,
                    fmt::format("the compartment '{}' is declared twice", declared.name.text));
                continue;
            }
            compartments.push_back({declared.name.text, declared.dimension.text == "2" ? 2 : 3,
                                    declared.size, std::nullopt, span});
            waiting.push_back({&file, &declared});
        }
    }
    std::vector<bool> surface_is_full(compartments.size());
    for (std::size_t i = 0; i < compartments.size(); ++i) {
        const std::optional<ast::Name>& outside = waiting[i].declared->outside;
        if (outside) {
            const auto found = context.compartments.find(outside->text);
            // Only what stands above can be around: this rules out cycles.
            if (found == context.compartments.end() || found->second.value >= i) {
                context.error(
                    10, waiting[i].file->span(outside->place),
                    fmt::format("there is no compartment '{}' above this line", outside->text),
                    context.suggestion(outside->text, [&] { return names_of(compartments); }));
            } else {
                compartments[i].outside = found->second;
                check_nesting(context, compartments[i], surface_is_full);
            }
        }
        check_expression(context, compartments[i].size,
                         {.what = "the size of a compartment", .parameters_only = true});
    }
}

void bind_molecule_types(Context& context) {
    const bool is_declared =
        std::any_of(context.files.begin(), context.files.end(),
                    [](const ast::File& file) { return file.has_molecule_types; });
    if (!is_declared) {
        infer_types(context);
        return;
    }
    for (const ast::File& file : context.files) {
        for (const ast::MoleculeType& declared : file.molecule_types) {
            declare_type(context, file, declared);
        }
    }
}

}  // namespace erbium::model::binding
