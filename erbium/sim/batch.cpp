// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/batch.hpp"

#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is POSIX

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include "erbium/base/check.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/ladder.hpp"
#include "erbium/sim/lanes_integrator.hpp"
#include "erbium/sim/reduction.hpp"
#include "erbium/sim/solver.hpp"
#include "erbium/sim/step_plan.hpp"
#include "erbium/sim/validate_run.hpp"

namespace erbium::sim {
namespace {

double thread_cpu_s() noexcept {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The best kernels for `count` runs: lanes that would stay empty only cost.
const SystemKernels& chosen_kernels(const BatchOptions& options, std::size_t count) {
    const SystemKernels* chosen = nullptr;
    const std::size_t per_thread =
        (count + std::max(options.threads, 1U) - 1) / std::max(options.threads, 1U);
    for (const SystemKernels& kernels : system_kernels()) {
        if ((options.target && kernels.math->target != *options.target) ||
            (options.lanes && kernels.math->width != *options.lanes)) {
            continue;
        }
        // The best stand last. Four lanes are narrower vectors of the same instructions.
        if (chosen == nullptr || options.lanes || kernels.width <= 4 || per_thread > 4 ||
            kernels.math->target != chosen->math->target) {
            chosen = &kernels;
        }
    }
    ERBIUM_CHECK(chosen != nullptr, "no kernels for this target and number of lanes");
    return *chosen;
}

/// Relative tolerance over that of BDF for the same accuracy.
constexpr double kRtolOfBdf = 30.0;

const RosenbrockTableau& tableau_of(BatchMethod method) noexcept {
    return method == BatchMethod::rodas4 ? rodas4() : rodas5p();
}

}  // namespace

class BatchSolver::Shared {
public:
    Shared(const eqn::System& system, BatchOptions options)
        : reduction_{Reduction::of(system, options.solver.reducing)},
          tables_{system, reduction_.elimination()},
          plan_{plan_of_steps(reduction_.pattern())},
          kernels_{&chosen_kernels(options, 1)},
          options_{options} {}

    void solve(std::size_t count, const std::function<Run(std::size_t)>& run,
               const std::function<void(std::size_t, Result&&)>& done) {
        kernels_ = &chosen_kernels(options_, count);
        report_ = BatchReport{};
        report_.lanes = kernels_->width;
        report_.instruction_set = math::name(kernels_->math->target);
        next_ = 0;
        const auto work = [&] { Worker{*this, count, run, done}.work(); };
        std::vector<std::jthread> others;
        const std::size_t useful = (count + kernels_->width - 1) / kernels_->width;
        for (std::size_t i = 1; i < std::min<std::size_t>(options_.threads, useful); ++i) {
            others.emplace_back(work);
        }
        work();
        others.clear();  // joins
    }

    [[nodiscard]] const BatchReport& report() const noexcept { return report_; }
    [[nodiscard]] const Reduction& reduction() const noexcept { return reduction_; }

private:
    /// A run in work. At its place in memory until its result was handed over.
    struct Job {
        std::size_t index{};
        Run run;
        Result result;
    };

    class Worker {
    public:
        Worker(Shared& shared, std::size_t count, const std::function<Run(std::size_t)>& run,
               const std::function<void(std::size_t, Result&&)>& done)
            : shared_{shared}, count_{count}, run_{run}, done_{done} {}

        void work() {
            const double begin_s = thread_cpu_s();
            LaneIntegrator lanes = std::visit(
                [&](const auto& plan) {
                    return LaneIntegrator{shared_.tables_, plan, *shared_.kernels_,
                                          tableau_of(shared_.options_.method),
                                          shared_.options_.solver};
                },
                shared_.plan_);
            lanes.solve([this] { return next(); }, [this](Result& result) { ended(result); });
            const std::lock_guard lock{shared_.mutex_};
            BatchReport& report = shared_.report_;
            report.passes += lanes.statistics().passes;
            report.lane_steps += lanes.statistics().lane_steps;
            report.pivoted += pivoted_;
            report.one_by_one += one_by_one_;
            report.cpu_s += thread_cpu_s() - begin_s;
        }

    private:
        LaneTask next() {
            for (;;) {
                Job* job = nullptr;
                {
                    const std::lock_guard lock{shared_.mutex_};
                    if (shared_.next_ == count_) {
                        return {};
                    }
                    job = &jobs_.emplace_back();
                    job->index = shared_.next_++;
                    job->run = run_(job->index);
                }
                Status status = validate(shared_.tables_.system(), job->run);
                const bool is_algebraic = !shared_.tables_.system().algebraic_states().empty();
                if (status.ok() && shared_.options_.solver.method == Method::own && !is_algebraic) {
                    return {&job->run, &job->result};
                }
                if (status.ok()) {
                    ++one_by_one_;
                    job->result = one_by_one(shared_.options_.solver.method).solve(job->run);
                    if (is_algebraic) {
                        job->result.fallbacks.emplace_back(
                            "solved alone: the lanes do not solve for algebraic states");
                    }
                } else {
                    job->result = unsolved(shared_.tables_.system(), job->run);
                    job->result.status = std::move(status);
                }
                hand_over(*job);
            }
        }

        void ended(Result& result) {
            const auto job = std::find_if(jobs_.begin(), jobs_.end(),
                                          [&](const Job& j) { return &j.result == &result; });
            ERBIUM_CHECK(job != jobs_.end(), "a result that nobody asked for");
            job->result.method = tableau_of(shared_.options_.method).name;
            if (job->result.status.failure == Failure::newton &&
                std::holds_alternative<math::LuPlan>(shared_.plan_)) {
                retry_pivoted(*job);
            }
            job->result.reduction = shared_.reduction_.report();
            if (is_of_the_integrator(job->result.status.failure)) {
                solve_by_bdf(*job);
            }
            hand_over(*job);
        }

        void retry_pivoted(Job& job) {
            ++pivoted_;
            if (!pivoting_) {
                pivoting_ = std::make_unique<LaneIntegrator>(
                    shared_.tables_, std::get<math::LuPlan>(shared_.plan_),
                    system_kernels().front(), tableau_of(shared_.options_.method),
                    shared_.options_.solver, Pivoting::rows);
            }
            const std::string why = job.result.status.message;
            bool is_given = false;
            pivoting_->solve(
                [&] {
                    return std::exchange(is_given, true) ? LaneTask{}
                                                         : LaneTask{&job.run, &job.result};
                },
                [](Result&) {});
            job.result.fallbacks.push_back("solved again with row exchanges: " + why);
        }

        /// The solver of single runs, for the method asked for and for what the lanes give up on.
        Solver& one_by_one(Method method) {
            if (!single_) {
                SolverOptions options = shared_.options_.solver;
                options.method = method;
                if (method == Method::cvode) {
                    // BDF adds up the errors of its many small steps: see as_accurate_as_bdf.
                    options.tolerances.rtol /= kRtolOfBdf;
                }
                single_ = std::make_unique<Solver>(shared_.tables_.system(), options);
            }
            return *single_;
        }

        /// What the lanes gave up on. Without CVODE their failure stands.
        void solve_by_bdf(Job& job) {
            ++one_by_one_;
            if (!has_cvode()) {
                return;
            }
            std::vector<std::string> fallbacks = std::move(job.result.fallbacks);
            fallbacks.push_back("lanes gave up: " + job.result.status.message + "; solved by BDF");
            job.result = one_by_one(Method::cvode).solve(job.run);
            job.result.fallbacks.insert(job.result.fallbacks.begin(), fallbacks.begin(),
                                        fallbacks.end());
        }

        void hand_over(Job& job) {
            {
                const std::lock_guard lock{shared_.mutex_};
                done_(job.index, std::move(job.result));
            }
            // The first jobs end first, more or less; others wait for their turn to be removed.
            job.index = kRemoved;
            while (!jobs_.empty() && jobs_.front().index == kRemoved) {
                jobs_.pop_front();
            }
        }

        static constexpr std::size_t kRemoved = static_cast<std::size_t>(-1);
        Shared& shared_;
        std::size_t count_;
        const std::function<Run(std::size_t)>& run_;
        const std::function<void(std::size_t, Result&&)>& done_;
        std::deque<Job> jobs_;  // references stay valid when its ends change
        std::unique_ptr<LaneIntegrator> pivoting_;
        std::unique_ptr<Solver> single_;  // all of one method
        std::size_t pivoted_{};
        std::size_t one_by_one_{};
    };

    Reduction reduction_;
    LaneTables tables_;
    StepPlan plan_;
    const SystemKernels* kernels_;
    BatchOptions options_;
    std::mutex mutex_;  // guards what follows, and the caller's functions
    std::size_t next_{};
    BatchReport report_;
};

SolverOptions as_accurate_as_bdf(SolverOptions bdf) noexcept {
    bdf.tolerances.rtol =
        std::min(kRtolOfBdf * bdf.tolerances.rtol, std::max(1e-3, bdf.tolerances.rtol));
    return bdf;
}

BatchSolver::BatchSolver(const eqn::System& system, BatchOptions options)
    : shared_{std::make_unique<Shared>(system, options)} {}
BatchSolver::~BatchSolver() = default;
BatchSolver::BatchSolver(BatchSolver&&) noexcept = default;
BatchSolver& BatchSolver::operator=(BatchSolver&&) noexcept = default;

std::vector<Result> BatchSolver::solve(std::span<const Run> runs) {
    std::vector<Result> results(runs.size());
    shared_->solve(
        runs.size(), [&](std::size_t i) { return runs[i]; },
        [&](std::size_t i, Result&& result) { results[i] = std::move(result); });
    return results;
}

void BatchSolver::solve(std::size_t count, const std::function<Run(std::size_t)>& run,
                        const std::function<void(std::size_t, Result&&)>& done) {
    shared_->solve(count, run, done);
}

const std::shared_ptr<const ReductionReport>& BatchSolver::reduction() const noexcept {
    return shared_->reduction().report();
}

const BatchReport& BatchSolver::report() const noexcept {
    return shared_->report();
}

}  // namespace erbium::sim
