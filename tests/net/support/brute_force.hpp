// SPDX-License-Identifier: Apache-2.0
// tests/net/support/brute_force.hpp: matching, isomorphism and factors by trying everything.
// The oracle for the fast code; shares only the data structures with it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "erbium/model/model.hpp"
#include "erbium/net/species_graph.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net::test {

/// Images of a pattern: molecules, then sites.
using Images = std::vector<std::uint16_t>;

/// All ways to lay a pattern onto the molecules [begin, end) of a graph.
[[nodiscard]] std::vector<Images> brute_embeddings(const model::Pattern& pattern,
                                                   const SpeciesGraph& graph, std::size_t begin,
                                                   std::size_t end, const TypeTable& types);

/// Whether some renumbering of molecules and interchangeable sites makes two graphs equal.
[[nodiscard]] bool brute_isomorphic(const SpeciesGraph& a, const SpeciesGraph& b,
                                    const TypeTable& types);

/// Factor of each outcome (sorted products, as indices into `species`; kUnknown for others) of a
/// rule on a multiset of reactants. By definition: the number of different edits of the graph that
/// the rule makes, over the permutations of equal reactants. Edits differ when they touch other
/// things, or the same things in other roles; roles are the same when the rule's text is.
/// Limits: rules of at most two molecules, for which equal texts are the same as a symmetry.
inline constexpr std::uint32_t kUnknown = 0xFFFFFFFFU;
[[nodiscard]] std::map<std::vector<std::uint32_t>, double> brute_factors(
    const model::Rule& rule, std::span<const std::uint32_t> reactants,
    const std::vector<SpeciesGraph>& species, const TypeTable& types);

}  // namespace erbium::net::test
