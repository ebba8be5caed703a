// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_adjoint_events.cpp: what states and parameters are worth before events and
// moments, and at the start.
#include <algorithm>
#include <limits>
#include <variant>

#include "erbium/eqn/operand_slopes.hpp"
#include "erbium/sim/sensitivity_adjoint.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;
using eqn::Opcode;

/// worth * slope, 0 where either is 0: as in the kernels.
double back_along(double worth, double slope) noexcept {
    return worth == 0.0 || slope == 0.0 ? 0.0 : worth * slope;
}

}  // namespace

void AdjointSweep::add_to_gradient(const AdjointJob& job, const Input& input, double worth) {
    for (std::size_t i = 0; i < job.task->inputs.size(); ++i) {
        if (job.task->inputs[i] == input) {
            job.gradient[i] += worth;
        }
    }
}

/// The lane's parameters as they stand after the first `items` of its script.
void AdjointSweep::set_parameters(std::size_t l, std::size_t items) {
    const Lane& lane = lanes_[l];
    eqn::ReferenceKernel& kernel = reference_[l];
    kernel.reset_parameters();
    kernel.set_parameters(lane.phase->run.parameters);
    for (const ScriptItem& item : std::span{lane.phase->script.items}.first(items)) {
        if (item.kind == ScriptItem::Kind::event) {
            kernel.set_parameters(lane.phase->run.events[item.index].parameters);
        } else if (item.kind == ScriptItem::Kind::assignment) {
            kernel.set_parameters(
                assigned_parameters(tables_.system(), lane.phase->script, item.index));
        }
    }
    replay_->set_constants(l, kernel);
}

/// What moving a time is worth, through states that go on at this rate.
double AdjointSweep::worth_of_shift(std::size_t l, std::span<const double> rate) const noexcept {
    double sum = 0.0;
    for (std::size_t i = 0; i < n_; ++i) {
        sum += back_along(lambda_[i * width_ + l], rate[i]);
    }
    return sum;
}

void AdjointSweep::reverse_moment_begin(std::size_t l, const ScriptItem& item) {
    Lane& lane = lanes_[l];
    const RunScript& script = lane.phase->script;
    double& worth = lane.moment_worths[item.index];
    worth += worth_of_shift(l, script.rate(item.state, n_));
    if (!item.is_first || worth == 0.0) {
        return;
    }
    const Moment& moment = script.moments[item.index];
    switch (moment.cause) {
        case Moment::Cause::crossing: {
            const RunScript::Crossing& crossing = script.crossings[moment.index];
            const double by_difference = -worth / crossing.rate;
            for (std::size_t i = 0; i < n_; ++i) {
                lambda_[i * width_ + l] += back_along(by_difference, crossing.by_state[i]);
            }
            for (std::size_t slot = 0; slot < crossing.by_slot.size(); ++slot) {
                lane.constant_worths[slot] += back_along(by_difference, crossing.by_slot[slot]);
            }
            break;
        }
        case Moment::Cause::stop: {
            const std::vector<eqn::Slot>& slots = script.stops[moment.index];
            for (const eqn::Slot slot : slots) {
                lane.constant_worths[slot] +=
                    slots.size() == 1 ? worth : std::numeric_limits<double>::quiet_NaN();
            }
            break;
        }
        case Moment::Cause::event:
            add_to_gradient(*lane.job, Input::event_time(moment.index), worth);
            break;
        case Moment::Cause::delayed:
            lane.due_worths[moment.index] += worth;
            break;
    }
}

/// From what slots of the event tape are worth (one_slot_worths_) to states, constants and the
/// moment. The kernel's slots are those at the item.
void AdjointSweep::reverse_event_tape(std::size_t l, const ScriptItem& item) {
    Lane& lane = lanes_[l];
    const std::span<const Instruction> tape = program_.event_tape;
    std::fill(worth_.begin(), worth_.end(), 0.0);
    one_.reverse_tape(tape.data(), tape.data() + tape.size(), program_.observable_terms.data(),
                      reference_[l].slots().data(), one_slot_worths_.data(), worth_.data());
    for (std::size_t i = 0; i < n_; ++i) {
        lambda_[i * width_ + l] += worth_[i];
    }
    for (std::size_t slot = 0; slot < program_.time_slot; ++slot) {
        lane.constant_worths[slot] += one_slot_worths_[slot];
    }
    if (item.moment != kNoIndex) {
        lane.moment_worths[item.moment] += one_slot_worths_[program_.time_slot];
    }
    std::fill(one_slot_worths_.begin(), one_slot_worths_.end(), 0.0);
}

void AdjointSweep::reverse_firing(std::size_t l, const ScriptItem& item) {
    Lane& lane = lanes_[l];
    const RunScript& script = lane.phase->script;
    const RunScript::Firing& firing = script.firings[item.index];
    const eqn::TriggeredEvent& event = tables_.system().events()[firing.event];
    reference_[l].evaluate_events(item.time, script.state(item.state, n_));
    const double due = lane.due_worths[item.index];
    if (item.moment != kNoIndex) {
        lane.moment_worths[item.moment] += due;
    }
    if (event.delay) {
        one_slot_worths_[*event.delay] += due;
    }
    for (std::size_t a = 0; event.uses_trigger_time_values && a < event.assignments.size(); ++a) {
        one_slot_worths_[event.assignments[a].value] += lane.fired_worths[firing.value_begin + a];
    }
    reverse_event_tape(l, item);
}

void AdjointSweep::reverse_assignment(std::size_t l, const ScriptItem& item) {
    Lane& lane = lanes_[l];
    const RunScript& script = lane.phase->script;
    const RunScript::Firing& firing = script.firings[script.assignments[item.index].firing];
    const eqn::TriggeredEvent& event = tables_.system().events()[firing.event];
    const std::size_t count = event.assignments.size();
    const bool sets_parameters =
        std::any_of(event.assignments.begin(), event.assignments.end(),
                    [](const auto& a) { return std::holds_alternative<ParameterId>(a.target); });
    if (sets_parameters) {
        convert_constants(l);
    }
    std::vector<double> worths(count);
    for (std::size_t a = count; a-- > 0;) {
        const auto& target = event.assignments[a].target;
        double* worth = nullptr;
        if (const auto* species = std::get_if<SpeciesId>(&target)) {
            worth = &lambda_[species->value * width_ + l];
        } else {
            worth = &lane.constant_worths[tables_.system().slot(std::get<ParameterId>(target))];
        }
        worths[a] = *worth;
        *worth = 0.0;
    }
    if (sets_parameters) {
        set_parameters(l, lane.items_left);
    }
    eqn::ReferenceKernel& kernel = reference_[l];
    kernel.evaluate_events(item.time, script.state(item.state, n_));
    for (std::size_t a = 0; a < count; ++a) {
        const eqn::TriggeredEvent::Assignment& assignment = event.assignments[a];
        if (assignment.factor) {
            const double alone =
                event.uses_trigger_time_values ? firing.values[a] : kernel.slot(assignment.value);
            one_slot_worths_[*assignment.factor] += back_along(worths[a], alone);
            worths[a] *= kernel.slot(*assignment.factor);
        }
        double& value_worth = event.uses_trigger_time_values
                                  ? lane.fired_worths[firing.value_begin + a]
                                  : one_slot_worths_[assignment.value];
        value_worth += worths[a];
    }
    reverse_event_tape(l, item);
}

void AdjointSweep::reverse_event(std::size_t l, const ScriptItem& item) {
    const Lane& lane = lanes_[l];
    const AdjointJob& job = *lane.job;
    const Event& event = lane.phase->run.events[item.index];
    const std::span<const double> before = lane.phase->script.state(item.state, n_);
    std::copy(before.begin(), before.end(), state_.begin());
    std::vector<double> amounts;  // before each change
    for (const StateChange& change : event.states) {
        amounts.push_back(state_[change.species.value]);
        change_states(std::span{&change, 1}, state_);
    }
    for (std::size_t i = event.states.size(); i-- > 0;) {
        const StateChange& change = event.states[i];
        double& worth = lambda_[change.species.value * width_ + l];
        const Input by_amount = Input::event_amount(item.index, i);
        switch (change.kind) {
            case StateChange::Kind::set:
                add_to_gradient(job, by_amount, worth);
                worth = 0.0;
                break;
            case StateChange::Kind::add:
                add_to_gradient(job, by_amount, worth);
                break;
            case StateChange::Kind::multiply:
                add_to_gradient(job, by_amount, worth * amounts[i]);
                worth *= change.value;
                break;
        }
    }
    if (!event.parameters.empty()) {
        convert_constants(l);
        for (std::size_t i = event.parameters.size(); i-- > 0;) {
            double& worth =
                lanes_[l].constant_worths[tables_.system().slot(event.parameters[i].parameter)];
            add_to_gradient(job, Input::event_parameter(item.index, i), worth);
            worth = 0.0;
        }
        set_parameters(l, lane.items_left);
    }
}

/// What computed constants are worth becomes what parameters are worth, the parameters being those
/// of the lane now.
void AdjointSweep::convert_constants(std::size_t l) {
    std::vector<double>& worths = lanes_[l].constant_worths;
    for (std::size_t slot = 0; slot < program_.time_slot; ++slot) {
        worths[slot] += slot_worths_[slot * width_ + l];
        slot_worths_[slot * width_ + l] = 0.0;
    }
    const eqn::ReferenceKernel& kernel = reference_[l];
    const std::span<const double> slots = kernel.slots();
    for (std::size_t at = program_.constants_tape.size(); at-- > 0;) {
        const Instruction& i = program_.constants_tape[at];
        if (i.op == Opcode::define_parameter) {
            if (!kernel.is_set(ParameterId{i.b})) {
                worths[i.a] += worths[i.dst];
                worths[i.dst] = 0.0;
            }
            continue;
        }
        const double worth = worths[i.dst];
        worths[i.dst] = 0.0;
        if (worth == 0.0) {
            continue;
        }
        const eqn::OperandSlopes of =
            eqn::operand_slopes(i.op, slots[i.a], slots[i.b], slots[i.c], slots[i.dst]);
        worths[i.a] += back_along(worth, of.a);
        worths[i.b] += back_along(worth, of.b);
        worths[i.c] += back_along(worth, of.c);
    }
}

/// What parameters are worth goes to the inputs that are their values at the start.
void AdjointSweep::credit_parameters(std::size_t l) {
    Lane& lane = lanes_[l];
    const std::vector<Input>& inputs = lane.job->task->inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].kind == Input::Kind::parameter) {
            lane.job->gradient[i] +=
                lane.constant_worths[tables_.system().slot(ParameterId{inputs[i].index})];
        }
    }
    std::fill(lane.constant_worths.begin(), lane.constant_worths.end(), 0.0);
}

/// At the start of a phase: on to the equilibration, or to the initial amounts and the end.
void AdjointSweep::end_phase(std::size_t l) {
    Lane& lane = lanes_[l];
    const Run& run = lane.job->task->run;
    const RecordedRun& recorded = *lane.job->recorded;
    if (run.equilibration && !lane.is_equilibrating) {
        convert_constants(l);
        credit_parameters(l);
        if (recorded.equilibration) {
            begin_phase(l, *recorded.equilibration, true);
            return;
        }
        lane.is_equilibrating = true;
        reverse_steady_state(l);
    }
    reverse_initial_state(l);
    lane.job = nullptr;
}

/// By the implicit function theorem: see SteadyStateSlopes.
void AdjointSweep::reverse_steady_state(std::size_t l) {
    Lane& lane = lanes_[l];
    const Run& run = lane.job->task->run;
    const std::vector<double>& y = lane.job->recorded->steady_state;
    eqn::ReferenceKernel& kernel = reference_[l];
    kernel.reset_parameters();
    kernel.set_parameters(run.parameters);
    kernel.set_parameters(run.equilibration->parameters);
    SteadyStateSlopes& slopes = recorder_.slopes_at(run, y);
    read_lane(lambda_.data(), l, worth_);
    std::vector<double> initial_worths(n_);
    slopes.solve_transposed(worth_, explicit_worths_, initial_worths);
    kernel.rhs(run.equilibration->max_time, y, f_);
    one_.sum_up(changes_.view(), explicit_worths_.data(), one_rate_worths_.data());
    std::fill(worth_.begin(), worth_.end(), 0.0);
    const LaneProgram& program = tables_.program();
    one_.reverse_products(program.rates, kernel.slots().data(), y.data(), one_rate_worths_.data(),
                          one_slot_worths_.data(), worth_.data());
    one_.reverse_tape(program.rate_tape, program.rate_tape_end, program.observable_terms,
                      kernel.slots().data(), one_slot_worths_.data(), worth_.data());
    for (std::size_t slot = 0; slot < program_.time_slot; ++slot) {
        lane.constant_worths[slot] += one_slot_worths_[slot];
    }
    std::fill(one_slot_worths_.begin(), one_slot_worths_.end(), 0.0);
    for (std::uint32_t s = 0; s < n_; ++s) {
        const bool is_fixed = tables_.system().is_fixed(SpeciesId{s});
        lambda_[s * width_ + l] = initial_worths[s] + (is_fixed ? worth_[s] : 0.0);
    }
}

void AdjointSweep::reverse_initial_state(std::size_t l) {
    Lane& lane = lanes_[l];
    const AdjointJob& job = *lane.job;
    const Run& run = job.task->run;
    for (std::uint32_t s = 0; s < n_; ++s) {
        worth_[s] = lambda_[s * width_ + l];
        lambda_[s * width_ + l] = 0.0;
    }
    for (std::size_t i = 0; i < job.task->inputs.size(); ++i) {
        const Input& input = job.task->inputs[i];
        if (input.kind == Input::Kind::initial_amount) {
            job.gradient[i] += worth_[input.index];
        }
    }
    for (std::size_t i = run.initial_state.size(); i-- > 0;) {
        const StateChange& change = run.initial_state[i];
        double& worth = worth_[change.species.value];
        if (change.kind == StateChange::Kind::set) {
            worth = 0.0;
        } else if (change.kind == StateChange::Kind::multiply) {
            worth *= change.value;
        }
    }
    for (std::uint32_t s = 0; s < n_; ++s) {
        lane.constant_worths[tables_.system().initial_slot(SpeciesId{s})] += worth_[s];
    }
    convert_constants(l);
    if (run.equilibration) {
        const std::vector<ParameterValue>& values = run.equilibration->parameters;
        for (std::size_t i = values.size(); i-- > 0;) {
            double& worth = lane.constant_worths[tables_.system().slot(values[i].parameter)];
            add_to_gradient(job, Input::equilibration_value(i), worth);
            worth = 0.0;
        }
    }
    credit_parameters(l);
}

}  // namespace erbium::sim
