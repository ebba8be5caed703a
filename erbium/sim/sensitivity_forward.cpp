// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_forward.hpp"

#include <algorithm>
#include <utility>

#include "erbium/sim/steady_state_slopes.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;

}  // namespace

ForwardSweep::ForwardSweep(const LaneTables& tables, const MatrixPlan& plan,
                           const RowPattern& pattern, const SensitivityKernels& kernels,
                           const RosenbrockTableau& tableau)
    : tables_{tables},
      program_{tables.system().program()},
      pattern_{pattern},
      kernels_{kernels.inputs},
      stage_kernels_{kernels.directions},
      tableau_{tableau},
      n_{tables.system().state_count()},
      width_{kernels.inputs.width},
      replay_{tables, plan, kernels, tableau},
      kernel_{tables.system()},
      y_(n_),
      f_(n_) {
    const std::size_t row = n_ * width_;
    const std::size_t stages = replay_.stages();
    pairs_.assign(stages, std::vector<EntryPair>(tables.program().jacobian.count));
    directions_.assign(n_ * kernels.width, 0.0);
    direction_slots_.assign(tables.slot_count() * kernels.width, 0.0);
    direction_partials_.assign(tables.partial_count() * kernels.width, 0.0);
    direction_entries_.assign(tables.program().jacobian.count * kernels.width, 0.0);
    active_.assign(tables.scratch_count() * width_, 0.0);
    all_slots_.assign(tables.slot_count() * width_, 0.0);
    for (math::AlignedDoubles* rows : {&stage_, &sum_, &more_, &time_slope_, &right_, &new_s_}) {
        rows->assign(row, 0.0);
    }
    reciprocal_h_.assign(width_, 1.0);
    d_h_.assign(width_, 0.0);
}

void ForwardSweep::carry(const RecordedPhase& phase, std::span<double> values) {
    const RunScript& script = phase.script;
    const StepTrace& trace = phase.trace;
    phase_ = &phase.run;
    replay_.exchange_rows(0, phase.exchanges_rows);
    for (Group& group : groups_) {
        group.moved.assign(script.moments.size() * width_, 0.0);
        group.due.assign(script.firings.size() * width_, 0.0);
        group.fired_values.assign(script.value_count * width_, 0.0);
    }
    for (const ScriptItem& item : script.items) {
        switch (item.kind) {
            case ScriptItem::Kind::step:
                step(item, script, trace, values);
                break;
            case ScriptItem::Kind::event:
                apply(item, script);
                break;
            case ScriptItem::Kind::moment_begin:
                begin_moment(item, script);
                break;
            case ScriptItem::Kind::moment_end:
                end_moment(item, script);
                break;
            case ScriptItem::Kind::firing:
                fire(item, script);
                break;
            case ScriptItem::Kind::assignment:
                assign(item, script);
                break;
            case ScriptItem::Kind::output:
                observe(item.time, script.state(item.state, n_));
                for (Group& group : groups_) {
                    record(group, group.s.data(), item.index, values);
                }
                break;
        }
    }
}

void ForwardSweep::step(const ScriptItem& item, const RunScript& script, const StepTrace& trace,
                        std::span<double> values) {
    const TracedStep& traced = trace.steps[item.index];
    replay_.set_step(0, trace, item.index);
    if (!script.held.empty()) {
        const std::size_t count = replay_.held_count();
        replay_.set_held(0, std::span{script.held}.subspan(item.held * count, count));
    }
    replay_.compute();
    differentiate_matrices();
    std::fill(reciprocal_h_.begin(), reciprocal_h_.end(), 1.0 / traced.size);
    const std::vector<double>& outputs = phase_->output_times;
    for (Group& group : groups_) {
        step(group);
    }
    std::vector<double> state(n_);
    for (std::size_t row = item.row_begin; row < item.row_end; ++row) {
        const double theta = (outputs[row] - traced.time) / traced.size;
        interpolate_state(replay_, theta, state);
        observe(outputs[row], state);
        for (Group& group : groups_) {
            interpolate(group, theta);
            record(group, more_.data(), row, values);
        }
    }
    const RosenbrockTableau::Row ends = dense_weights(tableau_, item.kept_part);
    for (Group& group : groups_) {
        kernels_.stage_state(n_, group.s.data(), group.k.data(), tableau_.stages, ends.data(),
                             new_s_.data());
        std::swap(group.s, new_s_);
    }
}

/// The matrices that all inputs share: J at each stage, and how J k_i changes with the state.
void ForwardSweep::differentiate_matrices() {
    const LaneProgram& program = tables_.program();
    const std::size_t width = stage_kernels_.width;
    const bool has_tapes = !program_.rate_tape.empty() || !program_.slope_tape.empty();
    if (has_tapes) {
        const std::span<const double> slots{replay_.coefficients(0), tables_.slot_count()};
        tape_slopes(program_.rate_tape, slots, rate_slopes_);
        tape_slopes(program_.slope_tape, slots, slopes_);
    }
    const LaneProducts& p = program.partials;
    const std::size_t products = p.none + p.one + p.two + p.more;
    const std::span<const std::uint32_t> entries = pattern_.entries();
    for (std::size_t first = 0; first < replay_.stages(); first += width) {
        const std::size_t count = std::min(width, replay_.stages() - first);
        for (std::size_t s = 0; s < count; ++s) {
            const double* const k = replay_.k(first + s);
            for (std::size_t i = 0; i < n_; ++i) {
                directions_[i * width + s] = k[i];
            }
        }
        if (has_tapes) {
            stage_kernels_.tangent_tape(program.rate_tape, program.rate_tape_end,
                                        rate_slopes_.data(), program.observable_terms,
                                        directions_.data(), direction_slots_.data());
            stage_kernels_.tangent_tape(program.slope_tape, program.slope_tape_end, slopes_.data(),
                                        program.observable_terms, directions_.data(),
                                        direction_slots_.data());
        }
        stage_kernels_.tangent_products(p, replay_.coefficients(0), replay_.y(),
                                        has_tapes ? direction_slots_.data() : nullptr,
                                        directions_.data(), direction_partials_.data());
        stage_kernels_.sum_up(program.partial_sums, direction_partials_.data(),
                              direction_partials_.data() + products * width);
        stage_kernels_.sum_up(program.jacobian, direction_partials_.data(),
                              direction_entries_.data());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const double* const jacobians = replay_.jacobian(first) + entries[i] * width;
            const double* const directions = direction_entries_.data() + entries[i] * width;
            for (std::size_t s = 0; s < count; ++s) {
                pairs_[first + s][i] = {jacobians[s], directions[s]};
            }
        }
    }
    if (tables_.has_time_slope()) {
        const std::span<const double> slots{replay_.coefficients(0), tables_.slot_count()};
        tape_slopes(program_.rate_tape, slots, rate_slopes_);
        tape_slopes(program_.time_slope_tape, slots, time_slope_slopes_);
    }
}

/// result += df/dp and df/d(fixed amounts) at slots and y.
void ForwardSweep::add_explicit(Group& group, const double* slots, const double* y,
                                double* result) {
    const ActiveTables& tables = *group.tables;
    if (tables.rates().count == 0) {
        return;
    }
    const std::span<const Instruction> tape = tables.rate_tape();
    if (!tape.empty()) {
        tape_slopes(tape, {slots, tables_.slot_count()}, slopes_);
        kernels_.tangent_tape(tape.data(), tape.data() + tape.size(), slopes_.data(),
                              program_.observable_terms.data(), group.fixed.data(),
                              group.dslots.data());
    }
    kernels_.active_products(tables.rates(), slots, y, group.dslots.data(), group.fixed.data(),
                             active_.data());
    kernels_.add_active_rows(tables.changes(), active_.data(), result);
}

/// group.entries = how J changes at the step's start while the states are held.
void ForwardSweep::explicit_entries(Group& group) {
    const ActiveTables& tables = *group.tables;
    const std::span<const double> slots{replay_.coefficients(0), tables_.slot_count()};
    for (const std::span<const Instruction> tape : {tables.rate_tape(), tables.slope_tape()}) {
        if (!tape.empty()) {
            tape_slopes(tape, slots, slopes_);
            kernels_.tangent_tape(tape.data(), tape.data() + tape.size(), slopes_.data(),
                                  program_.observable_terms.data(), group.fixed.data(),
                                  group.dslots.data());
        }
    }
    kernels_.active_products(tables.partials(), slots.data(), replay_.y(), group.dslots.data(),
                             group.fixed.data(), active_.data());
    kernels_.active_sums(tables.partial_sums(), active_.data(),
                         active_.data() + tables.partials().count * width_);
    kernels_.active_sums(tables.entries(), active_.data(), group.entries.data());
}

/// time_slope_ = how df/dt at the step's start changes.
void ForwardSweep::differentiate_time_slope(Group& group) {
    const LaneProgram& program = tables_.program();
    std::copy(group.dslots.begin(), group.dslots.end(), all_slots_.begin());
    kernels_.tangent_tape(program.rate_tape, program.rate_tape_end, rate_slopes_.data(),
                          program.observable_terms, group.s.data(), all_slots_.data());
    kernels_.tangent_tape(program.time_slope_tape, program.time_slope_tape_end,
                          time_slope_slopes_.data(), program.observable_terms, group.s.data(),
                          all_slots_.data());
    kernels_.tangent_products(program.time_partials, replay_.coefficients(0), replay_.y(),
                              all_slots_.data(), group.s.data(), active_.data());
    kernels_.sum_up(program.time_slopes, active_.data(), time_slope_.data());
    for (std::size_t i = 0; i < n_; ++i) {
        if (replay_.has_slope()[i] == 0) {
            std::fill_n(time_slope_.data() + i * width_, width_, 0.0);
        }
    }
}

void ForwardSweep::step(Group& group) {
    const RowPatternView rows = pattern_.rows();
    const double h = replay_.h()[0];
    const ActiveRows active_entries = group.tables->entries();
    if (active_entries.count != 0) {
        explicit_entries(group);
    }
    const bool has_slope = tables_.has_time_slope();
    if (has_slope) {
        differentiate_time_slope(group);
    }
    for (std::size_t s = 0; s < replay_.stages(); ++s) {
        const int before = static_cast<int>(s);
        const double* state = group.s.data();
        if (s > 0) {
            move_to_stage(group, s);
            state = stage_.data();
        }
        kernels_.multiply_pair(rows, pairs_[s].data(), state, group.s.data(), sum_.data());
        add_explicit(group, replay_.coefficients(s), replay_.stage_state(s), sum_.data());
        kernels_.add_active_entries(active_entries, group.entries.data(), replay_.k(s),
                                    sum_.data());
        std::fill(d_h_.begin(), d_h_.end(), tableau_.d[s] * h);
        kernels_.stage_right_side(n_, sum_.data(), group.k.data(), before, tableau_.c[s].data(),
                                  reciprocal_h_.data(),
                                  has_slope && tableau_.d[s] != 0.0 ? time_slope_.data() : nullptr,
                                  d_h_.data(), right_.data());
        replay_.solve_for_many(kernels_.solves, right_.data(), group.k.data() + s * n_ * width_);
    }
}

/// stage_ = derivatives of the state that stage s looks at, from that of the stage before where the
/// two differ by one increment: as the last two of a stiffly accurate method do.
void ForwardSweep::move_to_stage(Group& group, std::size_t s) {
    const std::size_t last = s - 1;
    RosenbrockTableau::Row before = tableau_.a[last];
    before[last] = 1.0;
    if (last > 0 && tableau_.a[s] == before) {
        add_increment(group, last);
        return;
    }
    kernels_.stage_state(n_, group.s.data(), group.k.data(), static_cast<int>(s),
                         tableau_.a[s].data(), stage_.data());
}

/// stage_ += derivatives of k_s.
void ForwardSweep::add_increment(Group& group, std::size_t s) {
    const double one = 1.0;
    kernels_.stage_state(n_, stage_.data(), group.k.data() + s * n_ * width_, 1, &one,
                         stage_.data());
}

/// more_ = derivatives of the interpolated state, S being that before the step.
void ForwardSweep::interpolate(Group& group, double theta) {
    const RosenbrockTableau::Row weights = dense_weights(tableau_, theta);
    kernels_.stage_state(n_, group.s.data(), group.k.data(), tableau_.stages, weights.data(),
                         more_.data());
}

/// The subject's slots at an output, for functions.
void ForwardSweep::observe(double t, std::span<const double> y) {
    if (phase_->recording.functions.empty()) {
        return;
    }
    kernel_.observe(t, y);
    tape_slopes(program_.rate_tape, kernel_.slots(), rate_slopes_);
    tape_slopes(program_.output_tape, kernel_.slots(), slopes_);
}

void ForwardSweep::record(Group& group, const double* s, std::size_t row,
                          std::span<double> values) {
    const Recording& recording = phase_->recording;
    std::size_t column = row * recording.size();
    const auto write = [&](const double* lanes) {
        std::copy_n(lanes, group.count, values.data() + column * inputs_.size() + group.first);
        ++column;
    };
    for (const SpeciesId id : recording.species) {
        write(s + id.value * width_);
    }
    std::vector<double> sum(width_);
    for (const ObservableId id : recording.observables) {
        std::fill(sum.begin(), sum.end(), 0.0);
        for (const eqn::Term& term : tables_.system().observable_terms(id)) {
            for (std::size_t l = 0; l < width_; ++l) {
                sum[l] += term.weight * s[term.index * width_ + l];
            }
        }
        write(sum.data());
    }
    if (recording.functions.empty()) {
        return;
    }
    std::copy(group.dslots.begin(), group.dslots.end(), all_slots_.begin());
    for (const auto& [tape, slopes] : {std::pair{program_.rate_tape, &rate_slopes_},
                                       std::pair{program_.output_tape, &slopes_}}) {
        kernels_.tangent_tape(tape.data(), tape.data() + tape.size(), slopes->data(),
                              program_.observable_terms.data(), s, all_slots_.data());
    }
    for (const FunctionId id : recording.functions) {
        write(lane_row(all_slots_, tables_.system().slot(id)));
    }
}

}  // namespace erbium::sim
