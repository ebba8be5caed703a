// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/recorded_run.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/sim/validate_run.hpp"

namespace erbium::sim {
namespace {

std::vector<StateChange> set_all(std::span<const double> y) {
    std::vector<StateChange> changes;
    for (std::size_t s = 0; s < y.size(); ++s) {
        changes.push_back({id_at<SpeciesId>(s), StateChange::Kind::set, y[s]});
    }
    return changes;
}

}  // namespace

RecordedModel::RecordedModel(eqn::System system, const SolverOptions& options, BatchMethod method)
    : tables_{system},
      plan_{math::LuPlan::make({system.program().column_begins, system.program().row_of_entry})},
      options_{options},
      tableau_{method == BatchMethod::rodas4 ? rodas4() : rodas5p()} {}

RunRecorder::RunRecorder(const RecordedModel& model, const SystemKernels& kernels)
    : model_{model},
      integrator_{model.tables(), model.plan(), kernels, model.tableau(), model.options()},
      kernel_{model.system()} {}

SteadyStateSlopes& RunRecorder::slopes() {
    if (!slopes_) {
        slopes_ = std::make_unique<SteadyStateSlopes>(model_.system());
    }
    return *slopes_;
}

SteadyStateSlopes& RunRecorder::slopes_at(const Run& run, std::span<const double> y) {
    kernel_.reset_parameters();
    kernel_.set_parameters(run.parameters);
    kernel_.set_parameters(run.equilibration->parameters);
    const bool is_regular = slopes().factor(kernel_, run.equilibration->max_time, y);
    ERBIUM_CHECK(is_regular, "the steady state was recorded as regular");
    return slopes();
}

std::vector<RecordedRun> RunRecorder::record(std::span<const Run* const> runs) {
    std::vector<RecordedRun> recorded(runs.size());
    std::vector<RecordedPhase*> phases;
    std::vector<Result*> results;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = *runs[i];
        RecordedRun& of = recorded[i];
        of.phase.run = run;
        if (run.equilibration) {
            equilibrate(run, of);
            if (of.steady_state.empty()) {
                continue;  // the result says why
            }
        }
        if (!model_.system().events().empty() || !validate(model_.system(), of.phase.run).ok()) {
            of.result = sim::solve(model_.system(), run, model_.options());
            if (of.result.status.ok()) {
                of.result.status = {
                    Failure::not_differentiable, run.start_time, std::nullopt,
                    "no derivatives of a run that ends at a rate, or of a system with events "
                    "that are triggered by the state"};
            }
            continue;
        }
        of.is_recorded = true;
        phases.push_back(&of.phase);
        results.push_back(&of.result);
    }
    std::vector<std::vector<std::string>> fallbacks;
    for (const Result* result : results) {
        fallbacks.push_back(result->fallbacks);
    }
    integrate(phases, results);
    for (std::size_t i = 0; i < results.size(); ++i) {
        results[i]->fallbacks.insert(results[i]->fallbacks.begin(), fallbacks[i].begin(),
                                     fallbacks[i].end());
    }
    for (RecordedRun& of : recorded) {
        if (of.is_recorded) {
            of.result.steady_state = of.steady_state;
        }
    }
    return recorded;
}

void RunRecorder::integrate(std::span<RecordedPhase* const> phases,
                            std::span<Result* const> results) {
    std::size_t next = 0;
    integrator_.solve(
        [&]() -> LaneTask {
            if (next == phases.size()) {
                return {};
            }
            RecordedPhase& phase = *phases[next];
            return {&phase.run, results[next++], &phase.trace};
        },
        [](Result&) {});
    std::vector<double> y(model_.system().state_count());
    for (std::size_t i = 0; i < phases.size(); ++i) {
        RecordedPhase& phase = *phases[i];
        kernel_.reset_parameters();
        kernel_.set_parameters(phase.run.parameters);
        kernel_.initial_state(y);
        change_states(phase.run.initial_state, y);
        phase.script = make_script(phase.run, phase.trace, !results[i]->status.ok(), y);
    }
}

/// The steady state that the run starts from, refined; or, when the way to it matters, the recorded
/// way. Leaves recorded.steady_state empty on failure.
void RunRecorder::equilibrate(const Run& run, RecordedRun& recorded) {
    if (!solver_) {
        solver_ = std::make_unique<Solver>(model_.system(), model_.options());
    }
    Run phase = run;
    phase.events.clear();
    phase.output_times.assign(1, run.start_time);
    phase.recording = {};
    phase.stop_below_rate.reset();
    Result steady = solver_->solve(phase);
    if (!steady.status.ok()) {
        recorded.result = solver_->solve(run);  // for its shape and what it says
        return;
    }
    kernel_.reset_parameters();
    kernel_.set_parameters(run.parameters);
    kernel_.set_parameters(run.equilibration->parameters);
    const double time = run.equilibration->max_time;
    std::vector<double> y = std::move(steady.steady_state);
    slopes().refine(kernel_, time, y);
    if (!slopes().factor(kernel_, time, y)) {
        recorded.result.fallbacks.emplace_back(
            "the steady state depends on the way to it: its derivatives were integrated");
        RecordedPhase& way = recorded.equilibration.emplace();
        way.run = run;
        way.run.equilibration.reset();
        way.run.events.clear();
        way.run.stop_below_rate.reset();
        way.run.parameters.insert(way.run.parameters.end(), run.equilibration->parameters.begin(),
                                  run.equilibration->parameters.end());
        way.run.start_time = 0.0;
        way.run.output_times.assign(1, time);
        way.run.recording = {};
        Result result;
        RecordedPhase* const phases[] = {&way};
        Result* const results[] = {&result};
        integrate(phases, results);
        if (!result.status.ok()) {
            recorded.result = solver_->solve(run);
            recorded.result.status = result.status;
            recorded.result.status.message = "during equilibration, " + result.status.message;
            std::fill(recorded.result.values.begin(), recorded.result.values.end(),
                      std::numeric_limits<double>::quiet_NaN());
            return;
        }
        y = result.end_state;
    }
    recorded.phase.run.equilibration.reset();
    recorded.phase.run.initial_state = set_all(y);
    recorded.steady_state = std::move(y);
}

}  // namespace erbium::sim
