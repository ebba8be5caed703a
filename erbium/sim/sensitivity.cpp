// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/share_out.hpp"
#include "erbium/sim/differentiability.hpp"
#include "erbium/sim/lane_replay.hpp"
#include "erbium/sim/recorded_run.hpp"
#include "erbium/sim/sensitivity_adjoint.hpp"
#include "erbium/sim/sensitivity_forward.hpp"

namespace erbium::sim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const SensitivityKernels& best_kernels(const SensitivityOptions& options) {
    const SensitivityKernels* chosen = nullptr;
    for (const SensitivityKernels& kernels : sensitivity_kernels()) {
        if ((!options.target || kernels.system->math->target == *options.target) &&
            (!options.lanes || kernels.system->math->width == *options.lanes)) {
            chosen = &kernels;  // the best stand last
        }
    }
    ERBIUM_CHECK(chosen != nullptr, "no kernels for this target and number of lanes");
    return *chosen;
}

}  // namespace

std::string name(const Input& input, const eqn::System& system, const Run& run) {
    const auto parameter = [&](std::uint32_t p) {
        return p < system.parameters().size() ? system.parameters().names()[p] : "?";
    };
    const auto event = [&] {
        return input.event < run.events.size()
                   ? fmt::format("event {} (time {:g})", input.event + 1,
                                 run.events[input.event].time)
                   : std::string{"an event that is not there"};
    };
    switch (input.kind) {
        case Input::Kind::parameter:
            return "parameter " + parameter(input.index);
        case Input::Kind::initial_amount:
            return "the initial amount of " + (input.index < system.state_count()
                                                   ? system.species().names()[input.index]
                                                   : std::string{"?"});
        case Input::Kind::equilibration_value:
            return fmt::format("value {} of the equilibration", input.index + 1);
        case Input::Kind::event_parameter:
            return fmt::format("parameter value {} of {}", input.index + 1, event());
        case Input::Kind::event_amount:
            return fmt::format("amount {} of {}", input.index + 1, event());
        case Input::Kind::event_time:
            return "the time of " + event();
    }
    return {};
}

class SensitivitySolver::Shared {
public:
    /// How runs are solved; the two differ by rounding and the tolerance.
    enum class Recorded : std::uint8_t {
        alone,     ///< as by Solver
        in_lanes,  ///< as by BatchSolver
    };

    Shared(eqn::System system, SensitivityOptions options)
        : options_{options},
          kernels_{best_kernels(options)},
          model_{std::move(system), options.solver, options.method},
          pattern_{model_.system().program()},
          differentiability_{model_.system()} {}

    [[nodiscard]] const eqn::System& system() const noexcept { return model_.system(); }
    [[nodiscard]] std::string refusal(const Run& run, const Input& input) const {
        return differentiability_.refusal(run, input);
    }
    [[nodiscard]] std::size_t kept_bytes() const {
        const std::lock_guard lock{idle_mutex_};
        return kept_bytes_;
    }

    std::vector<Sensitivities> forward(std::span<const SensitivityTask> tasks, Recorded how) {
        std::vector<Sensitivities> results(tasks.size());
        model_.prepare(how == Recorded::in_lanes);
        if (!net_rates_) {
            net_rates_.emplace(model_.tables());
            many_.emplace(model_.plan());
        }
        const bool keeps_stages = std::any_of(
            tasks.begin(), tasks.end(), [](const auto& task) { return !task.inputs.empty(); });
        for_chunks(
            tasks.size(), how, keeps_stages, &*many_,
            [&](Workspace& workspace, const SensitivityKernels* /*wide*/, std::size_t begin,
                std::size_t end) {
                if (!workspace.forward && keeps_stages) {
                    workspace.forward =
                        std::make_unique<ForwardSweep>(model_.tables(), model_.plan(), *many_,
                                                       *net_rates_, kernels_, model_.tableau());
                }
                if (end - begin == 1) {  // along with the run
                    Forwarding forwarding{*this, tasks[begin], workspace};
                    std::vector<RecordedRun> recorded =
                        record(*workspace.recorder, tasks, begin, end, &forwarding);
                    results[begin] = forwarding.finish(recorded.front());
                    workspace.recorder->take_back(recorded.front());
                    return;
                }
                std::vector<RecordedRun> recorded = record(*workspace.recorder, tasks, begin, end);
                for (std::size_t i = begin; i < end; ++i) {
                    results[i] = Forwarding{*this, tasks[i], workspace}.finish(recorded[i - begin]);
                    workspace.recorder->take_back(recorded[i - begin]);
                }
            });
        return results;
    }

    std::vector<Gradient> gradient(std::span<const SensitivityTask> tasks,
                                   const OutputWeights& weights, Recorded how) {
        std::vector<Gradient> results(tasks.size());
        std::mutex mutex;  // guards the caller's function
        model_.prepare(how == Recorded::in_lanes);
        for_chunks(tasks.size(), how, is_alone(how), nullptr,
                   [&](Workspace& workspace, const SensitivityKernels* wide, std::size_t begin,
                       std::size_t end) {
                       if (!workspace.adjoint) {
                           workspace.adjoint = adjoint_sweep(wide, *workspace.recorder);
                       }
                       std::vector<RecordedRun> recorded =
                           record(*workspace.recorder, tasks, begin, end);
                       std::vector<std::vector<double>> given(end - begin);
                       std::vector<AdjointJob> jobs;
                       for (std::size_t i = begin; i < end; ++i) {
                           RecordedRun& of = recorded[i - begin];
                           Gradient& gradient = results[i];
                           gradient.values.assign(tasks[i].inputs.size(), kNan);
                           gradient.status = status_of(tasks[i], of);
                           if (gradient.status.ok() && of.is_recorded) {
                               const std::lock_guard lock{mutex};
                               given[i - begin] = weights(i, of.result);
                               gradient.status = status_of_weights(given[i - begin], of.result);
                           }
                           if (gradient.status.ok() && of.is_recorded) {
                               jobs.push_back({&tasks[i], &of, given[i - begin], gradient.values});
                           }
                       }
                       workspace.adjoint->carry(jobs);
                       for (std::size_t i = begin; i < end; ++i) {
                           check_finite(tasks[i], results[i].values, results[i].status);
                           results[i].result = std::move(recorded[i - begin].result);
                           workspace.recorder->take_back(recorded[i - begin]);
                       }
                   });
        return results;
    }

private:
    /// Of one thread; parts are made when they are needed.
    struct Workspace {
        std::unique_ptr<RunRecorder> recorder;
        std::unique_ptr<ForwardSweep> forward;
        std::unique_ptr<AdjointSweep> adjoint;
        std::size_t kept_bytes{};  // while idle
    };
    /// For runs one after another; what was made for earlier ones is used again, which saves as
    /// much as a tenth of the time of a short run.
    Workspace take_workspace() {
        const std::lock_guard lock{idle_mutex_};
        if (idle_.empty()) {
            return {};
        }
        Workspace workspace = std::move(idle_.back());
        idle_.pop_back();
        kept_bytes_ -= workspace.kept_bytes;
        return workspace;
    }
    /// Its steps are forgotten where together with those of the others they would be too many.
    void give_back(Workspace&& workspace) {
        const std::lock_guard lock{idle_mutex_};
        workspace.kept_bytes = workspace.recorder->spare_bytes();
        if (kept_bytes_ + workspace.kept_bytes > options_.most_kept_bytes) {
            workspace.recorder->forget_spares();
            workspace.kept_bytes = 0;
        }
        kept_bytes_ += workspace.kept_bytes;
        idle_.push_back(std::move(workspace));
    }

    /// @param wide  of the lanes in which runs are recorded; null when they are one after another
    std::unique_ptr<AdjointSweep> adjoint_sweep(const SensitivityKernels* wide,
                                                RunRecorder& recorder) const {
        std::unique_ptr<StepReplay> replay;
        if (wide == nullptr) {
            replay = std::make_unique<SingleReplay>(model_.tables(), model_.plan(), nullptr,
                                                    kernels_, model_.tableau());
        } else {
            replay = std::make_unique<LaneReplay>(model_.tables(), model_.lane_plan(), *wide,
                                                  model_.tableau());
        }
        const SensitivityKernels& kernels = wide == nullptr ? sensitivity_kernels().front() : *wide;
        return std::make_unique<AdjointSweep>(model_.tables(), pattern_, kernels, std::move(replay),
                                              recorder);
    }

    static std::vector<RecordedRun> record(RunRecorder& recorder,
                                           std::span<const SensitivityTask> tasks,
                                           std::size_t begin, std::size_t end,
                                           StepTaker* taker = nullptr) {
        std::vector<const Run*> runs;
        for (std::size_t i = begin; i < end; ++i) {
            runs.push_back(&tasks[i].run);
        }
        return recorder.record(runs, taker);
    }

    static Status status_of_weights(const std::vector<double>& weights, const Result& result) {
        const bool are_good =
            weights.size() == result.values.size() &&
            std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w); });
        return are_good ? Status{}
                        : Status{Failure::not_differentiable, 0.0, std::nullopt,
                                 "the weights of outputs are not finite, or not one per recorded "
                                 "number"};
    }

    [[nodiscard]] bool is_alone(Recorded how) const noexcept {
        return how == Recorded::alone || model_.is_large();
    }

    /// Calls process(workspace, kernels, begin, end) for consecutive parts of [0, count), from
    /// several threads.
    template <class Process>
    void for_chunks(std::size_t count, Recorded how, bool keeps_stages, const ManySidedSolver* many,
                    const Process& process) {
        const unsigned threads = std::max(options_.threads, 1U);
        // A few runs are done one after another: a pack of lanes would be mostly empty.
        const std::size_t per_thread = (count + threads - 1) / threads;
        const std::size_t chunk =
            per_thread >= 3 && !is_alone(how) ? std::min(kernels_.width, per_thread) : 1;
        share_out((count + chunk - 1) / chunk, threads, [&](const NextPiece& next) {
            const SensitivityKernels* const wide =
                is_alone(how) ? nullptr : (chunk == 1 ? &sensitivity_kernels().front() : &kernels_);
            Workspace workspace = is_alone(how) ? take_workspace() : Workspace{};
            if (!workspace.recorder) {
                workspace.recorder = std::make_unique<RunRecorder>(
                    model_, RunRecorder::Options{wide == nullptr ? nullptr : wide->system,
                                                 options_.forward_bytes});
            }
            workspace.recorder->keep_stages(keeps_stages, many);
            while (const auto piece = next()) {
                const std::size_t begin = chunk * *piece;
                process(workspace, wide, begin, std::min(begin + chunk, count));
            }
            if (is_alone(how)) {
                give_back(std::move(workspace));
            }
        });
    }

    /// Why there can be no derivatives; ok when there can.
    [[nodiscard]] Status status_of(const SensitivityTask& task, const RecordedRun& recorded) const {
        if (!recorded.result.status.ok()) {
            return recorded.result.status;
        }
        std::string obstacle = recorded.phase.script.obstacle;
        if (recorded.equilibration && obstacle.empty()) {
            obstacle = recorded.equilibration->script.obstacle;
        }
        if (!obstacle.empty()) {
            return {Failure::not_differentiable, task.run.start_time, std::nullopt,
                    "no derivatives: " + obstacle};
        }
        return status_of_inputs(task);
    }
    [[nodiscard]] Status status_of_inputs(const SensitivityTask& task) const {
        for (const Input& input : task.inputs) {
            if (std::string why = refusal(task.run, input); !why.empty()) {
                return {Failure::not_differentiable, task.run.start_time, std::nullopt,
                        std::move(why)};
            }
        }
        return {};
    }

    /// Forward derivatives of one run, carried along while it is solved or, where nobody handed
    /// its steps on, afterwards.
    class Forwarding final : public StepTaker {
    public:
        /// All must outlive it.
        Forwarding(const Shared& shared, const SensitivityTask& task, Workspace& workspace)
            : shared_{shared},
              task_{task},
              workspace_{workspace},
              is_wanted_{!task.inputs.empty() && shared.status_of_inputs(task).ok()} {
            const std::size_t inputs = task.inputs.size();
            const std::size_t states = shared.system().state_count();
            s_.inputs = inputs;
            s_.end_state.assign(states * inputs, kNan);
            if (task.run.equilibration) {
                s_.steady_state.assign(states * inputs, kNan);
            }
            forget_values();
        }

        void begin(const RecordedRun& recorded) override {
            if (!is_wanted_ || is_obstructed(recorded)) {
                return;
            }
            forget_values();
            ForwardSweep& sweep = *workspace_.forward;
            sweep.begin(task_.run, task_.inputs, task_.run.equilibration.has_value());
            if (task_.run.equilibration) {
                if (recorded.equilibration) {
                    const RecordedPhase& way = *recorded.equilibration;
                    sweep.begin_phase(way);
                    sweep.carry(way.script, way.trace, {});
                } else {
                    SteadyStateSlopes& slopes =
                        workspace_.recorder->slopes_at(task_.run, recorded.steady_state);
                    sweep.settle(slopes, task_.run.equilibration->max_time, recorded.steady_state);
                }
                sweep.write_state(s_.steady_state);
                sweep.end_equilibration();
            }
            sweep.begin_phase(recorded.phase);
            has_begun_ = true;
        }

        void take(const RunScript& script, const StepTrace& trace) override {
            if (has_begun_ && script.obstacle.empty()) {
                workspace_.forward->carry(script, trace, s_.values);
            }
        }

        /// The rest of the run, and its result.
        Sensitivities finish(RecordedRun& recorded) {
            s_.status = shared_.status_of(task_, recorded);
            if (s_.status.failure == Failure::not_differentiable) {
                forget_values();
                std::fill(s_.steady_state.begin(), s_.steady_state.end(), kNan);
            } else if (is_wanted_ && recorded.is_recorded) {
                if (!has_begun_) {
                    begin(recorded);
                }
                take(recorded.phase.script, recorded.phase.trace);
                if (s_.status.ok()) {
                    workspace_.forward->write_state(s_.end_state);
                    shared_.check_finite(task_, s_.values, s_.status);
                    shared_.check_finite(task_, s_.end_state, s_.status);
                }
            }
            s_.result = std::move(recorded.result);
            return std::move(s_);
        }

    private:
        void forget_values() {
            const std::size_t numbers = task_.run.output_times.size() * task_.run.recording.size();
            s_.values.assign(numbers * s_.inputs, kNan);
        }
        static bool is_obstructed(const RecordedRun& recorded) noexcept {
            return recorded.equilibration && !recorded.equilibration->script.obstacle.empty();
        }

        const Shared& shared_;
        const SensitivityTask& task_;
        Workspace& workspace_;
        bool is_wanted_;
        bool has_begun_{};
        Sensitivities s_;
    };

    /// A derivative that is not finite makes the status say so. `values` have the inputs last.
    void check_finite(const SensitivityTask& task, std::span<const double> values,
                      Status& status) const {
        if (!status.ok()) {
            return;
        }
        const auto bad = std::find_if(values.begin(), values.end(),
                                      [](double value) { return !std::isfinite(value); });
        if (bad != values.end()) {
            const auto at = static_cast<std::size_t>(bad - values.begin());
            status = {Failure::not_differentiable, task.run.start_time, std::nullopt,
                      fmt::format("the derivative by {} is not finite",
                                  name(task.inputs[at % task.inputs.size()], system(), task.run))};
        }
    }

    SensitivityOptions options_;
    const SensitivityKernels& kernels_;
    RecordedModel model_;
    ColumnPattern pattern_;
    std::optional<NetRates> net_rates_;    // made when forward derivatives are first asked for,
    std::optional<ManySidedSolver> many_;  // as this
    Differentiability differentiability_;
    mutable std::mutex idle_mutex_;
    std::vector<Workspace> idle_;  // guarded by the mutex, as the next
    std::size_t kept_bytes_{};
};

SensitivitySolver::SensitivitySolver(eqn::System system, SensitivityOptions options)
    : shared_{std::make_unique<Shared>(std::move(system), options)} {}
SensitivitySolver::~SensitivitySolver() = default;
SensitivitySolver::SensitivitySolver(SensitivitySolver&&) noexcept = default;
SensitivitySolver& SensitivitySolver::operator=(SensitivitySolver&&) noexcept = default;

const eqn::System& SensitivitySolver::system() const noexcept {
    return shared_->system();
}

std::size_t SensitivitySolver::kept_bytes() const {
    return shared_->kept_bytes();
}

std::string SensitivitySolver::refusal(const Run& run, const Input& input) const {
    return shared_->refusal(run, input);
}

std::vector<Sensitivities> SensitivitySolver::forward(std::span<const SensitivityTask> tasks) {
    return shared_->forward(tasks, Shared::Recorded::in_lanes);
}

std::vector<Gradient> SensitivitySolver::gradient(std::span<const SensitivityTask> tasks,
                                                  const OutputWeights& weights) {
    return shared_->gradient(tasks, weights, Shared::Recorded::in_lanes);
}

Gradient SensitivitySolver::gradient(const Run& run, std::span<const Input> inputs,
                                     const OutputWeights& weights) {
    const SensitivityTask task{run, {inputs.begin(), inputs.end()}};
    return std::move(
        shared_->gradient(std::span{&task, 1}, weights, Shared::Recorded::alone).front());
}

Sensitivities SensitivitySolver::forward(const Run& run, std::span<const Input> inputs) {
    const SensitivityTask task{run, {inputs.begin(), inputs.end()}};
    return std::move(shared_->forward(std::span{&task, 1}, Shared::Recorded::alone).front());
}

}  // namespace erbium::sim
