// SPDX-License-Identifier: Apache-2.0
// erbium/sim/recorded_run.hpp: solves runs and keeps what their derivatives need.
// Reads: Run   Makes: RecordedRun   Used by: sim::SensitivitySolver
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "erbium/sim/batch.hpp"
#include "erbium/sim/lanes_integrator.hpp"
#include "erbium/sim/run_script.hpp"
#include "erbium/sim/solver.hpp"
#include "erbium/sim/steady_state_slopes.hpp"
#include "erbium/sim/step_plan.hpp"

namespace erbium::sim {

/// What all threads share.
class RecordedModel {
public:
    RecordedModel(eqn::System system, const SolverOptions& options, BatchMethod method);

    [[nodiscard]] const eqn::System& system() const noexcept { return tables_.system(); }
    [[nodiscard]] const LaneTables& tables() const noexcept { return tables_; }
    [[nodiscard]] const StepPlan& plan() const noexcept { return plan_; }
    /// Too large for one matrix per lane: subjects side by side are no gain.
    [[nodiscard]] bool is_large() const noexcept {
        return std::holds_alternative<math::SupernodePlan>(plan_);
    }
    [[nodiscard]] const SolverOptions& options() const noexcept { return options_; }
    [[nodiscard]] const RosenbrockTableau& tableau() const noexcept { return tableau_; }

private:
    LaneTables tables_;
    StepPlan plan_;
    SolverOptions options_;
    const RosenbrockTableau& tableau_;
};

/// A stretch of integration: an equilibration that is integrated, or the run after it.
struct RecordedPhase {
    Run run;  ///< with an initial state that says everything, without an equilibration
    StepTrace trace;
    RunScript script;
    bool exchanges_rows{};  ///< its linear systems were solved with row exchanges
};

struct RecordedRun {
    Result result;
    bool is_recorded{};  ///< false when nothing could be recorded; the result's status says why
    std::vector<double> steady_state;  ///< after the equilibration; empty without one
    /// The equilibration as a run, when its state depends on the way to it; else its derivatives
    /// follow from the steady state.
    std::optional<RecordedPhase> equilibration;
    RecordedPhase phase;
};

/// Workspace of one thread.
class RunRecorder {
public:
    /// @param kernels  as many runs are solved side by side
    RunRecorder(const RecordedModel& model, const SystemKernels& kernels);

    /// Results are those of BatchSolver where that solves by a Rosenbrock method.
    [[nodiscard]] std::vector<RecordedRun> record(std::span<const Run* const> runs);

    /// The implicit function theorem at a steady state of the run's equilibration, ready to solve.
    [[nodiscard]] SteadyStateSlopes& slopes_at(const Run& run, std::span<const double> y);

private:
    void equilibrate(const Run& run, RecordedRun& recorded);
    void integrate(std::span<RecordedPhase* const> phases, std::span<Result* const> results);
    void integrate(LaneIntegrator& integrator, std::span<RecordedPhase* const> phases,
                   std::span<Result* const> results);
    SteadyStateSlopes& slopes();

    const RecordedModel& model_;
    LaneIntegrator integrator_;
    std::unique_ptr<LaneIntegrator> pivoting_;  // with row exchanges; made when it is needed
    eqn::ReferenceKernel kernel_;
    std::unique_ptr<Solver> solver_;
    std::unique_ptr<SteadyStateSlopes> slopes_;
};

}  // namespace erbium::sim
