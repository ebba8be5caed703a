// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sparse_lu.hpp: LU factors of matrices that share one pattern, by KLU.
// Used by: sim::CvodesIntegrator, as the peer that other factorisations are measured against
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace erbium::sim {

/// Solves A x = b for many matrices of one sparsity pattern. The order of elimination (AMD, block
/// triangular form) is planned once; SUNDIALS' own KLU module plans it anew at each restart, that
/// is at each dose, and takes COLAMD, which doubles to quadruples the work on reaction networks.
class SparseLu {
public:
    /// @param column_begins, rows  the pattern in CSC form; both must outlive the object
    SparseLu(std::span<const std::int32_t> column_begins, std::span<const std::int32_t> rows);

    /// Forgets the pivots of earlier matrices, so that results do not depend on what came before.
    void forget_pivots() noexcept;

    /// Factors A, with the pivots of the last matrix where they still serve. False when A is
    /// singular or not finite.
    [[nodiscard]] bool factor(std::span<double> values);

    /// b becomes x. Precondition: factor() succeeded.
    void solve(std::span<double> b);

    /// Full factorisations and re-factorisations so far.
    [[nodiscard]] std::size_t factorisations() const noexcept { return factorisations_; }

private:
    struct Klu;  // klu.h stays out of the headers
    struct Free {
        void operator()(Klu* klu) const noexcept;
    };
    std::unique_ptr<Klu, Free> klu_;
    std::size_t factorisations_{};
};

}  // namespace erbium::sim
