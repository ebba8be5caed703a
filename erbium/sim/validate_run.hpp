// SPDX-License-Identifier: Apache-2.0
// erbium/sim/validate_run.hpp: is a run one that a system can carry out?
// Reads: Run   Used by: sim::Solver, sim::BatchSolver, sim::RunInProgress
#pragma once

#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// Why this run cannot be carried out on this system, or ok; a value and no check, because the
/// caller made the run from user input.
[[nodiscard]] Status validate(const eqn::System& system, const Run& run);

/// A result of a run's shape in which nothing was reached: all NaN.
[[nodiscard]] Result unsolved(const eqn::System& system, const Run& run);

}  // namespace erbium::sim
