// SPDX-License-Identifier: Apache-2.0
// erbium/sim/trajectory.hpp: carries one run through its script: equilibration, doses, triggered
// events, outputs.
// Reads: Run   Makes: Result   Used by: sim::Solver
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/event_queue.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/stepper.hpp"

namespace erbium::sim {

/// Why this run cannot be carried out on this system, or ok; a value and no check, because the
/// caller made the run from user input.
[[nodiscard]] Status validate(const eqn::System& system, const Run& run);

/// One subject, whatever integrates it.
///
/// At one time things happen in this order: the run's own events in the order of its list,
/// triggered events until none is due, outputs. Times at which `time` is compared with something
/// are stops; what holds only after such a time (time > 5) is looked at one double later.
class Trajectory {
public:
    /// The kernel must outlive it.
    explicit Trajectory(eqn::ReferenceKernel& kernel);

    /// Fills the result of a valid run but for its cost; what was not reached stays NaN.
    void follow(const Run& run, Integrator& integrator, const SolverOptions& options,
                Result& result);

private:
    [[nodiscard]] Status prepare(Stepper& stepper);
    [[nodiscard]] Status integrate(Stepper& stepper);
    [[nodiscard]] Status act(double t);
    [[nodiscard]] Status leave_stop(double& t);
    void find_stops();
    [[nodiscard]] double stop_after(double t) const noexcept;
    [[nodiscard]] double next_event_time() const noexcept;
    [[nodiscard]] Status check_finite(double t);
    [[nodiscard]] double atol() const noexcept;
    void record(double t, std::span<const double> y);
    [[nodiscard]] bool is_still(double t, std::span<const double> y);

    eqn::ReferenceKernel& kernel_;
    EventQueue queue_;
    std::vector<double> y_;
    std::vector<double> between_;  // interpolated

    const Run* run_{};
    const SolverOptions* options_{};
    Result* result_{};
    std::vector<const Event*> events_;  // by time
    std::size_t next_event_{};
    std::size_t row_{};
    std::vector<double> stops_;  // ascending
    bool was_changed_{};
    double largest_{};  // amount seen at starts of this run, for the absolute tolerance
};

}  // namespace erbium::sim
