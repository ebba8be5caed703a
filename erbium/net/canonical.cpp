// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/canonical.hpp"

#include <algorithm>

#include "erbium/net/canonical_search.hpp"
#include "erbium/net/mix.hpp"

namespace erbium::net {
namespace {

// What a site is, without its partner.
std::uint64_t site_content(const SpeciesGraph& graph, std::uint16_t site) {
    return std::uint64_t{graph.state(site)} << 16U | graph.degree(site);
}

// Insertion sort: most species have fewer than 20 molecules.
template <class Less>
void sort_small(std::vector<std::uint32_t>& items, Less less) {
    if (items.size() > 48) {
        std::sort(items.begin(), items.end(), less);
        return;
    }
    for (std::size_t i = 1; i < items.size(); ++i) {
        const std::uint32_t item = items[i];
        std::size_t at = i;
        for (; at > 0 && less(item, items[at - 1]); --at) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

}  // namespace

Canonicalizer::Canonicalizer(const TypeTable& types)
    : types_{&types}, search_{std::make_unique<CanonicalSearch>(types)} {}

Canonicalizer::~Canonicalizer() = default;

void Canonicalizer::collect_edges(const SpeciesGraph& graph,
                                  std::span<const std::uint16_t> members) {
    local_.resize(graph.molecule_count());
    for (std::size_t i = 0; i < members.size(); ++i) {
        local_[members[i]] = static_cast<std::uint32_t>(i);
    }
    edges_.clear();
    edge_ends_.clear();
    bond_ends_ = 0;
    has_several_in_group_ = false;
    for (const std::uint16_t m : members) {
        const Molecule& molecule = graph.molecule(m);
        const std::uint16_t end = graph.sites_end(m);
        for (std::uint16_t site = molecule.first_site; site < end; ++site) {
            if (graph.partner(site) == kNone) {
                continue;
            }
            const SiteGroup group = types_->group(
                molecule.type, static_cast<std::uint16_t>(site - molecule.first_site));
            has_several_in_group_ =
                has_several_in_group_ || (group.size > 1 && graph.partner(site) == kSeveral);
            graph.for_each_partner(site, [&](std::uint16_t partner) {
                const std::uint16_t owner = graph.owner(partner);
                const Molecule& other = graph.molecule(owner);
                const SiteGroup partner_group = types_->group(
                    other.type, static_cast<std::uint16_t>(partner - other.first_site));
                const std::uint64_t label =
                    std::uint64_t{group.first} << 48U | std::uint64_t{graph.state(site)} << 32U |
                    std::uint64_t{partner_group.first} << 16U | graph.state(partner);
                edges_.push_back({label, local_[owner]});
                ++bond_ends_;
            });
        }
        edge_ends_.push_back(static_cast<std::uint32_t>(edges_.size()));
    }
}

void Canonicalizer::colour_by_content(const SpeciesGraph& graph,
                                      std::span<const std::uint16_t> members) {
    colour_.resize(members.size());
    next_.resize(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        const Molecule& molecule = graph.molecule(members[i]);
        const std::uint16_t end = graph.sites_end(members[i]);
        std::uint64_t colour =
            mix(std::uint64_t{molecule.type} << 16U | molecule.compartment);
        if (!types_->has_interchangeable_sites(molecule.type)) {
            for (std::uint16_t site = molecule.first_site; site < end; ++site) {
                colour = (colour ^ site_content(graph, site)) * 0x9FB21C651E98DF25ULL;
                colour ^= colour >> 29U;
            }
        } else {
            std::uint64_t sum = 0;
            for (std::uint16_t site = molecule.first_site; site < end; ++site) {
                const SiteGroup group = types_->group(
                    molecule.type, static_cast<std::uint16_t>(site - molecule.first_site));
                sum += mix(group.first, site_content(graph, site));
            }
            colour = mix(colour, sum);
        }
        colour_[i] = mix(colour);
    }
}

std::size_t Canonicalizer::count_colours() {
    sort_small(sorted_, [&](std::uint32_t a, std::uint32_t b) { return colour_[a] < colour_[b]; });
    std::size_t count = sorted_.empty() ? 0 : 1;
    for (std::size_t i = 1; i < sorted_.size(); ++i) {
        count += colour_[sorted_[i]] != colour_[sorted_[i - 1]] ? 1U : 0U;
    }
    return count;
}

std::size_t Canonicalizer::refine() {
    std::size_t count = count_colours();
    while (count < colour_.size()) {
        std::uint32_t edge = 0;
        for (std::size_t i = 0; i < colour_.size(); ++i) {
            std::uint64_t sum = 0;
            for (; edge < edge_ends_[i]; ++edge) {
                sum += mix(edges_[edge].label, colour_[edges_[edge].target]);
            }
            next_[i] = mix(colour_[i] + 0x9E3779B97F4A7C15ULL, sum);
        }
        colour_.swap(next_);
        const std::size_t refined = count_colours();
        if (refined == count) {
            break;
        }
        count = refined;
    }
    return count;
}

bool Canonicalizer::is_tie_exact(const SpeciesGraph& graph, std::span<const std::uint16_t> members,
                                 std::uint32_t a, std::uint32_t b) {
    const Molecule& one = graph.molecule(members[a]);
    const Molecule& two = graph.molecule(members[b]);
    if (one.type != two.type || one.compartment != two.compartment) {
        return false;
    }
    const auto contents = [&](const Molecule& molecule, std::vector<std::uint64_t>& keys) {
        keys.clear();
        for (std::uint16_t s = 0; s < types_->site_count(molecule.type); ++s) {
            keys.push_back(
                std::uint64_t{types_->group(molecule.type, s).first} << 32U |
                site_content(graph, static_cast<std::uint16_t>(molecule.first_site + s)));
        }
        std::sort(keys.begin(), keys.end());
    };
    contents(one, keys_);
    contents(two, keys_b_);
    if (keys_ != keys_b_) {
        return false;
    }
    const auto bonds = [&](std::uint32_t i) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
        for (std::uint32_t e = i == 0 ? 0 : edge_ends_[i - 1]; e < edge_ends_[i]; ++e) {
            found.emplace_back(edges_[e].label, colour_[edges_[e].target]);
        }
        std::sort(found.begin(), found.end());
        return found;
    };
    return bonds(a) == bonds(b);
}

bool Canonicalizer::ties_are_exact(const SpeciesGraph& graph,
                                   std::span<const std::uint16_t> members) {
    for (std::size_t i = 1; i < sorted_.size(); ++i) {
        if (colour_[sorted_[i]] == colour_[sorted_[i - 1]] &&
            !is_tie_exact(graph, members, sorted_[i - 1], sorted_[i])) {
            return false;
        }
    }
    return true;
}

void Canonicalizer::encode(const SpeciesGraph& graph, std::span<const std::uint16_t> members,
                           std::vector<std::uint16_t>& words) {
    const std::size_t size = members.size();
    collect_edges(graph, members);
    sorted_.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
        sorted_[i] = static_cast<std::uint32_t>(i);
    }
    bool is_tree = bond_ends_ == 2 * (size - 1) && !has_several_in_group_;
    if (is_tree && size > 1) {
        colour_by_content(graph, members);
        std::size_t count = refine();
        while (is_tree && count < size) {
            is_tree = ties_are_exact(graph, members);
            std::size_t first = 1;
            while (colour_[sorted_[first]] != colour_[sorted_[first - 1]]) {
                ++first;
            }
            colour_[sorted_[first - 1]] = mix(colour_[sorted_[first - 1]], 1);
            count = refine();
        }
    }
    if (!is_tree) {
        search_->encode(graph, members, words);
        order_.assign(search_->molecule_order().begin(), search_->molecule_order().end());
        return;
    }
    order_.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
        order_[i] = members[sorted_[i]];
        local_[order_[i]] = static_cast<std::uint32_t>(i);
    }
    // Two molecules of a tree share one bond at most, so the partner tells sites of a group apart.
    site_rank_.resize(graph.site_count());
    for (const std::uint16_t m : order_) {
        const Molecule& molecule = graph.molecule(m);
        if (!types_->has_interchangeable_sites(molecule.type)) {
            continue;
        }
        const std::uint16_t end = graph.sites_end(m);
        for (std::uint16_t site = molecule.first_site; site < end; ++site) {
            const std::uint16_t partner = graph.partner(site);
            const std::uint64_t where =
                partner >= kSeveral ? partner : local_[graph.owner(partner)];
            site_rank_[site] = std::uint64_t{graph.state(site)} << 32U | where;
        }
    }
    write_words(graph, *types_, order_, site_rank_, new_site_, words);
}

void write_words(const SpeciesGraph& graph, const TypeTable& types,
                 std::span<const std::uint16_t> molecules, std::span<const std::uint64_t> site_rank,
                 std::vector<std::uint16_t>& new_site, std::vector<std::uint16_t>& words) {
    std::size_t site_count = 0;
    for (const std::uint16_t m : molecules) {
        site_count += types.site_count(graph.molecule(m).type);
    }
    words.assign(3 + 3 * molecules.size() + 2 * site_count, 0);
    words[0] = static_cast<std::uint16_t>(molecules.size());
    words[1] = static_cast<std::uint16_t>(site_count);
    new_site.resize(graph.site_count());
    std::uint16_t* molecule_at = words.data() + 3;
    std::uint16_t next = 0;
    for (const std::uint16_t m : molecules) {
        const Molecule& molecule = graph.molecule(m);
        const std::uint16_t count = types.site_count(molecule.type);
        *molecule_at++ = molecule.type;
        *molecule_at++ = molecule.compartment;
        *molecule_at++ = next;
        if (!types.has_interchangeable_sites(molecule.type)) {
            for (std::uint16_t s = 0; s < count; ++s) {
                new_site[molecule.first_site + std::size_t{s}] =
                    static_cast<std::uint16_t>(next + s);
            }
        } else {
            for (std::uint16_t s = 0; s < count; ++s) {
                const std::size_t site = molecule.first_site + std::size_t{s};
                const SiteGroup group = types.group(molecule.type, s);
                std::uint16_t before = 0;
                for (std::uint16_t o = group.first; o < group.first + group.size; ++o) {
                    const std::size_t other = molecule.first_site + std::size_t{o};
                    before = static_cast<std::uint16_t>(
                        before + (site_rank[other] < site_rank[site] ||
                                          (site_rank[other] == site_rank[site] && o < s)
                                      ? 1
                                      : 0));
                }
                new_site[site] = static_cast<std::uint16_t>(next + group.first + before);
            }
        }
        next = static_cast<std::uint16_t>(next + count);
    }
    std::uint16_t* states = words.data() + 3 + 3 * molecules.size();
    std::uint16_t* partners = states + site_count;
    std::size_t extra_begin = words.size();
    for (const std::uint16_t m : molecules) {
        const std::uint16_t end = graph.sites_end(m);
        for (std::uint16_t site = graph.molecule(m).first_site; site < end; ++site) {
            const std::uint16_t partner = graph.partner(site);
            states[new_site[site]] = graph.state(site);
            partners[new_site[site]] = partner >= kSeveral ? partner : new_site[partner];
        }
    }
    if (graph.extra_bonds().empty()) {
        return;
    }
    std::vector<ExtraBond> extra;
    for (const std::uint16_t m : molecules) {
        const std::uint16_t end = graph.sites_end(m);
        for (std::uint16_t site = graph.molecule(m).first_site; site < end; ++site) {
            if (graph.partner(site) == kSeveral) {
                graph.for_each_partner(site, [&](std::uint16_t partner) {
                    extra.push_back({new_site[site], new_site[partner]});
                });
            }
        }
    }
    std::sort(extra.begin(), extra.end());
    words[2] = static_cast<std::uint16_t>(extra.size());
    words.resize(extra_begin + 2 * extra.size());
    for (const ExtraBond& bond : extra) {
        words[extra_begin++] = bond.site;
        words[extra_begin++] = bond.partner;
    }
}

}  // namespace erbium::net
