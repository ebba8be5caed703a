// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_forward.hpp"

#include <algorithm>
#include <utility>

#include "erbium/sim/steady_state_slopes.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;
using eqn::Opcode;

/// Every lane to the same number.
void fill_row(double* row, std::size_t width, double value) noexcept {
    std::fill(row, row + width, value);
}

}  // namespace

ForwardSweep::ForwardSweep(const LaneTables& tables, const math::LuPlan& plan,
                           const RowPattern& pattern, const SensitivityKernels& kernels,
                           const RosenbrockTableau& tableau)
    : tables_{tables},
      program_{tables.system().program()},
      pattern_{pattern},
      kernels_{kernels},
      tableau_{tableau},
      lu_program_{plan.program()},
      n_{tables.system().state_count()},
      width_{kernels.width},
      replay_{tables, plan, system_kernels().front(), tableau, ReplayedJacobians::all_stages},
      kernel_{tables.system()},
      y_(n_),
      f_(n_),
      f_after_(n_) {
    const std::size_t row = n_ * width_;
    const std::size_t stages = replay_.stages();
    pairs_.assign(stages, std::vector<EntryPair>(plan.entry_count()));
    if (tables.depends_on_time()) {
        slope_pairs_.resize(plan.entry_count());
    }
    direction_slots_.assign(tables.slot_count() * width_, 0.0);
    direction_partials_.assign(tables.partial_count() * width_, 0.0);
    direction_entries_.assign(plan.entry_count() * width_, 0.0);
    active_.assign(std::max(tables.rate_count(), tables.partial_count()) * width_, 0.0);
    all_slots_.assign(tables.slot_count() * width_, 0.0);
    for (math::AlignedDoubles* rows :
         {&directions_, &stage_, &sum_, &more_, &time_slope_, &right_, &new_s_}) {
        rows->assign(row, 0.0);
    }
    work_.assign(row, 0.0);
    reciprocal_h_.assign(width_, 1.0);
    d_h_.assign(width_, 0.0);
}

std::shared_ptr<const ActiveTables> ForwardSweep::tables_for(std::span<const Input> inputs) {
    ActiveSeeds seeds;
    const auto add_species = [&](SpeciesId s) {
        if (tables_.system().is_fixed(s)) {
            seeds.fixed.push_back(s);
        }
    };
    for (const Input& input : inputs) {
        switch (input.kind) {
            case Input::Kind::parameter:
                seeds.parameters.push_back(ParameterId{input.index});
                break;
            case Input::Kind::initial_amount:
                add_species(SpeciesId{input.index});
                break;
            case Input::Kind::equilibration_value:
                seeds.parameters.push_back(run_->equilibration->parameters[input.index].parameter);
                break;
            case Input::Kind::event_parameter:
                seeds.parameters.push_back(
                    run_->events[input.event].parameters[input.index].parameter);
                break;
            case Input::Kind::event_amount:
                add_species(run_->events[input.event].states[input.index].species);
                break;
            case Input::Kind::event_time:
                break;
        }
    }
    const auto sort_once = [](auto& ids) {
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    };
    sort_once(seeds.parameters);
    sort_once(seeds.fixed);
    for (const auto& [known, tables] : known_tables_) {
        if (known == seeds) {
            return tables;
        }
    }
    auto tables = std::make_shared<const ActiveTables>(tables_.system(), seeds);
    known_tables_.emplace_back(std::move(seeds), tables);
    return tables;
}

void ForwardSweep::begin(const Run& run, std::span<const Input> inputs, bool is_equilibrating) {
    run_ = &run;
    inputs_ = inputs;
    is_equilibrating_ = is_equilibrating;
    kernel_.reset_parameters();
    kernel_.set_parameters(run.parameters);
    if (is_equilibrating) {
        kernel_.set_parameters(run.equilibration->parameters);
    }
    kernel_.initial_state(y_);
    const std::size_t group_count = (inputs.size() + width_ - 1) / width_;
    groups_.resize(group_count);
    for (std::size_t g = 0; g < group_count; ++g) {
        Group& group = groups_[g];
        group.first = g * width_;
        group.count = std::min(width_, inputs.size() - group.first);
        group.tables = tables_for(inputs.subspan(group.first, group.count));
        group.dslots.assign(tables_.slot_count() * width_, 0.0);
        group.s.assign(n_ * width_, 0.0);
        group.fixed.assign(n_ * width_, 0.0);
        group.k.assign(replay_.stages() * n_ * width_, 0.0);
        group.entries.assign(group.tables->entries().count * width_, 0.0);
        group.has_fixed = false;
        for (std::uint32_t s = 0; s < n_; ++s) {
            group.has_fixed = group.has_fixed || group.tables->is_active(SpeciesId{s});
        }
        seed_parameters(group);
        begin_state(group);
    }
    replay_.set_constants(0, kernel_);
}

/// What each lane's input says about the parameters of this phase.
void ForwardSweep::seed_parameters(Group& group) {
    std::fill(group.dslots.begin(), group.dslots.end(), 0.0);
    for (std::size_t l = 0; l < group.count; ++l) {
        const Input& input = inputs_[group.first + l];
        if (input.kind == Input::Kind::parameter) {
            lane_row(group.dslots, tables_.system().slot(ParameterId{input.index}))[l] = 1.0;
        }
    }
    if (is_equilibrating_) {
        const std::vector<ParameterValue>& values = run_->equilibration->parameters;
        for (std::size_t i = 0; i < values.size(); ++i) {
            double* const row = lane_row(group.dslots, tables_.system().slot(values[i].parameter));
            fill_row(row, width_, 0.0);
            for (std::size_t l = 0; l < group.count; ++l) {
                if (inputs_[group.first + l] == Input::equilibration_value(i)) {
                    row[l] = 1.0;
                }
            }
        }
    }
    compute_constants(group);
}

void ForwardSweep::compute_constants(Group& group) {
    const std::span<const Instruction> tape = group.tables->constants();
    tape_slopes(tape, kernel_.slots(), slopes_);
    const double* slopes = slopes_.data();
    for (const Instruction& i : tape) {
        if (i.op != Opcode::define_parameter) {
            kernels_.tangent_tape(&i, &i + 1, slopes, nullptr, nullptr, group.dslots.data());
        } else if (!kernel_.is_set(ParameterId{i.b})) {
            std::copy_n(lane_row(group.dslots, i.a), width_, lane_row(group.dslots, i.dst));
        }
        slopes += 3;
    }
}

void ForwardSweep::begin_state(Group& group) {
    for (std::uint32_t s = 0; s < n_; ++s) {
        const eqn::Slot slot = tables_.system().initial_slot(SpeciesId{s});
        std::copy_n(lane_row(group.dslots, slot), width_, lane_row(group.s, s));
    }
    for (const StateChange& change : run_->initial_state) {
        double* const row = lane_row(group.s, change.species.value);
        for (std::size_t l = 0; l < width_; ++l) {
            if (change.kind == StateChange::Kind::set) {
                row[l] = 0.0;
            } else if (change.kind == StateChange::Kind::multiply) {
                row[l] *= change.value;
            }
        }
    }
    for (std::size_t l = 0; l < group.count; ++l) {
        const Input& input = inputs_[group.first + l];
        if (input.kind == Input::Kind::initial_amount) {
            lane_row(group.s, input.index)[l] += 1.0;
        }
    }
    copy_fixed(group);
}

void ForwardSweep::copy_fixed(Group& group) {
    for (std::uint32_t s = 0; group.has_fixed && s < n_; ++s) {
        if (group.tables->is_active(SpeciesId{s})) {
            std::copy_n(lane_row(group.s, s), width_, lane_row(group.fixed, s));
        }
    }
}

void ForwardSweep::end_equilibration() {
    is_equilibrating_ = false;
    kernel_.reset_parameters();
    kernel_.set_parameters(run_->parameters);
    for (Group& group : groups_) {
        seed_parameters(group);
    }
    replay_.set_constants(0, kernel_);
}

void ForwardSweep::write_state(std::span<double> to) const {
    for (const Group& group : groups_) {
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t l = 0; l < group.count; ++l) {
                to[i * inputs_.size() + group.first + l] = group.s[i * width_ + l];
            }
        }
    }
}

void ForwardSweep::settle(SteadyStateSlopes& slopes, double t, std::span<const double> y) {
    kernel_.rhs(t, y, f_);
    std::vector<double> right(n_);
    std::vector<double> initial(n_);
    for (Group& group : groups_) {
        std::fill(sum_.begin(), sum_.end(), 0.0);
        add_explicit(group, kernel_.slots().data(), y.data(), sum_.data());
        for (std::size_t l = 0; l < group.count; ++l) {
            for (std::size_t i = 0; i < n_; ++i) {
                right[i] = sum_[i * width_ + l];
                initial[i] = group.s[i * width_ + l];
            }
            slopes.solve(right, initial);
            for (std::size_t i = 0; i < n_; ++i) {
                group.s[i * width_ + l] = initial[i];
            }
        }
    }
}

void ForwardSweep::carry(const Run& phase, const RunScript& script, const StepTrace& trace,
                         std::span<double> values) {
    phase_ = &phase;
    for (const ScriptItem& item : script.items) {
        switch (item.kind) {
            case ScriptItem::Kind::step:
                step(item, trace, values);
                break;
            case ScriptItem::Kind::event:
                apply(item, script);
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

/// y, S and parameters past an event; the jump conditions for its time.
void ForwardSweep::apply(const ScriptItem& item, const RunScript& script) {
    const Event& event = phase_->events[item.index];
    const Input by_time = Input::event_time(item.index);
    const bool has_time = std::find(inputs_.begin(), inputs_.end(), by_time) != inputs_.end();
    const std::span<const double> before = script.state(item.state, n_);
    if (has_time) {
        kernel_.rhs(item.time, before, f_);
    }
    kernel_.set_parameters(event.parameters);
    if (has_time) {
        std::copy(before.begin(), before.end(), y_.begin());
        change_states(event.states, y_);
        kernel_.rhs(item.time, y_, f_after_);
    }
    for (Group& group : groups_) {
        apply(group, item, before, f_);
    }
    if (!event.parameters.empty()) {
        replay_.set_constants(0, kernel_);
    }
}

void ForwardSweep::apply(Group& group, const ScriptItem& item, std::span<const double> before,
                         std::span<const double> f_before) {
    const Event& event = phase_->events[item.index];
    const auto lane_of = [&](const Input& input) {
        std::vector<std::size_t> lanes;
        for (std::size_t l = 0; l < group.count; ++l) {
            if (inputs_[group.first + l] == input) {
                lanes.push_back(l);
            }
        }
        return lanes;
    };
    const std::vector<std::size_t> moved = lane_of(Input::event_time(item.index));
    for (const std::size_t l : moved) {
        for (std::size_t i = 0; i < n_; ++i) {
            group.s[i * width_ + l] += f_before[i];
        }
    }
    for (std::size_t i = 0; i < event.parameters.size(); ++i) {
        double* const row =
            lane_row(group.dslots, tables_.system().slot(event.parameters[i].parameter));
        fill_row(row, width_, 0.0);
        for (const std::size_t l : lane_of(Input::event_parameter(item.index, i))) {
            row[l] = 1.0;
        }
    }
    if (!event.parameters.empty()) {
        compute_constants(group);
    }
    std::copy(before.begin(), before.end(), y_.begin());
    for (std::size_t i = 0; i < event.states.size(); ++i) {
        const StateChange& change = event.states[i];
        double* const row = lane_row(group.s, change.species.value);
        double per_value = 1.0;
        if (change.kind == StateChange::Kind::set) {
            fill_row(row, width_, 0.0);
        } else if (change.kind == StateChange::Kind::multiply) {
            per_value = y_[change.species.value];
            for (std::size_t l = 0; l < width_; ++l) {
                row[l] *= change.value;
            }
        }
        for (const std::size_t l : lane_of(Input::event_amount(item.index, i))) {
            row[l] += per_value;
        }
        change_states(std::span{&change, 1}, y_);
    }
    for (const std::size_t l : moved) {
        for (std::size_t i = 0; i < n_; ++i) {
            group.s[i * width_ + l] -= f_after_[i];
        }
    }
    copy_fixed(group);
}

void ForwardSweep::step(const ScriptItem& item, const StepTrace& trace, std::span<double> values) {
    const TracedStep& traced = trace.steps[item.index];
    replay_.set_step(0, traced.time, traced.size, trace.state(item.index, n_));
    replay_.compute();
    differentiate_matrices();
    fill_row(reciprocal_h_.data(), width_, 1.0 / traced.size);
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
    RosenbrockTableau::Row last = tableau_.a[replay_.stages() - 1];
    last[replay_.stages() - 1] = 1.0;
    for (Group& group : groups_) {
        kernels_.system->stage_state(n_, group.s.data(), group.k.data(), tableau_.stages,
                                     last.data(), new_s_.data());
        std::swap(group.s, new_s_);
    }
}

/// The matrices that all inputs share: J at each stage, and how J k_i changes with the state.
void ForwardSweep::differentiate_matrices() {
    const LaneProgram& program = tables_.program();
    const bool has_tapes = !program_.rate_tape.empty() || !program_.slope_tape.empty();
    if (has_tapes) {
        const std::span<const double> slots{replay_.slots(0), tables_.slot_count()};
        tape_slopes(program_.rate_tape, slots, rate_slopes_);
        tape_slopes(program_.slope_tape, slots, slopes_);
    }
    const LaneProducts& p = program.partials;
    const std::size_t products = p.none + p.one + p.two + p.more;
    const std::span<const std::uint32_t> entries = pattern_.entries();
    for (std::size_t first = 0; first < replay_.stages(); first += width_) {
        const std::size_t count = std::min(width_, replay_.stages() - first);
        for (std::size_t s = 0; s < count; ++s) {
            const double* const k = replay_.k(first + s);
            for (std::size_t i = 0; i < n_; ++i) {
                directions_[i * width_ + s] = k[i];
            }
        }
        if (has_tapes) {
            kernels_.tangent_tape(program.rate_tape, program.rate_tape_end, rate_slopes_.data(),
                                  program.observable_terms, directions_.data(),
                                  direction_slots_.data());
            kernels_.tangent_tape(program.slope_tape, program.slope_tape_end, slopes_.data(),
                                  program.observable_terms, directions_.data(),
                                  direction_slots_.data());
        }
        kernels_.tangent_products(p, replay_.slots(0), replay_.y(),
                                  has_tapes ? direction_slots_.data() : nullptr, directions_.data(),
                                  direction_partials_.data());
        kernels_.sum_up(program.partial_sums, direction_partials_.data(),
                        direction_partials_.data() + products * width_);
        kernels_.sum_up(program.jacobian, direction_partials_.data(), direction_entries_.data());
        for (std::size_t s = 0; s < count; ++s) {
            const double* const jacobian = replay_.jacobian(first + s);
            std::vector<EntryPair>& pairs = pairs_[first + s];
            for (std::size_t i = 0; i < entries.size(); ++i) {
                pairs[i] = {jacobian[entries[i]], direction_entries_[entries[i] * width_ + s]};
            }
        }
    }
    if (tables_.depends_on_time()) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            slope_pairs_[i] = {replay_.slope_jacobian()[entries[i]],
                               -replay_.jacobian(0)[entries[i]]};
        }
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
    const std::span<const double> slots{replay_.slots(0), tables_.slot_count()};
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

void ForwardSweep::step(Group& group) {
    const RowPatternView rows = pattern_.rows();
    const double h = replay_.h()[0];
    const ActiveRows active_entries = group.tables->entries();
    if (active_entries.count != 0) {
        explicit_entries(group);
    }
    const bool has_slope = tables_.depends_on_time();
    if (has_slope) {
        kernels_.multiply_pair(rows, slope_pairs_.data(), group.s.data(), group.s.data(),
                               time_slope_.data());
        std::fill(more_.begin(), more_.end(), 0.0);
        add_explicit(group, replay_.slots(0), replay_.y(), more_.data());
        add_explicit(group, replay_.slope_slots(), replay_.y(), time_slope_.data());
        for (std::size_t i = 0; i < time_slope_.size(); ++i) {
            time_slope_[i] = (time_slope_[i] - more_[i]) / replay_.slope_span()[0];
        }
    }
    for (std::size_t s = 0; s < replay_.stages(); ++s) {
        const int before = static_cast<int>(s);
        const double* state = group.s.data();
        if (s > 0) {
            kernels_.system->stage_state(n_, group.s.data(), group.k.data(), before,
                                         tableau_.a[s].data(), stage_.data());
            state = stage_.data();
        }
        kernels_.multiply_pair(rows, pairs_[s].data(), state, group.s.data(), sum_.data());
        add_explicit(group, replay_.slots(s), replay_.stage_state(s), sum_.data());
        kernels_.add_active_entries(active_entries, group.entries.data(), replay_.k(s),
                                    sum_.data());
        fill_row(d_h_.data(), width_, tableau_.d[s] * h);
        kernels_.system->stage_right_side(
            n_, sum_.data(), group.k.data(), before, tableau_.c[s].data(), reciprocal_h_.data(),
            has_slope && tableau_.d[s] != 0.0 ? time_slope_.data() : nullptr, d_h_.data(),
            right_.data());
        kernels_.system->math->solve_shared(lu_program_, replay_.factors(), right_.data(),
                                            work_.data(), group.k.data() + s * n_ * width_);
    }
}

/// more_ = derivatives of the interpolated state, S being that before the step.
void ForwardSweep::interpolate(Group& group, double theta) {
    const RosenbrockTableau::Row weights = dense_weights(tableau_, theta);
    kernels_.system->stage_state(n_, group.s.data(), group.k.data(), tableau_.stages,
                                 weights.data(), more_.data());
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
