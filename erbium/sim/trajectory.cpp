// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/trajectory.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "erbium/sim/steady_state.hpp"

namespace erbium::sim {

Trajectory::Trajectory(eqn::ReferenceKernel& kernel)
    : subject_{kernel},
      trial_(kernel.system().state_count()),
      correction_(trial_.size()),
      between_(trial_.size()) {}

void Trajectory::follow(const Run& run, Integrator& integrator, const SolverOptions& options,
                        Result& result, TrajectoryLog* log, const Watch& watch) {
    // A look for a steady state costs a factorisation, about as much as several steps.
    constexpr int kStepsBetweenLooks = 8;
    integrator.begin_run(options.tolerances.rtol, options.max_steps);
    Stepper stepper{subject_.crossings(), integrator};
    subject_.begin(run, result, integrator.stops_at_outputs(), log);
    double t = subject_.is_active() ? subject_.begin_time() : 0.0;
    subject_.settle(t);
    int steps_since_look = kStepsBetweenLooks;
    while (!subject_.is_finished()) {
        if (subject_.was_changed() || stepper.has_crossed()) {
            start(t, stepper, integrator, options);
        }
        if (subject_.seeks_steady_state()) {
            const bool is_over = t >= subject_.stop();
            if (is_over || steps_since_look++ >= kStepsBetweenLooks) {
                steps_since_look = 0;
                if (is_steady(t, integrator)) {
                    t = subject_.become_steady();
                    subject_.settle(t);
                    continue;
                }
                if (is_over) {
                    subject_.fail_to_become_steady(t);
                    break;
                }
            }
        }
        step(t, stepper, integrator);
        if (watch && !subject_.is_finished() && !watch(t)) {
            subject_.fail({Failure::interrupted, t, std::nullopt,
                           fmt::format("interrupted at time {:.6g}", t)});
        }
    }
    result.method = integrator.name();
    result.statistics = integrator.statistics();
    result.fallbacks = integrator.fallbacks();
}

void Trajectory::start(double t, Stepper& stepper, Integrator& integrator,
                       const SolverOptions& options) {
    // Where no rate jumped the size of the next step is still good.
    const bool goes_on = !subject_.was_changed() && !subject_.crossings().is_in_rate();
    stepper.start(t, subject_.state(), subject_.atol(options.tolerances), subject_.stop(),
                  subject_.jumps_at_stop(), goes_on ? integrator.next_step_size() : 0.0);
    if (subject_.log() != nullptr) {
        subject_.log()->start(t, subject_.state());
    }
}

/// One step, outputs inside it, and what is due at its end.
void Trajectory::step(double& t, Stepper& stepper, Integrator& integrator) {
    if (Status status = stepper.step(subject_.limit(t), t, subject_.state()); !status.ok()) {
        subject_.fail(std::move(status));
        return;
    }
    if (subject_.log() != nullptr) {
        integrator.log_step(t, stepper.has_crossed(), subject_.state(), *subject_.log());
    }
    while (subject_.has_output_before(t)) {
        integrator.interpolate(subject_.next_output_time(), between_);
        subject_.record(between_);
    }
    if (stepper.has_crossed() && !subject_.settle_algebraic_states(t)) {
        return;
    }
    subject_.settle(t);
}

/// Looks for a steady state by Newton's method; when there is one, it is the subject's state.
bool Trajectory::is_steady(double t, Integrator& integrator) {
    const std::span<double> y = subject_.state();
    std::copy(y.begin(), y.end(), trial_.begin());
    const double left = subject_.stop() - t;
    const double h = left > 0.0 ? left : subject_.stop();
    SteadyStateSearch search;
    for (;;) {
        if (!integrator.euler_correction(t, trial_, h, correction_)) {
            return false;
        }
        const double size = weighted_change(correction_.data(), trial_.data(), trial_.size(), 1,
                                            subject_.equilibration().tolerance);
        const SteadyStateSearch::Verdict verdict = search.judge(size);
        if (verdict == SteadyStateSearch::Verdict::not_steady) {
            return false;
        }
        for (std::size_t s = 0; s < trial_.size(); ++s) {
            trial_[s] += correction_[s];
        }
        if (verdict == SteadyStateSearch::Verdict::steady) {
            break;
        }
    }
    if (!subject_.crossings().are_unchanged(t, trial_)) {
        return false;
    }
    std::copy(trial_.begin(), trial_.end(), y.begin());
    return true;
}

}  // namespace erbium::sim
