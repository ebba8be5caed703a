// SPDX-License-Identifier: Apache-2.0
// erbium/math/ordering.hpp: symmetric permutations that keep LU factors sparse.
// Reads: SparsePattern   Makes: Order   Used by: math::LuPlan, math::SupernodePlan
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erbium/math/sparse_pattern.hpp"

namespace erbium::math {

/// Strongly connected components in an order that makes the matrix block upper triangular; a
/// component's first index in the order is where begins[component] points.
/// Source: Tarjan, SIAM J Comput 1 (1972) 146; here without recursion.
struct Components {
    Order order;
    std::vector<std::size_t> begins;  ///< components + 1
};
[[nodiscard]] Components strong_components(const SparsePattern& pattern);

/// First what needs no elimination: again and again a column or a row that among those left has
/// only its diagonal, as of a quantity that nothing reads or that reads nothing; then approximate
/// minimum degree on A + A^T inside each strong component of the rest (minimum_degree.hpp).
[[nodiscard]] Order minimum_degree_order(const SparsePattern& pattern);

/// Diagonal pivot of least (r - 1)(c - 1) in the remaining matrix, r and c its entries in row and
/// column; sees the unsymmetric pattern that AMD makes symmetric. Ties go to the smaller index.
/// Source: Markowitz, Manage Sci 3 (1957) 255.   Cost: O(size^3 / 64).
[[nodiscard]] Order markowitz_order(const SparsePattern& pattern);

/// The same rule, of eight cheapest pivots the one that makes fewest entries; but those whose
/// columns of L hold nearly the same rows follow each other in runs: after a pivot the cheapest of
/// those comes, unless another costs far less. Fewer and wider supernodes, for some more
/// operations.   Cost: the same for bounded numbers of entries in the pivots' columns.
[[nodiscard]] Order markowitz_order_in_runs(const SparsePattern& pattern,
                                            std::size_t longest_run = 8);

/// The same elimination as in `order`, in the order in which neighbours in the elimination tree of
/// A + A^T's factors stand together, which makes columns of like structure neighbours. Source: Liu,
/// SIAM J Matrix Anal Appl 11 (1990) 134.
[[nodiscard]] Order postordered(const SparsePattern& pattern, const Order& order);

struct NamedOrder {
    std::string name;
    Order order;
};

/// The orders that a plan tries: `given` alone when it is set. Postorder brings like columns
/// together, but it follows the symmetric pattern: on some unsymmetric ones it loses most of what
/// Markowitz' rule had gained. Markowitz' rule is left out where it would take seconds, beyond a
/// size of 6,000.
[[nodiscard]] std::vector<NamedOrder> orders_to_try(const SparsePattern& pattern,
                                                    const std::optional<Order>& given);

}  // namespace erbium::math
