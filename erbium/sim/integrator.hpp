// SPDX-License-Identifier: Apache-2.0
// erbium/sim/integrator.hpp: what every integrator of one subject can do.
// Reads: ReferenceKernel   Made by: RosenbrockIntegrator, EsdirkIntegrator, CvodesIntegrator   Used
// by: sim::Solver
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/check.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/trajectory_log.hpp"

namespace erbium::sim {

/// Integrates dy/dt = f(t, y) from a start, step by step. Allocates only when made; one object
/// serves any number of starts. What happens between steps (events, outputs, stops) is not its.
class Integrator {
public:
    Integrator() = default;
    Integrator(const Integrator&) = delete;
    Integrator& operator=(const Integrator&) = delete;
    virtual ~Integrator() = default;

    /// Begins a new run: statistics and fallbacks are cleared, and nothing of earlier runs is kept
    /// that could change a bit of this one.
    virtual void begin_run(double rtol, std::size_t max_steps) = 0;

    /// (Re)starts at (t, y). Never evaluates rates past `stop`; with `jumps_at_stop` the rates at
    /// `stop` are those just before it. Parameters may have changed since the last step.
    /// @param first_step  a step size that is good here, or 0: it is found anew
    virtual void start(double t, std::span<const double> y, double atol, double stop,
                       bool jumps_at_stop = false, double first_step = 0.0) = 0;

    /// Takes one step of its own size; `t` becomes its end and y the state there.
    /// @param limit  at most `stop`; the step is no longer than from here to it. An integrator with
    ///        a memory of earlier steps may be ahead of `t` and go beyond it, up to `stop`
    [[nodiscard]] virtual Status step(double limit, double& t, std::span<double> y) = 0;

    /// The state at `t`, inside or at an end of the last step.
    virtual void interpolate(double t, std::span<double> y) = 0;

    /// Tells of the last step, of which what is up to `end` was kept, y being the state there. Only
    /// of methods whose steps can be differentiated.
    virtual void log_step(double /*end*/, bool /*is_cut*/, std::span<const double> /*y*/,
                          TrajectoryLog& /*log*/) const {
        ERBIUM_CHECK(false, "the steps of this method are not differentiated");
    }

    /// The size that the next step would have.
    [[nodiscard]] virtual double next_step_size() const = 0;

    /// True when interpolated states may be worse than the ends of steps: outputs must be ends.
    [[nodiscard]] virtual bool stops_at_outputs() const noexcept = 0;

    /// Newton's correction of the implicit Euler step of length h from y: (I - h J)^-1 h f(t, y).
    /// False when it is not finite.
    [[nodiscard]] virtual bool euler_correction(double t, std::span<const double> y, double h,
                                                std::span<double> correction) = 0;

    /// Of the method, as in "Rodas5P".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    [[nodiscard]] virtual Statistics statistics() const = 0;
    /// What was done otherwise than planned, each once.
    [[nodiscard]] virtual const std::vector<std::string>& fallbacks() const noexcept = 0;
};

}  // namespace erbium::sim
