// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/lane_replay.hpp"

#include <algorithm>
#include <cmath>

namespace erbium::sim {

LaneReplay::LaneReplay(const LaneTables& tables, const math::LuPlan& plan,
                       const SensitivityKernels& kernels, const RosenbrockTableau& tableau)
    : StepReplay{tables, tableau, kernels.width},
      kernels_{kernels},
      matrix_{plan, *kernels.system} {
    shift_.assign(width_, 1.0);
    d_h_.assign(width_, 0.0);
    for (math::AlignedDoubles* rows : {&f_, &f_stage_, &slope_, &right_}) {
        rows->assign(n_ * width_, 0.0);
    }
    slots_.assign(tables.slot_count() * width_, 0.0);
    scratch_.assign(tables.scratch_count() * width_, 0.0);
    jacobian_.assign((tables.program().jacobian.count + 1) * width_, 0.0);
}

void LaneReplay::exchange_rows(std::size_t l, bool exchanges_rows) {
    matrix_.exchange_rows(l, exchanges_rows);
}

void LaneReplay::set_step(std::size_t l, const StepTrace& trace, std::size_t index) {
    StepReplay::set_step(l, trace, index);
    shift_[l] = 1.0 / (h_[l] * tableau_.gamma);
}

void LaneReplay::set_constants(std::size_t l, const eqn::ReferenceKernel& kernel) noexcept {
    const std::span<const double> from = kernel.slots();
    for (std::size_t i = 0; i < from.size(); ++i) {
        slots_[i * width_ + l] = from[i];
    }
}

void LaneReplay::set_held(std::size_t l, std::span<const double> truths) noexcept {
    for (std::size_t i = 0; i < truths.size(); ++i) {
        slots_[held_slots_[i] * width_ + l] = truths[i];
    }
}

void LaneReplay::compute() {
    const LaneProgram& program = tables_.held_program();
    const SystemKernels& kernels = *kernels_.system;
    const std::size_t row = n_ * width_;
    const bool has_slope = tables_.has_time_slope();
    std::copy(y_.begin(), y_.end(), stage_states_.begin());
    std::copy(t_.begin(), t_.end(), stage_times_.begin());
    double* const slots = slots_.data();
    kernels.rates_of_change(program, t_.data(), y_.data(), slots, scratch_.data(), f_.data());
    kernels.jacobian_entries(program, y_.data(), slots, scratch_.data(), jacobian_.data());
    matrix_.factor(jacobian_.data(), shift_.data());
    if (has_slope) {
        kernels.time_slope(program, y_.data(), slots, scratch_.data(), slope_.data());
        for (std::size_t i = 0; i < slope_.size(); ++i) {
            has_slope_[i] = std::isfinite(slope_[i]) ? 1 : 0;
            slope_[i] = has_slope_[i] != 0 ? slope_[i] : 0.0;  // as sim::LaneIntegrator
        }
    }
    for (std::size_t s = 0; s < stages(); ++s) {
        const double* f = f_.data();
        const int before = static_cast<int>(s);
        if (s > 0) {
            double* const state = stage_states_.data() + s * row;
            double* const time = stage_times_.data() + s * width_;
            kernels.stage_state(n_, y_.data(), k_.data(), before, tableau_.a[s].data(), state);
            for (std::size_t l = 0; l < width_; ++l) {
                time[l] = std::min(t_[l] + tableau_.alpha[s] * h_[l], latest_[l]);
            }
            kernels.rates_of_change(program, time, state, slots, scratch_.data(), f_stage_.data());
            f = f_stage_.data();
        }
        for (std::size_t l = 0; l < width_; ++l) {
            d_h_[l] = tableau_.d[s] * h_[l];
        }
        kernels.stage_right_side(n_, f, k_.data(), before, tableau_.c[s].data(),
                                 reciprocal_h_.data(),
                                 has_slope && tableau_.d[s] != 0.0 ? slope_.data() : nullptr,
                                 d_h_.data(), right_.data());
        matrix_.solve(right_.data(), k_.data() + s * row);
    }
}

double* LaneReplay::coefficients(std::size_t s) {
    const LaneProgram& program = tables_.held_program();
    kernels_.run_rate_tape(program, stage_time(s), stage_state(s), slots_.data());
    if (s == 0) {
        kernels_.run_slope_tape(program, y(), slots_.data());
        kernels_.run_time_slope_tape(program, y(), slots_.data());
    }
    return slots_.data();
}

void LaneReplay::solve_transposed(const double* b, double* x) {
    matrix_.solve_transposed(b, x);
}

}  // namespace erbium::sim
