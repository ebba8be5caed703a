// SPDX-License-Identifier: Apache-2.0
// erbium/math/backward_error.hpp: how well a vector solves a sparse linear system.
// Used by: math::SupernodalLu, math::SmallLu
#pragma once

#include <cstddef>

#include "erbium/math/sparse_pattern.hpp"

namespace erbium::math {

/// Componentwise backward error max_i |b - M x|_i / (|M| |x| + |b| + beside)_i of any x, M = scale
/// A
/// + shift I, NaN when a part is. Element i of entries and vectors is at [i * stride]; `work` is 2
/// x size. Source: Oettli, Prager, Numer Math 6 (1964) 405.
/// @param beside  what b is known to anyway; 0 when null
[[nodiscard]] double backward_error(const SparsePattern& pattern, const double* entries,
                                    double scale, double shift, const double* b, const double* x,
                                    std::size_t stride, const double* beside,
                                    double* work) noexcept;

}  // namespace erbium::math
