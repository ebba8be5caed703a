// SPDX-License-Identifier: Apache-2.0
// erbium/petab/write_problem.hpp: a problem as PEtab 2 files.
// Reads: Problem, Model   Makes: ExportedProblem   Used by: apps
#pragma once

#include <map>
#include <string>

#include "erbium/base/outcome.hpp"
#include "erbium/petab/model.hpp"
#include "erbium/petab/problem.hpp"

namespace erbium::petab {

/// Texts by file name; `problem.yaml` names the others. The model's file is copied under its own
/// last name.
using ExportedProblem = std::map<std::string, std::string>;

/// Writes a problem of either version as version 2.0.0, with the same likelihood and the same prior
/// distributions. A maximum of the posterior may move: version 2 takes densities over values,
/// version 1 over scales; and it cuts priors at the bounds.
///
/// Of version 1: each pair of conditions becomes an experiment; what the second condition of a pair
/// leaves to the model is set to the model's own value where the first had changed it; log10 noise
/// becomes natural, with the noise formula times ln 10; scales of parameters vanish, and priors on
/// a scale become the same distributions of the value. Errors: ERB-PETAB-0012 when a pair's second
/// condition leaves a constant to the model that the model computes: version 2 cannot say that.
[[nodiscard]] Outcome<ExportedProblem, Diagnostics> export_version_2(const Problem& problem,
                                                                     const Model& model);

}  // namespace erbium::petab
