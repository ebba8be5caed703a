// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/canonical_search.hpp"

#include <algorithm>
#include <numeric>

#include "erbium/net/canonical.hpp"
#include "erbium/net/mix.hpp"

namespace erbium::net {
namespace {

std::uint32_t find_root(std::vector<std::uint32_t>& parent, std::uint32_t v) {
    while (parent[v] != v) {
        parent[v] = parent[parent[v]];
        v = parent[v];
    }
    return v;
}

}  // namespace

void CanonicalSearch::build(const SpeciesGraph& graph, std::span<const std::uint16_t> members) {
    molecule_count_ = members.size();
    vertex_.assign(members.begin(), members.end());
    initial_.clear();
    owner_.clear();
    std::vector<std::uint32_t> vertex_of_site(graph.site_count());
    for (const std::uint16_t m : members) {
        const Molecule& molecule = graph.molecule(m);
        initial_.push_back(mix(std::uint64_t{molecule.type} << 16U | molecule.compartment, 1));
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
        const Molecule& molecule = graph.molecule(members[i]);
        const std::uint16_t end = graph.sites_end(members[i]);
        for (std::uint16_t site = molecule.first_site; site < end; ++site) {
            vertex_of_site[site] = static_cast<std::uint32_t>(vertex_.size());
            vertex_.push_back(site);
            owner_.push_back(static_cast<std::uint32_t>(i));
            const SiteGroup group = types_->group(
                molecule.type, static_cast<std::uint16_t>(site - molecule.first_site));
            initial_.push_back(mix(std::uint64_t{group.first} << 32U |
                                       std::uint64_t{graph.state(site)} << 16U |
                                       graph.degree(site),
                                   2));
        }
    }
    neighbours_.clear();
    neighbour_ends_.clear();
    for (std::size_t v = molecule_count_; v < vertex_.size(); ++v) {
        graph.for_each_partner(vertex_[v], [&](std::uint16_t partner) {
            neighbours_.push_back(vertex_of_site[partner]);
        });
        neighbour_ends_.push_back(static_cast<std::uint32_t>(neighbours_.size()));
    }
}

// Refines until the number of colours stays; the result does not depend on the order of vertices.
std::uint64_t CanonicalSearch::refine(Colours& colours) {
    const std::size_t size = colours.size();
    next_.resize(size);
    sorted_.resize(size);
    std::iota(sorted_.begin(), sorted_.end(), 0U);
    std::size_t count = 0;
    for (;;) {
        std::sort(sorted_.begin(), sorted_.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return colours[a] < colours[b]; });
        std::size_t refined = 1;
        for (std::size_t i = 1; i < size; ++i) {
            refined += colours[sorted_[i]] != colours[sorted_[i - 1]] ? 1U : 0U;
        }
        if (refined == count || refined == size) {
            break;
        }
        count = refined;
        std::fill(next_.begin(), next_.begin() + static_cast<std::ptrdiff_t>(molecule_count_), 0);
        std::uint32_t at = 0;
        for (std::size_t v = molecule_count_; v < size; ++v) {
            const std::size_t site = v - molecule_count_;
            std::uint64_t sum = mix(colours[owner_[site]], 3);
            for (; at < neighbour_ends_[site]; ++at) {
                sum += mix(colours[neighbours_[at]], 4);
            }
            next_[v] = mix(colours[v], sum);
            next_[owner_[site]] += mix(colours[v], 5);
        }
        for (std::size_t m = 0; m < molecule_count_; ++m) {
            next_[m] = mix(colours[m], next_[m]);
        }
        colours.swap(next_);
    }
    std::uint64_t trace = size;
    for (const std::uint32_t v : sorted_) {
        trace = mix(trace, colours[v]);
    }
    return trace;
}

std::vector<std::uint32_t> CanonicalSearch::target_cell(const Colours& colours) {
    std::size_t best_begin = 0;
    std::size_t best_size = 0;
    bool best_is_molecule = false;
    for (std::size_t begin = 0; begin < sorted_.size();) {
        std::size_t end = begin + 1;
        while (end < sorted_.size() && colours[sorted_[end]] == colours[sorted_[begin]]) {
            ++end;
        }
        const bool is_molecule = sorted_[begin] < molecule_count_;
        if (end - begin > 1 &&
            (best_size == 0 || (is_molecule && !best_is_molecule) ||
             (is_molecule == best_is_molecule && end - begin < best_size))) {
            best_begin = begin;
            best_size = end - begin;
            best_is_molecule = is_molecule;
        }
        begin = end;
    }
    std::vector<std::uint32_t> cell(
        sorted_.begin() + static_cast<std::ptrdiff_t>(best_begin),
        sorted_.begin() + static_cast<std::ptrdiff_t>(best_begin + best_size));
    std::sort(cell.begin(), cell.end());
    return cell;
}

void CanonicalSearch::join_orbits(std::vector<std::uint32_t>& orbit, std::size_t depth) const {
    for (const std::vector<std::uint32_t>& image : symmetries_) {
        bool fixes_path = true;
        for (std::size_t d = 0; d < depth && fixes_path; ++d) {
            fixes_path = image[path_[d]] == path_[d];
        }
        if (!fixes_path) {
            continue;
        }
        for (std::uint32_t v = 0; v < image.size(); ++v) {
            const std::uint32_t a = find_root(orbit, v);
            const std::uint32_t b = find_root(orbit, image[v]);
            orbit[std::max(a, b)] = std::min(a, b);
        }
    }
}

std::size_t CanonicalSearch::finish_leaf(const SpeciesGraph& graph, const Colours& colours,
                                         std::size_t depth) {
    ++leaf_count_;
    leaf_order_.clear();
    for (const std::uint32_t v : sorted_) {
        if (v < molecule_count_) {
            leaf_order_.push_back(vertex_[v]);
        } else {
            site_rank_[vertex_[v]] = colours[v];
        }
    }
    write_words(graph, *types_, leaf_order_, site_rank_, new_site_, leaf_words_);
    const bool is_better =
        !has_best_ || trace_ < best_trace_ || (trace_ == best_trace_ && leaf_words_ < best_words_);
    if (is_better) {
        has_best_ = true;
        best_trace_ = trace_;
        best_path_ = path_;
        best_words_ = leaf_words_;
        best_vertices_ = sorted_;
        order_ = leaf_order_;
        return depth;
    }
    if (trace_ != best_trace_ || leaf_words_ != best_words_) {
        return depth;
    }
    // The same words from two orders: sending one order to the other is a symmetry. Molecules go
    // where the words say; sites within a group where their new index says.
    std::vector<std::uint32_t> image(vertex_.size());
    for (std::size_t rank = 0; rank < sorted_.size(); ++rank) {
        image[best_vertices_[rank]] = sorted_[rank];
    }
    symmetries_.push_back(std::move(image));
    std::size_t common = 0;
    while (common < path_.size() && path_[common] == best_path_[common]) {
        ++common;
    }
    return common;
}

std::size_t CanonicalSearch::search(const SpeciesGraph& graph, Colours colours,
                                    std::size_t depth) {
    trace_.push_back(refine(colours));
    // A node whose trace is already greater than the best one's cannot hold the least leaf.
    const bool is_worse =
        has_best_ && std::lexicographical_compare(
                         best_trace_.begin(),
                         best_trace_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                   best_trace_.size(), trace_.size())),
                         trace_.begin(), trace_.end()) &&
        !std::equal(trace_.begin(), trace_.end(), best_trace_.begin(),
                    best_trace_.begin() + static_cast<std::ptrdiff_t>(
                                              std::min(best_trace_.size(), trace_.size())));
    std::size_t back_to = depth;
    if (!is_worse) {
        const std::vector<std::uint32_t> cell = target_cell(colours);
        if (cell.empty()) {
            back_to = finish_leaf(graph, colours, depth);
        } else {
            std::vector<std::uint32_t> orbit(vertex_.size());
            std::vector<std::uint32_t> tried;
            std::size_t known = 0;
            std::iota(orbit.begin(), orbit.end(), 0U);
            for (const std::uint32_t v : cell) {
                if (known != symmetries_.size()) {
                    std::iota(orbit.begin(), orbit.end(), 0U);
                    join_orbits(orbit, depth);
                    known = symmetries_.size();
                }
                const bool is_image =
                    std::any_of(tried.begin(), tried.end(), [&](std::uint32_t t) {
                        return find_root(orbit, t) == find_root(orbit, v);
                    });
                if (is_image) {
                    continue;
                }
                tried.push_back(v);
                path_.push_back(v);
                Colours child = colours;
                child[v] = mix(child[v], 7);
                const std::size_t to = search(graph, std::move(child), depth + 1);
                path_.pop_back();
                if (to < depth) {
                    back_to = to;
                    break;
                }
            }
        }
    }
    trace_.pop_back();
    return back_to;
}

void CanonicalSearch::encode(const SpeciesGraph& graph, std::span<const std::uint16_t> members,
                             std::vector<std::uint16_t>& words) {
    build(graph, members);
    site_rank_.resize(graph.site_count());
    path_.clear();
    trace_.clear();
    symmetries_.clear();
    has_best_ = false;
    leaf_count_ = 0;
    search(graph, initial_, 0);
    words = best_words_;
}

}  // namespace erbium::net
