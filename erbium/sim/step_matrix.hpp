// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_matrix.hpp: the linear systems of steps that are done again, also transposed.
// Reads: math::LuPlan   Used by: sim::LaneReplay
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "erbium/math/aligned.hpp"
#include "erbium/math/lu_plan.hpp"
#include "erbium/math/row_exchange_lu.hpp"
#include "erbium/sim/lanes_kernels.hpp"

namespace erbium::sim {

/// Factors of shift I - J, one matrix per lane: pivots on the diagonal, all lanes at once; or with
/// row exchanges in the lanes whose steps were done so.
class StepMatrix {
public:
    /// The plan must outlive it.
    StepMatrix(const math::LuPlan& plan, const SystemKernels& kernels);

    void exchange_rows(std::size_t lane, bool exchanges_rows);
    /// @param jacobian  entries x lanes
    /// @param shift     by lane
    void factor(const double* jacobian, const double* shift);
    /// One right-hand side per lane; `x` may be `b`.
    void solve(const double* b, double* x);
    void solve_transposed(const double* b, double* x);

private:
    template <class All, class One>
    void solve_by(const double* b, double* x, All all, One one);

    math::SparsePattern pattern_;
    math::LuProgram program_;
    const SystemKernels& kernels_;
    std::size_t n_;
    std::size_t width_;
    math::AlignedDoubles factors_;
    math::AlignedDoubles growth_;
    math::AlignedDoubles work_;
    std::vector<std::uint8_t> exchanges_rows_;                      // by lane
    std::vector<std::unique_ptr<math::RowExchangeLu>> exchanging_;  // by lane, made when needed
    std::vector<double> matrix_;
    std::vector<double> right_;  // of lanes with row exchanges, one after another
};

}  // namespace erbium::sim
