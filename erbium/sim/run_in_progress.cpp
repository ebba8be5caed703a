// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/run_in_progress.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/sim/run_script.hpp"
#include "erbium/sim/validate_run.hpp"

namespace erbium::sim {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

RunInProgress::RunInProgress(eqn::ReferenceKernel& kernel)
    : kernel_{kernel},
      queue_{kernel},
      crossings_{kernel},
      algebraic_{kernel},
      y_(kernel.system().state_count()) {}

void RunInProgress::begin(const Run& run, Result& result, bool stops_at_outputs,
                          TrajectoryLog* log) {
    run_ = &run;
    log_ = log;
    result_ = &result;
    result = unsolved(kernel_.system(), run);
    stops_at_outputs_ = stops_at_outputs;
    crossings_.begin_run();
    kernel_.release_comparisons();
    kernel_.reset_parameters();
    kernel_.set_parameters(run.parameters);
    is_equilibrating_ = run.equilibration.has_value();
    if (is_equilibrating_) {
        kernel_.set_parameters(run.equilibration->parameters);
    }
    kernel_.initial_state(y_);
    change_states(run.initial_state, y_);
    algebraic_.guess(y_);
    events_.clear();
    for (const Event& event : run.events) {
        events_.push_back(&event);
    }
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event* a, const Event* b) { return a->time < b->time; });
    row_ = 0;
    next_event_ = 0;
    largest_ = 0.0;
    stop_ = 0.0;
    jumps_at_stop_ = false;
    is_finished_ = false;
    needs_start_ = true;
    stops_.clear();
    find_stops();
    queue_.begin();
    const double begins = begin_time();
    check_finite(begins);  // may end the run
    settle_algebraic_states(begins);
    if (is_equilibrating_ && queue_.has_events()) {
        queue_.take_triggers(0.0, y_);
    }
}

double RunInProgress::become_steady() {
    const double start = run_->start_time;
    result_->steady_state = y_;
    is_equilibrating_ = false;
    jumps_at_stop_ = false;
    needs_start_ = true;
    kernel_.release_comparisons();
    kernel_.reset_parameters();
    kernel_.set_parameters(run_->parameters);
    find_stops();
    queue_.begin();
    check_finite(start);
    settle_algebraic_states(start);
    return start;
}

bool RunInProgress::settle_algebraic_states(double t) {
    if (is_finished_ || !algebraic_.are_needed()) {
        return !is_finished_;
    }
    if (Status status = algebraic_.find(t, y_, largest_); !status.ok()) {
        fail(std::move(status));
        return false;
    }
    check_finite(t);
    return !is_finished_;
}

void RunInProgress::fail_to_become_steady(double t) {
    fail({Failure::no_steady_state, t, std::nullopt,
          fmt::format("no steady state was reached in {:.6g} time units",
                      run_->equilibration->max_time)});
}

double RunInProgress::atol(const Tolerances& tolerances) const noexcept {
    return tolerances.atol.value_or(Tolerances::kAtolOfLargest * (largest_ > 0.0 ? largest_ : 1.0));
}

void RunInProgress::settle(double& t) {
    if (is_finished_) {
        return;
    }
    if (crossings_.are_sliding()) {
        fail({Failure::too_many_steps, t, std::nullopt,
              fmt::format("at time {:.6g}: a rate jumps back and forth without end; it drives the "
                          "state back across its own condition from both sides",
                          t)});
        return;
    }
    was_changed_ = std::exchange(needs_start_, false);
    if (is_equilibrating_) {
        settle_equilibration(t);
        return;
    }
    const std::vector<double>& outputs = run_->output_times;
    if (is_stop(t) && !settle_algebraic_states(t)) {
        return;
    }
    act(t);  // may end the run
    while (!is_finished_) {
        if (row_ == outputs.size()) {
            finish(t);
            return;
        }
        if (outputs[row_] <= t) {
            record(y_);
            continue;
        }
        if (const double after = std::nextafter(t, kInfinity);
            is_stop(t) && after < outputs[row_]) {
            t = after;
            was_changed_ = true;
            if (settle_algebraic_states(t)) {
                act(t);
            }
            continue;
        }
        const double event = next_event_time();
        const double jump = stop_after(t);
        // Closer than an integrator can tell times apart: nothing happens in between.
        const double target = std::min({outputs[row_], event, jump});
        const double resolution = 16.0 * kEpsilon * std::max(std::fabs(t), std::fabs(target));
        if (target - t <= resolution) {
            t = target;
            act(t);
            continue;
        }
        const double end = std::min({event, jump, outputs.back()});
        set_stop(end, jump == end);
        return;
    }
}

void RunInProgress::settle_equilibration(double& t) {
    if (queue_.has_events()) {
        if (const eqn::TriggeredEvent* event = queue_.would_fire(0.0, y_)) {
            fail({Failure::bad_event, t, std::nullopt,
                  fmt::format("at time {:.6g}: event '{}' would fire", t, event->name)});
            return;
        }
        queue_.take_triggers(0.0, y_);
    }
    const double end = run_->equilibration->max_time;
    if (is_stop(t) && t < end) {
        t = std::nextafter(t, end);
        was_changed_ = true;
        if (!settle_algebraic_states(t)) {
            return;
        }
    }
    const double jump = stop_after(t);
    set_stop(std::min(jump, end), jump < end);
}

/// What is due at t, outputs left aside.
void RunInProgress::act(double t) {
    const std::vector<double>& outputs = run_->output_times;
    const bool has_event = next_event_ < events_.size() && events_[next_event_]->time <= t;
    // A time that stands twice shows the state before the events, then after them.
    if (row_ + 1 < outputs.size() && outputs[row_] == t && outputs[row_ + 1] == t) {
        record(y_);
        if (is_finished_) {
            return;
        }
    }
    bool is_changed = has_event;
    if (log_ != nullptr) {
        log_->arrive(t, y_);
    }
    for (; next_event_ < events_.size() && events_[next_event_]->time <= t; ++next_event_) {
        if (log_ != nullptr) {
            log_->event(static_cast<std::size_t>(events_[next_event_] - run_->events.data()), t,
                        y_);
        }
        kernel_.set_parameters(events_[next_event_]->parameters);
        change_states(events_[next_event_]->states, y_);
    }
    if (has_event) {
        check_finite(t);
        settle_algebraic_states(t);
    }
    if (!is_finished_ && queue_.has_events()) {
        bool has_fired = false;
        if (Status status = queue_.settle(t, y_, has_fired, algebraic_, largest_, log_);
            !status.ok()) {
            fail(std::move(status));
            return;
        }
        is_changed = is_changed || has_fired;
        if (has_fired) {
            check_finite(t);
        }
    }
    if (is_changed) {
        was_changed_ = true;
        find_stops();
    }
    if (log_ != nullptr && !is_finished_) {
        log_->leave(t, y_);
    }
}

void RunInProgress::set_stop(double stop, bool jumps) {
    // An event that waits may have come or gone without any other change.
    was_changed_ = was_changed_ || stop != stop_ || jumps != jumps_at_stop_;
    stop_ = stop;
    jumps_at_stop_ = jumps;
}

double RunInProgress::limit(double t) const noexcept {
    if (is_equilibrating_) {
        return stop_;
    }
    const std::vector<double>& outputs = run_->output_times;
    double limit = stops_at_outputs_ ? std::min(stop_, outputs[row_]) : stop_;
    if (crossings_.depend_on_time()) {
        // Nothing in the states may tell of a trigger that time alone brings.
        const double longest =
            std::max(0.01 * (outputs.back() - run_->start_time), 32.0 * kEpsilon * std::fabs(t));
        limit = std::min({limit, outputs[row_], t + longest});
    }
    return limit;
}

/// Under the present parameters: where `time` is compared with something.
void RunInProgress::find_stops() {
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

bool RunInProgress::is_stop(double t) const noexcept {
    return std::binary_search(stops_.begin(), stops_.end(), t);
}

double RunInProgress::stop_after(double t) const noexcept {
    const auto next = std::upper_bound(stops_.begin(), stops_.end(), t);
    return next == stops_.end() ? kInfinity : *next;
}

double RunInProgress::next_event_time() const noexcept {
    const double own = next_event_ < events_.size() ? events_[next_event_]->time : kInfinity;
    return std::min(own, queue_.next_time());
}

void RunInProgress::record(std::span<const double> y) {
    const double t = run_->output_times[row_];
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
    if (log_ != nullptr) {
        log_->output(t, y, y.data() != y_.data());
    }
    if (row_ > 1 && run_->stop_below_rate && is_still(t, y)) {
        result_->times.resize(row_);
        result_->values.resize(row_ * result_->columns);
        result_->was_stopped = true;
        if (y.data() != y_.data()) {
            std::copy(y.begin(), y.end(), y_.begin());
        }
        finish(t);
    }
}

bool RunInProgress::is_still(double t, std::span<const double> y) {
    std::vector<double> rate(y.size());
    kernel_.rhs(t, y, rate);
    double sum = 0.0;
    for (const double r : rate) {
        sum += r * r;
    }
    return std::sqrt(sum) / static_cast<double>(rate.size()) < *run_->stop_below_rate;
}

/// At a start or after an event.
void RunInProgress::check_finite(double t) {
    for (std::uint32_t s = 0; s < y_.size(); ++s) {
        if (!std::isfinite(y_[s])) {
            fail({Failure::not_finite_start, t, SpeciesId{s},
                  fmt::format("at time {:.6g}: the amount of {} is not finite", t,
                              kernel_.system().species().names()[s])});
            return;
        }
        largest_ = std::max(largest_, std::fabs(y_[s]));
    }
}

void RunInProgress::finish(double t) {
    result_->end_time = t;
    result_->end_state = y_;
    is_finished_ = true;
    run_ = nullptr;
}

void RunInProgress::fail(Status status) {
    if (is_equilibrating_) {
        status.message = "during equilibration, " + status.message;
        result_->steady_state.assign(y_.size(), kNan);
    }
    result_->end_time = status.time;
    result_->status = std::move(status);
    result_->end_state.assign(y_.size(), kNan);
    is_finished_ = true;
    run_ = nullptr;
}

}  // namespace erbium::sim
