// SPDX-License-Identifier: Apache-2.0
// erbium/sim/steady_state.hpp: integrates until nothing changes any more.
// Used by: sim::Solver
#pragma once

#include <cstddef>
#include <span>

#include "erbium/sim/event_queue.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/stepper.hpp"

namespace erbium::sim {

/// How large a change of n states is in the measure below: max |change_i| / w_i, NaN when one is
/// NaN. State i is at [i * stride]: one lane of several, or 1.
[[nodiscard]] double weighted_change(const double* change, const double* y, std::size_t n,
                                     std::size_t stride, double tolerance) noexcept;

/// Newton's method from a state that is nearly steady: it is begun where the first correction is
/// below kNearlySteady in the measure below, and given up after kMostCorrections.
inline constexpr double kNearlySteady = 1e3;
inline constexpr int kMostCorrections = 5;  // convergence is quadratic from there

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
/// `knots` are eqn::System::time_knots(): the integrator stops at each of them and looks for a
/// steady state only from the last one on.
///
/// Triggered events belong to the run, whose time has not begun: their triggers are looked at as of
/// `time` 0. One that would fire on the way to the steady state fails the equilibration; leaving it
/// out silently would give numbers of another model.
///
/// Limits: an oscillation is never steady; a state on an unstable branch counts as steady.
/// @return  no_steady_state after max_time, bad_event, or the integrator's failure
[[nodiscard]] Status equilibrate(Stepper& stepper, EventQueue& events, const Equilibration& phase,
                                 double atol, std::span<const double> knots, std::span<double> y);

}  // namespace erbium::sim
