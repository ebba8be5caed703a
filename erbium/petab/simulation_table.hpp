// SPDX-License-Identifier: Apache-2.0
// erbium/petab/simulation_table.hpp: predictions in the form of PEtab's simulation table.
#pragma once

#include <string>

#include "erbium/petab/objective.hpp"
#include "erbium/petab/problem.hpp"

namespace erbium::petab {

/// One row for each measurement, in the order of the measurement tables: its keys, and `simulation`
/// in the place of `measurement`. NaN where the simulation failed.
[[nodiscard]] std::string simulation_table(const Problem& problem, const Prediction& prediction);

}  // namespace erbium::petab
