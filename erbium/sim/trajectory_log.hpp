// SPDX-License-Identifier: Apache-2.0
// erbium/sim/trajectory_log.hpp: what a run tells while it is in progress, in order.
// Made by: sim::RunInProgress, sim::EventQueue, sim::LaneIntegrator, sim::Trajectory
// Used by: sim::ScriptRecorder
#pragma once

#include <cstddef>
#include <span>

#include "erbium/sim/run.hpp"
#include "erbium/sim/step_trace.hpp"

namespace erbium::sim {

/// A step that was accepted, at least up to `end`.
struct LoggedStep {
    TracedStep step;
    double end{};
    bool is_cut{};                 ///< at `end`, before its own end, for a comparison changed
    std::span<const double> y;     ///< at `end`
    std::span<const double> rate;  ///< of a cut step, the slope of its interpolant at `end`
    /// Increments k of the method, stages x states: that of a state and the one after it are this
    /// many numbers apart.
    const double* stages{};
    std::size_t stage_stride{1};
    std::size_t stage_count{};
    /// Of the step's matrix, see ShiftedJacobian::factors(); empty when they are not at hand.
    std::span<const double> factors;
};

/// Receives everything that happens to one subject after its equilibration. States are valid during
/// the call only.
class TrajectoryLog {
public:
    TrajectoryLog() = default;
    TrajectoryLog(const TrajectoryLog&) = delete;
    TrajectoryLog& operator=(const TrajectoryLog&) = delete;
    virtual ~TrajectoryLog() = default;

    /// The integrator (re)starts; comparisons in rates are held at what they are here.
    virtual void start(double t, std::span<const double> y) = 0;
    virtual void step(const LoggedStep& step) = 0;
    /// The next row of the result; `is_inside` the last step, else it shows the state reached.
    virtual void output(double t, std::span<const double> y, bool is_inside) = 0;
    /// What is due at this time follows: events of the run, triggered events.
    virtual void arrive(double t, std::span<const double> y) = 0;
    /// An event of the run, by its place in Run::events; `y` is the state before it.
    virtual void event(std::size_t index, double t, std::span<const double> y) = 0;
    /// A triggered event of the system fires, the `firing`-th of this run.
    virtual void fire(std::size_t firing, std::size_t event, double t,
                      std::span<const double> y) = 0;
    /// The assignments of a firing are carried out; `y` is the state before them.
    virtual void assign(std::size_t firing, double t, std::span<const double> y,
                        std::span<const double> values) = 0;
    /// Nothing more is due at this time.
    virtual void leave(double t, std::span<const double> y) = 0;
};

}  // namespace erbium::sim
