// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/solver.hpp"

#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is POSIX

#include <algorithm>
#include <optional>
#include <utility>

#include "erbium/base/share_out.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/esdirk_solver.hpp"
#include "erbium/sim/ladder.hpp"
#include "erbium/sim/reduction.hpp"
#include "erbium/sim/rosenbrock_solver.hpp"
#include "erbium/sim/shifted_jacobian.hpp"
#include "erbium/sim/trajectory.hpp"
#include "erbium/sim/validate_run.hpp"

namespace erbium::sim {
namespace {

double thread_cpu_s() noexcept {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// What is decided once per system.
struct Prepared {
    Reduction reduction;
    MatrixPlan plan;
};

Prepared prepared(const eqn::System& system, const SolverOptions& options) {
    Reduction reduction = Reduction::of(system, options.reducing);
    MatrixPlan plan = plan_matrix(reduction.pattern());
    return {std::move(reduction), std::move(plan)};
}

/// One-step method of single runs.
std::unique_ptr<OneStepIntegrator> make_own(Method method, eqn::ReferenceKernel& kernel,
                                            const Prepared& prepared) {
    const eqn::Elimination& elimination = prepared.reduction.elimination();
    if (method == Method::esdirk) {
        return std::make_unique<EsdirkIntegrator>(kernel, elimination, prepared.plan);
    }
    return std::make_unique<RosenbrockIntegrator>(kernel, elimination, prepared.plan);
}

}  // namespace

class Solver::Workspace {
public:
    Workspace(eqn::System system, SolverOptions options, std::optional<Prepared> prepared)
        : options_{options},
          kernel_{std::move(system)},
          prepared_{std::move(prepared)},
          trajectory_{kernel_} {}

    [[nodiscard]] const eqn::System& system() const noexcept { return kernel_.system(); }

    Result solve(const Run& run, const Watch& watch) {
        const double cpu_before_s = thread_cpu_s();
        Result result = unsolved(system(), run);
        result.status = validate(system(), run);
        if (result.status.ok() && has_algebraic_states() && options_.method != Method::own) {
            result.status = {Failure::no_such_method, run.start_time,
                             system().algebraic_states().states.front(),
                             "the model has algebraic states, which only Rodas5P solves for, not "
                             "CVODE or ESDIRK: leave the choice of a solver out"};
        }
        if (result.status.ok()) {
            if (options_.method == Method::cvode) {
                solve_by_cvode(run, watch, result);
            } else {
                solve_by_own(run, watch, result);
            }
        }
        result.statistics.cpu_s = thread_cpu_s() - cpu_before_s;
        return result;
    }

private:
    [[nodiscard]] bool has_algebraic_states() const noexcept {
        return !system().algebraic_states().empty();
    }

    /// Null in a program that was built without SUNDIALS.
    Integrator* cvode() {
        if (!cvode_) {
            cvode_ = make_cvodes_integrator(kernel_);
        }
        return cvode_.get();
    }

    void solve_by_cvode(const Run& run, const Watch& watch, Result& result) {
        if (Integrator* const integrator = cvode()) {
            trajectory_.follow(run, *integrator, options_, result, nullptr, watch);
            return;
        }
        result.status = {Failure::no_such_method, run.start_time, std::nullopt,
                         "this program was built without SUNDIALS, so without CVODE"};
    }

    void solve_by_own(const Run& run, const Watch& watch, Result& result) {
        if (!own_) {
            if (!prepared_) {
                prepared_ = prepared(system(), options_);
            }
            own_ = make_own(options_.method, kernel_, *prepared_);
        }
        descend(
            trajectory_, run, *own_, [this] { return has_algebraic_states() ? nullptr : cvode(); },
            options_, watch, result);
        const bool is_own = result.method == own_->name();
        result.reduction = is_own ? prepared_->reduction.report() : nullptr;
    }

    SolverOptions options_;
    eqn::ReferenceKernel kernel_;
    std::optional<Prepared> prepared_;
    Trajectory trajectory_;
    std::unique_ptr<OneStepIntegrator> own_;
    std::unique_ptr<Integrator> cvode_;
};

Solver::Solver(eqn::System system, SolverOptions options)
    : workspace_{std::make_unique<Workspace>(std::move(system), options, std::nullopt)} {}
Solver::Solver(std::unique_ptr<Workspace> workspace) : workspace_{std::move(workspace)} {}
Solver::~Solver() = default;
Solver::Solver(Solver&&) noexcept = default;
Solver& Solver::operator=(Solver&&) noexcept = default;

const eqn::System& Solver::system() const noexcept {
    return workspace_->system();
}

Result Solver::solve(const Run& run, const Watch& watch) {
    return workspace_->solve(run, watch);
}

Result solve(const eqn::System& system, const Run& run, const SolverOptions& options,
             const Watch& watch) {
    return Solver{system, options}.solve(run, watch);
}

std::vector<Result> solve_many(const eqn::System& system, std::span<const Run> runs,
                               const SolverOptions& options, unsigned threads) {
    std::vector<Result> results(runs.size());
    std::optional<Prepared> plan;  // one for all threads
    if (options.method != Method::cvode && !runs.empty()) {
        plan = prepared(system, options);
    }
    share_out(runs.size(), threads, [&](const NextPiece& next) {
        Solver solver{std::make_unique<Solver::Workspace>(system, options, plan)};
        while (const auto i = next()) {
            results[*i] = solver.solve(runs[*i]);
        }
    });
    return results;
}

}  // namespace erbium::sim
