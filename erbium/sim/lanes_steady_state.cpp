// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_steady_state.cpp: how lanes find the steady state that ends an equilibration;
// the criterion is that of steady_state.hpp.
//
// The first stage of a Rosenbrock step of length h from y is (I / (h gamma) - J)^-1 f(y), so that a
// correction of Newton's method, (I / h - J)^-1 f(y) with h all of the time left, is a step of
// which only the first stage is used: a lane looks for its steady state while the others step on.
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
    const bool is_due =
        lane.steps_since_look >= kStepsBetweenLooks &&
        weighted_change(k_.data() + l, y_.data() + l, n_, width_,
                        subjects_[l].equilibration().tolerance) <= SteadyStateSearch::kNearlySteady;
    if (!is_due && t_[l] < subjects_[l].stop()) {
        return;
    }
    begin_to_look(l);
}

/// The lane's next steps are corrections, until they end in a steady state or somewhere else.
void LaneIntegrator::begin_to_look(std::size_t l) {
    Lane& lane = lanes_[l];
    lane.is_looking = true;
    lane.search.begin();
    kept_[l].resize(n_);
    gather(y_, l, kept_[l]);
}

void LaneIntegrator::judge_correction(std::size_t l) {
    Lane& lane = lanes_[l];
    RunInProgress& subject = subjects_[l];
    Statistics& statistics = subject.result().statistics;
    ++statistics.factorisations;
    ++statistics.jacobians;
    ++statistics.rhs_evaluations;
    using Verdict = SteadyStateSearch::Verdict;
    Verdict verdict = Verdict::not_steady;
    if (has_factors(l)) {
        verdict = lane.search.judge(weighted_change(k_.data() + l, y_.data() + l, n_, width_,
                                                    subject.equilibration().tolerance));
    }
    if (verdict != Verdict::not_steady) {
        for (std::size_t i = 0; i < n_; ++i) {
            y_[i * width_ + l] += k_[i * width_ + l];
        }
    }
    if (verdict == Verdict::go_on) {
        return;
    }
    lane.is_looking = false;
    if (verdict == Verdict::steady) {
        gather(y_, l, subject.state());
        if (subject.crossings().are_unchanged(t_[l], subject.state())) {
            double t = subject.become_steady();
            subject.settle(t);
            t_[l] = t;
            if (!subject.is_finished()) {
                start(l);
            }
            return;
        }
    }
    // Not there yet: on from where the corrections began.
    lane.steps_since_look = 0;
    for (std::size_t i = 0; i < n_; ++i) {
        y_[i * width_ + l] = kept_[l][i];
    }
    if (t_[l] >= subject.stop()) {
        subject.fail_to_become_steady(t_[l]);
    }
    check_budget(l);
}

}  // namespace erbium::sim
