// SPDX-License-Identifier: Apache-2.0
// erbium/petab/simulator.cpp: parameters of a problem into runs, results into rows of columns.
#include "erbium/petab/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace erbium::petab {

Simulator::Simulator(std::shared_ptr<const BoundProblem> problem, const SimulatorOptions& options)
    : problem_{std::move(problem)}, options_{options}, solver_{problem_->system, options.solver} {}

double Simulator::number(const ValueSource& source, std::span<const double> values) {
    inputs_.clear();
    for (const std::size_t row : source.rows) {
        inputs_.push_back(values[row]);
    }
    return source.formula.evaluate(inputs_, {}, work_);
}

void Simulator::set(const std::vector<ParameterSetting>& settings, std::span<const double> values,
                    std::vector<sim::ParameterValue>& to) {
    for (const ParameterSetting& setting : settings) {
        to.push_back({setting.parameter, number(setting.value, values)});
    }
}

sim::Run Simulator::run_of(const BoundExperiment& experiment, std::span<const double> values) {
    sim::Run run;
    run.start_time = experiment.start;
    set(experiment.parameters, values, run.parameters);
    if (experiment.has_equilibration) {
        run.equilibration.emplace();
        run.equilibration->tolerance = options_.steady_tolerance;
        set(experiment.equilibration, values, run.equilibration->parameters);
    }
    for (const Change& change : experiment.changes) {
        sim::Event event;
        event.time = change.time;
        set(change.parameters, values, event.parameters);
        for (const StateSetting& setting : change.states) {
            double amount = number(setting.value, values);
            if (setting.volume) {
                // The volume in force: the last one set up to here, else the model's.
                double volume = problem_->system.parameter_values()[setting.volume->value];
                const auto look = [&](const std::vector<sim::ParameterValue>& settings) {
                    for (const sim::ParameterValue& s : settings) {
                        volume = s.parameter == *setting.volume ? s.value : volume;
                    }
                };
                look(run.parameters);
                for (const sim::Event& earlier : run.events) {
                    look(earlier.parameters);
                }
                look(event.parameters);
                amount *= volume;
            }
            event.states.push_back({setting.species, sim::StateChange::Kind::set, amount});
        }
        run.events.push_back(std::move(event));
    }
    run.output_times = experiment.times;
    run.recording.functions = experiment.columns;
    return run;
}

ExperimentOutput Simulator::values_of(const BoundExperiment& experiment,
                                      std::span<const double> values) {
    ExperimentOutput output;
    output.columns = experiment.columns.size();
    sim::Run run = run_of(experiment, values);
    if (experiment.has_steady_data && run.output_times.empty()) {
        // The state from which the steady one is reached, with all changes made.
        run.output_times.push_back(experiment.changes.empty() ? experiment.start
                                                              : experiment.changes.back().time);
    }
    const auto fail = [&](const sim::Result& result) {
        output.failure = fmt::format("experiment {}: {}",
                                     problem_->problem.experiments[experiment.experiment].id,
                                     result.status.message);
        output.values.clear();
        return output;
    };
    sim::Result result = solver_.solve(run);
    if (!result.status.ok()) {
        return fail(result);
    }
    if (!experiment.times.empty()) {
        output.values = std::move(result.values);
    }
    if (experiment.has_steady_data) {
        sim::Run rest;
        rest.parameters = run.parameters;
        for (const sim::Event& event : run.events) {
            rest.parameters.insert(rest.parameters.end(), event.parameters.begin(),
                                   event.parameters.end());
        }
        for (std::uint32_t s = 0; s < result.end_state.size(); ++s) {
            rest.initial_state.push_back(
                {SpeciesId{s}, sim::StateChange::Kind::set, result.end_state[s]});
        }
        rest.equilibration.emplace();
        rest.equilibration->tolerance = options_.steady_tolerance;
        rest.output_times = {0.0};
        rest.recording.functions = experiment.columns;
        const sim::Result steady = solver_.solve(rest);
        if (!steady.status.ok()) {
            return fail(steady);
        }
        output.values.insert(output.values.end(), steady.values.begin(), steady.values.end());
    }
    return output;
}

ExperimentOutput Simulator::run(const BoundExperiment& experiment, std::span<const double> values,
                                bool with_slopes) {
    ExperimentOutput output = values_of(experiment, values);
    if (with_slopes && output.failure.empty()) {
        add_differences(experiment, values, output);
    }
    return output;
}

void Simulator::add_differences(const BoundExperiment& experiment, std::span<const double> values,
                                ExperimentOutput& output) {
    // Integration at rtol gives a value to about 100 rtol; the step balances that against the
    // third derivative.
    const double step = std::cbrt(100.0 * options_.solver.tolerances.rtol);
    const std::size_t free = experiment.free.size();
    output.slopes.assign(output.values.size() * free, 0.0);
    std::vector<double> moved{values.begin(), values.end()};
    for (std::size_t f = 0; f < free; ++f) {
        const std::size_t row = problem_->estimated[experiment.free[f]];
        const Scale scale = problem_->problem.parameters[row].scale;
        const double x = to_scale(scale, values[row]);
        const double h = step * std::max(std::fabs(x), scale == Scale::linear ? 1e-3 : 1.0);
        moved[row] = from_scale(scale, x + h);
        const ExperimentOutput above = values_of(experiment, moved);
        moved[row] = from_scale(scale, x - h);
        const ExperimentOutput below = values_of(experiment, moved);
        moved[row] = values[row];
        if (!above.failure.empty() || !below.failure.empty()) {
            output.failure = above.failure.empty() ? below.failure : above.failure;
            return;
        }
        for (std::size_t i = 0; i < output.values.size(); ++i) {
            output.slopes[i * free + f] = (above.values[i] - below.values[i]) / (2.0 * h);
        }
    }
}

}  // namespace erbium::petab
