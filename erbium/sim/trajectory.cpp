// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/trajectory.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/sim/run_script.hpp"
#include "erbium/sim/steady_state.hpp"

namespace erbium::sim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double largest_of(std::span<const double> values) noexcept {
    double largest = 0.0;
    for (const double value : values) {
        largest = std::max(largest, std::fabs(value));
    }
    return largest;
}

Status invalid(double time, std::string why) {
    return {Failure::invalid_run, time, std::nullopt, std::move(why)};
}

}  // namespace

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

Trajectory::Trajectory(eqn::ReferenceKernel& kernel)
    : kernel_{kernel},
      queue_{kernel},
      y_(kernel.system().state_count()),
      between_(kernel.system().state_count()) {}

void Trajectory::follow(const Run& run, Integrator& integrator, const SolverOptions& options,
                        Result& result) {
    run_ = &run;
    options_ = &options;
    result_ = &result;
    next_event_ = 0;
    row_ = 0;
    was_changed_ = false;
    largest_ = 0.0;
    events_.clear();
    for (const Event& event : run.events) {
        events_.push_back(&event);
    }
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event* a, const Event* b) { return a->time < b->time; });
    kernel_.release_comparisons();
    integrator.begin_run(options.tolerances.rtol, options.max_steps);
    Stepper stepper{kernel_, integrator};
    result.status = prepare(stepper);
    if (result.status.ok()) {
        result.status = integrate(stepper);
    }
    result.statistics = integrator.statistics();
    result.fallbacks = integrator.fallbacks();
    result.end_state = y_;
    if (!result.status.ok()) {
        std::fill(result.end_state.begin(), result.end_state.end(), kNan);
    }
}

/// The state at start_time, before the events there.
Status Trajectory::prepare(Stepper& stepper) {
    const Run& run = *run_;
    kernel_.reset_parameters();
    kernel_.set_parameters(run.parameters);
    if (run.equilibration) {
        kernel_.set_parameters(run.equilibration->parameters);
    }
    kernel_.initial_state(y_);
    change_states(run.initial_state, y_);
    if (!run.equilibration) {
        return {};
    }
    find_stops();
    Status status = check_finite(0.0);
    if (status.ok()) {
        status = equilibrate(stepper, queue_, *run.equilibration, atol(), stops_, y_);
    }
    result_->steady_state = y_;
    if (!status.ok()) {
        status.message = "during equilibration, " + status.message;
        std::fill(result_->steady_state.begin(), result_->steady_state.end(), kNan);
    }
    kernel_.release_comparisons();
    kernel_.reset_parameters();
    kernel_.set_parameters(run.parameters);
    return status;
}

Status Trajectory::integrate(Stepper& stepper) {
    const std::vector<double>& outputs = run_->output_times;
    Integrator& integrator = stepper.integrator();
    double t = run_->start_time;
    double first_step = 0.0;
    bool needs_start = true;
    queue_.begin();
    find_stops();
    Status status = check_finite(t);
    if (status.ok()) {
        status = act(t);
    }
    while (status.ok() && row_ < outputs.size()) {
        if (outputs[row_] <= t) {
            record(t, y_);
            if (is_still(t, y_)) {
                break;
            }
            continue;
        }
        if (const double after = std::nextafter(t, kInfinity);
            std::binary_search(stops_.begin(), stops_.end(), t) && after < outputs[row_]) {
            t = after;
            status = act(t);
            needs_start = true;
            continue;
        }
        const double jump = stop_after(t);
        const double event = next_event_time();
        const double end = std::min({event, jump, outputs.back()});
        const double target = std::min(end, outputs[row_]);
        // Closer than the integrator can tell times apart: nothing happens in between.
        const double resolution = 16.0 * std::numeric_limits<double>::epsilon() *
                                  std::max(std::fabs(t), std::fabs(target));
        if (target - t <= resolution) {
            t = target;
            status = act(t);
            needs_start = needs_start || was_changed_;
            continue;
        }
        if (needs_start || was_changed_) {
            stepper.start(t, y_, atol(), end, jump == end, was_changed_ ? 0.0 : first_step);
            needs_start = false;
            was_changed_ = false;
            first_step = 0.0;
        }
        double limit = integrator.stops_at_outputs() ? target : end;
        if (stepper.roots_depend_on_time()) {
            // Nothing in the states may tell of a trigger that time alone brings.
            limit = std::min({limit, target, t + 0.01 * (outputs.back() - run_->start_time)});
        }
        status = stepper.step(limit, t, y_);
        if (!status.ok()) {
            break;
        }
        bool is_over = false;
        while (!is_over && row_ < outputs.size() && outputs[row_] < t) {
            stepper.interpolate(outputs[row_], between_);
            const double time = outputs[row_];
            record(time, between_);
            if (is_still(time, between_)) {
                y_ = between_;
                t = time;
                is_over = true;
            }
        }
        if (is_over) {
            break;
        }
        if (stepper.has_crossed()) {
            needs_start = true;
            first_step = stepper.has_crossed_in_rate() ? 0.0 : integrator.next_step_size();
        }
        needs_start = needs_start || t >= end;
        status = act(t);
    }
    result_->end_time = t;
    return status;
}

/// What is due at t, outputs left aside.
Status Trajectory::act(double t) {
    const std::vector<double>& outputs = run_->output_times;
    const bool has_event = next_event_ < events_.size() && events_[next_event_]->time <= t;
    // A time that stands twice shows the state before the events, then after them.
    if (row_ + 1 < outputs.size() && outputs[row_] == t && outputs[row_ + 1] == t) {
        record(t, y_);
    }
    bool is_changed = has_event;
    for (; next_event_ < events_.size() && events_[next_event_]->time <= t; ++next_event_) {
        kernel_.set_parameters(events_[next_event_]->parameters);
        change_states(events_[next_event_]->states, y_);
    }
    Status status = has_event ? check_finite(t) : Status{};
    if (status.ok() && queue_.has_events()) {
        status = queue_.settle(t, y_, is_changed);
        if (status.ok() && is_changed) {
            status = check_finite(t);
        }
    }
    if (is_changed) {
        was_changed_ = true;
        find_stops();
    }
    return status;
}

/// Under the present parameters: where `time` is compared with something.
void Trajectory::find_stops() {
    const eqn::System& system = kernel_.system();
    if (system.stop_time_slots().empty() && !stops_.empty()) {
        return;
    }
    stops_.assign(system.time_knots().begin(), system.time_knots().end());
    for (const eqn::Slot slot : system.stop_time_slots()) {
        if (const double time = kernel_.slot(slot); std::isfinite(time)) {
            stops_.push_back(time);
        }
    }
    std::sort(stops_.begin(), stops_.end());
    stops_.erase(std::unique(stops_.begin(), stops_.end()), stops_.end());
}

double Trajectory::stop_after(double t) const noexcept {
    const auto next = std::upper_bound(stops_.begin(), stops_.end(), t);
    return next == stops_.end() ? kInfinity : *next;
}

double Trajectory::next_event_time() const noexcept {
    const double own = next_event_ < events_.size() ? events_[next_event_]->time : kInfinity;
    return std::min(own, queue_.next_time());
}

/// At a start or after an event.
Status Trajectory::check_finite(double t) {
    for (std::uint32_t s = 0; s < y_.size(); ++s) {
        if (!std::isfinite(y_[s])) {
            return {Failure::not_finite_start, t, SpeciesId{s},
                    fmt::format("at time {:.6g}: the amount of {} is not finite", t,
                                kernel_.system().species().names()[s])};
        }
    }
    largest_ = std::max(largest_, largest_of(y_));
    return {};
}

double Trajectory::atol() const noexcept {
    const double largest = largest_ > 0.0 ? largest_ : 1.0;
    return options_->tolerances.atol.value_or(Tolerances::kAtolOfLargest * largest);
}

/// Writes the next row of the result.
void Trajectory::record(double t, std::span<const double> y) {
    const Recording& columns = run_->recording;
    if (!columns.observables.empty() || !columns.functions.empty()) {
        kernel_.observe(t, y);
    }
    double* value = result_->values.data() + row_ * result_->columns;
    for (const SpeciesId s : columns.species) {
        *value++ = y[s.value];
    }
    for (const ObservableId o : columns.observables) {
        *value++ = kernel_.observable(o);
    }
    for (const FunctionId f : columns.functions) {
        *value++ = kernel_.function(f);
    }
    ++row_;
}

/// After an output, not the first: whether the run ends here; the result is cut then.
bool Trajectory::is_still(double t, std::span<const double> y) {
    if (!run_->stop_below_rate || row_ < 2) {
        return false;
    }
    std::vector<double> rate(y.size());
    kernel_.rhs(t, y, rate);
    double sum = 0.0;
    for (const double r : rate) {
        sum += r * r;
    }
    if (!(std::sqrt(sum) / static_cast<double>(rate.size()) < *run_->stop_below_rate)) {
        return false;
    }
    result_->times.resize(row_);
    result_->values.resize(row_ * result_->columns);
    result_->was_stopped = true;
    return true;
}

}  // namespace erbium::sim
