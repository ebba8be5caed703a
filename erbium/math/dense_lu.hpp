// SPDX-License-Identifier: Apache-2.0
// erbium/math/dense_lu.hpp: LU with row exchanges, plainly; the oracle of every faster one.
// Used by: tests; sim, for a subject that sparse factors without exchanges cannot do
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace erbium::math {

/// Gaussian elimination with partial pivoting of one dense matrix.
/// Cost: 2/3 size^3 operations; allocates when made only.
class DenseLu {
public:
    explicit DenseLu(std::size_t size) : size_{size}, values_(size * size), rows_(size) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Factorises; `matrix` is row by row, size x size.
    /// @return  false when the matrix is singular to working precision or holds a NaN
    [[nodiscard]] bool factor(std::span<const double> matrix) noexcept;

    /// Solves with the last factors. Precondition: factor() returned true.
    void solve(std::span<const double> b, std::span<double> x) const noexcept;

private:
    std::size_t size_;
    std::vector<double> values_;
    std::vector<std::size_t> rows_;
};

}  // namespace erbium::math
