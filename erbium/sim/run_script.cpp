// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/run_script.hpp"

#include <variant>

namespace erbium::sim {
ScriptWriter::ScriptWriter(const eqn::System& system, const Run& run)
    : run_{run}, kernel_{system}, y_(system.state_count()), rate_(system.state_count()) {
    kernel_.set_parameters(run.parameters);
    kernel_.initial_state(y_);
    change_states(run.initial_state, y_);
}

std::size_t ScriptWriter::keep_state() {
    const std::size_t place = script_.states.size() / y_.size();
    script_.states.insert(script_.states.end(), y_.begin(), y_.end());
    return place;
}

std::size_t ScriptWriter::keep_rate(double t) {
    kernel_.rhs(t, y_, rate_);
    return keep_rate(rate_);
}

std::size_t ScriptWriter::keep_rate(std::span<const double> rate) {
    const std::size_t place = script_.rates.size() / rate.size();
    script_.rates.insert(script_.rates.end(), rate.begin(), rate.end());
    return place;
}

void ScriptWriter::output(double t) {
    script_.items.push_back({.kind = ScriptItem::Kind::output,
                             .index = script_.rows++,
                             .time = t,
                             .state = keep_state()});
}

std::size_t ScriptWriter::add_moment(Moment::Cause cause, std::size_t index) {
    script_.moments.push_back({cause, index});
    has_begun_.push_back(0);
    return script_.moments.size() - 1;
}

void ScriptWriter::begin_moment(std::size_t moment, double t, std::size_t rate) {
    script_.items.push_back({.kind = ScriptItem::Kind::moment_begin,
                             .index = moment,
                             .time = t,
                             .state = rate,
                             .is_first = has_begun_[moment] == 0});
    has_begun_[moment] = 1;
}

/// Comparisons in rates are from here on what they are now.
void ScriptWriter::end_moment(std::size_t moment, double t) {
    kernel_.hold_comparisons(t, y_);
    script_.items.push_back(
        {.kind = ScriptItem::Kind::moment_end, .index = moment, .time = t, .state = keep_rate(t)});
}

void ScriptWriter::event(std::size_t index, double t) {
    const std::size_t moment = add_moment(Moment::Cause::event, index);
    begin_moment(moment, t, keep_rate(t));
    script_.items.push_back(
        {.kind = ScriptItem::Kind::event, .index = index, .time = t, .state = keep_state()});
    const Event& event = run_.events[index];
    if (!event.parameters.empty()) {
        kernel_.set_parameters(event.parameters);
    }
    change_states(event.states, y_);
    end_moment(moment, t);
}

std::vector<ParameterValue> assigned_parameters(const eqn::System& system, const RunScript& script,
                                                std::size_t assignment) {
    const RunScript::Assignment& assigned = script.assignments[assignment];
    const eqn::TriggeredEvent& event = system.events()[script.firings[assigned.firing].event];
    std::vector<ParameterValue> parameters;
    for (std::size_t a = 0; a < event.assignments.size(); ++a) {
        if (const auto* p = std::get_if<ParameterId>(&event.assignments[a].target)) {
            parameters.push_back({*p, assigned.values[a]});
        }
    }
    return parameters;
}

void change_states(std::span<const StateChange> changes, std::span<double> y) noexcept {
    for (const StateChange& change : changes) {
        double& amount = y[change.species.value];
        switch (change.kind) {
            case StateChange::Kind::set:
                amount = change.value;
                break;
            case StateChange::Kind::add:
                amount += change.value;
                break;
            case StateChange::Kind::multiply:
                amount *= change.value;
                break;
        }
    }
}

}  // namespace erbium::sim
