// SPDX-License-Identifier: Apache-2.0
// erbium/sim/recorded_run.hpp: solves runs and keeps what their derivatives need.
// Reads: Run   Makes: RecordedRun   Used by: sim::SensitivitySolver
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "erbium/sim/batch.hpp"
#include "erbium/sim/lanes_integrator.hpp"
#include "erbium/sim/many_sided_solver.hpp"
#include "erbium/sim/rosenbrock_solver.hpp"
#include "erbium/sim/run_script.hpp"
#include "erbium/sim/solver.hpp"
#include "erbium/sim/steady_state_slopes.hpp"
#include "erbium/sim/step_plan.hpp"
#include "erbium/sim/trajectory.hpp"

namespace erbium::sim {

/// What all threads share.
class RecordedModel {
public:
    RecordedModel(eqn::System system, const SolverOptions& options, BatchMethod method);

    /// Plans the elimination; once. Before plan(), and before lane_plan() when several runs are to
    /// be solved side by side.
    void prepare(bool for_lanes);

    [[nodiscard]] const eqn::System& system() const noexcept { return tables_.system(); }
    [[nodiscard]] const LaneTables& tables() const noexcept { return tables_; }
    [[nodiscard]] const MatrixPlan& plan() const noexcept { return *plan_; }
    [[nodiscard]] const math::LuPlan& lane_plan() const {
        return std::get<math::LuPlan>(*lane_plan_);
    }
    /// Too large for one matrix per lane: subjects side by side are no gain.
    [[nodiscard]] bool is_large() const noexcept {
        return lane_plan_ && std::holds_alternative<math::SupernodePlan>(*lane_plan_);
    }
    [[nodiscard]] const SolverOptions& options() const noexcept { return options_; }
    [[nodiscard]] const RosenbrockTableau& tableau() const noexcept { return tableau_; }

private:
    LaneTables tables_;
    std::optional<MatrixPlan> plan_;
    std::optional<StepPlan> lane_plan_;
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

/// Takes the steps of runs while they are solved, so that they need not be kept.
class StepTaker {
public:
    virtual ~StepTaker() = default;
    StepTaker() = default;
    StepTaker(const StepTaker&) = delete;
    StepTaker& operator=(const StepTaker&) = delete;

    /// The run begins, its equilibration being done; after a failure once more.
    virtual void begin(const RecordedRun& recorded) = 0;
    /// Items of the script since the last call, with their steps. What is left when the run ends
    /// stays with it.
    virtual void take(const RunScript& script, const StepTrace& trace) = 0;
};

/// Workspace of one thread.
class RunRecorder {
public:
    struct Options {
        /// As many runs are solved side by side, with the results of BatchSolver; null: one after
        /// another, with those of Solver that solves for all species.
        const SystemKernels* lanes{};
        std::size_t taken_bytes{};  ///< of steps that a StepTaker takes at once
    };
    RunRecorder(const RecordedModel& model, const Options& options);

    /// Whether runs are recorded with the stages of their steps; at first they are not.
    /// @param many  what factors are kept for; null: as they are
    void keep_stages(bool keeps_stages, const ManySidedSolver* many) noexcept {
        keeps_stages_ = keeps_stages;
        many_ = many;
    }

    /// @param taker  of the steps of one run that is solved by itself; else, and when null, they
    /// are kept
    [[nodiscard]] std::vector<RecordedRun> record(std::span<const Run* const> runs,
                                                  StepTaker* taker = nullptr);
    /// Keeps the memory of its steps for later runs. They can no longer be recalled.
    void take_back(RecordedRun& recorded);
    /// Memory of steps that is kept so.
    [[nodiscard]] std::size_t spare_bytes() const noexcept;
    void forget_spares() noexcept { spare_.clear(); }

    /// The implicit function theorem at a steady state of the run's equilibration, ready to solve.
    [[nodiscard]] SteadyStateSlopes& slopes_at(const Run& run, std::span<const double> y);

private:
    void equilibrate(const Run& run, RecordedRun& recorded);
    void integrate(std::span<RecordedPhase* const> phases, std::span<Result* const> results);
    void integrate(LaneIntegrator& integrator, std::span<RecordedPhase* const> phases,
                   std::span<Result* const> results);
    /// @param begin  is called whenever the phase begins; says who takes the steps, if anyone
    void integrate_alone(RecordedPhase& phase, Result& result,
                         const std::function<StepTaker*()>& begin);
    SteadyStateSlopes& slopes();
    [[nodiscard]] StepTrace take_spare();

    /// Of runs that are solved one after another.
    struct Single {
        explicit Single(const RecordedModel& model);
        eqn::ReferenceKernel kernel;
        RosenbrockIntegrator integrator;
        Trajectory trajectory;
    };

    const RecordedModel& model_;
    std::size_t taken_bytes_;
    bool keeps_stages_{};
    const ManySidedSolver* many_{};
    std::vector<StepTrace> spare_;
    std::unique_ptr<Single> single_;
    std::unique_ptr<LaneIntegrator> integrator_;
    std::unique_ptr<LaneIntegrator> pivoting_;  // with row exchanges; made when it is needed
    eqn::ReferenceKernel kernel_;
    std::unique_ptr<Solver> solver_;
    std::unique_ptr<SteadyStateSlopes> slopes_;
};

}  // namespace erbium::sim
