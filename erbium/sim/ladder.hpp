// SPDX-License-Identifier: Apache-2.0
// erbium/sim/ladder.hpp: what is tried when an integrator fails.
// Reads: Run   Makes: Result   Used by: sim::Solver
#pragma once

#include <functional>

#include "erbium/sim/one_step_integrator.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/trajectory.hpp"

namespace erbium::sim {

/// True for failures that another integrator may not run into.
[[nodiscard]] bool is_of_the_integrator(Failure failure) noexcept;

/// Solves a valid run by `own`; where its linear systems fail, by the same with row exchanges;
/// where that fails for reasons of its own, by the last resort; where that fails too, the first
/// failure stands. Result::fallbacks tells what was tried.
/// @param last_resort  makes or gives an integrator when it is needed; null where there is none
void descend(Trajectory& trajectory, const Run& run, OneStepIntegrator& own,
             const std::function<Integrator*()>& last_resort, const SolverOptions& options,
             const Watch& watch, Result& result);

}  // namespace erbium::sim
