// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lane_replay.hpp: does recorded steps of several subjects again, one per lane.
// Reads: StepTrace   Used by: sim::AdjointSweep, for batches
#pragma once

#include "erbium/sim/sensitivity_kernels.hpp"
#include "erbium/sim/step_matrix.hpp"
#include "erbium/sim/step_replay.hpp"

namespace erbium::sim {

/// By the operations of sim::LaneIntegrator in their order, so that its numbers are those of the
/// steps that were recorded: nothing but the state at the start of a step need be kept.
class LaneReplay final : public StepReplay {
public:
    /// The tables and the plan must outlive it.
    LaneReplay(const LaneTables& tables, const math::LuPlan& plan,
               const SensitivityKernels& kernels, const RosenbrockTableau& tableau);

    void exchange_rows(std::size_t l, bool exchanges_rows) override;
    void set_step(std::size_t l, const StepTrace& trace, std::size_t index) override;
    void set_constants(std::size_t l, const eqn::ReferenceKernel& kernel) noexcept override;
    void set_held(std::size_t l, std::span<const double> truths) noexcept override;
    void compute() override;
    [[nodiscard]] double* coefficients(std::size_t s) override;
    void solve_transposed(const double* b, double* x) override;

private:
    const SensitivityKernels& kernels_;
    StepMatrix matrix_;
    math::AlignedDoubles shift_;
    math::AlignedDoubles d_h_;
    math::AlignedDoubles slots_;
    math::AlignedDoubles scratch_;
    math::AlignedDoubles f_;
    math::AlignedDoubles f_stage_;
    math::AlignedDoubles slope_;
    math::AlignedDoubles right_;
    math::AlignedDoubles jacobian_;
};

}  // namespace erbium::sim
