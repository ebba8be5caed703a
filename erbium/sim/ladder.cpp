// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/ladder.hpp"

#include <fmt/core.h>

#include <utility>

namespace erbium::sim {

bool is_of_the_integrator(Failure failure) noexcept {
    return failure == Failure::newton || failure == Failure::error_test ||
           failure == Failure::not_finite_rate;
}

void descend(Trajectory& trajectory, const Run& run, OneStepIntegrator& own,
             const std::function<Integrator*()>& last_resort, const SolverOptions& options,
             const Watch& watch, Result& result) {
    own.exchange_rows(false);
    trajectory.follow(run, own, options, result, nullptr, watch);
    if (result.status.failure == Failure::newton) {
        own.exchange_rows(true);
        Result again;
        trajectory.follow(run, own, options, again, nullptr, watch);
        result = std::move(again);
    }
    if (!is_of_the_integrator(result.status.failure)) {
        return;
    }
    Integrator* const last = last_resort();
    if (last == nullptr) {
        return;
    }
    Result rescued;
    trajectory.follow(run, *last, options, rescued, nullptr, watch);
    if (rescued.status.ok()) {
        rescued.fallbacks.insert(rescued.fallbacks.begin(),
                                 fmt::format("solved by CVODE, for the own integrator failed ({})",
                                             name(result.status.failure)));
        result = std::move(rescued);
    } else {
        result.fallbacks.push_back(
            fmt::format("CVODE was tried and failed too ({})", name(rescued.status.failure)));
    }
}

}  // namespace erbium::sim
