// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/species_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <numeric>
#include <unordered_map>

namespace erbium::net {
namespace {

template <class Names>
std::vector<std::uint32_t> ranks(std::size_t count, Names name_of) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return name_of(a) < name_of(b); });
    std::vector<std::uint32_t> rank(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const bool is_new = i == 0 || name_of(order[i - 1]) < name_of(order[i]);
        rank[order[i]] = is_new ? i : rank[order[i - 1]];
    }
    return rank;
}

}  // namespace

SpeciesWriter::SpeciesWriter(const model::Model& model, const TypeTable& types)
    : model_{&model}, types_{&types} {
    type_name_rank_ = ranks(model.molecule_types.size(), [&](std::uint32_t t) -> const std::string& {
        return model.molecule_types[t].name;
    });
    for (const model::MoleculeType& type : model.molecule_types) {
        const std::vector<std::uint32_t> rank =
            ranks(type.sites.size(), [&](std::uint32_t s) -> const std::string& {
                return type.sites[s].name;
            });
        site_name_rank_.insert(site_name_rank_.end(), rank.begin(), rank.end());
    }
}

void SpeciesWriter::write(SpeciesView species, std::uint16_t compartment, std::string& out) {
    graph_.clear();
    graph_.append(species);
    const auto type_of = [&](std::uint16_t m) { return graph_.molecule(m).type; };
    const auto relative = [&](std::uint16_t site) {
        return static_cast<std::uint16_t>(site - graph_.molecule(graph_.owner(site)).first_site);
    };
    const auto compare_sites = [&](std::uint16_t a, std::uint16_t b) {
        const std::uint16_t type_a = type_of(graph_.owner(a));
        const std::uint16_t type_b = type_of(graph_.owner(b));
        const std::uint32_t name_a = site_name_rank_[types_->flat_site(type_a, relative(a))];
        const std::uint32_t name_b = site_name_rank_[types_->flat_site(type_b, relative(b))];
        if (name_a != name_b) {
            return name_a <=> name_b;
        }
        const bool has_a = graph_.state(a) != kNone;
        const bool has_b = graph_.state(b) != kNone;
        if (has_a != has_b) {
            return has_a <=> has_b;
        }
        if (has_a && graph_.state(a) != graph_.state(b)) {
            const std::vector<std::string>& states =
                model_->molecule_types[type_a].sites[relative(a)].states;
            return states[graph_.state(a)].compare(states[graph_.state(b)]) <=> 0;
        }
        return graph_.degree(b) <=> graph_.degree(a);
    };

    site_order_.resize(graph_.site_count());
    std::iota(site_order_.begin(), site_order_.end(), std::uint16_t{0});
    molecule_order_.resize(graph_.molecule_count());
    std::iota(molecule_order_.begin(), molecule_order_.end(), std::uint16_t{0});
    for (const std::uint16_t m : molecule_order_) {
        std::stable_sort(site_order_.begin() + graph_.molecule(m).first_site,
                         site_order_.begin() + graph_.sites_end(m),
                         [&](std::uint16_t a, std::uint16_t b) { return compare_sites(a, b) < 0; });
    }
    const auto compare_molecules = [&](std::uint16_t a, std::uint16_t b) {
        if (type_of(a) != type_of(b)) {
            return type_name_rank_[type_of(a)] <=> type_name_rank_[type_of(b)];
        }
        const std::uint16_t place_a = graph_.molecule(a).compartment;
        const std::uint16_t place_b = graph_.molecule(b).compartment;
        if (place_a != place_b && place_a != kNone && place_b != kNone) {
            return model_->compartments[place_a].name.compare(model_->compartments[place_b].name) <=>
                   0;
        }
        for (std::uint16_t s = 0; s < types_->site_count(type_of(a)); ++s) {
            const auto order = compare_sites(site_order_[graph_.molecule(a).first_site + std::size_t{s}],
                                             site_order_[graph_.molecule(b).first_site + std::size_t{s}]);
            if (order != 0) {
                return order;
            }
        }
        return std::strong_ordering::equal;
    };
    std::stable_sort(
        molecule_order_.begin(), molecule_order_.end(),
        [&](std::uint16_t a, std::uint16_t b) { return compare_molecules(a, b) < 0; });

    // Bonds are numbered by where their first end stands; one key per bond, whichever end is met.
    std::unordered_map<std::uint32_t, std::uint32_t> number;
    if (compartment != kNone) {
        fmt::format_to(std::back_inserter(out), "@{}::", model_->compartments[compartment].name);
    }
    bool is_first_molecule = true;
    for (const std::uint16_t m : molecule_order_) {
        const Molecule& molecule = graph_.molecule(m);
        const model::MoleculeType& type = model_->molecule_types[molecule.type];
        if (!is_first_molecule) {
            out += '.';
        }
        is_first_molecule = false;
        out += type.name;
        out += '(';
        const std::size_t end = graph_.sites_end(m);
        for (std::size_t i = molecule.first_site; i < end; ++i) {
            const std::uint16_t site = site_order_[i];
            const model::SiteType& site_type = type.sites[relative(site)];
            if (i > molecule.first_site) {
                out += ',';
            }
            out += site_type.name;
            if (graph_.state(site) != kNone) {
                out += '~';
                out += site_type.states[graph_.state(site)];
            }
            std::vector<std::uint32_t> numbers;
            graph_.for_each_partner(site, [&](std::uint16_t partner) {
                const std::uint32_t key = std::uint32_t{std::min(site, partner)} << 16U |
                                          std::max(site, partner);
                const auto next = static_cast<std::uint32_t>(number.size() + 1);
                numbers.push_back(number.try_emplace(key, next).first->second);
            });
            std::sort(numbers.begin(), numbers.end());
            for (const std::uint32_t n : numbers) {
                fmt::format_to(std::back_inserter(out), "!{}", n);
            }
        }
        out += ')';
        if (molecule.compartment != kNone && molecule.compartment != compartment) {
            out += '@';
            out += model_->compartments[molecule.compartment].name;
        }
    }
}

}  // namespace erbium::net
