// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/event_queue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

namespace erbium::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The n-th of a sequence of numbers without pattern (SplitMix64: Steele, Lea, Flood 2014).
std::uint64_t scattered(std::uint64_t n) noexcept {
    std::uint64_t z = (n + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

Status bad_event(const eqn::TriggeredEvent& event, double t, std::string_view what) {
    return {Failure::bad_event, t, std::nullopt,
            fmt::format("at time {:.6g}: {} of event '{}'", t, what, event.name)};
}

}  // namespace

EventQueue::EventQueue(eqn::ReferenceKernel& kernel)
    : kernel_{kernel}, events_{kernel.system().events()}, was_true_(events_.size()) {}

void EventQueue::begin() {
    waiting_.clear();
    choices_ = 0;
    firings_ = 0;
    for (std::size_t e = 0; e < events_.size(); ++e) {
        was_true_[e] = events_[e].initial_value ? 1 : 0;
    }
}

void EventQueue::take_triggers(double t, std::span<const double> y) {
    kernel_.evaluate_events(t, y);
    for (std::size_t e = 0; e < events_.size(); ++e) {
        was_true_[e] = kernel_.slot(events_[e].trigger) > 0.5 ? 1 : 0;
    }
}

double EventQueue::next_time() const noexcept {
    double next = kInfinity;
    for (const Waiting& waiting : waiting_) {
        next = std::min(next, waiting.time);
    }
    return next;
}

const eqn::TriggeredEvent* EventQueue::would_fire(double t, std::span<const double> y) {
    kernel_.evaluate_events(t, y);
    for (std::size_t e = 0; e < events_.size(); ++e) {
        if (was_true_[e] == 0 && kernel_.slot(events_[e].trigger) > 0.5) {
            return &events_[e];
        }
    }
    return nullptr;
}

std::vector<double> EventQueue::values_of(const eqn::TriggeredEvent& event) const {
    std::vector<double> values;
    values.reserve(event.assignments.size());
    for (const eqn::TriggeredEvent::Assignment& assignment : event.assignments) {
        values.push_back(kernel_.slot(assignment.value));
    }
    return values;
}

/// Compares every trigger, as last evaluated, with what it was before.
Status EventQueue::fire(double t, std::span<const double> y, TrajectoryLog* log) {
    for (std::size_t e = 0; e < events_.size(); ++e) {
        const eqn::TriggeredEvent& event = events_[e];
        const double trigger = kernel_.slot(event.trigger);
        if (std::isnan(trigger)) {
            return bad_event(event, t, "no number is the trigger");
        }
        const bool is_true = trigger > 0.5;
        const bool was_true = std::exchange(was_true_[e], is_true ? 1 : 0) != 0;
        if (was_true && !is_true && !event.is_persistent) {
            std::erase_if(waiting_, [e](const Waiting& w) { return w.event == e; });
        }
        if (was_true || !is_true) {
            continue;
        }
        const double delay = event.delay ? kernel_.slot(*event.delay) : 0.0;
        if (!(delay >= 0.0)) {
            return bad_event(event, t, "negative, or no number, is the delay");
        }
        Waiting waiting{e, t + delay, firings_++, {}};
        if (event.uses_trigger_time_values) {
            waiting.values = values_of(event);
        }
        if (log != nullptr) {
            log->fire(waiting.firing, e, t, y);
        }
        waiting_.push_back(std::move(waiting));
    }
    return {};
}

/// Index of what is to be carried out first at t, or the number of those that wait.
std::size_t EventQueue::next_due(double t) {
    const auto priority_of = [this](const Waiting& w) {
        const std::optional<eqn::Slot> slot = events_[w.event].priority;
        const double priority = slot ? kernel_.slot(*slot) : -kInfinity;
        return std::isnan(priority) ? -kInfinity : priority;
    };
    std::vector<std::size_t> equals;  // of the highest priority so far
    double highest = 0.0;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        if (waiting_[i].time > t) {
            continue;
        }
        const double mine = priority_of(waiting_[i]);
        if (equals.empty() || mine > highest) {
            equals.clear();
            highest = mine;
        }
        if (mine == highest) {
            equals.push_back(i);
        }
    }
    if (equals.empty()) {
        return waiting_.size();
    }
    if (equals.size() == 1 || highest == -kInfinity) {
        return *std::min_element(equals.begin(), equals.end(), [this](auto a, auto b) {
            return waiting_[a].event < waiting_[b].event;
        });
    }
    return equals[scattered(choices_++) % equals.size()];
}

Status EventQueue::carry_out(const Waiting& waiting, double t, std::span<double> y,
                             TrajectoryLog* log) {
    const eqn::TriggeredEvent& event = events_[waiting.event];
    std::vector<double> values = event.uses_trigger_time_values ? waiting.values : values_of(event);
    for (std::size_t a = 0; a < values.size(); ++a) {
        if (const std::optional<eqn::Slot> factor = event.assignments[a].factor) {
            values[a] *= kernel_.slot(*factor);
        }
        if (std::isnan(values[a])) {
            return bad_event(event, t, "no number is a value");
        }
    }
    if (log != nullptr) {
        log->assign(waiting.firing, t, y, values);
    }
    std::vector<eqn::ParameterValue> parameters;
    for (std::size_t a = 0; a < values.size(); ++a) {
        const auto& target = event.assignments[a].target;
        if (const auto* species = std::get_if<SpeciesId>(&target)) {
            y[species->value] = values[a];
        } else {
            parameters.push_back({std::get<ParameterId>(target), values[a]});
        }
    }
    if (!parameters.empty()) {
        kernel_.set_parameters(parameters);
    }
    return {};
}

Status EventQueue::settle(double t, std::span<double> y, bool& was_changed,
                          ConsistentValues& algebraic, double largest, TrajectoryLog* log) {
    constexpr std::size_t kMostAtOnce = 100000;
    for (std::size_t count = 0; has_events(); ++count) {
        kernel_.evaluate_events(t, y);
        if (Status status = fire(t, y, log); !status.ok()) {
            return status;
        }
        const std::size_t due = next_due(t);
        if (due == waiting_.size()) {
            break;
        }
        const Waiting waiting = std::move(waiting_[due]);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(due));
        if (count >= kMostAtOnce) {
            return bad_event(events_[waiting.event], t,
                             "events trigger one another without end, one");
        }
        if (Status status = carry_out(waiting, t, y, log); !status.ok()) {
            return status;
        }
        if (Status status = algebraic.find(t, y, largest); !status.ok()) {
            return status;
        }
        was_changed = true;
    }
    return {};
}

}  // namespace erbium::sim
