// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/single_replay.hpp"

#include <algorithm>
#include <cmath>

#include "erbium/sim/one_step_integrator.hpp"

namespace erbium::sim {

SingleReplay::SingleReplay(const LaneTables& tables, const MatrixPlan& plan,
                           const SensitivityKernels& kernels, const RosenbrockTableau& tableau)
    : StepReplay{tables, tableau, 1},
      kernels_{kernels},
      matrix_{plan},
      lanes_{kernels.width},
      entries_{tables.program().jacobian.count},
      jacobian_(entries_),
      slope_(n_) {
    const LaneProgram& program = tables.held_program();
    written_.push_back(program.time_slot);
    for (const auto& [begin, end] :
         {std::pair{program.rate_tape, program.rate_tape_end},
          std::pair{program.slope_tape, program.slope_tape_end},
          std::pair{program.time_slope_tape, program.time_slope_tape_end}}) {
        for (const eqn::Instruction* i = begin; i != end; ++i) {
            written_.push_back(i->dst);
        }
    }
    const std::size_t passes = (stages() + lanes_ - 1) / lanes_;
    slots_.assign(stages() * tables.slot_count(), 0.0);
    jacobians_.assign(passes * entries_ * lanes_, 0.0);
    lane_times_.assign(lanes_, 0.0);
    lane_states_.assign(n_ * lanes_, 0.0);
    lane_slots_.assign(tables.slot_count() * lanes_, 0.0);
    scratch_.assign(tables.scratch_count() * lanes_, 0.0);
}

void SingleReplay::exchange_rows(std::size_t /*l*/, bool exchanges_rows) {
    exchanges_rows_ = exchanges_rows;
}

void SingleReplay::set_step(std::size_t l, const StepTrace& trace, std::size_t index) {
    StepReplay::set_step(l, trace, index);
    const std::span<const double> k = trace.stages_of(index, k_.size());
    std::copy(k.begin(), k.end(), k_.begin());
    factors_ = {};
    if (index < trace.factors.size()) {
        factors_ = trace.factors[index];
    }
}

void SingleReplay::set_constants(std::size_t /*l*/, const eqn::ReferenceKernel& kernel) noexcept {
    const std::span<const double> from = kernel.slots();
    for (std::size_t s = 0; s < stages(); ++s) {
        std::copy(from.begin(), from.end(), coefficients(s));
    }
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::fill_n(lane_slots_.data() + i * lanes_, lanes_, from[i]);
    }
}

void SingleReplay::set_held(std::size_t /*l*/, std::span<const double> truths) noexcept {
    for (std::size_t i = 0; i < truths.size(); ++i) {
        for (std::size_t s = 0; s < stages(); ++s) {
            coefficients(s)[held_slots_[i]] = truths[i];
        }
        std::fill_n(lane_slots_.data() + held_slots_[i] * lanes_, lanes_, truths[i]);
    }
}

void SingleReplay::compute() {
    std::copy(y_.begin(), y_.end(), stage_states_.begin());
    stage_times_[0] = t_[0];
    for (std::size_t s = 1; s < stages(); ++s) {
        add_stages(y_, k_.data(), static_cast<int>(s), tableau_.a[s].data(),
                   {stage_states_.data() + s * n_, n_});
        stage_times_[s] = std::min(t_[0] + tableau_.alpha[s] * h_[0], latest_[0]);
    }
    for (std::size_t first = 0; first < stages(); first += lanes_) {
        compute_jacobians(first);
    }
    if (!factors_.empty()) {
        matrix_.restore(factors_);
    } else {
        for (std::size_t e = 0; e < entries_; ++e) {
            const double entry = jacobian(0)[e * lanes_];
            jacobian_[e] = std::isfinite(entry) ? entry : 0.0;  // as sim::OneStepIntegrator
        }
        // It was factored well when the step was done.
        (void)matrix_.factor(jacobian_, 1.0 / (h_[0] * tableau_.gamma), exchanges_rows_);
    }
    if (tables_.has_time_slope()) {
        sensitivity_kernels().front().system->time_slope(
            tables_.held_program(), y_.data(), coefficients(0), scratch_.data(), slope_.data());
        for (std::size_t i = 0; i < n_; ++i) {
            has_slope_[i] = std::isfinite(slope_[i]) ? 1 : 0;
        }
    }
}

/// Slots and Jacobians of as many stages as there are lanes.
void SingleReplay::compute_jacobians(std::size_t first) {
    const LaneProgram& program = tables_.held_program();
    for (std::size_t l = 0; l < lanes_; ++l) {
        const std::size_t s = std::min(first + l, stages() - 1);  // spare lanes compute along
        lane_times_[l] = stage_times_[s];
        const double* const y = stage_state(s);
        for (std::size_t i = 0; i < n_; ++i) {
            lane_states_[i * lanes_ + l] = y[i];
        }
    }
    kernels_.run_rate_tape(program, lane_times_.data(), lane_states_.data(), lane_slots_.data());
    kernels_.system->jacobian_entries(program, lane_states_.data(), lane_slots_.data(),
                                      scratch_.data(), jacobians_.data() + first * entries_);
    const std::size_t count = std::min(lanes_, stages() - first);
    for (const eqn::Slot slot : written_) {
        for (std::size_t l = 0; l < count; ++l) {
            coefficients(first + l)[slot] = lane_slots_[slot * lanes_ + l];
        }
    }
}

void SingleReplay::solve_transposed(const double* b, double* x) {
    matrix_.solve_transposed({b, n_}, {x, n_});
}

}  // namespace erbium::sim
