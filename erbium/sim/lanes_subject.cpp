// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/lanes_subject.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/sim/run_script.hpp"

namespace erbium::sim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

bool suits_lanes(const eqn::System& system, const Run& run) {
    if (!system.events().empty() || run.output_times.empty() || !std::isfinite(run.start_time)) {
        return false;
    }
    if (run.equilibration &&
        !(run.equilibration->max_time > 0.0 && std::isfinite(run.equilibration->max_time))) {
        return false;
    }
    const auto are_states = [&](std::span<const StateChange> changes) {
        return std::all_of(changes.begin(), changes.end(), [&](const StateChange& c) {
            return c.species.value < system.state_count();
        });
    };
    const auto are_parameters = [&](std::span<const ParameterValue> values) {
        return std::all_of(values.begin(), values.end(), [&](const ParameterValue& v) {
            return v.parameter.value < system.parameters().size();
        });
    };
    const auto are_below = [](const auto& ids, std::size_t size) {
        return std::all_of(ids.begin(), ids.end(), [&](auto id) { return id.value < size; });
    };
    bool suits = are_parameters(run.parameters) &&
                 (!run.equilibration || are_parameters(run.equilibration->parameters)) &&
                 are_states(run.initial_state) &&
                 are_below(run.recording.species, system.state_count()) &&
                 are_below(run.recording.observables, system.observables().size()) &&
                 are_below(run.recording.functions, system.functions().size());
    for (const Event& event : run.events) {
        suits = suits && event.time >= run.start_time && are_parameters(event.parameters) &&
                are_states(event.states);
    }
    double before = run.start_time;
    for (const double time : run.output_times) {
        suits = suits && time >= before && std::isfinite(time);
        before = time;
    }
    return suits;
}

void LaneSubject::begin(const Run& run, Result& result) {
    run_ = &run;
    result_ = &result;
    result = Result{};
    result.times = run.output_times;
    result.columns = run.recording.size();
    result.values.assign(result.times.size() * result.columns, kNan);
    kernel_.reset_parameters();
    kernel_.set_parameters(run.parameters);
    is_equilibrating_ = run.equilibration.has_value();
    if (is_equilibrating_) {
        kernel_.set_parameters(run.equilibration->parameters);
    }
    kernel_.initial_state(y_);
    change_states(run.initial_state, y_);
    events_.clear();
    for (const Event& event : run.events) {
        events_.push_back(&event);
    }
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event* a, const Event* b) { return a->time < b->time; });
    row_ = 0;
    next_event_ = 0;
    largest_ = 0.0;
    is_finished_ = false;
    was_changed_ = false;
    jumps_at_stop_ = false;
    check_finite(begin_time());
}

double LaneSubject::become_steady() {
    result_->steady_state = y_;
    is_equilibrating_ = false;
    jumps_at_stop_ = false;
    kernel_.reset_parameters();
    kernel_.set_parameters(run_->parameters);
    check_finite(run_->start_time);
    return result_->status.ok() ? run_->start_time : result_->status.time;
}

double LaneSubject::knot_after(double t) const noexcept {
    const std::span<const double> knots = kernel_.system().time_knots();
    const auto next = std::upper_bound(knots.begin(), knots.end(), t);
    return next == knots.end() ? kInfinity : *next;
}

void LaneSubject::settle_equilibration(double t) {
    was_changed_ = true;  // called at the start and at jumps only
    const double knot = knot_after(t);
    jumps_at_stop_ = knot < run_->equilibration->max_time;
    stop_ = std::min(knot, run_->equilibration->max_time);
}

double LaneSubject::atol(const Tolerances& tolerances) const noexcept {
    return tolerances.atol.value_or(Tolerances::kAtolOfLargest * (largest_ > 0.0 ? largest_ : 1.0));
}

void LaneSubject::settle(double& t) {
    if (is_equilibrating_) {
        settle_equilibration(t);
        return;
    }
    was_changed_ = jumps_at_stop_ && t >= stop_;
    jumps_at_stop_ = false;
    const std::vector<double>& outputs = run_->output_times;
    while (!is_finished_ && result_->status.ok()) {
        if (row_ == outputs.size()) {
            finish(t);
            return;
        }
        const double event_time =
            next_event_ < events_.size() ? events_[next_event_]->time : kInfinity;
        if (event_time <= t) {
            // A time that stands twice shows the state before the event, then after it.
            if (row_ + 1 < outputs.size() && outputs[row_] == t && outputs[row_ + 1] == t) {
                record(y_);
            }
            for (; next_event_ < events_.size() && events_[next_event_]->time <= t; ++next_event_) {
                kernel_.set_parameters(events_[next_event_]->parameters);
                change_states(events_[next_event_]->states, y_);
            }
            was_changed_ = true;
            check_finite(t);
            continue;
        }
        if (outputs[row_] <= t) {
            record(y_);
            continue;
        }
        // Closer than times can be told apart by a step: nothing happens in between.
        const double knot = knot_after(t);
        const double target = std::min({outputs[row_], event_time, knot});
        const double resolution = 16.0 * std::numeric_limits<double>::epsilon() *
                                  std::max(std::fabs(t), std::fabs(target));
        if (target - t <= resolution) {
            t = target;
            was_changed_ = was_changed_ || t == knot;
            continue;
        }
        const double end = std::min(event_time, stops_at_outputs_ ? outputs[row_] : outputs.back());
        stop_ = std::min(end, knot);
        jumps_at_stop_ = knot <= end;
        return;
    }
}

void LaneSubject::record(std::span<const double> y) {
    kernel_.observe(run_->output_times[row_], y);
    double* value = result_->values.data() + row_ * result_->columns;
    for (const SpeciesId s : run_->recording.species) {
        *value++ = y[s.value];
    }
    for (const ObservableId o : run_->recording.observables) {
        *value++ = kernel_.observable(o);
    }
    for (const FunctionId f : run_->recording.functions) {
        *value++ = kernel_.function(f);
    }
    ++row_;
    if (row_ > 1 && run_->stop_below_rate && is_still(run_->output_times[row_ - 1], y)) {
        const double t = run_->output_times[row_ - 1];
        result_->times.resize(row_);
        result_->values.resize(row_ * result_->columns);
        result_->was_stopped = true;
        if (y.data() != y_.data()) {
            std::copy(y.begin(), y.end(), y_.begin());
        }
        finish(t);
    }
}

bool LaneSubject::is_still(double t, std::span<const double> y) {
    std::vector<double> rate(y.size());
    kernel_.rhs(t, y, rate);
    double sum = 0.0;
    for (const double r : rate) {
        sum += r * r;
    }
    return std::sqrt(sum) / static_cast<double>(rate.size()) < *run_->stop_below_rate;
}

void LaneSubject::check_finite(double t) {
    for (std::uint32_t s = 0; s < y_.size(); ++s) {
        if (!std::isfinite(y_[s])) {
            fail(Failure::not_finite_start, t, SpeciesId{s},
                 fmt::format("at time {:.6g}: the amount of {} is not finite", t,
                             kernel_.system().species().names()[s]));
            return;
        }
        largest_ = std::max(largest_, std::fabs(y_[s]));
    }
}

void LaneSubject::finish(double t) {
    result_->end_time = t;
    result_->end_state = y_;
    is_finished_ = true;
    run_ = nullptr;
}

void LaneSubject::fail(Failure failure, double t, std::optional<SpeciesId> species,
                       std::string why) {
    if (is_equilibrating_) {
        why = "during equilibration, " + why;
        result_->steady_state.assign(y_.size(), kNan);
    }
    result_->status = {failure, t, species, std::move(why)};
    result_->end_time = t;
    result_->end_state.assign(y_.size(), kNan);
    is_finished_ = true;
    run_ = nullptr;
}

}  // namespace erbium::sim
