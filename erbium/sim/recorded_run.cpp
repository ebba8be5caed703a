// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/recorded_run.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/sim/script_recorder.hpp"
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
    : tables_{std::move(system)},
      options_{options},
      tableau_{method == BatchMethod::rodas4 ? rodas4() : rodas5p()} {}

void RecordedModel::prepare(bool for_lanes) {
    const eqn::Program program = system().program();
    const math::SparsePattern pattern{program.column_begins, program.row_of_entry};
    if (for_lanes && !lane_plan_) {
        lane_plan_ = plan_of_steps(pattern);
    }
    if (!plan_) {
        plan_ = is_large() ? MatrixPlan{std::get<math::SupernodePlan>(*lane_plan_)}
                           : plan_matrix(pattern);
    }
}

RunRecorder::Single::Single(const RecordedModel& model)
    : kernel{model.system()},
      integrator{kernel, eqn::Elimination{model.system(), {}}, model.plan(), model.tableau()},
      trajectory{kernel} {}

RunRecorder::RunRecorder(const RecordedModel& model, const Options& options)
    : model_{model}, taken_bytes_{options.taken_bytes}, kernel_{model.system()} {
    if (options.lanes == nullptr) {
        single_ = std::make_unique<Single>(model);
    } else {
        integrator_ = std::make_unique<LaneIntegrator>(
            model.tables(), model.lane_plan(), *options.lanes, model.tableau(), model.options());
    }
}

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

StepTrace RunRecorder::take_spare() {
    if (spare_.empty()) {
        return {};
    }
    StepTrace trace = std::move(spare_.back());
    spare_.pop_back();
    return trace;
}

void RunRecorder::take_back(RecordedRun& recorded) {
    spare_.push_back(std::move(recorded.phase.trace));
    if (recorded.equilibration) {
        spare_.push_back(std::move(recorded.equilibration->trace));
    }
}

std::size_t RunRecorder::spare_bytes() const noexcept {
    std::size_t bytes = 0;
    for (const StepTrace& trace : spare_) {
        bytes += trace.held_bytes();
    }
    return bytes;
}

std::vector<RecordedRun> RunRecorder::record(std::span<const Run* const> runs, StepTaker* taker) {
    ERBIUM_CHECK(taker == nullptr || runs.size() == 1, "steps of one run are taken");
    std::vector<RecordedRun> recorded(runs.size());
    std::vector<RecordedPhase*> phases;
    std::vector<Result*> results;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = *runs[i];
        RecordedRun& of = recorded[i];
        of.phase.run = run;
        if (!model_.system().algebraic_states().empty()) {
            of.result = unsolved(model_.system(), run);
            of.result.status = {Failure::not_differentiable, run.start_time, std::nullopt,
                                "no derivatives: the model has algebraic states"};
            continue;
        }
        if (run.equilibration) {
            equilibrate(run, of);
            if (of.steady_state.empty()) {
                continue;  // the result says why
            }
        }
        if (Status status = validate(model_.system(), of.phase.run); !status.ok()) {
            of.result = unsolved(model_.system(), run);
            of.result.status = std::move(status);
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
    if (single_ && taker != nullptr && !phases.empty()) {
        integrate_alone(recorded.front().phase, recorded.front().result, [&] {
            taker->begin(recorded.front());
            return taker;
        });
    } else {
        integrate(phases, results);
    }
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
    if (single_) {
        for (std::size_t i = 0; i < phases.size(); ++i) {
            integrate_alone(*phases[i], *results[i], [] { return nullptr; });
        }
        return;
    }
    integrate(*integrator_, phases, results);
    for (std::size_t i = 0; i < phases.size(); ++i) {
        if (results[i]->status.failure != Failure::newton) {
            continue;
        }
        if (pivoting_ == nullptr) {
            pivoting_ = std::make_unique<LaneIntegrator>(model_.tables(), model_.lane_plan(),
                                                         system_kernels().front(), model_.tableau(),
                                                         model_.options(), Pivoting::rows);
        }
        const std::string why = results[i]->status.message;
        integrate(*pivoting_, phases.subspan(i, 1), results.subspan(i, 1));
        phases[i]->exchanges_rows = true;
        results[i]->fallbacks.push_back("solved again with row exchanges: " + why);
    }
}

void RunRecorder::integrate(LaneIntegrator& integrator, std::span<RecordedPhase* const> phases,
                            std::span<Result* const> results) {
    std::vector<std::unique_ptr<ScriptRecorder>> recorders;
    for (const RecordedPhase* phase : phases) {
        recorders.push_back(std::make_unique<ScriptRecorder>(model_.system(), phase->run,
                                                             keeps_stages_, many_, take_spare()));
    }
    std::size_t next = 0;
    integrator.solve(
        [&]() -> LaneTask {
            if (next == phases.size()) {
                return {};
            }
            const std::size_t i = next++;
            return {&phases[i]->run, results[i], recorders[i].get()};
        },
        [](Result&) {});
    for (std::size_t i = 0; i < phases.size(); ++i) {
        phases[i]->script = recorders[i]->take_script(results[i]->end_time);
        phases[i]->trace = recorders[i]->take_trace();
    }
}

/// As Solver does it: where the diagonal is no good as pivots, again with row exchanges.
void RunRecorder::integrate_alone(RecordedPhase& phase, Result& result,
                                  const std::function<StepTaker*()>& begin) {
    for (std::string why;;) {
        ScriptRecorder recorder{model_.system(), phase.run, keeps_stages_, many_, take_spare()};
        if (StepTaker* const taker = begin(); taker != nullptr) {
            recorder.hand_on_to([taker](const RunScript& script,
                                        const StepTrace& trace) { taker->take(script, trace); },
                                taken_bytes_);
        }
        result = {};
        single_->integrator.exchange_rows(phase.exchanges_rows);
        single_->trajectory.follow(phase.run, single_->integrator, model_.options(), result,
                                   &recorder);
        phase.script = recorder.take_script(result.end_time);
        phase.trace = recorder.take_trace();
        if (phase.exchanges_rows) {
            result.fallbacks.push_back("solved again with row exchanges: " + why);
        }
        if (result.status.failure != Failure::newton || phase.exchanges_rows) {
            return;
        }
        why = result.status.message;
        phase.exchanges_rows = true;
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
        if (!model_.system().events().empty() && way.script.obstacle.empty()) {
            way.script.obstacle =
                "the steady state depends on the way to it, and triggered events are not carried "
                "out on that way";
        }
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
