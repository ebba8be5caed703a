// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/single_replay.hpp"

#include <algorithm>
#include <cmath>

#include "erbium/sim/one_step_integrator.hpp"

namespace erbium::sim {

SingleReplay::SingleReplay(const LaneTables& tables, const MatrixPlan& plan,
                           const ManySidedSolver* many, const SensitivityKernels& kernels,
                           const RosenbrockTableau& tableau)
    : StepReplay{tables, tableau, 1},
      kernels_{kernels},
      matrix_{plan},
      many_{many},
      lanes_{kernels.width},
      pass_slots_((stages() + lanes_ - 1) / lanes_),
      pass_states_(pass_slots_.size(), math::AlignedDoubles(n_ * lanes_, 0.0)),
      slots_(tables.slot_count()),
      jacobian_(tables.program().jacobian.count) {
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
    make_room(tables.slot_count());
    lane_times_.assign(lanes_, 0.0);
    scratch_.assign(tables.scratch_count() * lanes_, 0.0);
    slope_.assign(n_ * lanes_, 0.0);
}

void SingleReplay::make_room(std::size_t slot_count) {
    for (math::AlignedDoubles& slots : pass_slots_) {
        slots.resize(slot_count * lanes_);
    }
}

void SingleReplay::exchange_rows(std::size_t /*l*/, bool exchanges_rows) {
    exchanges_rows_ = exchanges_rows;
}

void SingleReplay::set_step(std::size_t l, const StepTrace& trace, std::size_t index) {
    StepReplay::set_step(l, trace, index);
    const std::span<const double> k = trace.stages_of(index, k_.size());
    std::copy(k.begin(), k.end(), k_.begin());
    factors_ = {};
    if (index < trace.factor_count) {
        factors_ = trace.factors[index];
    }
}

void SingleReplay::set_constants(std::size_t /*l*/, const eqn::ReferenceKernel& kernel) noexcept {
    const std::span<const double> from = kernel.slots();
    std::copy(from.begin(), from.end(), slots_.begin());
    for (math::AlignedDoubles& slots : pass_slots_) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            std::fill_n(slots.data() + i * lanes_, lanes_, from[i]);
        }
    }
}

void SingleReplay::set_held(std::size_t /*l*/, std::span<const double> truths) noexcept {
    for (std::size_t i = 0; i < truths.size(); ++i) {
        slots_[held_slots_[i]] = truths[i];
        for (math::AlignedDoubles& slots : pass_slots_) {
            std::fill_n(slots.data() + held_slots_[i] * lanes_, lanes_, truths[i]);
        }
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
    for (std::size_t pass = 0; pass < passes(); ++pass) {
        run_tapes(pass);
    }
    if (tables_.has_time_slope()) {
        find_slopes_in_time();
    }
    is_restored_ = false;
    if (!factors_.empty()) {
        return;
    }
    sensitivity_kernels().front().system->jacobian_entries(
        tables_.held_program(), y_.data(), coefficients(0), scratch_.data(), jacobian_.data());
    for (double& entry : jacobian_) {
        entry = std::isfinite(entry) ? entry : 0.0;  // as sim::OneStepIntegrator
    }
    // It was factored well when the step was done.
    (void)matrix_.factor(jacobian_, 1.0 / (h_[0] * tableau_.gamma), exchanges_rows_);
    if (many_ != nullptr && !exchanges_rows_) {
        made_.resize(many_->value_count());
        many_->take(matrix_.factors(), made_);
        factors_ = made_;
    }
}

void SingleReplay::solve_for_many(const math::ManySides& kernels, const double* b, double* x) {
    const auto width = static_cast<std::size_t>(kernels.width);
    many_work_.resize(n_ * width);
    if (!factors_.empty()) {
        many_->solve(kernels, factors_, b, many_work_.data(), x);
        return;
    }
    column_.resize(n_);  // with row exchanges, one after another
    for (std::size_t l = 0; l < width; ++l) {
        for (std::size_t i = 0; i < n_; ++i) {
            column_[i] = b[i * width + l];
        }
        matrix_.solve(column_, column_);
        for (std::size_t i = 0; i < n_; ++i) {
            x[i * width + l] = column_[i];
        }
    }
}

void SingleReplay::run_tapes(std::size_t pass) {
    const LaneProgram& program = tables_.held_program();
    double* const states = pass_states_[pass].data();
    for (std::size_t l = 0; l < lanes_; ++l) {
        const std::size_t s = std::min(pass * lanes_ + l, stages() - 1);
        lane_times_[l] = stage_times_[s];
        const double* const y = stage_state(s);
        for (std::size_t i = 0; i < n_; ++i) {
            states[i * lanes_ + l] = y[i];
        }
    }
    kernels_.run_rate_tape(program, lane_times_.data(), states, slots(pass));
    kernels_.run_slope_tape(program, states, slots(pass));
}

/// At the step's start.
void SingleReplay::find_slopes_in_time() {
    kernels_.system->time_slope(tables_.held_program(), states(0), slots(0), scratch_.data(),
                                slope_.data());
    for (std::size_t i = 0; i < n_; ++i) {
        has_slope_[i] = std::isfinite(slope_[i * lanes_]) ? 1 : 0;
    }
}

double* SingleReplay::coefficients(std::size_t s) {
    const double* const from = slots_of(s);
    for (const eqn::Slot slot : written_) {
        slots_[slot] = from[slot * lanes_];
    }
    return slots_.data();
}

void SingleReplay::solve_transposed(const double* b, double* x) {
    if (!factors_.empty() && !is_restored_) {
        matrix_.restore(factors_);
        is_restored_ = true;
    }
    matrix_.solve_transposed({b, n_}, {x, n_});
}

}  // namespace erbium::sim
