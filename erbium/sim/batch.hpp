// SPDX-License-Identifier: Apache-2.0
// erbium/sim/batch.hpp: many subjects of one system, solved together.
// Reads: eqn::System, Run   Makes: Result   Used by: everything that runs cohorts
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/math/target.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

enum class BatchMethod : std::uint8_t {
    rodas4,  ///< order 4, 6 stages
    rodas5p  ///< order 5, 8 stages; fewer steps, and less work at every tolerance measured
};

/// Options with which a Rosenbrock method is as accurate as BDF with those given: thirty times
/// the relative tolerance, at most 1e-3. The errors of few long steps add up to less than those of
/// many short ones (bench/ensemble.cpp measures both).
[[nodiscard]] SolverOptions as_accurate_as_bdf(SolverOptions bdf) noexcept;

struct BatchOptions {
    /// Of the Rosenbrock method over lanes. With a SolverOptions::method other than Method::own
    /// subjects are solved by it one after another.
    SolverOptions solver = as_accurate_as_bdf({});
    BatchMethod method{BatchMethod::rodas5p};
    unsigned threads{1};
    /// Instruction set and subjects solved side by side per thread; the best of this machine when
    /// not set. Speed only, never a result, depends on them.
    std::optional<math::Target> target;
    std::optional<int> lanes;
};

/// What the batch as a whole did.
struct BatchReport {
    std::size_t passes{};      ///< steps of all lanes of a thread together
    std::size_t lane_steps{};  ///< steps of subjects; at best passes times lanes
    std::size_t lanes{};
    std::size_t pivoted{};     ///< subjects solved again with row exchanges
    std::size_t one_by_one{};  ///< subjects solved by a Solver: again by BDF, or all of them
    double cpu_s{};            ///< of all threads
    std::string_view instruction_set{};

    /// Part of the lanes' work that was spent on subjects.
    [[nodiscard]] double lane_efficiency() const noexcept {
        return passes == 0 ? 1.0
                           : static_cast<double>(lane_steps) / static_cast<double>(passes * lanes);
    }
};

/// Solves batches of runs of one system by a Rosenbrock method over SIMD lanes.
///
/// Each run is solved by the first of these that succeeds; which, and why not the earlier ones, is
/// in Result::fallbacks:
///   1. lanes, factors without row exchanges, guarded by their growth and a residual
///   2. the same method with row exchanges, when the guard refused (not for large systems)
///   3. BDF (CVODE), where it is built in
/// What happens between steps means the same as for sim::Solver: doses, triggered events,
/// comparisons in rates, which end steps where they change; the place is sought for each subject
/// on its own dense output. A run that none can do, or that is not well formed, has its Status, and
/// NaN from there on.
///
/// Result i is that of run i, the same bytes for every number of threads and lanes, every target
/// and every order of runs; only Statistics::cpu_s differs.
class BatchSolver {
public:
    /// Plans the elimination. Cost: see math::LuPlan::make.
    explicit BatchSolver(const eqn::System& system, BatchOptions options = {});
    ~BatchSolver();
    BatchSolver(BatchSolver&&) noexcept;
    BatchSolver& operator=(BatchSolver&&) noexcept;

    [[nodiscard]] std::vector<Result> solve(std::span<const Run> runs);

    /// For batches that do not fit into memory: run i is asked for when a lane is free for it, and
    /// its result handed over as it ends, in any order. Both are called by one thread at a time.
    void solve(std::size_t count, const std::function<Run(std::size_t)>& run,
               const std::function<void(std::size_t, Result&&)>& done);

    /// Of the last solve().
    [[nodiscard]] const BatchReport& report() const noexcept;
    /// What lanes do not solve for.
    [[nodiscard]] const std::shared_ptr<const ReductionReport>& reduction() const noexcept;

private:
    class Shared;
    std::unique_ptr<Shared> shared_;
};

}  // namespace erbium::sim
