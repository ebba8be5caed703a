// SPDX-License-Identifier: Apache-2.0
// erbium/net/canonical_search.hpp: canonical forms of species with rings, by search over ties.
// Used by: Canonicalizer
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "erbium/net/species_graph.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net {

/// Individualisation and refinement, as in McKay's nauty but for small sparse graphs: vertices are
/// molecules and sites; where refinement leaves a tie, each tied vertex is put first in turn, and
/// the least words of all ends win. Equal words of two ends are a symmetry; tied vertices that
/// symmetries found so far carry into one another are tried once only.
///
/// Source: B. D. McKay, A. Piperno, Practical graph isomorphism II, J. Symb. Comput. 60 (2014).
class CanonicalSearch {
public:
    explicit CanonicalSearch(const TypeTable& types) : types_{&types} {}

    void encode(const SpeciesGraph& graph, std::span<const std::uint16_t> members,
                std::vector<std::uint16_t>& words);

    /// By canonical index: the index in the graph, of the last encode().
    [[nodiscard]] std::span<const std::uint16_t> molecule_order() const noexcept { return order_; }

    /// Ends of the search reached by the last encode(); a measure for tests of the pruning.
    [[nodiscard]] std::size_t leaf_count() const noexcept { return leaf_count_; }

private:
    using Colours = std::vector<std::uint64_t>;

    void build(const SpeciesGraph& graph, std::span<const std::uint16_t> members);
    std::uint64_t refine(Colours& colours);
    /// Explores below the node that `colours` describes; gives the depth to return to.
    std::size_t search(const SpeciesGraph& graph, Colours colours, std::size_t depth);
    std::size_t finish_leaf(const SpeciesGraph& graph, const Colours& colours, std::size_t depth);
    /// Smallest tied colour class, molecules before sites; empty when there are no ties.
    [[nodiscard]] std::vector<std::uint32_t> target_cell(const Colours& colours);
    void join_orbits(std::vector<std::uint32_t>& orbit, std::size_t depth) const;

    const TypeTable* types_;
    std::size_t molecule_count_{};
    std::vector<std::uint16_t> vertex_;  // molecule or site of the graph, by vertex
    std::vector<std::uint32_t> neighbour_ends_;
    std::vector<std::uint32_t> neighbours_;
    std::vector<std::uint32_t> owner_;  // of site vertices
    Colours initial_;
    Colours next_;
    std::vector<std::uint32_t> sorted_;
    std::vector<std::uint32_t> path_;         // vertices put first on the way to here
    std::vector<std::uint64_t> trace_;        // what refinement gave on the way to here
    std::vector<std::uint32_t> best_path_;
    std::vector<std::uint64_t> best_trace_;
    std::vector<std::uint16_t> best_words_;
    std::vector<std::uint32_t> best_vertices_;  // by rank
    bool has_best_{};
    std::vector<std::vector<std::uint32_t>> symmetries_;
    std::vector<std::uint16_t> order_;
    std::vector<std::uint16_t> leaf_order_;
    std::vector<std::uint16_t> leaf_words_;
    std::vector<std::uint64_t> site_rank_;
    std::vector<std::uint16_t> new_site_;
    std::size_t leaf_count_{};
};

}  // namespace erbium::net
