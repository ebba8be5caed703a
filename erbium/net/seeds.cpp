// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/seeds.hpp"

#include <fmt/format.h>

#include <vector>

namespace erbium::net {
namespace {

bool is_connected(const SpeciesGraph& graph, std::size_t first) {
    std::vector<std::uint8_t> is_reached(graph.molecule_count());
    std::vector<std::uint16_t> queue{static_cast<std::uint16_t>(first)};
    is_reached[first] = 1;
    for (std::size_t at = 0; at < queue.size(); ++at) {
        for (std::uint16_t s = graph.molecule(queue[at]).first_site;
             s < graph.sites_end(queue[at]); ++s) {
            graph.for_each_partner(s, [&](std::uint16_t partner) {
                const std::uint16_t m = graph.owner(partner);
                if (is_reached[m] == 0) {
                    is_reached[m] = 1;
                    queue.push_back(m);
                }
            });
        }
    }
    return queue.size() == graph.molecule_count() - first;
}

}  // namespace

bool append_species(const model::Pattern& pattern, const model::Model& model,
                    const TypeTable& types, SpeciesGraph& graph, Diagnostics& diagnostics) {
    const std::size_t first = graph.molecule_count();
    std::vector<std::uint16_t> place(pattern.sites.size());
    bool is_complete = !pattern.molecules.empty();
    const auto complain = [&](const std::string& what) {
        diagnostics.error("ERB-NET-0016", pattern.span, what,
                          "a species mentions every site of its molecules, with state and bonds");
        is_complete = false;
    };
    for (const model::MoleculePattern& molecule : pattern.molecules) {
        const auto type = static_cast<std::uint16_t>(molecule.type.value);
        std::uint16_t compartment = kNone;
        if (molecule.compartment) {
            compartment = static_cast<std::uint16_t>(molecule.compartment->value);
        } else if (pattern.compartment) {
            compartment = static_cast<std::uint16_t>(pattern.compartment->value);
        }
        const std::uint16_t count = types.site_count(type);
        const std::uint16_t m = graph.add_molecule(type, compartment, count);
        const std::uint16_t begin = graph.molecule(m).first_site;
        std::vector<std::uint8_t> is_set(count);
        for (std::uint32_t i = 0; i < molecule.site_count; ++i) {
            const model::SitePattern& site = pattern.sites[molecule.first_site + i];
            const SiteGroup group = types.group(type, static_cast<std::uint16_t>(site.site));
            std::uint16_t at = group.first;
            while (at + 1 < group.first + group.size && is_set[at] != 0) {
                ++at;
            }
            is_set[at] = 1;
            place[molecule.first_site + i] = static_cast<std::uint16_t>(begin + at);
            if (site.state) {
                graph.set_state(static_cast<std::size_t>(begin) + at,
                                static_cast<std::uint16_t>(*site.state));
            }
        }
        const model::MoleculeType& molecule_type = model.molecule_types[type];
        for (std::uint16_t s = 0; s < count; ++s) {
            const bool lacks_state = !molecule_type.sites[s].states.empty() &&
                                     graph.state(static_cast<std::size_t>(begin) + s) == kNone;
            if (is_set[s] == 0 || lacks_state) {
                complain(fmt::format("molecule '{}' of a species is written without {} of its "
                                     "site '{}'",
                                     molecule_type.name,
                                     is_set[s] == 0 ? "mention" : "the state",
                                     molecule_type.sites[s].name));
            }
        }
    }
    for (std::size_t s = 0; s < pattern.sites.size(); ++s) {
        for (const std::uint32_t partner : pattern.sites[s].partners) {
            if (s < partner) {
                graph.add_bond(place[s], place[partner]);
            }
        }
    }
    if (is_complete && !is_connected(graph, first)) {
        complain("the molecules of a species are not all connected by bonds");
    }
    return is_complete;
}

}  // namespace erbium::net
