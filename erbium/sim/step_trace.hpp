// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_trace.hpp: the accepted steps of one run, enough to do each of them again.
// Made by: sim::ScriptRecorder   Used by: sensitivities, forward and adjoint
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace erbium::sim {

/// One step as it was tried: from `time`, of length `size`.
struct TracedStep {
    double time{};
    double size{};
    /// Rates were not looked at after this time: they jump there.
    double latest{std::numeric_limits<double>::infinity()};
};

/// Memory: one state per step.
struct StepTrace {
    std::vector<TracedStep> steps;
    std::vector<double> states;  ///< before each step; steps x states

    [[nodiscard]] std::span<const double> state(std::size_t step, std::size_t n) const noexcept {
        return std::span{states}.subspan(step * n, n);
    }
};

}  // namespace erbium::sim
