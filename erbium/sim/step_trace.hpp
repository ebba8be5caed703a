// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_trace.hpp: the accepted steps of one run, enough to do each of them again.
// Made by: sim::LaneIntegrator   Used by: sensitivities, forward and adjoint
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace erbium::sim {

/// One step: from `time`, of length `size`. `ends_at_stop` when the integrator was to stop exactly
/// at its end: at an event, at an output that is not interpolated, at the end of the run.
struct TracedStep {
    double time{};
    double size{};
    double end{};  ///< time after it; not always the floating-point sum
    bool ends_at_stop{};
};

/// Memory: one state per step, and one per stop.
struct StepTrace {
    std::vector<TracedStep> steps;
    std::vector<double> states;       ///< before each step; steps x states
    std::vector<double> stop_states;  ///< after each step that ends at a stop; stops x states

    void clear() {
        steps.clear();
        states.clear();
        stop_states.clear();
    }
    [[nodiscard]] std::span<const double> state(std::size_t step, std::size_t n) const noexcept {
        return std::span{states}.subspan(step * n, n);
    }
};

}  // namespace erbium::sim
