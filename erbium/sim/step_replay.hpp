// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_replay.hpp: a recorded step with all its parts, to be differentiated.
// Reads: StepTrace   Used by: sim::ForwardSweep, sim::AdjointSweep
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/aligned.hpp"
#include "erbium/sim/lanes_tables.hpp"
#include "erbium/sim/rosenbrock_tableau.hpp"
#include "erbium/sim/step_trace.hpp"

namespace erbium::sim {

/// One Rosenbrock step per lane, each of another subject.
class StepReplay {
public:
    StepReplay(const StepReplay&) = delete;
    StepReplay& operator=(const StepReplay&) = delete;
    virtual ~StepReplay() = default;

    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    [[nodiscard]] const RosenbrockTableau& tableau() const noexcept { return tableau_; }
    [[nodiscard]] std::size_t stages() const noexcept {
        return static_cast<std::size_t>(tableau_.stages);
    }

    /// Whether the linear systems of lane l's steps are solved with row exchanges.
    virtual void exchange_rows(std::size_t l, bool exchanges_rows) = 0;
    /// The step that lane l does next.
    virtual void set_step(std::size_t l, const StepTrace& trace, std::size_t index);
    /// Parameters and what follows from them.
    virtual void set_constants(std::size_t l, const eqn::ReferenceKernel& kernel) noexcept = 0;
    /// Truths of the comparisons in rates, in the order of System::roots(), which steps hold.
    virtual void set_held(std::size_t l, std::span<const double> truths) noexcept = 0;
    [[nodiscard]] std::size_t held_count() const noexcept { return held_slots_.size(); }

    /// Everything below, for all lanes.
    virtual void compute() = 0;

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
    /// By entry of a state, 0 where df/dt was not finite and taken as 0; only where
    /// LaneTables::has_time_slope().
    [[nodiscard]] const std::uint8_t* has_slope() const noexcept { return has_slope_.data(); }

    /// Slots with what the tape of rates computes at stage s; for s = 0 also what those of slopes
    /// do. Valid until the next call.
    [[nodiscard]] virtual double* coefficients(std::size_t s) = 0;
    /// Solves with the transposed matrix of the step, one right-hand side per lane; x may be b.
    virtual void solve_transposed(const double* b, double* x) = 0;

protected:
    StepReplay(const LaneTables& tables, const RosenbrockTableau& tableau, std::size_t width);

    const LaneTables& tables_;
    const RosenbrockTableau& tableau_;
    std::size_t n_;
    std::size_t width_;
    std::vector<eqn::Slot> held_slots_;
    math::AlignedDoubles t_;
    math::AlignedDoubles h_;
    math::AlignedDoubles reciprocal_h_;
    math::AlignedDoubles latest_;
    math::AlignedDoubles y_;
    math::AlignedDoubles stage_times_;
    math::AlignedDoubles stage_states_;
    math::AlignedDoubles k_;
    std::vector<std::uint8_t> has_slope_;
};

/// The state at theta inside the step of a replay of one lane; its end for theta = 1.
void interpolate_state(const StepReplay& replay, double theta, std::span<double> y) noexcept;

}  // namespace erbium::sim
