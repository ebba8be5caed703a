// SPDX-License-Identifier: Apache-2.0
// erbium/sim/trajectory.hpp: integrates one run from one thing that happens to the next.
// Reads: Run   Makes: Result   Used by: sim::Solver
#pragma once

#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/integrator.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/run_in_progress.hpp"
#include "erbium/sim/stepper.hpp"

namespace erbium::sim {

/// One subject with an integrator of its own.
class Trajectory {
public:
    /// The kernel must outlive it.
    explicit Trajectory(eqn::ReferenceKernel& kernel);

    /// Fills the result of a valid run but for its cost; what was not reached stays NaN.
    /// @param log  when not null, is told of everything after the equilibration; see
    ///        Integrator::log_step
    void follow(const Run& run, Integrator& integrator, const SolverOptions& options,
                Result& result, TrajectoryLog* log = nullptr, const Watch& watch = {});

private:
    void start(double t, Stepper& stepper, Integrator& integrator, const SolverOptions& options);
    void step(double& t, Stepper& stepper, Integrator& integrator);
    [[nodiscard]] bool is_steady(double t, Integrator& integrator);

    RunInProgress subject_;
    std::vector<double> trial_;
    std::vector<double> correction_;
    std::vector<double> between_;  // interpolated
};

}  // namespace erbium::sim
