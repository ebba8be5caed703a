// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/step_replay.hpp"

#include <limits>

#include "erbium/sim/one_step_integrator.hpp"

namespace erbium::sim {

StepReplay::StepReplay(const LaneTables& tables, const RosenbrockTableau& tableau,
                       std::size_t width)
    : tables_{tables}, tableau_{tableau}, n_{tables.system().state_count()}, width_{width} {
    t_.assign(width_, 0.0);
    for (math::AlignedDoubles* by_lane : {&h_, &reciprocal_h_}) {
        by_lane->assign(width_, 1.0);  // lanes without a step compute along
    }
    latest_.assign(width_, std::numeric_limits<double>::infinity());
    y_.assign(n_ * width_, 0.0);
    stage_times_.assign(stages() * width_, 0.0);
    stage_states_.assign(stages() * n_ * width_, 0.0);
    k_.assign(stages() * n_ * width_, 0.0);
    has_slope_.assign(n_ * width_, 1);
    for (const eqn::Root& root : tables.system().roots()) {
        if (root.is_in_rate) {
            held_slots_.push_back(root.comparison);
        }
    }
}

void StepReplay::set_step(std::size_t l, const StepTrace& trace, std::size_t index) {
    const TracedStep& step = trace.steps[index];
    latest_[l] = step.latest;
    t_[l] = step.time;
    h_[l] = step.size;
    reciprocal_h_[l] = 1.0 / step.size;
    const std::span<const double> y = trace.state(index, n_);
    for (std::size_t i = 0; i < n_; ++i) {
        y_[i * width_ + l] = y[i];
    }
}

void interpolate_state(const StepReplay& replay, double theta, std::span<double> y) noexcept {
    const RosenbrockTableau::Row weights = dense_weights(replay.tableau(), theta);
    add_stages({replay.y(), y.size()}, replay.k(), replay.tableau().stages, weights.data(), y);
}

}  // namespace erbium::sim
