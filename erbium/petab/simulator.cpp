// SPDX-License-Identifier: Apache-2.0
// erbium/petab/simulator.cpp: parameters of a problem into runs, results into rows of columns.
#include "erbium/petab/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace erbium::petab {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// A steady state that is reached from the model's own start, without anything happening before:
/// its derivative is that of an equilibration.
bool is_plain_steady(const BoundExperiment& experiment) noexcept {
    return experiment.has_steady_data && !experiment.has_equilibration &&
           experiment.changes.empty();
}

}  // namespace

Simulator::Simulator(std::shared_ptr<const BoundProblem> problem, const SimulatorOptions& options)
    : problem_{std::move(problem)},
      options_{options},
      solver_{problem_->system, options.solver},
      position_(problem_->problem.parameters.size(), kNone) {
    for (std::size_t i = 0; i < problem_->estimated.size(); ++i) {
        position_[problem_->estimated[i]] = i;
    }
}

std::string Simulator::failure_of(const BoundExperiment& experiment,
                                  const sim::Status& status) const {
    return fmt::format("experiment {}: {}", problem_->problem.experiments[experiment.experiment].id,
                       status.message);
}

/// The value of a source; with an `input`, also the links from it to the free parameters.
double Simulator::set(const ValueSource& source, const BoundExperiment& experiment,
                      std::span<const double> values, const sim::Input* input, double factor,
                      Plan& plan) {
    inputs_.clear();
    bool is_free = false;
    for (const std::size_t row : source.rows) {
        inputs_.push_back(values[row]);
        is_free = is_free || position_[row] != kNone;
    }
    const bool has_links = input != nullptr && is_free;
    slopes_.resize(has_links ? inputs_.size() : 0);
    const double value = source.formula.evaluate(inputs_, slopes_, work_);
    for (std::size_t i = 0; i < slopes_.size(); ++i) {
        const std::size_t row = source.rows[i];
        if (position_[row] == kNone) {
            continue;
        }
        const auto free =
            std::lower_bound(experiment.free.begin(), experiment.free.end(), position_[row]);
        plan.links.push_back(
            {plan.inputs.size(), static_cast<std::size_t>(free - experiment.free.begin()),
             factor * slopes_[i] *
                 scale_slope(problem_->problem.parameters[row].scale, values[row])});
    }
    if (has_links) {
        plan.inputs.push_back(*input);
    }
    return value;
}

Simulator::Plan Simulator::plan(const BoundExperiment& experiment, std::span<const double> values,
                                bool with_links) {
    Plan plan;
    sim::Run& run = plan.run;
    run.start_time = experiment.start;
    const auto number = [&](const ValueSource& source, const sim::Input& input,
                            double factor = 1.0) {
        return set(source, experiment, values, with_links ? &input : nullptr, factor, plan);
    };
    for (const ParameterSetting& setting : experiment.parameters) {
        run.parameters.push_back(
            {setting.parameter, number(setting.value, sim::Input{setting.parameter})});
    }
    if (experiment.has_equilibration) {
        run.equilibration.emplace();
        run.equilibration->tolerance = options_.steady_tolerance;
        for (std::size_t i = 0; i < experiment.equilibration.size(); ++i) {
            const ParameterSetting& setting = experiment.equilibration[i];
            run.equilibration->parameters.push_back(
                {setting.parameter, number(setting.value, sim::Input::equilibration_value(i))});
        }
    }
    for (std::size_t e = 0; e < experiment.changes.size(); ++e) {
        const Change& change = experiment.changes[e];
        sim::Event event;
        event.time = change.time;
        for (std::size_t i = 0; i < change.parameters.size(); ++i) {
            event.parameters.push_back(
                {change.parameters[i].parameter,
                 number(change.parameters[i].value, sim::Input::event_parameter(e, i))});
        }
        for (std::size_t i = 0; i < change.states.size(); ++i) {
            const StateSetting& setting = change.states[i];
            double volume = 1.0;
            if (setting.volume) {
                // The volume in force: the last one set up to here, else the model's.
                volume = problem_->system.parameter_values()[setting.volume->value];
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
                for (const ParameterSetting& s : experiment.parameters) {
                    for (const std::size_t row : s.value.rows) {
                        if (s.parameter == *setting.volume && position_[row] != kNone) {
                            plan.refusal = "a volume that is estimated multiplies an amount";
                        }
                    }
                }
            }
            event.states.push_back(
                {setting.species, sim::StateChange::Kind::set,
                 volume * number(setting.value, sim::Input::event_amount(e, i), volume)});
        }
        run.events.push_back(std::move(event));
    }
    run.output_times = experiment.times;
    run.recording.functions = experiment.columns;
    return plan;
}

sim::Run Simulator::steady_run(const BoundExperiment& experiment, const Plan& plan) const {
    sim::Run run;
    run.parameters = plan.run.parameters;
    run.equilibration.emplace();
    run.equilibration->tolerance = options_.steady_tolerance;
    run.output_times = {0.0};
    run.recording.functions = experiment.columns;
    return run;
}

std::vector<ExperimentOutput> Simulator::run(std::span<const double> values, bool with_slopes) {
    std::vector<ExperimentOutput> outputs(problem_->experiments.size());
    if (with_slopes) {
        add_slopes(values, outputs);
    } else if (options_.integration == Integration::lanes) {
        add_values(values, outputs);
    } else {
        for (std::size_t e = 0; e < outputs.size(); ++e) {
            outputs[e] = reference_values(problem_->experiments[e], values);
        }
    }
    return outputs;
}

void Simulator::add_values(std::span<const double> values, std::vector<ExperimentOutput>& outputs) {
    std::vector<sim::Run> runs;
    std::vector<std::size_t> owners;
    for (std::size_t e = 0; e < outputs.size(); ++e) {
        const BoundExperiment& experiment = problem_->experiments[e];
        // Lanes would hand equilibrations to the reference at their own, looser tolerance.
        if (experiment.has_equilibration || experiment.has_steady_data) {
            outputs[e] = reference_values(experiment, values);
            continue;
        }
        runs.push_back(plan(experiment, values, false).run);
        owners.push_back(e);
    }
    if (runs.empty()) {
        return;
    }
    if (lanes_ == nullptr) {
        sim::BatchOptions options;
        options.solver.tolerances.rtol = options_.lanes_rtol;
        options.solver.tolerances.atol = options_.solver.tolerances.atol;
        lanes_ = std::make_unique<sim::BatchSolver>(problem_->system, options);
    }
    std::vector<sim::Result> results = lanes_->solve(runs);
    for (std::size_t i = 0; i < results.size(); ++i) {
        const BoundExperiment& experiment = problem_->experiments[owners[i]];
        ExperimentOutput& output = outputs[owners[i]];
        output.columns = experiment.columns.size();
        if (results[i].status.ok()) {
            output.values = std::move(results[i].values);
        } else {
            output.failure = failure_of(experiment, results[i].status);
        }
    }
}

std::string Simulator::take_slopes(const BoundExperiment& experiment, const Plan& plan,
                                   const sim::Sensitivities& from, ExperimentOutput& output) const {
    if (!from.result.status.ok()) {
        output.failure = failure_of(experiment, from.result.status);
        return {};
    }
    if (!from.status.ok()) {
        return from.status.message;
    }
    const std::size_t free = experiment.free.size();
    const std::size_t first = output.values.size();
    output.values.insert(output.values.end(), from.result.values.begin(), from.result.values.end());
    output.slopes.resize(output.values.size() * free, 0.0);
    for (std::size_t i = 0; i < from.result.values.size(); ++i) {
        for (const Link& link : plan.links) {
            output.slopes[(first + i) * free + link.free] +=
                link.slope * from.values[i * from.inputs + link.input];
        }
    }
    return {};
}

sim::SensitivitySolver& Simulator::sensitivities() {
    if (sensitivities_ == nullptr) {
        sim::SensitivityOptions options;
        options.solver.tolerances.rtol = options_.lanes_rtol;
        options.solver.tolerances.atol = options_.solver.tolerances.atol;
        sensitivities_ = std::make_unique<sim::SensitivitySolver>(problem_->system, options);
    }
    return *sensitivities_;
}

void Simulator::add_slopes(std::span<const double> values, std::vector<ExperimentOutput>& outputs) {
    for (std::size_t e = 0; e < outputs.size(); ++e) {
        outputs[e] = slopes_of(problem_->experiments[e], values);
    }
}

ExperimentOutput Simulator::slopes_of(const BoundExperiment& experiment,
                                      std::span<const double> values) {
    ExperimentOutput output;
    output.columns = experiment.columns.size();
    const Plan planned = plan(experiment, values, true);
    std::string reason = planned.refusal;
    if (experiment.has_steady_data && !is_plain_steady(experiment)) {
        reason = "a steady state after changes";
    }
    if (reason.empty() && !experiment.times.empty()) {
        reason = take_slopes(experiment, planned,
                             sensitivities().forward(planned.run, planned.inputs), output);
    }
    if (reason.empty() && output.failure.empty() && experiment.has_steady_data) {
        reason = take_slopes(
            experiment, planned,
            sensitivities().forward(steady_run(experiment, planned), planned.inputs), output);
    }
    if (reason.empty() && !output.failure.empty()) {
        reason = output.failure;  // the reference may get through where lanes do not
    }
    if (!reason.empty()) {
        output = run_reference(experiment, values, true);
        output.fallback = std::move(reason);
    }
    return output;
}

bool Simulator::prefers_adjoint() const noexcept {
    return std::any_of(problem_->experiments.begin(), problem_->experiments.end(),
                       [&](const BoundExperiment& experiment) {
                           return experiment.free.size() >= options_.adjoint_from;
                       });
}

std::vector<AdjointOutput> Simulator::run_adjoint(std::span<const double> values,
                                                  const ColumnWeights& weights) {
    std::vector<AdjointOutput> results;
    for (std::size_t e = 0; e < problem_->experiments.size(); ++e) {
        const BoundExperiment& experiment = problem_->experiments[e];
        AdjointOutput result;
        result.by_free.assign(experiment.free.size(), 0.0);
        const Plan planned = plan(experiment, values, true);
        bool is_done = false;
        if (experiment.free.size() >= options_.adjoint_from && planned.refusal.empty() &&
            !experiment.has_steady_data) {
            const sim::Gradient gradient = sensitivities().gradient(
                planned.run, planned.inputs, [&](std::size_t, const sim::Result& run) {
                    result.output.columns = experiment.columns.size();
                    result.output.values = run.values;
                    return weights(e, result.output);
                });
            // What fails or cannot be differentiated is left to forward mode and its fallbacks.
            is_done = gradient.status.ok();
            if (is_done) {
                for (const Link& link : planned.links) {
                    result.by_free[link.free] += link.slope * gradient.values[link.input];
                }
            }
        }
        if (!is_done) {
            result.output = slopes_of(experiment, values);
            if (result.output.failure.empty()) {
                const std::vector<double> weight = weights(e, result.output);
                const std::size_t free = experiment.free.size();
                for (std::size_t i = 0; i < weight.size(); ++i) {
                    for (std::size_t f = 0; f < free; ++f) {
                        result.by_free[f] += weight[i] * result.output.slopes[i * free + f];
                    }
                }
            }
            result.output.slopes.clear();
        }
        results.push_back(std::move(result));
    }
    return results;
}

ExperimentOutput Simulator::reference_values(const BoundExperiment& experiment,
                                             std::span<const double> values) {
    ExperimentOutput output;
    output.columns = experiment.columns.size();
    const Plan planned = plan(experiment, values, false);
    const auto fail = [&](const sim::Result& result) {
        output.failure = failure_of(experiment, result.status);
        output.values.clear();
        return output;
    };
    sim::Run first = planned.run;
    if (experiment.times.empty()) {
        // The state from which the steady one is reached, with all changes made.
        first.output_times.push_back(experiment.changes.empty() ? experiment.start
                                                                : experiment.changes.back().time);
    }
    sim::Result result = solver_.solve(first);
    if (!result.status.ok()) {
        return fail(result);
    }
    if (!experiment.times.empty()) {
        output.values = std::move(result.values);
    }
    if (experiment.has_steady_data) {
        sim::Run rest = steady_run(experiment, planned);
        for (const sim::Event& event : planned.run.events) {
            rest.parameters.insert(rest.parameters.end(), event.parameters.begin(),
                                   event.parameters.end());
        }
        for (std::uint32_t s = 0; s < result.end_state.size(); ++s) {
            rest.initial_state.push_back(
                {SpeciesId{s}, sim::StateChange::Kind::set, result.end_state[s]});
        }
        const sim::Result steady = solver_.solve(rest);
        if (!steady.status.ok()) {
            return fail(steady);
        }
        output.values.insert(output.values.end(), steady.values.begin(), steady.values.end());
    }
    return output;
}

ExperimentOutput Simulator::run_reference(const BoundExperiment& experiment,
                                          std::span<const double> values, bool with_slopes) {
    ExperimentOutput output = reference_values(experiment, values);
    if (with_slopes && output.failure.empty()) {
        add_differences(experiment, values, output);
    }
    return output;
}

void Simulator::add_differences(const BoundExperiment& experiment, std::span<const double> values,
                                ExperimentOutput& output) {
    // The step balances the error of a value, about rtol between runs so alike, against the third
    // derivative.
    const double step = std::cbrt(options_.solver.tolerances.rtol);
    const std::size_t free = experiment.free.size();
    output.slopes.assign(output.values.size() * free, 0.0);
    std::vector<double> moved{values.begin(), values.end()};
    for (std::size_t f = 0; f < free; ++f) {
        const std::size_t row = problem_->estimated[experiment.free[f]];
        const Scale scale = problem_->problem.parameters[row].scale;
        const double x = to_scale(scale, values[row]);
        const double h = step * std::max(std::fabs(x), scale == Scale::linear ? 1e-3 : 1.0);
        moved[row] = from_scale(scale, x + h);
        const ExperimentOutput above = reference_values(experiment, moved);
        moved[row] = from_scale(scale, x - h);
        const ExperimentOutput below = reference_values(experiment, moved);
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
