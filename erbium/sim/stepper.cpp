// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/stepper.hpp"

#include <cmath>

namespace erbium::sim {

Stepper::Stepper(Crossings& crossings, Integrator& integrator)
    : crossings_{crossings},
      integrator_{integrator},
      interpolate_{[&integrator](double t, std::span<double> y) { integrator.interpolate(t, y); }} {
}

void Stepper::start(double t, std::span<const double> y, double atol, double stop,
                    bool jumps_at_stop, double first_step) {
    has_crossed_ = false;
    crossings_.begin(t, y, jumps_at_stop ? std::nextafter(stop, t) : stop);
    integrator_.start(t, y, atol, stop, jumps_at_stop, first_step);
}

Status Stepper::step(double limit, double& t, std::span<double> y) {
    const double before = t;
    has_crossed_ = false;
    Status status = integrator_.step(limit, t, y);
    if (!status.ok()) {
        return status;
    }
    if (const std::optional<double> place = crossings_.find(before, t, y, interpolate_)) {
        has_crossed_ = true;
        t = *place;
        integrator_.interpolate(t, y);
    }
    return status;
}

}  // namespace erbium::sim
