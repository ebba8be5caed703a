// SPDX-License-Identifier: Apache-2.0
// erbium/sim/stepper.hpp: steps of an integrator that end where a comparison changes.
// Reads: eqn::System::roots   Used by: sim::Solver, sim::equilibrate
#pragma once

#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/integrator.hpp"

namespace erbium::sim {

/// Takes an integrator's steps and cuts them where a comparison of System::roots() changes its
/// truth. Comparisons in rates are held during a step, so that the integrator sees a smooth system
/// and its dense output is good up to the point where they change.
///
/// Changes are looked for at the end of each step, at three times inside, and where a parabola
/// through neighbours says that a difference comes close to 0: a comparison that changes and
/// changes back within a fraction of a step can be missed where no rate feels it.
/// A rate that jumps so that it drives the state back across its own condition from both sides
/// (sliding) makes steps of no length: such a run ends as too_many_steps.
/// The place found is the last digit of the dense output: the first double at which it has changed.
class Stepper {
public:
    /// Both must outlive it.
    Stepper(eqn::ReferenceKernel& kernel, Integrator& integrator);

    [[nodiscard]] Integrator& integrator() noexcept { return integrator_; }
    [[nodiscard]] eqn::ReferenceKernel& kernel() noexcept { return kernel_; }

    /// See Integrator::start().
    void start(double t, std::span<const double> y, double atol, double stop,
               bool jumps_at_stop = false, double first_step = 0.0);

    /// As Integrator::step(). After a step that has_crossed(), start() before the next one.
    [[nodiscard]] Status step(double limit, double& t, std::span<double> y);
    /// The last step ended where a comparison changed.
    [[nodiscard]] bool has_crossed() const noexcept { return has_crossed_; }
    /// ... one on which rates depend.
    [[nodiscard]] bool has_crossed_in_rate() const noexcept { return has_crossed_in_rate_; }

    /// The state at `t` inside the last step.
    void interpolate(double t, std::span<double> y) { integrator_.interpolate(t, y); }

    /// True when a comparison reads `time`: then it can change while no state does, and steps must
    /// not be long.
    [[nodiscard]] bool roots_depend_on_time() const noexcept { return roots_depend_on_time_; }

private:
    /// The comparisons at one time inside the step.
    struct Look {
        double t{};
        std::vector<double> differences;
        std::vector<double> truths;
    };
    void look(double t, std::span<const double> y, Look& at);
    void look_inside(double t, Look& at);
    [[nodiscard]] bool has_changed(const Look& at) const noexcept;
    [[nodiscard]] bool search(double before, double after, std::span<const double> y);
    [[nodiscard]] bool search_dips(std::span<const Look> looks);
    void close_in();

    eqn::ReferenceKernel& kernel_;
    Integrator& integrator_;
    bool roots_depend_on_time_{};
    Look begin_;  // at the start of the step
    Look low_;    // as at the start
    Look high_;   // changed
    Look middle_;
    std::vector<Look> looks_;
    std::vector<double> state_;
    double latest_{};
    bool has_crossed_{};
    bool has_crossed_in_rate_{};
};

}  // namespace erbium::sim
