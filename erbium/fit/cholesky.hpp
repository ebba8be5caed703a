// SPDX-License-Identifier: Apache-2.0
// erbium/fit/cholesky.hpp: symmetric positive definite systems of the size of a parameter vector.
// Used by: fit (trust region, samplers, uncertainty)
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace erbium::fit {

/// L with L L^T = A for a dense symmetric A (row-major; its lower half is read).
class Cholesky {
public:
    /// Cost: n^3 / 3.
    Cholesky(std::span<const double> matrix, std::size_t n);

    /// False when the matrix is not positive definite to working precision; nothing else may then
    /// be asked for.
    [[nodiscard]] bool ok() const noexcept { return ok_; }
    /// A^-1 b, in place.
    void solve(std::span<double> b) const noexcept;
    /// Column `p` of A^-1.
    [[nodiscard]] std::vector<double> inverse_column(std::size_t p) const;
    /// L^-1 b, in place.
    void solve_lower(std::span<double> b) const noexcept;
    /// L b, in place: standard normal numbers become numbers with covariance A.
    void multiply_lower(std::span<double> b) const noexcept;

private:
    std::size_t n_;
    bool ok_{true};
    std::vector<double> l_;  // n x n, row-major
};

}  // namespace erbium::fit
