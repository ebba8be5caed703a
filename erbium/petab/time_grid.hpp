// SPDX-License-Identifier: Apache-2.0
// erbium/petab/time_grid.hpp: a problem that asks for curves where it was measured at points.
// Reads: Problem   Makes: Problem   Used by: figures of fits
#pragma once

#include <cstddef>

#include "erbium/petab/problem.hpp"

namespace erbium::petab {

/// The problem with other measurements: one at each of `intervals` + 1 times, from the start of
/// the experiment to the last measurement, for each observable in each experiment and with each
/// set of parameters in its placeholders that was measured at a finite time. Their values are 1
/// and mean nothing: what a simulation says there is wanted.
/// Precondition (checked): intervals > 0.
[[nodiscard]] Problem on_time_grid(const Problem& problem, std::size_t intervals);

/// True when two measurements are points of one curve: same observable, experiment and parameters
/// in the observable's placeholders.
[[nodiscard]] bool is_same_curve(const Measurement& one, const Measurement& other);

}  // namespace erbium::petab
