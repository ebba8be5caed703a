// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/species_graph.hpp"

#include <algorithm>

namespace erbium::net {

void SpeciesGraph::clear() noexcept {
    molecules_.clear();
    states_.clear();
    partners_.clear();
    owners_.clear();
    extra_.clear();
}

std::uint16_t SpeciesGraph::add_molecule(std::uint16_t type, std::uint16_t compartment,
                                         std::uint16_t site_count) {
    const std::size_t first = states_.size();
    ERBIUM_CHECK(first + site_count < kMaxSites, "a graph has fewer than 65,520 sites");
    const auto m = static_cast<std::uint16_t>(molecules_.size());
    molecules_.push_back({type, compartment, static_cast<std::uint16_t>(first)});
    states_.resize(first + site_count, kNone);
    partners_.resize(first + site_count, kNone);
    owners_.resize(first + site_count, m);
    return m;
}

std::uint16_t SpeciesGraph::append(SpeciesView species) {
    const std::size_t first_molecule = molecules_.size();
    const std::size_t first_site = states_.size();
    ERBIUM_CHECK(first_site + species.site_count() < kMaxSites,
                 "a graph has fewer than 65,520 sites");
    const auto shift = static_cast<std::uint16_t>(first_site);
    const std::size_t molecule_count = species.molecule_count();
    const std::size_t site_count = species.site_count();
    molecules_.resize(first_molecule + molecule_count);
    owners_.resize(first_site + site_count);
    for (std::size_t m = 0; m < molecule_count; ++m) {
        Molecule molecule = species.molecule(m);
        molecule.first_site = static_cast<std::uint16_t>(molecule.first_site + shift);
        molecules_[first_molecule + m] = molecule;
        const std::size_t end =
            m + 1 < molecule_count ? species.molecule(m + 1).first_site : site_count;
        for (std::size_t site = species.molecule(m).first_site; site < end; ++site) {
            owners_[first_site + site] = static_cast<std::uint16_t>(first_molecule + m);
        }
    }
    const std::span<const std::uint16_t> states = species.states();
    states_.insert(states_.end(), states.begin(), states.end());
    partners_.resize(first_site + site_count);
    const std::span<const std::uint16_t> partners = species.partners();
    for (std::size_t site = 0; site < site_count; ++site) {
        const std::uint16_t partner = partners[site];
        partners_[first_site + site] =
            partner >= kSeveral ? partner : static_cast<std::uint16_t>(partner + shift);
    }
    for (std::size_t i = 0; i < species.extra_count(); ++i) {
        const ExtraBond bond = species.extra(i);
        extra_.push_back({static_cast<std::uint16_t>(bond.site + shift),
                          static_cast<std::uint16_t>(bond.partner + shift)});
    }
    return static_cast<std::uint16_t>(first_molecule);
}

std::size_t SpeciesGraph::extra_degree(std::size_t site) const noexcept {
    return static_cast<std::size_t>(std::count_if(
        extra_.begin(), extra_.end(), [&](const ExtraBond& bond) { return bond.site == site; }));
}

bool SpeciesGraph::are_bonded(std::uint16_t a, std::uint16_t b) const noexcept {
    if (partners_[a] != kSeveral) {
        return partners_[a] == b;
    }
    return std::find(extra_.begin(), extra_.end(), ExtraBond{a, b}) != extra_.end();
}

void SpeciesGraph::attach(std::uint16_t site, std::uint16_t partner) {
    if (partners_[site] == kNone) {
        partners_[site] = partner;
        return;
    }
    if (partners_[site] != kSeveral) {
        extra_.push_back({site, partners_[site]});
        partners_[site] = kSeveral;
    }
    extra_.push_back({site, partner});
}

void SpeciesGraph::detach(std::uint16_t site, std::uint16_t partner) {
    if (partners_[site] == partner) {
        partners_[site] = kNone;
        return;
    }
    if (partners_[site] != kSeveral) {
        return;
    }
    const auto found = std::find(extra_.begin(), extra_.end(), ExtraBond{site, partner});
    if (found == extra_.end()) {
        return;
    }
    extra_.erase(found);
    if (extra_degree(site) == 1) {
        const auto last = std::find_if(extra_.begin(), extra_.end(), [&](const ExtraBond& bond) {
            return bond.site == site;
        });
        partners_[site] = last->partner;
        extra_.erase(last);
    }
}

void SpeciesGraph::add_bond(std::uint16_t a, std::uint16_t b) {
    attach(a, b);
    attach(b, a);
}

void SpeciesGraph::remove_bond(std::uint16_t a, std::uint16_t b) {
    if (are_bonded(a, b)) {
        detach(a, b);
        detach(b, a);
    }
}

void SpeciesGraph::free_site(std::uint16_t site) {
    while (partners_[site] != kNone) {
        std::uint16_t partner = partners_[site];
        if (partner == kSeveral) {
            partner = std::find_if(extra_.begin(), extra_.end(), [&](const ExtraBond& bond) {
                          return bond.site == site;
                      })->partner;
        }
        remove_bond(site, partner);
    }
}

}  // namespace erbium::net
