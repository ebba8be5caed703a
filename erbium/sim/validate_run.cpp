// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/validate_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace erbium::sim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Status invalid(double time, std::string why) {
    return {Failure::invalid_run, time, std::nullopt, std::move(why)};
}

/// Every index that the run names is one of the system.
bool names_what_is_there(const eqn::System& system, const Run& run) {
    const auto has_states = [&](std::span<const StateChange> changes) {
        return std::all_of(changes.begin(), changes.end(), [&](const StateChange& c) {
            return c.species.value < system.state_count();
        });
    };
    const auto has_parameters = [&](std::span<const ParameterValue> values) {
        return std::all_of(values.begin(), values.end(), [&](const ParameterValue& v) {
            return v.parameter.value < system.parameters().size();
        });
    };
    const auto are_below = [](const auto& ids, std::size_t size) {
        return std::all_of(ids.begin(), ids.end(), [&](auto id) { return id.value < size; });
    };
    const Recording& r = run.recording;
    return has_parameters(run.parameters) && has_states(run.initial_state) &&
           (!run.equilibration || has_parameters(run.equilibration->parameters)) &&
           std::all_of(run.events.begin(), run.events.end(),
                       [&](const Event& event) {
                           return has_parameters(event.parameters) && has_states(event.states);
                       }) &&
           are_below(r.species, system.state_count()) &&
           are_below(r.observables, system.observables().size()) &&
           are_below(r.functions, system.functions().size());
}

}  // namespace

Status validate(const eqn::System& system, const Run& run) {
    if (!std::isfinite(run.start_time)) {
        return invalid(run.start_time, "the start of the run is not finite");
    }
    if (run.equilibration &&
        !(run.equilibration->max_time > 0.0 && std::isfinite(run.equilibration->max_time))) {
        return invalid(run.start_time, "the time for the equilibration is not finite and above 0");
    }
    for (const Event& event : run.events) {
        if (!(event.time >= run.start_time)) {
            return invalid(event.time, "an event lies before the start of the run");
        }
    }
    if (!names_what_is_there(system, run)) {
        return invalid(run.start_time,
                       "the run names a species, parameter or column by an index "
                       "that the system does not have");
    }
    double before = run.start_time;
    for (const double time : run.output_times) {
        if (!(time >= before) || !std::isfinite(time)) {
            return invalid(run.start_time,
                           "output times must be finite, ascending and not before the start");
        }
        before = time;
    }
    return {};
}

Result unsolved(const eqn::System& system, const Run& run) {
    Result result;
    result.times = run.output_times;
    result.columns = run.recording.size();
    result.values.assign(result.times.size() * result.columns, kNan);
    result.end_state.assign(system.state_count(), kNan);
    return result;
}

}  // namespace erbium::sim
