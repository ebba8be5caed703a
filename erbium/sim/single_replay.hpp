// SPDX-License-Identifier: Apache-2.0
// erbium/sim/single_replay.hpp: recalls the recorded steps of one subject.
// Reads: StepTrace with stages   Used by: sim::ForwardSweep, sim::AdjointSweep of single runs
//
// Nothing is solved again: the stages k were kept. Stages stand in the lanes where tapes run, so
// that all of a step are done at once.
#pragma once

#include "erbium/sim/many_sided_solver.hpp"
#include "erbium/sim/sensitivity_kernels.hpp"
#include "erbium/sim/shifted_jacobian.hpp"
#include "erbium/sim/step_replay.hpp"

namespace erbium::sim {

class SingleReplay final : public StepReplay {
public:
    /// The tables must outlive it.
    /// @param kernels  for the stages; of any width: a stage's numbers do not depend on it
    /// @param many     of the plan, and what the traces' factors are for; null: solve_for_many() is
    ///                 not called
    SingleReplay(const LaneTables& tables, const MatrixPlan& plan, const ManySidedSolver* many,
                 const SensitivityKernels& kernels, const RosenbrockTableau& tableau);

    void exchange_rows(std::size_t l, bool exchanges_rows) override;
    void set_step(std::size_t l, const StepTrace& trace, std::size_t index) override;
    void set_constants(std::size_t l, const eqn::ReferenceKernel& kernel) noexcept override;
    void set_held(std::size_t l, std::span<const double> truths) noexcept override;
    void compute() override;
    [[nodiscard]] double* coefficients(std::size_t s) override;
    void solve_transposed(const double* b, double* x) override;
    /// Solves with the step's matrix for as many right-hand sides as the kernels take; both size x
    /// lanes, `x` may be `b`.
    void solve_for_many(const math::ManySides& kernels, const double* b, double* x);

    // Stages in the lanes; in several passes where there are more of them. Stage s stands in lane
    // s % lanes() of pass s / lanes(); spare lanes hold the last stage.
    [[nodiscard]] std::size_t lanes() const noexcept { return lanes_; }
    [[nodiscard]] std::size_t passes() const noexcept { return pass_slots_.size(); }
    /// What the tapes of rates and of their slopes compute. Behind the slots there is the room that
    /// was asked for.
    [[nodiscard]] double* slots(std::size_t pass) noexcept { return pass_slots_[pass].data(); }
    /// Those of stage s, lanes() apart.
    [[nodiscard]] const double* slots_of(std::size_t s) const noexcept {
        return pass_slots_[s / lanes_].data() + s % lanes_;
    }
    [[nodiscard]] const double* states(std::size_t pass) const noexcept {
        return pass_states_[pass].data();
    }
    /// Room for as many slots in all. Forgets constants.
    void make_room(std::size_t slot_count);

private:
    void run_tapes(std::size_t pass);
    void find_slopes_in_time();

    const SensitivityKernels& kernels_;
    ShiftedJacobian matrix_;
    const ManySidedSolver* many_;
    bool exchanges_rows_{};
    std::span<const double> factors_;  // of the present step, when they were kept or are for many
    math::AlignedDoubles made_;        // those that were not kept, for many
    math::AlignedDoubles many_work_;   // states x lanes
    std::vector<double> column_;       // of many, for row exchanges
    bool is_restored_{};               // the matrix has them
    std::size_t lanes_;
    std::vector<eqn::Slot> written_;                 // by the tapes of rates and their slopes
    std::vector<math::AlignedDoubles> pass_slots_;   // slots x lanes
    std::vector<math::AlignedDoubles> pass_states_;  // states x lanes
    math::AlignedDoubles lane_times_;
    math::AlignedDoubles scratch_;
    math::AlignedDoubles slope_;
    std::vector<double> slots_;     // of one stage
    std::vector<double> jacobian_;  // at the step's start
};

}  // namespace erbium::sim
