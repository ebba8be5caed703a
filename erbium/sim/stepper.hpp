// SPDX-License-Identifier: Apache-2.0
// erbium/sim/stepper.hpp: steps of an integrator that end where a comparison changes.
// Reads: Integrator, Crossings   Used by: sim::Trajectory
#pragma once

#include <span>

#include "erbium/sim/crossings.hpp"
#include "erbium/sim/integrator.hpp"

namespace erbium::sim {

/// Takes an integrator's steps and cuts them where a comparison changes.
class Stepper {
public:
    /// Both must outlive it.
    Stepper(Crossings& crossings, Integrator& integrator);

    /// See Integrator::start().
    void start(double t, std::span<const double> y, double atol, double stop, bool jumps_at_stop,
               double first_step);

    /// As Integrator::step(). After a step that has_crossed(), start() before the next one.
    [[nodiscard]] Status step(double limit, double& t, std::span<double> y);
    /// The last step ended where a comparison changed.
    [[nodiscard]] bool has_crossed() const noexcept { return has_crossed_; }

private:
    Crossings& crossings_;
    Integrator& integrator_;
    Crossings::Interpolant interpolate_;
    bool has_crossed_{};
};

}  // namespace erbium::sim
