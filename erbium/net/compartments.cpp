// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/compartments.hpp"

namespace erbium::net {

Compartments::Compartments(const std::vector<model::Compartment>& compartments)
    : outside_(compartments.size(), kNone), inside_(compartments.size(), kNone) {
    for (std::size_t c = 0; c < compartments.size(); ++c) {
        dimension_.push_back(static_cast<std::uint8_t>(compartments[c].dimension));
        if (compartments[c].outside) {
            const std::uint32_t around = compartments[c].outside->value;
            outside_[c] = static_cast<std::uint16_t>(around);
            if (inside_[around] == kNone) {
                inside_[around] = static_cast<std::uint16_t>(c);
            }
        }
    }
}

Crossing Compartments::crossing(std::uint16_t from, std::uint16_t to) const noexcept {
    if (!is_surface(from) || !is_surface(to)) {
        return Crossing::none;
    }
    const auto outside_of_outside = [&](std::uint16_t c) {
        return outside_[c] == kNone ? kNone : outside_[outside_[c]];
    };
    if (outside_[from] != kNone && outside_[from] == outside_[to] && inside_[from] != kNone &&
        inside_[to] != kNone) {
        return Crossing::keeping;
    }
    if (outside_of_outside(from) == to && inside_[from] != kNone) {
        return Crossing::inverting;
    }
    if (outside_of_outside(to) == from && inside_[to] != kNone && outside_[from] != kNone) {
        return Crossing::inverting;
    }
    return Crossing::none;
}

bool Compartments::can_meet(std::span<const std::uint16_t> places) const noexcept {
    std::uint16_t surface = kNone;
    std::uint16_t volume = kNone;
    std::size_t missing = 0;
    for (const std::uint16_t place : places) {
        if (place == kNone) {
            ++missing;
            continue;
        }
        std::uint16_t& seen = is_surface(place) ? surface : volume;
        if (seen != kNone && seen != place) {
            return false;
        }
        seen = place;
    }
    if (surface != kNone && volume != kNone && !are_adjacent(surface, volume)) {
        return false;
    }
    return missing == 0 || missing == places.size();
}

std::optional<std::uint16_t> Compartments::place_of(
    const SpeciesGraph& graph, std::span<const std::uint16_t> members) const noexcept {
    std::uint16_t surface = kNone;
    std::uint16_t volume = kNone;
    bool has_two_volumes = false;
    for (const std::uint16_t m : members) {
        const std::uint16_t place = graph.molecule(m).compartment;
        if (place == kNone) {
            return std::nullopt;
        }
        if (is_surface(place)) {
            if (surface != kNone && surface != place) {
                return std::nullopt;
            }
            surface = place;
        } else {
            has_two_volumes = has_two_volumes || (volume != kNone && volume != place);
            volume = place;
        }
    }
    if (surface == kNone) {
        return has_two_volumes ? std::nullopt : std::optional{volume};
    }
    for (const std::uint16_t m : members) {
        const std::uint16_t place = graph.molecule(m).compartment;
        if (!is_surface(place) && !are_adjacent(surface, place)) {
            return std::nullopt;
        }
    }
    return surface;
}

bool Compartments::bonds_fit(const SpeciesGraph& graph,
                             std::span<const std::uint16_t> members) const noexcept {
    for (const std::uint16_t m : members) {
        const std::uint16_t here = graph.molecule(m).compartment;
        const std::uint16_t end = graph.sites_end(m);
        bool fits = true;
        for (std::uint16_t site = graph.molecule(m).first_site; site < end; ++site) {
            graph.for_each_partner(site, [&](std::uint16_t partner) {
                const std::uint16_t there = graph.molecule(graph.owner(partner)).compartment;
                fits = fits && here != kNone && there != kNone &&
                       (here == there || are_adjacent(here, there));
            });
        }
        if (!fits) {
            return false;
        }
    }
    return true;
}

}  // namespace erbium::net
