// SPDX-License-Identifier: Apache-2.0
// apps/erbium/quasi_steady_run.hpp: a run with fast binding in equilibrium, beside the whole one.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/base/outcome.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/net/network.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::app {

/// What --quasi-steady did, for run.json and the terminal.
struct QuasiSteadyRecord {
    double within{};                   ///< relaxation times below it count as fast [time]
    std::size_t reversible{};          ///< reactions by mass action with both ways
    std::size_t fast{};                ///< of them, taken as infinitely fast
    double slowest{};                  ///< relaxation time of these [time]
    std::size_t states{};              ///< algebraic, with what moves along with each
    std::size_t steps{};               ///< of the run
    bool is_comparison_interrupted{};  ///< by Ctrl-C in the whole run
    std::size_t whole_steps{};         ///< of the whole run; what follows is empty without one
    struct Difference {
        std::string output;
        double largest{};   ///< after the start, over the largest value of the whole run
        double time{};      ///< where
        double at_start{};  ///< likewise at the start, where the fast reactions have not acted yet
    };
    std::vector<Difference> differences;  ///< by output
};

struct QuasiSteadyRun {
    sim::Result result;
    QuasiSteadyRecord record;
};

/// Solves a run with all reversible reactions that relax within `within` at the initial state taken
/// as infinitely fast, and, where `is_checked`, as it stands, to compare. Without such reactions
/// the run is solved as it stands. Ctrl-C ends the run that is being solved. Errors: those of
/// eqn::compile.
/// @param system  of the network
[[nodiscard]] Outcome<QuasiSteadyRun, Diagnostics> solve_quasi_steady(
    const net::Network& network, const eqn::System& system, const sim::Run& run,
    const sim::SolverOptions& options, double within, bool is_checked);

/// Fields of `reduction.quasi_steady` in run.json.
[[nodiscard]] nlohmann::ordered_json quasi_steady_json(const QuasiSteadyRecord& record);

/// The same in a few lines for a terminal, with the outputs that differ most.
[[nodiscard]] std::string quasi_steady_text(const QuasiSteadyRecord& record);

}  // namespace erbium::app
