// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/steady_state.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace erbium::sim {
namespace {

/// Newton's method from a state that is nearly steady; true when it converged, y is then the
/// steady state.
bool refine(Integrator& integrator, double t, double h, double tolerance, std::span<double> y,
            std::span<double> correction) {
    std::vector<double> trial{y.begin(), y.end()};
    for (int i = 0; i < kMostCorrections; ++i) {
        if (!integrator.euler_correction(t, trial, h, correction)) {
            return false;
        }
        const double size =
            weighted_change(correction.data(), trial.data(), trial.size(), 1, tolerance);
        if (!(size <= kNearlySteady)) {
            return false;
        }
        for (std::size_t s = 0; s < trial.size(); ++s) {
            trial[s] += correction[s];
        }
        if (size <= 1.0) {
            std::copy(trial.begin(), trial.end(), y.begin());
            return true;
        }
    }
    return false;
}

}  // namespace

double weighted_change(const double* change, const double* y, std::size_t n, std::size_t stride,
                       double tolerance) noexcept {
    double largest_amount = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        largest_amount = std::max(largest_amount, std::fabs(y[i * stride]));
    }
    double size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double weight = tolerance * (std::fabs(y[i * stride]) + 1e-3 * largest_amount);
        const double part = change[i * stride];
        const double relative = part == 0.0 ? 0.0 : std::fabs(part) / weight;
        if (!(relative <= size)) {
            size = relative;
            if (std::isnan(size)) {
                break;
            }
        }
    }
    return size;
}

Status equilibrate(Stepper& stepper, EventQueue& events, const Equilibration& phase, double atol,
                   std::span<const double> knots, std::span<double> y) {
    // A look costs a factorisation, about as much as several steps: not after every step.
    constexpr int kStepsBetweenLooks = 8;
    Integrator& integrator = stepper.integrator();
    std::vector<double> correction(y.size());
    double t = 0.0;
    events.take_triggers(0.0, y);
    // One step towards `stop`; where a comparison changed, the next one starts anew.
    const auto step = [&](double stop, bool jumps_at_stop) -> Status {
        Status status = stepper.step(stop, t, y);
        if (!status.ok() || !stepper.has_crossed()) {
            return status;
        }
        if (const eqn::TriggeredEvent* event = events.would_fire(0.0, y)) {
            return {Failure::bad_event, t, std::nullopt,
                    fmt::format("at time {:.6g}: event '{}' would fire", t, event->name)};
        }
        events.take_triggers(0.0, y);
        if (t < stop) {
            stepper.start(t, y, atol, stop, jumps_at_stop, integrator.next_step_size());
        }
        return {};
    };
    for (const double knot : knots) {
        if (knot <= t || knot >= phase.max_time) {
            continue;
        }
        stepper.start(t, y, atol, knot, true);
        while (t < knot) {
            if (Status status = step(knot, true); !status.ok()) {
                return status;
            }
        }
        t = std::nextafter(knot, phase.max_time);
    }
    stepper.start(t, y, atol, phase.max_time);
    int steps_since = kStepsBetweenLooks;
    while (true) {
        const double left = phase.max_time - t;
        if (steps_since >= kStepsBetweenLooks || left <= 0.0) {
            steps_since = 0;
            const double h = left > 0.0 ? left : phase.max_time;
            if (refine(integrator, t, h, phase.tolerance, y, correction)) {
                return {};
            }
        }
        if (left <= 0.0) {
            return {
                Failure::no_steady_state, t, std::nullopt,
                fmt::format("no steady state was reached in {:.6g} time units", phase.max_time)};
        }
        if (Status status = step(phase.max_time, false); !status.ok()) {
            return status;
        }
        ++steps_since;
    }
}

}  // namespace erbium::sim
