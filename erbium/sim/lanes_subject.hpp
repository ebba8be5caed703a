// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_subject.hpp: what happens to one subject between the steps: equilibration,
// start, events, outputs. Reads: Run   Makes: Result   Used by: sim::LaneIntegrator
#pragma once

#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// True when a run is well formed and the system has no triggered events. Others are left to
/// sim::Solver, which also tells what is wrong.
[[nodiscard]] bool suits_lanes(const eqn::System& system, const Run& run);

/// Carries one run after another through its script: parameters, initial state, equilibration,
/// events at their times, outputs. Means the same as sim::Solver's loop; the integration in between
/// and the search for a steady state are not here.
class LaneSubject {
public:
    /// @param stops_at_outputs  steps end at output times, instead of being interpolated in: where
    ///        rates depend on time, a fast state follows a slow forcing that no error estimate sees
    ///        between the ends of a step (Prothero and Robinson's problem)
    LaneSubject(const eqn::System& system, bool stops_at_outputs)
        : kernel_{system}, y_(system.state_count()), stops_at_outputs_{stops_at_outputs} {}

    /// Begins a run. Precondition: suits_lanes(run); `run` and `result` outlive its end.
    void begin(const Run& run, Result& result);

    /// When it begins: 0 for an equilibration, else the run's start.
    [[nodiscard]] double begin_time() const noexcept {
        return is_equilibrating_ ? 0.0 : run_->start_time;
    }

    [[nodiscard]] bool is_active() const noexcept { return run_ != nullptr; }
    [[nodiscard]] Result& result() const noexcept { return *result_; }
    [[nodiscard]] const Run& run() const noexcept { return *run_; }
    /// The state that begin() and settle() leave, for the integrator to start from.
    [[nodiscard]] std::span<double> state() noexcept { return y_; }
    [[nodiscard]] const eqn::ReferenceKernel& kernel() const noexcept { return kernel_; }

    /// Absolute tolerance from here on [amount].
    [[nodiscard]] double atol(const Tolerances& tolerances) const noexcept;

    /// Does what is due at time t, state() being the subject's: outputs and events. Afterwards
    /// stop() says how far to integrate, unless is_finished().
    /// @param t  may be moved on over an interval too short to integrate
    void settle(double& t);
    [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }
    /// Parameters or the state changed in the last settle().
    [[nodiscard]] bool was_changed() const noexcept { return was_changed_; }
    /// Next time at which the integrator must stop exactly.
    [[nodiscard]] double stop() const noexcept { return stop_; }

    /// The equations jump at stop(): up to there the rates just before it hold.
    [[nodiscard]] bool jumps_at_stop() const noexcept { return jumps_at_stop_; }

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

    /// Next output time if it is before `t`; these are inside a step.
    [[nodiscard]] bool has_output_before(double t) const noexcept {
        return is_active() && !is_equilibrating_ && row_ < run_->output_times.size() &&
               run_->output_times[row_] < t;
    }
    [[nodiscard]] double next_output_time() const noexcept { return run_->output_times[row_]; }
    /// Writes the next row of the result from the state at its time; ends the run there when its
    /// rate is below Run::stop_below_rate.
    void record(std::span<const double> y);

    /// Ends the run; what was not reached stays NaN.
    void finish(double t);
    void fail(Failure failure, double t, std::optional<SpeciesId> species, std::string why);

private:
    void settle_equilibration(double t);
    void check_finite(double t);
    [[nodiscard]] bool is_still(double t, std::span<const double> y);
    [[nodiscard]] double knot_after(double t) const noexcept;

    eqn::ReferenceKernel kernel_;
    std::vector<double> y_;
    std::vector<const Event*> events_;
    const Run* run_{};
    Result* result_{};
    std::size_t row_{};
    std::size_t next_event_{};
    double stop_{};
    double largest_{};
    bool stops_at_outputs_;
    bool is_equilibrating_{};
    bool jumps_at_stop_{};
    bool is_finished_{};
    bool was_changed_{};
};

}  // namespace erbium::sim
