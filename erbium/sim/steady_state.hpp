// SPDX-License-Identifier: Apache-2.0
// erbium/sim/steady_state.hpp: integrates until nothing changes any more.
// Used by: sim::Solver
#pragma once

#include <span>

#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// Brings y from time 0 to a steady state of the kernel's present parameters.
///
/// The state counts as steady when the implicit Euler step over all of the time left, h = max_time
/// - t, changes it by less than the tolerance: max |d_i| / w_i <= 1 with
///
///   d = (I - h J)^-1 h f(y),   w_i = tolerance (|y_i| + max |y| / 1000)
///
/// For a stable linear system that is no more than the change that time would bring. Unlike a
/// bound on |f| it has no unit of time, sees slow modes, and is defined although conservation laws
/// make J singular. The steady state is then refined by Newton's method with the same matrix,
/// which keeps the conservation laws.
///
/// Limits: an oscillation is never steady; a state on an unstable branch counts as steady.
/// @return  no_steady_state after max_time, or the integrator's failure
[[nodiscard]] Status equilibrate(Integrator& integrator, const Equilibration& phase, double atol,
                                 std::span<double> y);

}  // namespace erbium::sim
