// SPDX-License-Identifier: Apache-2.0
// erbium/sim/single_replay.hpp: recalls the recorded steps of one subject.
// Reads: StepTrace with stages   Used by: sim::ForwardSweep, sim::AdjointSweep of single runs
//
// Nothing is solved again: the stages k were kept. Stages stand in the lanes where tapes run and
// Jacobians are computed, so that all of a step are done at once.
#pragma once

#include "erbium/sim/sensitivity_kernels.hpp"
#include "erbium/sim/shifted_jacobian.hpp"
#include "erbium/sim/step_replay.hpp"

namespace erbium::sim {

class SingleReplay final : public StepReplay {
public:
    /// The tables must outlive it.
    /// @param kernels  for the stages; of any width: a stage's numbers do not depend on it
    SingleReplay(const LaneTables& tables, const MatrixPlan& plan,
                 const SensitivityKernels& kernels, const RosenbrockTableau& tableau);

    void exchange_rows(std::size_t l, bool exchanges_rows) override;
    void set_step(std::size_t l, const StepTrace& trace, std::size_t index) override;
    void set_constants(std::size_t l, const eqn::ReferenceKernel& kernel) noexcept override;
    void set_held(std::size_t l, std::span<const double> truths) noexcept override;
    void compute() override;
    [[nodiscard]] double* coefficients(std::size_t s) override {
        return slots_.data() + s * tables_.slot_count();
    }
    void solve_transposed(const double* b, double* x) override;
    /// Solves with the step's matrix for as many right-hand sides as the kernels take.
    void solve_for_many(const math::ManySides& kernels, const double* b, double* x) {
        matrix_.solve_for_many(kernels, b, x);
    }

    /// Entry e of the Jacobian at stage s is at [e * entry_stride()].
    [[nodiscard]] const double* jacobian(std::size_t s) const noexcept {
        const std::size_t pass = s / lanes_;
        return jacobians_.data() + pass * entries_ * lanes_ + s % lanes_;
    }
    [[nodiscard]] std::size_t entry_stride() const noexcept { return lanes_; }

private:
    void compute_jacobians(std::size_t first);

    const SensitivityKernels& kernels_;
    ShiftedJacobian matrix_;
    bool exchanges_rows_{};
    std::span<const double> factors_;  // of the present step, when they were kept
    std::size_t lanes_;
    std::size_t entries_;
    std::vector<eqn::Slot> written_;  // by the tapes of rates and their slopes
    math::AlignedDoubles slots_;      // stages x slots
    math::AlignedDoubles jacobians_;
    std::vector<double> jacobian_;  // at the step's start
    // Of stages in lanes.
    math::AlignedDoubles lane_times_;
    math::AlignedDoubles lane_states_;
    math::AlignedDoubles lane_slots_;
    math::AlignedDoubles scratch_;
    std::vector<double> slope_;
};

}  // namespace erbium::sim
