// SPDX-License-Identifier: Apache-2.0
// erbium/sim/run_in_progress.hpp: one run on its way through its script, whatever integrates in
// between. Reads: Run   Makes: Result   Used by: sim::Trajectory, sim::LaneIntegrator
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/consistent_values.hpp"
#include "erbium/sim/crossings.hpp"
#include "erbium/sim/event_queue.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/trajectory_log.hpp"

namespace erbium::sim {

/// Carries one run after another through its script: parameters, initial state, equilibration,
/// events at their times, triggered events, outputs. The integration in between and the search for
/// a steady state are not here.
///
/// At one time things happen in this order: the run's own events in the order of its list,
/// triggered events until none is due, outputs. Times at which `time` is compared with something
/// are stops; what holds only after such a time (time > 5) is looked at one double later.
///
/// Triggered events belong to the run: in an equilibration, whose time is not the run's, their
/// triggers are looked at as of `time` 0. One that would fire on the way to the steady state fails
/// the equilibration; leaving it out silently would give numbers of another model.
class RunInProgress {
public:
    /// The kernel must outlive it; its parameters are those of the subject at the present time.
    explicit RunInProgress(eqn::ReferenceKernel& kernel);
    RunInProgress(const RunInProgress&) = delete;
    RunInProgress& operator=(const RunInProgress&) = delete;

    /// Begins a run. Precondition: validate(run) is ok; `run` and `result` outlive its end.
    /// @param stops_at_outputs  steps end at output times, instead of being interpolated in: where
    ///        rates depend on time, a fast state follows a slow forcing that an error estimate at
    ///        the ends of steps does not see in between (Prothero and Robinson's problem)
    /// @param log  when not null, is told of everything after the equilibration but for starts and
    ///        steps, of which the integrator tells it
    void begin(const Run& run, Result& result, bool stops_at_outputs, TrajectoryLog* log = nullptr);

    /// When it begins: 0 for an equilibration, else the run's start.
    [[nodiscard]] double begin_time() const noexcept {
        return is_equilibrating_ ? 0.0 : run_->start_time;
    }

    [[nodiscard]] bool is_active() const noexcept { return run_ != nullptr; }
    [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }
    [[nodiscard]] Result& result() const noexcept { return *result_; }
    /// Null without one, and during the equilibration.
    [[nodiscard]] TrajectoryLog* log() const noexcept { return is_equilibrating_ ? nullptr : log_; }
    /// The state that the integrator leaves for settle(), and what settle() leaves for it.
    [[nodiscard]] std::span<double> state() noexcept { return y_; }
    [[nodiscard]] eqn::ReferenceKernel& kernel() noexcept { return kernel_; }
    [[nodiscard]] bool has_triggered_events() const noexcept { return queue_.has_events(); }
    /// To be watched in every step.
    [[nodiscard]] Crossings& crossings() noexcept { return crossings_; }

    /// Absolute tolerance from here on [amount].
    [[nodiscard]] double atol(const Tolerances& tolerances) const noexcept;

    /// Does what is due at time t, state() being the subject's: events, then outputs. To be called
    /// at begin_time(), at each limit(), where a comparison changed and, with triggered events,
    /// after each step. Nothing is done to a run that is_finished().
    /// @param t  may be moved on over an interval too short to integrate
    void settle(double& t);
    /// Finds the values of algebraic states at time t, where their equations may have jumped: a
    /// comparison changed. False when that failed the run. settle() does so where it changes
    /// something itself.
    bool settle_algebraic_states(double t);
    /// Parameters, the state or the equations changed in the last settle(): the integrator has to
    /// start anew.
    [[nodiscard]] bool was_changed() const noexcept { return was_changed_; }
    /// Next time beyond which rates are not those of now.
    [[nodiscard]] double stop() const noexcept { return stop_; }
    /// The equations jump at stop(): up to there the rates just before it hold.
    [[nodiscard]] bool jumps_at_stop() const noexcept { return jumps_at_stop_; }
    /// Where a step from t must end at the latest; at most stop().
    [[nodiscard]] double limit(double t) const noexcept;

    /// In the equilibration, after the last jump of the equations: a steady state ends it, reaching
    /// stop() without one is a failure.
    [[nodiscard]] bool seeks_steady_state() const noexcept {
        return is_equilibrating_ && !jumps_at_stop_;
    }
    [[nodiscard]] const Equilibration& equilibration() const noexcept {
        return *run_->equilibration;
    }
    /// Ends the equilibration, state() being steady: the run's own parameters and start time hold
    /// from now on. To be followed by settle().
    /// @return  the time from which to go on
    double become_steady();
    void fail_to_become_steady(double t);

    /// Next output time if it is before `t`; these are inside a step.
    [[nodiscard]] bool has_output_before(double t) const noexcept {
        return is_active() && !is_equilibrating_ && row_ < run_->output_times.size() &&
               run_->output_times[row_] < t;
    }
    [[nodiscard]] double next_output_time() const noexcept { return run_->output_times[row_]; }
    /// Writes the next row of the result from the state at its time; ends the run there when its
    /// rate is below Run::stop_below_rate.
    void record(std::span<const double> y);

    /// Ends the run at Status::time; what was not reached stays NaN.
    void fail(Status status);

private:
    void settle_equilibration(double& t);
    void act(double t);
    void set_stop(double stop, bool jumps);
    void find_stops();
    [[nodiscard]] bool is_stop(double t) const noexcept;
    [[nodiscard]] double stop_after(double t) const noexcept;
    [[nodiscard]] double next_event_time() const noexcept;
    void check_finite(double t);
    [[nodiscard]] bool is_still(double t, std::span<const double> y);
    void finish(double t);

    eqn::ReferenceKernel& kernel_;
    EventQueue queue_;
    Crossings crossings_;
    ConsistentValues algebraic_;
    std::vector<double> y_;
    std::vector<const Event*> events_;  // by time
    std::vector<double> stops_;         // ascending: where `time` is compared with something
    const Run* run_{};
    Result* result_{};
    TrajectoryLog* log_{};
    std::size_t row_{};
    std::size_t next_event_{};
    double stop_{};
    double largest_{};  // amount seen at starts of this run, for the absolute tolerance
    bool stops_at_outputs_{};
    bool is_equilibrating_{};
    bool jumps_at_stop_{};
    bool is_finished_{};
    bool needs_start_{};
    bool was_changed_{};
};

}  // namespace erbium::sim
