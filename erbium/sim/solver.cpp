// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/solver.hpp"

#include <fmt/core.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is POSIX

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>
#include <utility>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/steady_state.hpp"

namespace erbium::sim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double thread_cpu_s() noexcept {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double largest_of(std::span<const double> values) noexcept {
    double largest = 0.0;
    for (const double value : values) {
        largest = std::max(largest, std::fabs(value));
    }
    return largest;
}

/// The first of the ascending knots after t; infinity when there is none.
double knot_after(std::span<const double> knots, double t) noexcept {
    const auto next = std::upper_bound(knots.begin(), knots.end(), t);
    return next == knots.end() ? std::numeric_limits<double>::infinity() : *next;
}

void change_state(std::span<const StateChange> changes, std::span<double> y) noexcept {
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

Status invalid(double time, std::string why) {
    return {Failure::invalid_run, time, std::nullopt, std::move(why)};
}

/// What a Run must not be; the caller made it from user input, so that it is a value, not a check.
Status validate(const eqn::System& system, const Run& run) {
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
    if (!system.events().empty()) {
        return invalid(run.start_time, "the solver does not carry out triggered events");
    }
    bool are_known = has_parameters(run.parameters) && has_states(run.initial_state) &&
                     (!run.equilibration || has_parameters(run.equilibration->parameters));
    for (const Event& event : run.events) {
        are_known = are_known && has_parameters(event.parameters) && has_states(event.states);
        if (!(event.time >= run.start_time)) {
            return invalid(event.time, "an event lies before the start of the run");
        }
    }
    const Recording& r = run.recording;
    const auto is_below = [](const auto& ids, std::size_t size) {
        return std::all_of(ids.begin(), ids.end(), [&](auto id) { return id.value < size; });
    };
    if (!are_known || !is_below(r.species, system.state_count()) ||
        !is_below(r.observables, system.observables().size()) ||
        !is_below(r.functions, system.functions().size())) {
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

}  // namespace

class Solver::Workspace {
public:
    Workspace(eqn::System system, SolverOptions options)
        : options_{options},
          kernel_{std::move(system)},
          integrator_{kernel_},
          y_(kernel_.system().state_count()) {}

    [[nodiscard]] const eqn::System& system() const noexcept { return kernel_.system(); }

    Result solve(const Run& run) {
        const double cpu_before_s = thread_cpu_s();
        Result result;
        result.times = run.output_times;
        result.columns = run.recording.size();
        result.values.assign(result.times.size() * result.columns, kNan);
        result.status = validate(system(), run);
        if (result.status.ok()) {
            integrator_.begin_run(options_.tolerances.rtol, options_.max_steps);
            largest_ = 0.0;
            result.status = prepare(run, result);
            if (result.status.ok()) {
                result.status = integrate(run, result);
            }
            result.statistics = integrator_.statistics();
            result.fallbacks = integrator_.fallbacks();
        }
        result.end_state = y_;
        if (!result.status.ok()) {
            std::fill(result.end_state.begin(), result.end_state.end(), kNan);
        }
        result.statistics.cpu_s = thread_cpu_s() - cpu_before_s;
        return result;
    }

private:
    /// The state at start_time, before the events there.
    Status prepare(const Run& run, Result& result) {
        kernel_.reset_parameters();
        kernel_.set_parameters(run.parameters);
        if (run.equilibration) {
            kernel_.set_parameters(run.equilibration->parameters);
        }
        kernel_.initial_state(y_);
        change_state(run.initial_state, y_);
        if (!run.equilibration) {
            return {};
        }
        Status status = check_finite(0.0);
        if (status.ok()) {
            status =
                equilibrate(integrator_, *run.equilibration, atol(), system().time_knots(), y_);
        }
        result.steady_state = y_;
        if (!status.ok()) {
            status.message = "during equilibration, " + status.message;
            std::fill(result.steady_state.begin(), result.steady_state.end(), kNan);
        }
        kernel_.reset_parameters();
        kernel_.set_parameters(run.parameters);
        return status;
    }

    Status integrate(const Run& run, Result& result) {
        std::vector<const Event*> events;
        for (const Event& event : run.events) {
            events.push_back(&event);
        }
        std::stable_sort(events.begin(), events.end(),
                         [](const Event* a, const Event* b) { return a->time < b->time; });
        const std::vector<double>& outputs = run.output_times;
        double t = run.start_time;
        std::size_t row = 0;
        std::size_t next = 0;
        bool needs_start = true;
        Status status = check_finite(t);
        while (status.ok() && row < outputs.size()) {
            const bool has_event = next < events.size();
            const double event_time =
                has_event ? events[next]->time : std::numeric_limits<double>::infinity();
            if (event_time <= t) {
                if (row + 1 < outputs.size() && outputs[row] == t && outputs[row + 1] == t) {
                    record(run, result, row++, t);
                }
                for (; next < events.size() && events[next]->time <= t; ++next) {
                    kernel_.set_parameters(events[next]->parameters);
                    change_state(events[next]->states, y_);
                }
                status = check_finite(t);
                needs_start = true;
                continue;
            }
            if (outputs[row] <= t) {
                record(run, result, row, t);
                if (is_still(run, t) && row > 0) {
                    cut_after(result, row);
                    break;
                }
                ++row;
                continue;
            }
            const double knot = knot_after(system().time_knots(), t);
            const double target = std::min({outputs[row], event_time, knot});
            // Closer than the integrator can tell times apart: nothing happens in between.
            const double resolution = 16.0 * std::numeric_limits<double>::epsilon() *
                                      std::max(std::fabs(t), std::fabs(target));
            if (target - t > resolution) {
                if (needs_start) {
                    const double end = std::min(event_time, outputs.back());
                    integrator_.start(t, y_, atol(), std::min(end, knot), knot <= end);
                    needs_start = false;
                }
                status = integrator_.advance(target, y_);
            }
            t = target;
            needs_start = needs_start || t == knot;
        }
        result.end_time = t;
        return status;
    }

    /// At a start or after an event.
    Status check_finite(double t) {
        for (std::uint32_t s = 0; s < y_.size(); ++s) {
            if (!std::isfinite(y_[s])) {
                return {Failure::not_finite_start, t, SpeciesId{s},
                        fmt::format("at time {:.6g}: the amount of {} is not finite", t,
                                    system().species().names()[s])};
            }
        }
        largest_ = std::max(largest_, largest_of(y_));
        return {};
    }

    [[nodiscard]] double atol() const noexcept {
        const double largest = largest_ > 0.0 ? largest_ : 1.0;
        return options_.tolerances.atol.value_or(Tolerances::kAtolOfLargest * largest);
    }

    void record(const Run& run, Result& result, std::size_t row, double t) {
        kernel_.observe(t, y_);
        double* value = result.values.data() + row * result.columns;
        for (const SpeciesId s : run.recording.species) {
            *value++ = y_[s.value];
        }
        for (const ObservableId o : run.recording.observables) {
            *value++ = kernel_.observable(o);
        }
        for (const FunctionId f : run.recording.functions) {
            *value++ = kernel_.function(f);
        }
    }

    [[nodiscard]] bool is_still(const Run& run, double t) {
        if (!run.stop_below_rate) {
            return false;
        }
        std::vector<double> rate(y_.size());
        kernel_.rhs(t, y_, rate);
        double sum = 0.0;
        for (const double r : rate) {
            sum += r * r;
        }
        return std::sqrt(sum) / static_cast<double>(rate.size()) < *run.stop_below_rate;
    }

    static void cut_after(Result& result, std::size_t row) {
        result.times.resize(row + 1);
        result.values.resize((row + 1) * result.columns);
        result.was_stopped = true;
    }

    SolverOptions options_;
    eqn::ReferenceKernel kernel_;
    Integrator integrator_;
    std::vector<double> y_;
    double largest_{};  // amount seen at starts of this run, for the absolute tolerance
};

Solver::Solver(eqn::System system, SolverOptions options)
    : workspace_{std::make_unique<Workspace>(std::move(system), options)} {}
Solver::~Solver() = default;
Solver::Solver(Solver&&) noexcept = default;
Solver& Solver::operator=(Solver&&) noexcept = default;

const eqn::System& Solver::system() const noexcept {
    return workspace_->system();
}

Result Solver::solve(const Run& run) {
    return workspace_->solve(run);
}

Result solve(const eqn::System& system, const Run& run, const SolverOptions& options) {
    return Solver{system, options}.solve(run);
}

std::vector<Result> solve_many(const eqn::System& system, std::span<const Run> runs,
                               const SolverOptions& options, unsigned threads) {
    std::vector<Result> results(runs.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        Solver solver{system, options};
        for (std::size_t i = next++; i < runs.size(); i = next++) {
            results[i] = solver.solve(runs[i]);
        }
    };
    const std::size_t others =
        std::min<std::size_t>(std::max(threads, 1U), std::max<std::size_t>(runs.size(), 1)) - 1;
    {
        std::vector<std::jthread> pool;
        for (std::size_t i = 0; i < others; ++i) {
            pool.emplace_back(work);
        }
        work();
    }
    return results;
}

}  // namespace erbium::sim
