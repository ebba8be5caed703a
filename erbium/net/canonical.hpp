// SPDX-License-Identifier: Apache-2.0
// erbium/net/canonical.hpp: one word sequence per species, whatever the order it was built in.
// Reads: SpeciesGraph   Makes: the words of a SpeciesView   Used by: the species table
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "erbium/net/species_graph.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net {

/// Makes canonical forms: two connected graphs get the same words exactly when they are isomorphic
/// (same types, compartments, states and bonds; interchangeable sites may swap).
///
/// Colour refinement splits the molecules by what they are and what they are bound to. Three cases:
///  - the colours end all different: their order is the canonical order;
///  - the molecules form a tree (nearly all species do): molecules that still share a colour are
///    images of each other under a symmetry, so that any of them may be put first;
///  - there is a ring: a search over the ties keeps the least words (canonical_search.hpp).
/// Colours are 64-bit hashes. A collision cannot make a wrong form: ties are compared exactly
/// before they are trusted, and an order by hashes is canonical whatever the hashes are.
class Canonicalizer {
public:
    explicit Canonicalizer(const TypeTable& types);
    ~Canonicalizer();
    Canonicalizer(const Canonicalizer&) = delete;
    Canonicalizer& operator=(const Canonicalizer&) = delete;

    /// Writes the canonical words of the connected subgraph that `members` lists.
    /// Precondition: no bond leaves `members`.
    /// Cost: O(sites * diameter) for trees; no allocation once the buffers have grown.
    void encode(const SpeciesGraph& graph, std::span<const std::uint16_t> members,
                std::vector<std::uint16_t>& words);

    /// By canonical index: the index in the graph, of the last encode().
    [[nodiscard]] std::span<const std::uint16_t> molecule_order() const noexcept { return order_; }

private:
    struct Edge {
        std::uint64_t label{};  // site group and state at both ends
        std::uint32_t target{};
    };

    void collect_edges(const SpeciesGraph& graph, std::span<const std::uint16_t> members);
    void colour_by_content(const SpeciesGraph& graph, std::span<const std::uint16_t> members);
    std::size_t refine();
    std::size_t count_colours();
    [[nodiscard]] bool ties_are_exact(const SpeciesGraph& graph,
                                      std::span<const std::uint16_t> members);
    [[nodiscard]] bool is_tie_exact(const SpeciesGraph& graph,
                                    std::span<const std::uint16_t> members, std::uint32_t a,
                                    std::uint32_t b);

    const TypeTable* types_;
    std::unique_ptr<class CanonicalSearch> search_;
    std::vector<std::uint32_t> local_;  // by molecule of the graph: position in members
    std::vector<Edge> edges_;
    std::vector<std::uint32_t> edge_ends_;
    std::vector<std::uint64_t> colour_;
    std::vector<std::uint64_t> next_;
    std::vector<std::uint32_t> sorted_;  // positions by colour
    std::vector<std::uint16_t> order_;
    std::vector<std::uint64_t> keys_;
    std::vector<std::uint64_t> keys_b_;
    std::vector<std::uint64_t> site_rank_;
    std::vector<std::uint16_t> new_site_;
    std::size_t bond_ends_{};
    bool has_several_in_group_{};
};

/// Writes words for given orders: `molecules` by new index, and sites sorted inside each group of
/// interchangeable ones by `site_rank` (smaller first; equal ranks must be true twins).
/// Shared by the tree case and the search.
void write_words(const SpeciesGraph& graph, const TypeTable& types,
                 std::span<const std::uint16_t> molecules, std::span<const std::uint64_t> site_rank,
                 std::vector<std::uint16_t>& new_site, std::vector<std::uint16_t>& words);

}  // namespace erbium::net
