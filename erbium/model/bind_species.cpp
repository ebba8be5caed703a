// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_species.cpp: patterns that must be whole species: complete, connected, placed.
#include <fmt/format.h>

#include <algorithm>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

/// Molecule of each site of the pattern.
std::vector<std::uint32_t> owners(const Pattern& pattern) {
    std::vector<std::uint32_t> owner(pattern.sites.size());
    for (std::uint32_t m = 0; m < pattern.molecules.size(); ++m) {
        const MoleculePattern& molecule = pattern.molecules[m];
        std::fill_n(owner.begin() + molecule.first_site, molecule.site_count, m);
    }
    return owner;
}

bool is_connected(const Pattern& pattern) {
    const std::vector<std::uint32_t> owner = owners(pattern);
    std::vector<bool> is_reached(pattern.molecules.size());
    std::vector<std::uint32_t> todo{0};
    is_reached[0] = true;
    std::size_t reached = 1;
    while (!todo.empty()) {
        const MoleculePattern& molecule = pattern.molecules[todo.back()];
        todo.pop_back();
        for (std::uint32_t s = 0; s < molecule.site_count; ++s) {
            for (const std::uint32_t partner : pattern.sites[molecule.first_site + s].partners) {
                const std::uint32_t next = owner[partner];
                if (!is_reached[next]) {
                    is_reached[next] = true;
                    ++reached;
                    todo.push_back(next);
                }
            }
        }
    }
    return reached == pattern.molecules.size();
}

/// A species lies on one surface with the volumes next to it, or in one volume. Gives every
/// molecule its compartment.
bool place_species(Context& context, Pattern& species) {
    const Model& model = context.model;
    if (model.compartments.empty()) {
        return true;
    }
    std::optional<CompartmentId> surface;
    std::optional<CompartmentId> volume;
    std::optional<CompartmentId> second_surface;
    std::optional<CompartmentId> second_volume;
    for (MoleculePattern& molecule : species.molecules) {
        if (!molecule.compartment) {
            molecule.compartment = species.compartment;
        }
        if (!molecule.compartment) {
            context.error(17, species.span,
                          fmt::format("the compartment of '{}' is missing",
                                      model.molecule_types[molecule.type.value].name),
                          "write A()@C for one molecule, @C:A().B() for the whole species");
            return false;
        }
        const bool is_surface = model.compartments[molecule.compartment->value].dimension == 2;
        std::optional<CompartmentId>& first = is_surface ? surface : volume;
        if (!first) {
            first = molecule.compartment;
        } else if (*first != *molecule.compartment) {
            (is_surface ? second_surface : second_volume) = molecule.compartment;
        }
    }
    if (second_surface || (second_volume && !surface)) {
        const CompartmentId one = second_surface ? *surface : *volume;
        const CompartmentId other = second_surface ? *second_surface : *second_volume;
        context.error(
            17, species.span,
            fmt::format("one species cannot lie in both '{}' and '{}'",
                        model.compartments[one.value].name, model.compartments[other.value].name));
        return false;
    }
    const CompartmentId whole = surface ? *surface : *volume;
    for (const MoleculePattern& molecule : species.molecules) {
        if (*molecule.compartment != whole && !are_adjacent(model, *molecule.compartment, whole)) {
            context.error(17, species.span,
                          fmt::format("'{}' does not touch '{}'",
                                      model.compartments[molecule.compartment->value].name,
                                      model.compartments[whole.value].name));
            return false;
        }
    }
    if (species.compartment && *species.compartment != whole) {
        context.error(17, species.span,
                      fmt::format("the species is said to lie in '{}', but its molecules in '{}'",
                                  model.compartments[species.compartment->value].name,
                                  model.compartments[whole.value].name));
        return false;
    }
    species.compartment = whole;
    return true;
}

}  // namespace

bool check_complete(Context& context, const Pattern& pattern, const MoleculePattern& molecule,
                    std::string_view what, const std::string& hint) {
    const Span& span = pattern.span;
    const MoleculeType& type = context.model.molecule_types[molecule.type.value];
    std::vector<std::uint32_t> mentions(type.sites.size());
    bool is_complete = true;
    for (std::uint32_t s = 0; s < molecule.site_count; ++s) {
        const SitePattern& site = pattern.sites[molecule.first_site + s];
        const SiteType& site_type = type.sites[site.site];
        ++mentions[site.site];
        if (!site.state && !site_type.states.empty()) {
            context.error(14, span,
                          fmt::format("the state of the site '{}' of '{}' is missing in {}",
                                      site_type.name, type.name, what),
                          hint.empty()
                              ? fmt::format("its states are {}", fmt::join(site_type.states, ", "))
                              : hint);
            is_complete = false;
        }
        if (site.bond == BondTest::any || site.bond == BondTest::whatever) {
            context.error(15, span,
                          fmt::format("the site '{}' of '{}' has a wildcard for its bond in {}",
                                      site_type.name, type.name, what));
            is_complete = false;
        }
    }
    for (std::size_t first = 0; first < type.sites.size();) {
        std::size_t next = first;
        while (next < type.sites.size() && type.sites[next].name == type.sites[first].name) {
            ++next;
        }
        if (mentions[first] < next - first) {
            context.error(13, span,
                          next - first == 1
                              ? fmt::format("the site '{}' of '{}' is missing in {}",
                                            type.sites[first].name, type.name, what)
                              : fmt::format("{} of the {} sites '{}' of '{}' are missing in {}",
                                            next - first - mentions[first], next - first,
                                            type.sites[first].name, type.name, what),
                          hint);
            is_complete = false;
        }
        first = next;
    }
    return is_complete;
}

void bind_seeds(Context& context) {
    for (const ast::File& file : context.files) {
        for (const ast::Seed& seed : file.seeds) {
            if (seed.species.molecules.empty()) {
                context.error(15, file.span(seed.species.place), "a species has molecules, not 0");
                continue;
            }
            std::optional<Pattern> species =
                bind_pattern(context, file, seed.species, PatternUse::species);
            bool is_right = species.has_value();
            if (species) {
                for (const MoleculePattern& molecule : species->molecules) {
                    is_right =
                        check_complete(context, *species, molecule, "a seed species") && is_right;
                }
                if (!is_connected(*species)) {
                    context.error(16, species->span,
                                  "the molecules of a species are joined by bonds",
                                  "write one seed species for each part");
                    is_right = false;
                }
                is_right = place_species(context, *species) && is_right;
            }
            is_right = check_expression(
                           context, seed.amount,
                           {.what = "the amount of a seed species", .parameters_only = true}) &&
                       is_right;
            if (is_right) {
                const bool is_fixed = species->is_fixed;
                Span span = species->span;
                context.model.seeds.push_back(
                    {std::move(*species), seed.amount, is_fixed, std::move(span)});
            }
        }
    }
}

}  // namespace erbium::model::binding
