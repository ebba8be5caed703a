// SPDX-License-Identifier: Apache-2.0
// erbium/sim/event_queue.hpp: triggered events of one subject: which wait, which are due, in order.
// Reads: eqn::System::events   Used by: sim::Solver
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/consistent_values.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/trajectory_log.hpp"

namespace erbium::sim {

/// Carries out the events of a system as SBML Level 3 means them: an event fires when its trigger
/// turns from false to true; its assignments follow after its delay, all at once. Among those due
/// at one time the highest priority comes first, then those without one, which keep the order of
/// the network. Among equal priorities SBML wants a choice by chance: it is made by a fixed
/// sequence of numbers that starts anew with each run, so that runs can be repeated. After each
/// event, triggers and priorities are evaluated anew.
class EventQueue {
public:
    /// The kernel must outlive it; events set its parameters.
    explicit EventQueue(eqn::ReferenceKernel& kernel);

    /// Nothing waits, and triggers have the values before the start.
    void begin();
    /// Triggers take the values they have at (t, y), without firing.
    void take_triggers(double t, std::span<const double> y);

    [[nodiscard]] bool has_events() const noexcept { return !events_.empty(); }
    /// When the next assignments are due; infinity when nothing waits.
    [[nodiscard]] double next_time() const noexcept;

    /// The first event that would fire at (t, y), or null.
    [[nodiscard]] const eqn::TriggeredEvent* would_fire(double t, std::span<const double> y);

    /// Fires what is triggered at (t, y) and carries out what is due, until nothing more is.
    /// @param was_changed  set when a state or parameter was assigned to
    /// @param algebraic  finds the values of algebraic states anew after each event
    /// @param largest    amount, for that
    /// @param log  when not null, is told of firings and assignments
    /// @return  bad_event when a trigger, delay or value is no number, a delay is negative, or
    ///          events trigger one another without end; what `algebraic` returns
    [[nodiscard]] Status settle(double t, std::span<double> y, bool& was_changed,
                                ConsistentValues& algebraic, double largest,
                                TrajectoryLog* log = nullptr);

private:
    struct Waiting {
        std::size_t event{};
        double time{};
        std::size_t firing{};        // of this run, counted from 0
        std::vector<double> values;  // empty: taken when it is carried out
    };
    [[nodiscard]] Status fire(double t, std::span<const double> y, TrajectoryLog* log);
    [[nodiscard]] std::size_t next_due(double t);
    [[nodiscard]] Status carry_out(const Waiting& waiting, double t, std::span<double> y,
                                   TrajectoryLog* log);
    [[nodiscard]] std::vector<double> values_of(const eqn::TriggeredEvent& event) const;

    eqn::ReferenceKernel& kernel_;
    std::span<const eqn::TriggeredEvent> events_;
    std::vector<std::uint8_t> was_true_;  // by event
    std::vector<Waiting> waiting_;        // in the order in which they fired
    std::uint64_t choices_{};             // among equal priorities, in this run
    std::size_t firings_{};               // in this run
};

}  // namespace erbium::sim
