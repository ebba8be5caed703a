// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_integrator.hpp: solves many runs at once, one per lane, by a Rosenbrock method.
// Reads: Run   Makes: Result   Used by: sim::BatchSolver
//
// Every lane has its own time, step size, error, place in its script and triggered events; the
// lanes only share the instructions. A lane whose run ended or failed takes the next run at once.
// Nothing that a lane computes depends on what the others hold, so a result is the same bytes for
// every number of lanes and every order of runs. What happens between steps is that of
// sim::RunInProgress, one lane after another; where in a step a comparison changes is sought on the
// dense output.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "erbium/math/aligned.hpp"
#include "erbium/math/lu_plan.hpp"
#include "erbium/math/row_exchange_lu.hpp"
#include "erbium/math/supernodal_lu.hpp"
#include "erbium/sim/lanes_kernels.hpp"
#include "erbium/sim/rosenbrock_tableau.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/run_in_progress.hpp"
#include "erbium/sim/steady_state.hpp"
#include "erbium/sim/step_control.hpp"
#include "erbium/sim/trajectory_log.hpp"

namespace erbium::sim {

/// What a lane works on next; `run` null when there is no more. `result` ends with status ok, or
/// with why the lane gave up; who asked decides what to do then.
struct LaneTask {
    const Run* run{};
    Result* result{};
    TrajectoryLog* log{};  ///< when not null, is told of everything after the equilibration
};

/// How well the lanes were used.
struct LaneStatistics {
    std::size_t passes{};      ///< steps of all lanes together
    std::size_t lane_steps{};  ///< of these, accepted or rejected steps of lanes that had a run
};

enum class Pivoting : std::uint8_t {
    none,  ///< the plan's diagonal, all lanes at once; guarded
    rows,  ///< row exchanges, one lane after another; for what the guard refused
};

class LaneIntegrator {
public:
    /// The tables and the plan must outlive it. Allocates only here and per run, not in a step.
    LaneIntegrator(const LaneTables& tables, const math::LuPlan& plan, const SystemKernels& kernels,
                   const RosenbrockTableau& tableau, const SolverOptions& options,
                   Pivoting pivoting = Pivoting::none);

    /// The same for systems too large for one matrix per lane: every lane's matrix is factored by
    /// itself, with vectors inside the matrix; only the rest is done over lanes.
    LaneIntegrator(const LaneTables& tables, const math::SupernodePlan& plan,
                   const SystemKernels& kernels, const RosenbrockTableau& tableau,
                   const SolverOptions& options);

    /// Solves until `next` gives no run and all lanes are done. `done` is called with each result
    /// as it ends. Precondition: every run is valid, see validate().
    void solve(const std::function<LaneTask()>& next, const std::function<void(Result&)>& done);

    [[nodiscard]] const LaneStatistics& statistics() const noexcept { return statistics_; }

private:
    LaneIntegrator(const LaneTables& tables, const math::LuProgram& lu_program,
                   const SystemKernels& kernels, const RosenbrockTableau& tableau,
                   const SolverOptions& options);

    /// Numbers of one lane that no kernel reads.
    struct Lane {
        explicit Lane(int error_order) noexcept : control{error_order} {}

        StepControl control;
        bool needs_first_step{};
        double limit{};             // where the present step must end at the latest
        bool reaches_limit{};       // it ends there
        bool has_crossed{};         // it was cut where a comparison changed
        bool is_taken{};            // by a run that is not handed back yet
        std::size_t lu_refusals{};  // in a row
        // While a steady state is sought.
        bool is_looking{};  // the present step is a correction of Newton's method
        SteadyStateSearch search;
        std::size_t steps_since_look{};
    };

    void fill(std::size_t l, const std::function<LaneTask()>& next,
              const std::function<void(Result&)>& done);
    void go_on(std::size_t l);
    void enter(std::size_t l);
    void load_slots(std::size_t l);
    void start(std::size_t l, double first_step = 0.0);
    void choose_steps();
    void attempt();
    void factor();
    void solve_stage(double* k);
    void complete(double* change) const;
    void weigh_right_side();
    [[nodiscard]] bool has_factors(std::size_t l) const noexcept;
    void judge(std::size_t l);
    // lanes_steady_state.cpp
    void look_for_steady_state(std::size_t l);
    void begin_to_look(std::size_t l);
    void judge_correction(std::size_t l);
    void accept(std::size_t l);
    [[nodiscard]] std::optional<double> find_crossing(std::size_t l, double before, double after);
    void log_step(std::size_t l, double before, double after, TrajectoryLog& log);
    void give_up_if_lost(std::size_t l);
    void check_budget(std::size_t l);
    void give_up(std::size_t l);
    void interpolate(std::size_t l, double theta, std::span<double> y) const;
    [[nodiscard]] double interpolated(std::size_t l, double theta, std::size_t i) const noexcept;
    void gather(const math::AlignedDoubles& rows, std::size_t l, std::span<double> y) const;

    const LaneTables& tables_;
    math::LuProgram lu_program_;
    const SystemKernels& kernels_;
    const RosenbrockTableau& tableau_;
    SolverOptions options_;
    std::size_t n_;
    std::size_t width_;
    double lu_error_limit_;

    std::deque<eqn::ReferenceKernel> subject_kernels_;  // neither may move
    std::deque<RunInProgress> subjects_;
    std::vector<Lane> lanes_;
    LaneStatistics statistics_;

    // By lane.
    math::AlignedDoubles t_;
    math::AlignedDoubles t_stage_;
    math::AlignedDoubles h_;
    math::AlignedDoubles reciprocal_h_;
    math::AlignedDoubles shift_;
    math::AlignedDoubles d_h_;
    math::AlignedDoubles atol_;
    math::AlignedDoubles norm_;
    math::AlignedDoubles growth_;
    math::AlignedDoubles lu_error_;
    math::AlignedDoubles accepted_;
    math::AlignedDoubles latest_;  // of stages: the equations jump after it
    // Rows of lanes.
    math::AlignedDoubles slots_;
    math::AlignedDoubles scratch_;  // rates of reactions, partial derivatives
    math::AlignedDoubles y_;
    math::AlignedDoubles y_stage_;
    math::AlignedDoubles f_;
    math::AlignedDoubles f_stage_;
    math::AlignedDoubles slope_;  // df/dt
    math::AlignedDoubles right_;
    math::AlignedDoubles beside_;  // of a right side, what its residual counts against
    math::AlignedDoubles work_;
    math::AlignedDoubles k_;  // stages, one after another
    math::AlignedDoubles jacobian_;
    math::AlignedDoubles factors_;
    // One lane.
    std::vector<double> state_;
    std::vector<std::vector<double>> kept_;   // by lane: the state before Newton's method
    std::vector<math::SupernodalLu> single_;  // by lane; large systems only
    // Pivoting::rows only.
    std::vector<math::RowExchangeLu> pivoted_;  // by lane
    std::vector<double> pivoted_matrix_;
    std::vector<double> pivoted_right_;
};

}  // namespace erbium::sim
