// SPDX-License-Identifier: Apache-2.0
#include "watched_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "erbium/sim/solver.hpp"
#include "interruptible.hpp"
#include "progress_line.hpp"

namespace erbium::app {

sim::Result solve_watched(const eqn::System& system, const sim::Run& run,
                          const sim::SolverOptions& options) {
    const Interruptible interruptible;
    ProgressLine progress;
    const double end = run.output_times.back();
    return sim::solve(system, run, options, [&](double time) {
        progress.show(time, end);
        return !Interruptible::flag();
    });
}

std::size_t rows_of(const sim::Result& result) {
    if (result.status.failure != sim::Failure::interrupted) {
        return result.times.size();
    }
    const auto end = std::upper_bound(result.times.begin(), result.times.end(), result.status.time);
    return static_cast<std::size_t>(end - result.times.begin());
}

std::vector<std::string> fallbacks_of(const sim::Result& result) {
    std::vector<std::string> all = result.fallbacks;
    if (result.status.failure == sim::Failure::interrupted) {
        all.push_back(result.status.message);
    }
    return all;
}

Exit exit_of(const sim::Result& result) {
    if (result.status.ok()) {
        return Exit::ok;
    }
    if (result.status.failure == sim::Failure::interrupted) {
        return fail(Exit::interrupted,
                    fmt::format("{}; {} of {} rows are there", result.status.message,
                                rows_of(result), result.times.size()));
    }
    return fail(Exit::numerical, "the simulation failed: " + result.status.message);
}

}  // namespace erbium::app
