// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_replay.hpp: does a recorded step again and keeps all its parts.
// Reads: StepTrace   Used by: sim::ForwardSweep, sim::AdjointSweep
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/aligned.hpp"
#include "erbium/sim/lanes_kernels.hpp"
#include "erbium/sim/lanes_tables.hpp"
#include "erbium/sim/rosenbrock_tableau.hpp"
#include "erbium/sim/step_matrix.hpp"
#include "erbium/sim/step_trace.hpp"

namespace erbium::sim {

/// Which Jacobians a replay computes.
enum class ReplayedJacobians : std::uint8_t {
    start,       ///< at the step's start only, as the step itself needs it
    all_stages,  ///< also at each stage, and there slots of their own
};

/// The stages of one Rosenbrock step per lane, by the operations of sim::LaneIntegrator in their
/// order, so that its numbers are those of the step that was recorded.
class StepReplay {
public:
    StepReplay(const LaneTables& tables, const StepPlan& plan, const SystemKernels& kernels,
               const RosenbrockTableau& tableau, ReplayedJacobians jacobians);

    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    [[nodiscard]] const RosenbrockTableau& tableau() const noexcept { return tableau_; }
    [[nodiscard]] std::size_t stages() const noexcept {
        return static_cast<std::size_t>(tableau_.stages);
    }

    /// The step that lane l does next, from y.
    void set_step(std::size_t l, const TracedStep& step, std::span<const double> y) noexcept;
    /// Parameters and what follows from them.
    void set_constants(std::size_t l, const eqn::ReferenceKernel& kernel) noexcept;
    /// Truths of the comparisons in rates, in the order of System::roots(), which steps hold.
    void set_held(std::size_t l, std::span<const double> truths) noexcept;
    [[nodiscard]] std::size_t held_count() const noexcept { return held_slots_.size(); }
    [[nodiscard]] StepMatrix& matrix() noexcept { return matrix_; }

    /// Everything below, for all lanes.
    void compute();

    [[nodiscard]] const double* t() const noexcept { return t_.data(); }
    [[nodiscard]] const double* h() const noexcept { return h_.data(); }
    [[nodiscard]] const double* reciprocal_h() const noexcept { return reciprocal_h_.data(); }
    [[nodiscard]] const double* y() const noexcept { return y_.data(); }
    /// State and time that stage s looks at; for s = 0 the step's start.
    [[nodiscard]] const double* stage_state(std::size_t s) const noexcept {
        return stage_states_.data() + s * n_ * width_;
    }
    [[nodiscard]] const double* stage_time(std::size_t s) const noexcept {
        return stage_times_.data() + s * width_;
    }
    /// All stages k, one after another.
    [[nodiscard]] const double* k() const noexcept { return k_.data(); }
    [[nodiscard]] const double* k(std::size_t s) const noexcept {
        return k_.data() + s * n_ * width_;
    }
    /// State after the step.
    [[nodiscard]] const double* y_new() const noexcept { return y_new_.data(); }
    /// Jacobian at the step's start, and at stage s with all_stages.
    [[nodiscard]] const double* jacobian(std::size_t s = 0) const noexcept {
        return jacobians_.data() + s * entry_rows_ * width_;
    }
    /// Slots at stage s with all_stages; else stages share one set.
    [[nodiscard]] double* slots(std::size_t s) noexcept {
        return slots_.data() + (keeps_ ? s : 0) * tables_.slot_count() * width_;
    }
    /// By entry of a state, 0 where df/dt was not finite and taken as 0; only where
    /// LaneTables::has_time_slope().
    [[nodiscard]] const std::uint8_t* has_slope() const noexcept { return has_slope_.data(); }

private:
    const LaneTables& tables_;
    std::vector<eqn::Slot> held_slots_;
    StepMatrix matrix_;
    const SystemKernels& kernels_;
    const RosenbrockTableau& tableau_;
    std::size_t n_;
    std::size_t width_;
    std::size_t entry_rows_;
    bool keeps_;

    math::AlignedDoubles t_;
    math::AlignedDoubles h_;
    math::AlignedDoubles reciprocal_h_;
    math::AlignedDoubles shift_;
    math::AlignedDoubles d_h_;
    math::AlignedDoubles latest_;
    math::AlignedDoubles stage_times_;
    math::AlignedDoubles slots_;  // of each stage
    math::AlignedDoubles scratch_;
    math::AlignedDoubles y_;
    math::AlignedDoubles y_new_;
    math::AlignedDoubles f_;
    math::AlignedDoubles f_stage_;
    math::AlignedDoubles slope_;
    std::vector<std::uint8_t> has_slope_;
    math::AlignedDoubles right_;
    math::AlignedDoubles stage_states_;
    math::AlignedDoubles k_;
    math::AlignedDoubles jacobians_;
};

/// The state at theta inside the step that lane 0 of a replay of one lane did.
void interpolate_state(const StepReplay& replay, double theta, std::span<double> y) noexcept;

}  // namespace erbium::sim
