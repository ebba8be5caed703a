// SPDX-License-Identifier: Apache-2.0
// erbium/math/minimum_degree.hpp: approximate minimum degree by quotient graphs.
// Reads: SparsePattern   Makes: Order   Used by: math::minimum_degree_order
#pragma once

#include "erbium/math/sparse_pattern.hpp"

namespace erbium::math {

/// An order of elimination that keeps the factors of A + A^T sparse: next is always a row whose
/// upper bound on its degree is least.
/// Source: Amestoy, Davis, Duff, SIAM J Matrix Anal Appl 17 (1996) 886.
///
/// Eliminated rows live on as elements (the set of rows they joined), elements that are contained
/// in a new one are absorbed, and rows with the same neighbours are eliminated together.
/// Cost: about O(entries) for sparse patterns; deterministic.
[[nodiscard]] Order approximate_minimum_degree(const SparsePattern& pattern);

}  // namespace erbium::math
