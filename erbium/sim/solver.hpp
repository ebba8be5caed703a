// SPDX-License-Identifier: Apache-2.0
// erbium/sim/solver.hpp: solves runs, one after another or many at once.
// Reads: eqn::System, Run   Makes: Result   Used by: sim::actions, package, assay, apps
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// Solves any number of runs of one system. Its workspace (states, factors, the plan of the
/// elimination) is allocated when it is made; a result is the same bits whatever the solver did
/// before. One thread at a time.
class Solver {
public:
    explicit Solver(eqn::System system, SolverOptions options = {});
    ~Solver();
    Solver(Solver&&) noexcept;
    Solver& operator=(Solver&&) noexcept;

    [[nodiscard]] const eqn::System& system() const noexcept;

    /// Never throws for what the mathematics does; see Result::status.
    [[nodiscard]] Result solve(const Run& run, const Watch& watch = {});

private:
    class Workspace;
    explicit Solver(std::unique_ptr<Workspace> workspace);
    friend std::vector<Result> solve_many(const eqn::System& system, std::span<const Run> runs,
                                          const SolverOptions& options, unsigned threads);
    std::unique_ptr<Workspace> workspace_;
};

/// One run. Cost: planning the elimination comes on top; for several runs keep a Solver.
[[nodiscard]] Result solve(const eqn::System& system, const Run& run,
                           const SolverOptions& options = {}, const Watch& watch = {});

/// All runs on `threads` threads (at least 1), each with a Solver of its own. Result i is that of
/// run i; results do not depend on the number of threads, but for Statistics::cpu_s.
[[nodiscard]] std::vector<Result> solve_many(const eqn::System& system, std::span<const Run> runs,
                                             const SolverOptions& options, unsigned threads);

}  // namespace erbium::sim
