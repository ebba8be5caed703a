// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/run_script.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace erbium::sim {
namespace {

class ScriptWriter {
public:
    ScriptWriter(const Run& run, const StepTrace& trace, std::span<const double> initial)
        : run_{run}, trace_{trace}, y_(initial.begin(), initial.end()), order_(run.events.size()) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
            return run.events[a].time < run.events[b].time;
        });
    }

    RunScript write(bool has_failed) {
        double t = run_.start_time;
        const std::vector<double>& outputs = run_.output_times;
        while (row_ < outputs.size()) {
            settle(t);
            if (row_ == outputs.size()) {
                break;
            }
            // Steps begin at t, or one double later where the equations jump at t.
            const double next = std::min(outputs[row_], next_event_time());
            if (step_ < trace_.steps.size() && trace_.steps[step_].time < next) {
                t = take_steps();
            } else if (has_failed && step_ == trace_.steps.size()) {
                break;
            } else {
                t = next;  // too close to integrate
            }
        }
        script_.rows = row_;
        script_.end_time = t;
        return std::move(script_);
    }

private:
    [[nodiscard]] double next_event_time() const noexcept {
        return event_ < order_.size() ? run_.events[order_[event_]].time
                                      : std::numeric_limits<double>::infinity();
    }

    std::size_t keep_state() {
        const std::size_t place = script_.states.size() / y_.size();
        script_.states.insert(script_.states.end(), y_.begin(), y_.end());
        return place;
    }

    void output(double t) {
        script_.items.push_back(
            {.kind = ScriptItem::Kind::output, .index = row_++, .time = t, .state = keep_state()});
    }

    /// What is due at time t.
    void settle(double t) {
        const std::vector<double>& outputs = run_.output_times;
        while (row_ < outputs.size()) {
            if (next_event_time() <= t) {
                if (row_ + 1 < outputs.size() && outputs[row_] == t && outputs[row_ + 1] == t) {
                    output(t);
                }
                for (; next_event_time() <= t; ++event_) {
                    script_.items.push_back({.kind = ScriptItem::Kind::event,
                                             .index = order_[event_],
                                             .time = t,
                                             .state = keep_state()});
                    change_states(run_.events[order_[event_]].states, y_);
                }
            } else if (outputs[row_] <= t) {
                output(t);
            } else {
                return;
            }
        }
    }

    /// Steps to the next stop.
    double take_steps() {
        for (;;) {
            const TracedStep& step = trace_.steps[step_];
            ScriptItem item{.kind = ScriptItem::Kind::step,
                            .index = step_,
                            .time = step.time,
                            .row_begin = row_};
            while (row_ < run_.output_times.size() && run_.output_times[row_] < step.end) {
                ++row_;
            }
            item.row_end = row_;
            script_.items.push_back(item);
            ++step_;
            if (step.ends_at_stop || step_ == trace_.steps.size()) {
                if (step.ends_at_stop) {
                    const auto from =
                        trace_.stop_states.begin() + static_cast<std::ptrdiff_t>(stop_ * y_.size());
                    std::copy(from, from + static_cast<std::ptrdiff_t>(y_.size()), y_.begin());
                    ++stop_;
                }
                return step.end;
            }
        }
    }

    const Run& run_;
    const StepTrace& trace_;
    RunScript script_;
    std::vector<double> y_;
    std::vector<std::size_t> order_;  // of events by time
    std::size_t row_{};
    std::size_t event_{};
    std::size_t step_{};
    std::size_t stop_{};
};

}  // namespace

RunScript make_script(const Run& run, const StepTrace& trace, bool has_failed,
                      std::span<const double> initial) {
    return ScriptWriter{run, trace, initial}.write(has_failed);
}

void change_states(std::span<const StateChange> changes, std::span<double> y) noexcept {
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

}  // namespace erbium::sim
