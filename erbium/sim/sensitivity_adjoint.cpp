// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_adjoint.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace erbium::sim {
namespace {

using eqn::Instruction;

}  // namespace

TransposedSums::TransposedSums(const LaneSums& sums, std::size_t value_count) : sums_(value_count) {
    struct Part {
        std::uint32_t value{};
        std::uint32_t row{};
        double weight{};
    };
    const auto group = [](double weight) { return weight == 1.0 ? 0 : (weight == -1.0 ? 1 : 2); };
    std::vector<std::array<std::vector<Part>, 3>> by_value(value_count);
    for (std::uint32_t row = 0; row < sums.count; ++row) {
        for (std::uint32_t i = sums.sums[row].begin; i < sums.sums[row].end; ++i) {
            const double weight = sums.weights[i];
            by_value[sums.indices[i]][static_cast<std::size_t>(group(weight))].push_back(
                {sums.indices[i], row, weight});
        }
    }
    for (std::size_t value = 0; value < value_count; ++value) {
        LaneSum& sum = sums_[value];
        sum.begin = static_cast<std::uint32_t>(indices_.size());
        std::array<std::uint32_t, 3> ends{};
        for (std::size_t g = 0; g < 3; ++g) {
            for (const Part& part : by_value[value][g]) {
                indices_.push_back(part.row);
                weights_.push_back(part.weight);
            }
            ends[g] = static_cast<std::uint32_t>(indices_.size());
        }
        sum.plus_end = ends[0];
        sum.minus_end = ends[1];
        sum.end = ends[2];
    }
}

AdjointSweep::AdjointSweep(const LaneTables& tables, const ColumnPattern& pattern,
                           const SensitivityKernels& kernels, std::unique_ptr<StepReplay> replay,
                           RunRecorder& recorder)
    : tables_{tables},
      program_{tables.system().program()},
      pattern_{pattern},
      kernels_{kernels},
      one_{sensitivity_kernels().front()},
      tableau_{replay->tableau()},
      recorder_{recorder},
      changes_{tables.program().stoichiometry, tables.rate_count()},
      jacobian_{tables.program().jacobian, tables.partial_count()},
      time_slopes_{tables.program().time_slopes, tables.time_partial_count()},
      n_{tables.system().state_count()},
      width_{kernels.width},
      products_{program_.partials.size()},
      replay_{std::move(replay)},
      lanes_(width_),
      state_(n_),
      worth_(n_),
      f_(n_),
      explicit_worths_(n_) {
    const std::size_t row = n_ * width_;
    const std::size_t stages = replay_->stages();
    for (std::size_t l = 0; l < width_; ++l) {
        reference_.emplace_back(tables.system());
    }
    for (math::AlignedDoubles* rows :
         {&lambda_, &next_lambda_, &y_seeds_, &stage_, &right_, &slope_worths_, &f_worths_}) {
        rows->assign(row, 0.0);
    }
    for (math::AlignedDoubles* rows : {&seeds_, &u_, &y_bar_}) {
        rows->assign(stages * row, 0.0);
    }
    slot_worths_.assign(tables.slot_count() * width_, 0.0);
    rate_worths_.assign(std::max(tables.rate_count(), tables.time_partial_count()) * width_, 0.0);
    partial_worths_.assign(tables.partial_count() * width_, 0.0);
    entry_worths_.assign(tables.program().jacobian.count * width_, 0.0);
    ends_.assign(stages * width_, 0.0);
    one_slot_worths_.assign(tables.slot_count(), 0.0);
    one_rate_worths_.assign(tables.rate_count(), 0.0);
}

void AdjointSweep::carry(std::span<const AdjointJob> jobs) {
    std::fill(lambda_.begin(), lambda_.end(), 0.0);
    std::fill(slot_worths_.begin(), slot_worths_.end(), 0.0);
    for (std::size_t l = 0; l < width_; ++l) {
        lanes_[l] = Lane{};
        if (l < jobs.size()) {
            lanes_[l].job = &jobs[l];
            lanes_[l].constant_worths.assign(tables_.slot_count(), 0.0);
            std::fill(jobs[l].gradient.begin(), jobs[l].gradient.end(), 0.0);
            begin_phase(l, jobs[l].recorded->phase, false);
            advance(l);
        }
    }
    for (;;) {
        const bool is_done = std::all_of(lanes_.begin(), lanes_.end(),
                                         [](const Lane& lane) { return lane.job == nullptr; });
        if (is_done) {
            return;
        }
        step_back();
        for (std::size_t l = 0; l < width_; ++l) {
            if (lanes_[l].job != nullptr) {
                advance(l);
            }
        }
    }
}

void AdjointSweep::read_lane(const double* rows, std::size_t l,
                             std::span<double> to) const noexcept {
    for (std::size_t i = 0; i < to.size(); ++i) {
        to[i] = rows[i * width_ + l];
    }
}

void AdjointSweep::begin_phase(std::size_t l, const RecordedPhase& phase, bool is_equilibrating) {
    Lane& lane = lanes_[l];
    lane.phase = &phase;
    lane.is_equilibrating = is_equilibrating;
    lane.items_left = phase.script.items.size();
    lane.moment_worths.assign(phase.script.moments.size(), 0.0);
    lane.due_worths.assign(phase.script.firings.size(), 0.0);
    lane.fired_worths.assign(phase.script.value_count, 0.0);
    replay_->exchange_rows(l, phase.exchanges_rows);
    set_parameters(l, lane.items_left);
}

void AdjointSweep::advance(std::size_t l) {
    while (lanes_[l].job != nullptr) {
        Lane& lane = lanes_[l];
        if (lane.items_left == 0) {
            end_phase(l);
            continue;
        }
        const ScriptItem& item = lane.phase->script.items[--lane.items_left];
        switch (item.kind) {
            case ScriptItem::Kind::step: {
                replay_->set_step(l, lane.phase->trace, item.index);
                if (const std::vector<double>& held = lane.phase->script.held; !held.empty()) {
                    const std::size_t count = replay_->held_count();
                    replay_->set_held(l, std::span{held}.subspan(item.held * count, count));
                }
                set_ends(l, item.kept_part);
                return;
            }
            case ScriptItem::Kind::event:
                reverse_event(l, item);
                break;
            case ScriptItem::Kind::moment_begin:
                reverse_moment_begin(l, item);
                break;
            case ScriptItem::Kind::moment_end:
                lane.moment_worths[item.index] -=
                    worth_of_shift(l, lane.phase->script.rate(item.state, n_));
                break;
            case ScriptItem::Kind::firing:
                reverse_firing(l, item);
                break;
            case ScriptItem::Kind::assignment:
                reverse_assignment(l, item);
                break;
            case ScriptItem::Kind::output:
                std::fill(worth_.begin(), worth_.end(), 0.0);
                reverse_output(l, item.index, item.time, lane.phase->script.state(item.state, n_),
                               worth_);
                for (std::size_t i = 0; i < n_; ++i) {
                    lambda_[i * width_ + l] += worth_[i];
                }
                break;
        }
    }
}

/// Weights of the stages in the state at the end of what was kept of the lane's step.
void AdjointSweep::set_ends(std::size_t l, double part) {
    const RosenbrockTableau::Row weights = dense_weights(tableau_, part);
    for (std::size_t s = 0; s < replay_->stages(); ++s) {
        ends_[s * width_ + l] = weights[s];
    }
}

/// Adds what the state is worth at an output of the run.
void AdjointSweep::reverse_output(std::size_t l, std::size_t row, double t,
                                  std::span<const double> y, std::span<double> y_worths) {
    Lane& lane = lanes_[l];
    if (lane.is_equilibrating) {
        return;  // its outputs are not the run's
    }
    const Recording& recording = lane.phase->run.recording;
    const double* weight = lane.job->weights.data() + row * recording.size();
    for (const SpeciesId s : recording.species) {
        y_worths[s.value] += *weight++;
    }
    for (const ObservableId o : recording.observables) {
        for (const eqn::Term& term : tables_.system().observable_terms(o)) {
            y_worths[term.index] += term.weight * *weight;
        }
        ++weight;
    }
    if (std::all_of(weight, weight + recording.functions.size(),
                    [](double w) { return w == 0.0; })) {
        return;
    }
    for (const FunctionId f : recording.functions) {
        one_slot_worths_[tables_.system().slot(f)] += *weight++;
    }
    eqn::ReferenceKernel& kernel = reference_[l];
    kernel.observe(t, y);
    for (const std::span<const Instruction> tape : {program_.output_tape, program_.rate_tape}) {
        one_.reverse_tape(tape.data(), tape.data() + tape.size(), program_.observable_terms.data(),
                          kernel.slots().data(), one_slot_worths_.data(), y_worths.data());
    }
    for (std::size_t slot = 0; slot < program_.time_slot; ++slot) {
        lane.constant_worths[slot] += one_slot_worths_[slot];
    }
    std::fill(one_slot_worths_.begin(), one_slot_worths_.end(), 0.0);
}

/// Adds what slots and states are worth through the rates at y, whose coefficients the slots hold.
void AdjointSweep::reverse_rates(const double* slots, const double* y, const double* f_worths,
                                 double* y_worths) {
    const LaneProgram& program = tables_.held_program();
    kernels_.sum_up(changes_.view(), f_worths, rate_worths_.data());
    kernels_.reverse_products(program.rates, slots, y, rate_worths_.data(), slot_worths_.data(),
                              y_worths);
    kernels_.reverse_tape(program.rate_tape, program.rate_tape_end, program.observable_terms, slots,
                          slot_worths_.data(), y_worths);
}

/// What outputs inside the step are worth in the state at its start and in its stages.
void AdjointSweep::reverse_interpolated(std::size_t l) {
    const Lane& lane = lanes_[l];
    const ScriptItem& item = lane.phase->script.items[lane.items_left];
    if (lane.is_equilibrating || item.row_begin == item.row_end) {
        return;
    }
    if (!has_seeds_) {
        std::fill(seeds_.begin(), seeds_.end(), 0.0);
        std::fill(y_seeds_.begin(), y_seeds_.end(), 0.0);
        has_seeds_ = true;
    }
    const TracedStep& step = lane.phase->trace.steps[item.index];
    for (std::size_t row = item.row_begin; row < item.row_end; ++row) {
        const double t = lane.phase->run.output_times[row];
        const RosenbrockTableau::Row weights = dense_weights(tableau_, (t - step.time) / step.size);
        for (std::size_t i = 0; i < n_; ++i) {
            double sum = replay_->y()[i * width_ + l];
            for (std::size_t s = 0; s < replay_->stages(); ++s) {
                sum += weights[s] * replay_->k(s)[i * width_ + l];
            }
            state_[i] = sum;
        }
        std::fill(worth_.begin(), worth_.end(), 0.0);
        reverse_output(l, row, t, state_, worth_);
        for (std::size_t i = 0; i < n_; ++i) {
            y_seeds_[i * width_ + l] += worth_[i];
            for (std::size_t s = 0; s < replay_->stages(); ++s) {
                seeds_[(s * n_ + i) * width_ + l] += weights[s] * worth_[i];
            }
        }
    }
}

/// Adds what slots and states are worth through df/dt at the step's start, for which the slots
/// stand.
void AdjointSweep::reverse_time_slope(const double* slots, double* y_worths) {
    const LaneProgram& program = tables_.held_program();
    const std::size_t row = n_ * width_;
    const std::size_t stages = replay_->stages();
    for (std::size_t i = 0; i < n_; ++i) {
        for (std::size_t l = 0; l < width_; ++l) {
            double sum = 0.0;
            for (std::size_t s = 0; s < stages; ++s) {
                sum += tableau_.d[s] * u_[(stages - 1 - s) * row + i * width_ + l];
            }
            const std::size_t at = i * width_ + l;
            slope_worths_[at] = replay_->has_slope()[at] != 0 ? sum * replay_->h()[l] : 0.0;
        }
    }
    kernels_.sum_up(time_slopes_.view(), slope_worths_.data(), rate_worths_.data());
    kernels_.reverse_products(program.time_partials, slots, replay_->y(), rate_worths_.data(),
                              slot_worths_.data(), y_worths);
    kernels_.reverse_tape(program.time_slope_tape, program.time_slope_tape_end,
                          program.observable_terms, slots, slot_worths_.data(), y_worths);
}

/// One step of every lane, reversed: from what the state after it is worth to what the state before
/// it is. See docs/theory/sensitivities.md, The adjoint.
void AdjointSweep::step_back() {
    replay_->compute();
    has_seeds_ = false;
    for (std::size_t l = 0; l < width_; ++l) {
        if (lanes_[l].job != nullptr) {
            reverse_interpolated(l);
        }
    }
    if (!has_seeds_) {
        std::fill(stage_.begin(), stage_.end(), 0.0);
    }
    const std::size_t row = n_ * width_;
    const std::size_t stages = replay_->stages();
    const LaneProgram& program = tables_.held_program();
    std::fill(y_bar_.begin(), y_bar_.end(), 0.0);
    for (std::size_t done = 0; done < stages; ++done) {
        const std::size_t s = stages - 1 - done;
        RosenbrockTableau::Row a{};
        RosenbrockTableau::Row c{};
        for (std::size_t j = 0; j < done; ++j) {
            a[j] = tableau_.a[stages - 1 - j][s];
            c[j] = tableau_.c[stages - 1 - j][s];
        }
        const double* const base = has_seeds_ ? seeds_.data() + s * row : stage_.data();
        kernels_.system->stage_state(n_, base, y_bar_.data(), static_cast<int>(done), a.data(),
                                     right_.data());
        double* const u = u_.data() + done * row;
        kernels_.system->stage_right_side(n_, right_.data(), u_.data(), static_cast<int>(done),
                                          c.data(), replay_->reciprocal_h(), lambda_.data(),
                                          ends_.data() + s * width_, u);
        replay_->solve_transposed(u, u);
        if (s > 0) {
            reverse_rates(replay_->coefficients(s), replay_->stage_state(s), u,
                          y_bar_.data() + done * row);
        }
    }
    // At the step's start: f of the first stage, df/dt, and J in all stages.
    const double* const u_first = u_.data() + (stages - 1) * row;
    double* const y_first = y_bar_.data() + (stages - 1) * row;
    std::copy(u_first, u_first + row, f_worths_.begin());
    kernels_.outer_products(pattern_.view(), tableau_.stages, u_.data(), replay_->k(),
                            entry_worths_.data());
    kernels_.sum_up(jacobian_.view(), entry_worths_.data(), partial_worths_.data());
    kernels_.reverse_sums(program.partial_sums, partial_worths_.data() + products_ * width_,
                          partial_worths_.data());
    const double* const slots = replay_->coefficients(0);
    if (tables_.has_time_slope()) {
        reverse_time_slope(slots, y_first);
    }
    kernels_.reverse_products(program.partials, slots, replay_->y(), partial_worths_.data(),
                              slot_worths_.data(), y_first);
    kernels_.reverse_tape(program.slope_tape, program.slope_tape_end, program.observable_terms,
                          slots, slot_worths_.data(), y_first);
    reverse_rates(slots, replay_->y(), f_worths_.data(), y_first);
    RosenbrockTableau::Row ones{};
    ones.fill(1.0);
    kernels_.system->stage_state(n_, lambda_.data(), y_bar_.data(), tableau_.stages, ones.data(),
                                 next_lambda_.data());
    for (std::size_t l = 0; l < width_; ++l) {
        if (lanes_[l].job == nullptr) {
            continue;
        }
        for (std::size_t i = 0; i < n_; ++i) {
            const std::size_t at = i * width_ + l;
            lambda_[at] = next_lambda_[at] + (has_seeds_ ? y_seeds_[at] : 0.0);
        }
    }
}

}  // namespace erbium::sim
