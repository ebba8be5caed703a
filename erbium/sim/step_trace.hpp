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

/// Memory: one state per step, with stages one more for each, and factors up to kMostFactorBytes.
struct StepTrace {
    /// Enough for the steps of most runs of up to some hundred species. A constant, so that which
    /// steps are factored again, which rounds otherwise, does not depend on the machine.
    static constexpr std::size_t kMostFactorBytes = std::size_t{96} << 20U;

    std::vector<TracedStep> steps;
    std::vector<double> states;  ///< before each step; steps x states
    std::vector<double> stages;  ///< k of each step, steps x stages x states; empty when not kept

    /// Of the matrices of the first factor_count steps.
    std::vector<std::vector<double>> factors;
    std::size_t factor_count{};

    /// Forgets everything but keeps the memory.
    void clear() noexcept {
        steps.clear();
        states.clear();
        stages.clear();
        factor_count = 0;
    }

    /// Memory that it holds, whether in use or not.
    [[nodiscard]] std::size_t held_bytes() const noexcept {
        std::size_t numbers = states.capacity() + stages.capacity();
        for (const std::vector<double>& of : factors) {
            numbers += of.capacity();
        }
        return numbers * sizeof(double) + steps.capacity() * sizeof(TracedStep);
    }

    [[nodiscard]] std::span<const double> state(std::size_t step, std::size_t n) const noexcept {
        return std::span{states}.subspan(step * n, n);
    }
    /// @param size  stages x states
    [[nodiscard]] std::span<const double> stages_of(std::size_t step,
                                                    std::size_t size) const noexcept {
        return std::span{stages}.subspan(step * size, size);
    }
};

}  // namespace erbium::sim
