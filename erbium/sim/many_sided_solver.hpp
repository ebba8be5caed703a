// SPDX-License-Identifier: Apache-2.0
// erbium/sim/many_sided_solver.hpp: solves with the factors of one step for many right-hand sides.
// Reads: MatrixPlan, factors   Used by: sim::ForwardSweep
#pragma once

#include <cstddef>
#include <span>
#include <variant>

#include "erbium/math/substitution.hpp"
#include "erbium/sim/shifted_jacobian.hpp"

namespace erbium::sim {

/// Never changes; any number of threads may use one.
class ManySidedSolver {
public:
    explicit ManySidedSolver(const MatrixPlan& plan);

    [[nodiscard]] std::size_t value_count() const noexcept;
    /// What solutions need of the factors that ShiftedJacobian::factors() gave: fewer numbers, and
    /// in the order in which they are read.
    void take(std::span<const double> factors, std::span<double> values) const noexcept;
    /// As many right-hand sides as the kernels have lanes; b, x and work are size x lanes, `x` may
    /// be `b`. A lane's bytes do not depend on their number.
    void solve(const math::ManySides& kernels, std::span<const double> values, const double* b,
               double* work, double* x) const noexcept;

private:
    std::variant<math::Substitution, math::SupernodePlan> by_;
};

}  // namespace erbium::sim
