// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_forward_events.cpp: derivatives at the start, through events and moments.
#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "erbium/sim/sensitivity_forward.hpp"
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

std::shared_ptr<const ForwardSweep::InputTables> ForwardSweep::tables_for(
    std::span<const Input> inputs) {
    ActiveSeeds seeds;
    const auto add_species = [&](SpeciesId s) {
        if (tables_.system().is_fixed(s)) {
            seeds.fixed.push_back(s);
        }
    };
    // What triggered events assign to follows from states and from when they happen.
    for (const eqn::TriggeredEvent& event : tables_.system().events()) {
        for (const eqn::TriggeredEvent::Assignment& assignment : event.assignments) {
            if (const auto* species = std::get_if<SpeciesId>(&assignment.target)) {
                add_species(*species);
            } else {
                seeds.parameters.push_back(std::get<ParameterId>(assignment.target));
            }
        }
    }
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
    auto tables = std::make_shared<const InputTables>(tables_.system(), seeds, net_, slope_table_);
    if (known_tables_.size() == kMostKnownTables) {
        known_tables_.clear();
    }
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
    choose_width(inputs.size());
    const std::size_t group_count = (inputs.size() + width_ - 1) / width_;
    groups_.resize(group_count);
    std::size_t value_count = 2 * tables_.partial_count();
    std::size_t slope_count = 0;
    for (std::size_t g = 0; g < group_count; ++g) {
        Group& group = groups_[g];
        group.first = g * width_;
        group.count = std::min(width_, inputs.size() - group.first);
        group.tables = tables_for(inputs.subspan(group.first, group.count));
        group.dslots.assign(tables_.slot_count() * width_, 0.0);
        group.s.assign(net_.row_count() * width_, 0.0);
        group.last_stage.resize(net_.row_count() * width_);
        group.fixed.assign(n_ * width_, 0.0);
        group.k.resize(replay_.stages() * n_ * width_);
        group.rows.resize(group.tables->rates.row_count() * width_);
        group.coefficients.resize(replay_.passes() * replay_.lanes() *
                                  group.tables->rates.coefficients().count);
        value_count = std::max(value_count, group.tables->rates.value_count());
        slope_count = std::max(slope_count, group.tables->rates.slope_count());
        group.has_fixed = false;
        for (std::uint32_t s = 0; s < n_; ++s) {
            group.has_fixed = group.has_fixed || group.tables->active.is_active(SpeciesId{s});
        }
        seed_parameters(group);
        begin_state(group);
    }
    values_.resize(value_count * replay_.lanes());
    by_constants_.resize(slope_count * replay_.lanes());
    replay_.make_room(slope_table_.size());
    for (std::size_t pass = 0; pass < replay_.passes(); ++pass) {
        std::fill_n(replay_.slots(pass) + slope_table_.one() * replay_.lanes(), replay_.lanes(),
                    1.0);
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
    const std::span<const Instruction> tape = group.tables->active.constants();
    tape_slopes(tape, kernel_.slots(), slopes_);
    const double* slopes = slopes_.data();
    for (const Instruction& i : tape) {
        if (i.op != Opcode::define_parameter) {
            kernels_->tangent_tape(&i, &i + 1, slopes, nullptr, nullptr, group.dslots.data());
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
        if (group.tables->active.is_active(SpeciesId{s})) {
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

void ForwardSweep::begin_moment(const ScriptItem& item, const RunScript& script) {
    const Moment& moment = script.moments[item.index];
    const std::span<const double> rate = script.rate(item.state, n_);
    for (Group& group : groups_) {
        double* const moved = lane_row(group.moved, item.index);
        if (item.is_first) {
            switch (moment.cause) {
                case Moment::Cause::crossing:
                    cross(group, script.crossings[moment.index], moved);
                    break;
                case Moment::Cause::stop:
                    reach_stop(group, script.stops[moment.index], moved);
                    break;
                case Moment::Cause::event:
                    seed_lanes(group, Input::event_time(moment.index), moved);
                    break;
                case Moment::Cause::delayed:
                    std::copy_n(lane_row(group.due, moment.index), width_, moved);
                    break;
            }
        }
        shift(group, rate, moved, 1.0);
    }
}

void ForwardSweep::end_moment(const ScriptItem& item, const RunScript& script) {
    for (Group& group : groups_) {
        shift(group, script.rate(item.state, n_), lane_row(group.moved, item.index), -1.0);
    }
}

/// S += sign * rate * moved, and 0 where nothing moves even if the rate is not finite.
void ForwardSweep::shift(Group& group, std::span<const double> rate, const double* moved,
                         double sign) {
    for (std::size_t l = 0; l < group.count; ++l) {
        if (moved[l] == 0.0) {
            continue;
        }
        for (std::size_t i = 0; i < n_; ++i) {
            group.s[i * width_ + l] += sign * rate[i] * moved[l];
        }
    }
}

/// By the implicit function theorem: r is 0 there.
void ForwardSweep::cross(Group& group, const RunScript::Crossing& crossing, double* moved) {
    fill_row(moved, width_, 0.0);
    const auto add = [&](double weight, const double* row) {
        for (std::size_t l = 0; weight != 0.0 && l < width_; ++l) {
            moved[l] -= weight / crossing.rate * row[l];
        }
    };
    for (std::size_t i = 0; i < n_; ++i) {
        add(crossing.by_state[i], lane_row(group.s, i));
    }
    for (std::size_t slot = 0; slot < crossing.by_slot.size(); ++slot) {
        add(crossing.by_slot[slot], lane_row(group.dslots, slot));
    }
}

void ForwardSweep::reach_stop(Group& group, std::span<const eqn::Slot> slots, double* moved) {
    std::copy_n(lane_row(group.dslots, slots.front()), width_, moved);
    for (std::size_t i = 1; i < slots.size(); ++i) {
        const double* const other = lane_row(group.dslots, slots[i]);
        for (std::size_t l = 0; l < width_; ++l) {
            if (moved[l] != 0.0 || other[l] != 0.0) {
                moved[l] = std::numeric_limits<double>::quiet_NaN();
            }
        }
    }
}

/// 1 in the lanes of this input, else 0.
void ForwardSweep::seed_lanes(const Group& group, const Input& input, double* row) const {
    for (std::size_t l = 0; l < width_; ++l) {
        row[l] = l < group.count && inputs_[group.first + l] == input ? 1.0 : 0.0;
    }
}

/// all_slots_ = derivatives of everything that triggered events ask for, at (t, y).
void ForwardSweep::differentiate_events(Group& group, const ScriptItem& item,
                                        std::span<const double> y) {
    const std::span<const Instruction> tape = program_.event_tape;
    kernel_.evaluate_events(item.time, y);
    tape_slopes(tape, kernel_.slots(), slopes_);
    std::copy(group.dslots.begin(), group.dslots.end(), all_slots_.begin());
    if (item.moment != kNoIndex) {
        std::copy_n(lane_row(group.moved, item.moment), width_,
                    lane_row(all_slots_, program_.time_slot));
    }
    kernels_->tangent_tape(tape.data(), tape.data() + tape.size(), slopes_.data(),
                           program_.observable_terms.data(), group.s.data(), all_slots_.data());
}

/// When a triggered event's assignments are due, and their values if they are those of now.
void ForwardSweep::fire(const ScriptItem& item, const RunScript& script) {
    const RunScript::Firing& firing = script.firings[item.index];
    const eqn::TriggeredEvent& event = tables_.system().events()[firing.event];
    for (Group& group : groups_) {
        differentiate_events(group, item, script.state(item.state, n_));
        double* const due = lane_row(group.due, item.index);
        for (std::size_t l = 0; l < width_; ++l) {
            due[l] = item.moment == kNoIndex ? 0.0 : lane_row(group.moved, item.moment)[l];
            due[l] += event.delay ? lane_row(all_slots_, *event.delay)[l] : 0.0;
        }
        for (std::size_t a = 0; event.uses_trigger_time_values && a < event.assignments.size();
             ++a) {
            std::copy_n(lane_row(all_slots_, event.assignments[a].value), width_,
                        lane_row(group.fired_values, firing.value_begin + a));
        }
    }
}

void ForwardSweep::assign(const ScriptItem& item, const RunScript& script) {
    const RunScript::Assignment& assigned = script.assignments[item.index];
    const RunScript::Firing& firing = script.firings[assigned.firing];
    const eqn::TriggeredEvent& event = tables_.system().events()[firing.event];
    const std::size_t count = event.assignments.size();
    math::AlignedDoubles rows(count * width_, 0.0);  // events are rare
    for (Group& group : groups_) {
        differentiate_events(group, item, script.state(item.state, n_));
        for (std::size_t a = 0; a < count; ++a) {
            const eqn::TriggeredEvent::Assignment& assignment = event.assignments[a];
            const double* const value = event.uses_trigger_time_values
                                            ? lane_row(group.fired_values, firing.value_begin + a)
                                            : lane_row(all_slots_, assignment.value);
            double* const row = lane_row(rows, a);
            std::copy_n(value, width_, row);
            if (assignment.factor) {
                const double factor = kernel_.slot(*assignment.factor);
                const double* const by_factor = lane_row(all_slots_, *assignment.factor);
                const double alone = event.uses_trigger_time_values
                                         ? firing.values[a]
                                         : kernel_.slot(assignment.value);
                for (std::size_t l = 0; l < width_; ++l) {
                    row[l] = row[l] * factor + (by_factor[l] == 0.0 ? 0.0 : alone * by_factor[l]);
                }
            }
        }
        for (std::size_t a = 0; a < count; ++a) {
            const auto& target = event.assignments[a].target;
            if (const auto* species = std::get_if<SpeciesId>(&target)) {
                std::copy_n(lane_row(rows, a), width_, lane_row(group.s, species->value));
            } else {
                std::copy_n(
                    lane_row(rows, a), width_,
                    lane_row(group.dslots, tables_.system().slot(std::get<ParameterId>(target))));
            }
        }
        copy_fixed(group);
    }
    set_parameters(assigned_parameters(tables_.system(), script, item.index));
}

/// Values that hold from here on; their derivatives stand in dslots.
void ForwardSweep::set_parameters(std::span<const ParameterValue> values) {
    if (values.empty()) {
        return;
    }
    kernel_.set_parameters(values);
    for (Group& group : groups_) {
        compute_constants(group);
    }
    replay_.set_constants(0, kernel_);
}

void ForwardSweep::apply(const ScriptItem& item, const RunScript& script) {
    const Event& event = phase_->events[item.index];
    for (Group& group : groups_) {
        for (std::size_t i = 0; i < event.parameters.size(); ++i) {
            seed_lanes(
                group, Input::event_parameter(item.index, i),
                lane_row(group.dslots, tables_.system().slot(event.parameters[i].parameter)));
        }
        change_state(group, item, script.state(item.state, n_));
        copy_fixed(group);
    }
    set_parameters(event.parameters);
}

void ForwardSweep::change_state(Group& group, const ScriptItem& item,
                                std::span<const double> before) {
    const Event& event = phase_->events[item.index];
    std::copy(before.begin(), before.end(), y_.begin());
    std::vector<double> by_value(width_);
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
        seed_lanes(group, Input::event_amount(item.index, i), by_value.data());
        for (std::size_t l = 0; l < width_; ++l) {
            row[l] += per_value * by_value[l];
        }
        change_states(std::span{&change, 1}, y_);
    }
}

}  // namespace erbium::sim
