// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/steady_state.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace erbium::sim {
namespace {

/// max |change_i| / w_i; NaN when one is NaN.
double weighted_size(std::span<const double> change, std::span<const double> y, double tolerance) {
    double largest_amount = 0.0;
    for (const double amount : y) {
        largest_amount = std::max(largest_amount, std::fabs(amount));
    }
    double size = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double weight = tolerance * (std::fabs(y[i]) + 1e-3 * largest_amount);
        const double relative = change[i] == 0.0 ? 0.0 : std::fabs(change[i]) / weight;
        if (!(relative <= size)) {
            size = relative;
            if (std::isnan(size)) {
                break;
            }
        }
    }
    return size;
}

/// Newton's method from a state that is nearly steady; true when it converged, y is then the
/// steady state.
bool refine(Integrator& integrator, double h, double tolerance, std::span<double> y,
            std::span<double> correction) {
    constexpr int kMaxIterations = 5;  // convergence is quadratic from here
    constexpr double kNear = 1e3;      // in units of the tolerance
    std::vector<double> trial{y.begin(), y.end()};
    for (int i = 0; i < kMaxIterations; ++i) {
        if (!integrator.euler_correction(0.0, trial, h, correction)) {
            return false;
        }
        const double size = weighted_size(correction, trial, tolerance);
        if (!(size <= kNear)) {
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

Status equilibrate(Integrator& integrator, const Equilibration& phase, double atol,
                   std::span<double> y) {
    // A look costs a factorisation, about as much as several steps: not after every step.
    constexpr int kStepsBetweenLooks = 8;
    std::vector<double> correction(y.size());
    double t = 0.0;
    integrator.start(t, y, atol, phase.max_time);
    int steps_since = kStepsBetweenLooks;
    while (true) {
        const double left = phase.max_time - t;
        if (steps_since >= kStepsBetweenLooks || left <= 0.0) {
            steps_since = 0;
            const double h = left > 0.0 ? left : phase.max_time;
            if (refine(integrator, h, phase.tolerance, y, correction)) {
                return {};
            }
        }
        if (left <= 0.0) {
            return {
                Failure::no_steady_state, t, std::nullopt,
                fmt::format("no steady state was reached in {:.6g} time units", phase.max_time)};
        }
        if (Status status = integrator.step(t, y); !status.ok()) {
            return status;
        }
        ++steps_since;
    }
}

}  // namespace erbium::sim
