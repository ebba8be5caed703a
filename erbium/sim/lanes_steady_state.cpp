// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_steady_state.cpp: how lanes find the steady state that ends an equilibration;
// the criterion is that of steady_state.hpp.
//
// The first stage of a Rosenbrock step of length h from y is (I / (h gamma) - J)^-1 f(y), so that a
// correction of Newton's method, (I / h - J)^-1 f(y) with h all of the time left, is a step of
// which only the first stage is used: a lane looks for its steady state while the others step on.
#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "erbium/sim/lanes_integrator.hpp"
#include "erbium/sim/steady_state.hpp"

namespace erbium::sim {

/// After an accepted step of an equilibration: should the next one be a correction?
void LaneIntegrator::look_for_steady_state(std::size_t l) {
    Lane& lane = lanes_[l];
    ++lane.steps_since_look;
    // The first stage was the correction for a part of the step. One for all of the time left that
    // is much smaller is not to be expected, and one that is not near would not be taken.
    constexpr std::size_t kStepsBetweenLooks = 3;
    const bool is_due = lane.steps_since_look >= kStepsBetweenLooks &&
                        weighted_change(k_.data() + l, y_.data() + l, n_, width_,
                                        subjects_[l].equilibration().tolerance) <= kNearlySteady;
    if (!is_due && !lane.reaches_stop) {
        return;
    }
    lane.is_looking = true;
    lane.corrections = 0;
    kept_[l].resize(n_);
    for (std::size_t i = 0; i < n_; ++i) {
        kept_[l][i] = y_[i * width_ + l];
    }
}

void LaneIntegrator::judge_correction(std::size_t l) {
    Lane& lane = lanes_[l];
    LaneSubject& subject = subjects_[l];
    Statistics& statistics = subject.result().statistics;
    ++lane.attempts;
    ++lane.corrections;
    ++statistics.factorisations;
    ++statistics.jacobians;
    ++statistics.rhs_evaluations;
    const double size = weighted_change(k_.data() + l, y_.data() + l, n_, width_,
                                        subject.equilibration().tolerance);
    const bool is_near = has_factors(l) && size <= kNearlySteady;
    for (std::size_t i = 0; is_near && i < n_; ++i) {
        y_[i * width_ + l] += k_[i * width_ + l];
    }
    // Where modes are slow in all of the time left, corrections shrink by a factor only: further
    // ones cost little and bring small states, whose weight is small, nearer.
    const bool is_steady =
        is_near && (size <= 0.01 || (lane.corrections == kMostCorrections && size <= 1.0));
    if (is_steady) {
        lane.is_looking = false;
        const std::span<double> state = subject.state();
        for (std::size_t i = 0; i < n_; ++i) {
            state[i] = y_[i * width_ + l];
        }
        double t = subject.become_steady();
        if (!subject.is_finished()) {
            subject.settle(t);
        }
        t_[l] = t;
        if (!subject.is_finished()) {
            start(l);
        }
        return;
    }
    if (is_near && lane.corrections < kMostCorrections) {
        return;
    }
    // Not there yet: on from where the corrections began.
    lane.is_looking = false;
    lane.steps_since_look = 0;
    for (std::size_t i = 0; i < n_; ++i) {
        y_[i * width_ + l] = kept_[l][i];
    }
    if (t_[l] >= lane.stop) {
        subject.fail(Failure::no_steady_state, t_[l], std::nullopt,
                     fmt::format("no steady state was reached in {:.6g} time units", lane.stop));
    }
}

}  // namespace erbium::sim
