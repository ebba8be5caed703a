// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/step_replay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace erbium::sim {

StepReplay::StepReplay(const LaneTables& tables, const StepPlan& plan, const SystemKernels& kernels,
                       const RosenbrockTableau& tableau, ReplayedJacobians jacobians)
    : tables_{tables},
      matrix_{plan, kernels},
      kernels_{kernels},
      tableau_{tableau},
      n_{tables.system().state_count()},
      width_{kernels.width},
      entry_rows_{tables.program().jacobian.count + 1},
      keeps_{jacobians == ReplayedJacobians::all_stages} {
    const std::size_t row = n_ * width_;
    for (math::AlignedDoubles* by_lane : {&t_, &d_h_}) {
        by_lane->assign(width_, 0.0);
    }
    for (math::AlignedDoubles* by_lane : {&h_, &reciprocal_h_, &shift_}) {
        by_lane->assign(width_, 1.0);  // lanes without a step compute along
    }
    for (math::AlignedDoubles* rows : {&y_, &y_new_, &f_, &f_stage_, &slope_, &right_}) {
        rows->assign(row, 0.0);
    }
    stage_times_.assign(stages() * width_, 0.0);
    stage_states_.assign(stages() * row, 0.0);
    k_.assign(stages() * row, 0.0);
    scratch_.assign(tables.scratch_count() * width_, 0.0);
    const std::size_t sets = keeps_ ? stages() : 1;
    has_slope_.assign(row, 1);
    slots_.assign(sets * tables.slot_count() * width_, 0.0);
    jacobians_.assign(sets * entry_rows_ * width_, 0.0);
    latest_.assign(width_, std::numeric_limits<double>::infinity());
    for (const eqn::Root& root : tables.system().roots()) {
        if (root.is_in_rate) {
            held_slots_.push_back(root.comparison);
        }
    }
}

void StepReplay::set_step(std::size_t l, const TracedStep& step,
                          std::span<const double> y) noexcept {
    const double t = step.time;
    const double h = step.size;
    latest_[l] = step.latest;
    t_[l] = t;
    h_[l] = h;
    reciprocal_h_[l] = 1.0 / h;
    shift_[l] = 1.0 / (h * tableau_.gamma);
    for (std::size_t i = 0; i < n_; ++i) {
        y_[i * width_ + l] = y[i];
    }
}

void StepReplay::set_constants(std::size_t l, const eqn::ReferenceKernel& kernel) noexcept {
    const std::span<const double> from = kernel.slots();
    for (std::size_t set = 0; set < slots_.size(); set += from.size() * width_) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            slots_[set + i * width_ + l] = from[i];
        }
    }
}

void StepReplay::set_held(std::size_t l, std::span<const double> truths) noexcept {
    const std::size_t count = tables_.slot_count();
    for (std::size_t set = 0; set < slots_.size(); set += count * width_) {
        for (std::size_t i = 0; i < truths.size(); ++i) {
            slots_[set + held_slots_[i] * width_ + l] = truths[i];
        }
    }
}

void StepReplay::compute() {
    const LaneProgram& program = tables_.held_program();
    const std::size_t row = n_ * width_;
    const bool has_slope = tables_.has_time_slope();
    std::copy(y_.begin(), y_.end(), stage_states_.begin());
    std::copy(t_.begin(), t_.end(), stage_times_.begin());
    kernels_.rates_of_change(program, t_.data(), y_.data(), slots(0), scratch_.data(), f_.data());
    kernels_.jacobian_entries(program, y_.data(), slots(0), scratch_.data(), jacobians_.data());
    matrix_.factor(jacobian(), shift_.data());
    if (has_slope) {
        kernels_.time_slope(program, y_.data(), slots(0), scratch_.data(), slope_.data());
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
            kernels_.stage_state(n_, y_.data(), k_.data(), before, tableau_.a[s].data(), state);
            for (std::size_t l = 0; l < width_; ++l) {
                time[l] = std::min(t_[l] + tableau_.alpha[s] * h_[l], latest_[l]);
            }
            kernels_.rates_of_change(program, time, state, slots(s), scratch_.data(),
                                     f_stage_.data());
            if (keeps_) {
                kernels_.jacobian_entries(program, state, slots(s), scratch_.data(),
                                          jacobians_.data() + s * entry_rows_ * width_);
            }
            f = f_stage_.data();
        }
        for (std::size_t l = 0; l < width_; ++l) {
            d_h_[l] = tableau_.d[s] * h_[l];
        }
        kernels_.stage_right_side(n_, f, k_.data(), before, tableau_.c[s].data(),
                                  reciprocal_h_.data(),
                                  has_slope && tableau_.d[s] != 0.0 ? slope_.data() : nullptr,
                                  d_h_.data(), right_.data());
        matrix_.solve(right_.data(), k_.data() + s * row);
    }
    RosenbrockTableau::Row last = tableau_.a[stages() - 1];
    last[stages() - 1] = 1.0;
    kernels_.stage_state(n_, y_.data(), k_.data(), tableau_.stages, last.data(), y_new_.data());
}

void interpolate_state(const StepReplay& replay, double theta, std::span<double> y) noexcept {
    const RosenbrockTableau::Row weights = dense_weights(replay.tableau(), theta);
    for (std::size_t i = 0; i < y.size(); ++i) {
        double sum = replay.y()[i];
        for (std::size_t s = 0; s < replay.stages(); ++s) {
            sum += weights[s] * replay.k(s)[i];
        }
        y[i] = sum;
    }
}

}  // namespace erbium::sim
