// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/script_recorder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "erbium/sim/sensitivity_kernels.hpp"

namespace erbium::sim {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
/// Fewer steps than these would not pay for going to and fro.
constexpr std::size_t kLeastTogether = 4;

bool is_same(double a, double b) noexcept {
    return a == b || (std::isnan(a) && std::isnan(b));
}

/// Both say the same of how the crossing's time moves.
bool agree(const RunScript::Crossing& a, const RunScript::Crossing& b) noexcept {
    constexpr double kClose = 1e-9;
    const auto are_close = [&](const std::vector<double>& x, const std::vector<double>& y) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double left = x[i] / a.rate;
            const double right = y[i] / b.rate;
            if (!(std::fabs(left - right) <= kClose * (std::fabs(left) + std::fabs(right)))) {
                return false;
            }
        }
        return true;
    };
    return are_close(a.by_state, b.by_state) && are_close(a.by_slot, b.by_slot);
}

}  // namespace

ScriptRecorder::ScriptRecorder(const eqn::System& system, const Run& run, bool keeps_stages,
                               const ManySidedSolver* many, StepTrace spare)
    : system_{system},
      program_{system_.program()},
      keeps_stages_{keeps_stages},
      many_{many},
      trace_{std::move(spare)},
      writer_{system, run},
      begin_(system.state_count()),
      truths_(system.roots().size()),
      truths_now_(system.roots().size()),
      slot_worths_(program_.slot_count),
      was_true_(system.events().size()) {
    trace_.clear();
    for (const eqn::Root& root : system.roots()) {
        held_count_ += root.is_in_rate ? 1U : 0U;
    }
}

RunScript ScriptRecorder::take_script(double end_time) {
    writer_.script().end_time = end_time;
    return std::move(writer_.script());
}

void ScriptRecorder::set_state(std::span<const double> y) {
    std::copy(y.begin(), y.end(), writer_.state().begin());
}

/// Truths of all comparisons; the kernel's slots are those of events then.
void ScriptRecorder::look(double t, std::span<const double> y, std::vector<double>& truths) {
    writer_.kernel().evaluate_events(t, y);
    const std::span<const eqn::Root> roots = system_.roots();
    for (std::size_t r = 0; r < roots.size(); ++r) {
        truths[r] = writer_.kernel().slot(roots[r].comparison);
    }
}

void ScriptRecorder::start(double t, std::span<const double> y) {
    std::copy(y.begin(), y.end(), begin_.begin());
    cut_.reset();
    if (truths_.empty()) {
        return;
    }
    writer_.kernel().hold_comparisons(t, y);
    look(t, y, truths_);
    if (held_count_ > 0) {
        std::vector<double>& held = writer_.script().held;
        held_ = held.size() / held_count_;
        for (std::size_t r = 0; r < truths_.size(); ++r) {
            if (system_.roots()[r].is_in_rate) {
                held.push_back(truths_[r]);
            }
        }
    }
}

/// Items so far are complete when the next step comes.
void ScriptRecorder::hand_on() {
    const std::size_t bytes =
        factor_bytes_ + (trace_.states.size() + trace_.stages.size()) * sizeof(double);
    if (!hand_on_ || bytes < bytes_together_ || trace_.steps.size() < kLeastTogether) {
        return;
    }
    hand_on_(writer_.script(), trace_);
    writer_.script().items.clear();
    trace_.clear();
    factor_bytes_ = 0;
}

void ScriptRecorder::step(const LoggedStep& logged) {
    hand_on();
    has_stepped_ = true;
    const TracedStep& step = logged.step;
    const std::size_t rows = writer_.script().rows;
    writer_.script().items.push_back(
        {.kind = ScriptItem::Kind::step,
         .index = trace_.steps.size(),
         .time = step.time,
         .row_begin = rows,
         .row_end = rows,
         .held = held_,
         .kept_part = logged.is_cut ? (logged.end - step.time) / step.size : 1.0});
    trace_.steps.push_back(step);
    trace_.states.insert(trace_.states.end(), begin_.begin(), begin_.end());
    if (keeps_stages_) {
        const std::size_t count = logged.stage_count * begin_.size();
        if (logged.stage_stride == 1) {
            trace_.stages.insert(trace_.stages.end(), logged.stages, logged.stages + count);
        } else {
            for (std::size_t i = 0; i < count; ++i) {
                trace_.stages.push_back(logged.stages[i * logged.stage_stride]);
            }
        }
        keep_factors(logged.factors);
    }
    std::copy(logged.y.begin(), logged.y.end(), begin_.begin());
    if (logged.is_cut) {
        find_cut(logged);
    }
}

/// Those of the first steps, without a gap.
void ScriptRecorder::keep_factors(std::span<const double> factors) {
    const std::size_t count = many_ != nullptr ? many_->value_count() : factors.size();
    const std::size_t bytes = count * sizeof(double);
    if (factors.empty() || trace_.factor_count + 1 != trace_.steps.size() ||
        factor_bytes_ + bytes > StepTrace::kMostFactorBytes) {
        return;
    }
    factor_bytes_ += bytes;
    if (trace_.factor_count == trace_.factors.size()) {
        trace_.factors.emplace_back();
    }
    std::vector<double>& kept = trace_.factors[trace_.factor_count++];
    kept.resize(count);
    if (many_ != nullptr) {
        many_->take(factors, kept);
    } else {
        std::copy(factors.begin(), factors.end(), kept.begin());
    }
}

/// Which comparison changed, and how its time moves.
void ScriptRecorder::find_cut(const LoggedStep& step) {
    const double t = step.end;
    const std::span<const double> y = step.y;
    StepCut& cut = cut_.emplace();
    cut.time = t;
    cut.rate.assign(step.rate.begin(), step.rate.end());
    look(t, y, truths_now_);
    bool is_first = true;
    for (std::size_t r = 0; r < truths_.size(); ++r) {
        if (is_same(truths_now_[r], truths_[r])) {
            continue;
        }
        const eqn::Root& root = system_.roots()[r];
        cut.is_in_rate = cut.is_in_rate || root.is_in_rate;
        RunScript::Crossing crossing = crossing_of(root, t, y, cut.rate, cut.obstacle);
        if (is_first) {
            cut.crossing = std::move(crossing);
        } else if (cut.obstacle.empty() && !agree(cut.crossing, crossing)) {
            cut.obstacle = fmt::format("at time {:.6g}: two comparisons change at once", t);
        }
        is_first = false;
    }
    // Rounding may tell apart what happens at one time.
    if (!is_first && cut.obstacle.empty() && t - last_cut_time_ <= 64.0 * kEpsilon * std::fabs(t) &&
        !agree(cut.crossing, last_crossing_)) {
        cut.obstacle = fmt::format("at time {:.6g}: two comparisons change at once", t);
    }
    last_cut_time_ = t;
    last_crossing_ = cut.crossing;
}

RunScript::Crossing ScriptRecorder::crossing_of(const eqn::Root& root, double t,
                                                std::span<const double> y,
                                                std::span<const double> rate,
                                                std::string& obstacle) {
    RunScript::Crossing crossing;
    crossing.by_state.assign(y.size(), 0.0);
    const std::span<const double> slots = writer_.kernel().slots();
    std::fill(slot_worths_.begin(), slot_worths_.end(), 0.0);
    slot_worths_[root.difference] = 1.0;
    sensitivity_kernels().front().reverse_tape(
        program_.event_tape.data(), program_.event_tape.data() + program_.event_tape.size(),
        program_.observable_terms.data(), slots.data(), slot_worths_.data(),
        crossing.by_state.data());
    const double by_time = slot_worths_[program_.time_slot];
    crossing.by_slot.assign(slot_worths_.begin(), slot_worths_.begin() + program_.time_slot);
    crossing.rate = by_time;
    double extent = std::fabs(by_time * t);  // what r's rounding is measured by
    for (std::size_t i = 0; i < y.size(); ++i) {
        crossing.rate += crossing.by_state[i] * rate[i];
        extent += std::fabs(crossing.by_state[i] * y[i]);
    }
    for (std::size_t slot = 0; slot < crossing.by_slot.size(); ++slot) {
        const double part = crossing.by_slot[slot];
        extent += part == 0.0 ? 0.0 : std::fabs(part * slots[slot]);
    }
    const double difference = std::fabs(slots[root.difference]);
    if (!obstacle.empty()) {
        return crossing;
    }
    if (!std::isfinite(crossing.rate) || crossing.rate == 0.0) {
        obstacle = fmt::format(
            "at time {:.6g}: a comparison changes where its sides do not cross "
            "at a speed that is known",
            t);
    } else if (!(difference <= 1e-9 * extent + 8.0 * kEpsilon * std::fabs(t * crossing.rate))) {
        obstacle = fmt::format("at time {:.6g}: a comparison changes where its sides jump", t);
    }
    return crossing;
}

void ScriptRecorder::output(double t, std::span<const double> y, bool is_inside) {
    if (is_inside) {
        ++writer_.script().items.back().row_end;
        ++writer_.script().rows;
        return;
    }
    set_state(y);
    writer_.output(t);
}

void ScriptRecorder::arrive(double t, std::span<const double> y) {
    set_state(y);
    open_ = kNoIndex;
    arrival_ = kNoIndex;
    cause_ = kNoIndex;
    has_changed_ = false;
    if (cut_ && cut_->time != t) {
        cut_.reset();
    }
    if (cut_ && cut_->is_in_rate) {
        open_cut();
    }
    if (!cut_) {
        arrive_at_stop(t);
    }
    if (!was_true_.empty()) {
        writer_.kernel().evaluate_events(t, y);
        for (std::size_t e = 0; e < was_true_.size(); ++e) {
            was_true_[e] = writer_.kernel().slot(system_.events()[e].trigger) > 0.5 ? 1 : 0;
        }
    }
}

/// Where `time` reached what parameters say, rates may jump now or at the next double.
void ScriptRecorder::arrive_at_stop(double t) {
    const double before = std::nextafter(t, -std::numeric_limits<double>::infinity());
    std::vector<eqn::Slot> slots;
    for (const eqn::Slot slot : system_.stop_time_slots()) {
        const double stop = writer_.kernel().slot(slot);
        if ((stop == t || stop == before) &&
            std::find(slots.begin(), slots.end(), slot) == slots.end()) {
            slots.push_back(slot);
        }
    }
    if (slots.empty()) {
        return;
    }
    if (!has_stepped_) {
        slots.push_back(slots.front());  // on the other side of the start nothing happens
    }
    RunScript& script = writer_.script();
    script.stops.push_back(std::move(slots));
    arrival_ = writer_.add_moment(Moment::Cause::stop, script.stops.size() - 1);
    cause_ = arrival_;
    writer_.begin_moment(arrival_, t, writer_.keep_rate(before));
    open_ = arrival_;
}

/// Something depends on where the last step was cut.
void ScriptRecorder::open_cut() {
    RunScript& script = writer_.script();
    if (script.obstacle.empty()) {
        script.obstacle = cut_->obstacle;
    }
    script.crossings.push_back(std::move(cut_->crossing));
    arrival_ = writer_.add_moment(Moment::Cause::crossing, script.crossings.size() - 1);
    cause_ = arrival_;
    writer_.begin_moment(arrival_, cut_->time, writer_.keep_rate(cut_->rate));
    open_ = arrival_;
    cut_.reset();
}

void ScriptRecorder::close(double t) {
    if (open_ != kNoIndex) {
        writer_.end_moment(open_, t);
        open_ = kNoIndex;
    }
}

void ScriptRecorder::open(std::size_t moment, double t) {
    if (moment == open_) {
        return;
    }
    close(t);
    if (moment != kNoIndex) {
        writer_.begin_moment(moment, t, writer_.keep_rate(t));
        open_ = moment;
    }
}

void ScriptRecorder::event(std::size_t index, double t, std::span<const double> y) {
    if (cut_) {
        open_cut();
    }
    close(t);
    set_state(y);
    writer_.event(index, t);
    cause_ = writer_.script().moments.size() - 1;
    has_changed_ = true;
}

void ScriptRecorder::fire(std::size_t firing, std::size_t event, double t,
                          std::span<const double> y) {
    if (cut_) {
        open_cut();
    }
    set_state(y);
    // What was triggered by the way here, or by the last thing done at this time.
    const std::size_t moment = has_changed_ && was_true_[event] == 0 ? cause_ : arrival_;
    open(moment, t);
    RunScript& script = writer_.script();
    RunScript::Firing& fired = script.firings.emplace_back();
    fired = {event, script.value_count, {}};
    writer_.kernel().evaluate_events(t, y);
    for (const eqn::TriggeredEvent::Assignment& assignment : system_.events()[event].assignments) {
        fired.values.push_back(writer_.kernel().slot(assignment.value));
    }
    script.value_count += fired.values.size();
    firing_moments_.push_back(moment);
    script.items.push_back({.kind = ScriptItem::Kind::firing,
                            .index = firing,
                            .time = t,
                            .state = writer_.keep_state(),
                            .moment = moment});
}

void ScriptRecorder::assign(std::size_t firing, double t, std::span<const double> y,
                            std::span<const double> values) {
    if (cut_) {
        open_cut();
    }
    set_state(y);
    RunScript& script = writer_.script();
    const eqn::TriggeredEvent& event = system_.events()[script.firings[firing].event];
    const std::size_t moment =
        event.delay ? writer_.add_moment(Moment::Cause::delayed, firing) : firing_moments_[firing];
    open(moment, t);
    script.assignments.push_back({firing, {values.begin(), values.end()}});
    script.items.push_back({.kind = ScriptItem::Kind::assignment,
                            .index = script.assignments.size() - 1,
                            .time = t,
                            .state = writer_.keep_state(),
                            .moment = moment});
    std::vector<ParameterValue> parameters;
    for (std::size_t a = 0; a < values.size(); ++a) {
        const auto& target = event.assignments[a].target;
        if (const auto* species = std::get_if<SpeciesId>(&target)) {
            writer_.state()[species->value] = values[a];
        } else {
            parameters.push_back({std::get<ParameterId>(target), values[a]});
        }
    }
    if (!parameters.empty()) {
        writer_.kernel().set_parameters(parameters);
    }
    cause_ = moment;
    has_changed_ = true;
}

void ScriptRecorder::leave(double t, std::span<const double> y) {
    set_state(y);
    close(t);
    cut_.reset();
}

}  // namespace erbium::sim
