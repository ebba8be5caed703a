// SPDX-License-Identifier: Apache-2.0
// apps/erbium/watched_run.hpp: one simulation that shows how far it is and can be ended by Ctrl-C.
// Used by: the kinds of `erbium sim` that solve one run
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "console.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::app {

/// Solves the run. Ctrl-C ends it where it is: Failure::interrupted.
[[nodiscard]] sim::Result solve_watched(const eqn::System& system, const sim::Run& run,
                                        const sim::SolverOptions& options);

/// How many rows of the result are written: all, or of an interrupted run those that it reached.
[[nodiscard]] std::size_t rows_of(const sim::Result& result);

/// The result's fallbacks, and that it was interrupted.
[[nodiscard]] std::vector<std::string> fallbacks_of(const sim::Result& result);

/// How the program ends after a run, saying so when the run did not succeed.
[[nodiscard]] Exit exit_of(const sim::Result& result);

}  // namespace erbium::app
