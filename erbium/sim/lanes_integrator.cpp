// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/lanes_integrator.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "erbium/eqn/arithmetic.hpp"
#include "erbium/math/ordering.hpp"

namespace erbium::sim {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Factors without row exchanges are refused beyond this growth of their entries: half of the digits
// are lost then. Reaction systems show growth of order 1.
constexpr double kMostGrowth = 1e8;
constexpr std::size_t kMostLuRefusals = 4;

// Step control as in RODAS (Hairer, Wanner 1996): a step may shrink or grow by these factors. After
// a dose steps must grow over many decades, so that they may grow by more than in RODAS.
constexpr double kSafety = 0.9;
constexpr double kMostShrink = 5.0;
constexpr double kMostGrow = 10.0;
constexpr double kLeastGuess = 0.01;
constexpr double kMostGuess = 1.0;

/// All that the check of a solution reads.
math::LuProgram pattern_of(const math::SupernodePlan& plan) noexcept {
    const math::SupernodeProgram program = plan.program();
    math::LuProgram pattern;
    pattern.size = program.size;
    pattern.entry_count = program.entry_count;
    pattern.column_begins = program.column_begins;
    pattern.row_of_entry = program.row_of_entry;
    return pattern;
}

}  // namespace

LaneIntegrator::LaneIntegrator(const LaneTables& tables, const math::LuProgram& lu_program,
                               const SystemKernels& kernels, const RosenbrockTableau& tableau,
                               const SolverOptions& options)
    : tables_{tables},
      lu_program_{lu_program},
      kernels_{kernels},
      tableau_{tableau},
      options_{options},
      n_{tables.system().state_count()},
      width_{kernels.width},
      lu_error_limit_{std::min(1e-8, 0.01 * options.tolerances.rtol)},
      lanes_(width_),
      state_(n_),
      kept_(width_) {
    const std::size_t row = n_ * width_;
    for (std::size_t l = 0; l < width_; ++l) {
        subjects_.emplace_back(tables.system(), tables.depends_on_time());
    }
    for (math::AlignedDoubles* by_lane :
         {&t_, &t_stage_, &d_h_, &norm_, &growth_, &lu_error_, &accepted_}) {
        by_lane->assign(width_, 0.0);
    }
    latest_.assign(width_, std::numeric_limits<double>::infinity());
    // Lanes without a run compute along with these.
    for (math::AlignedDoubles* by_lane : {&h_, &reciprocal_h_, &shift_, &atol_}) {
        by_lane->assign(width_, 1.0);
    }
    slots_.assign(tables.slot_count() * width_, 0.0);
    scratch_.assign(std::max(tables.rate_count(), tables.partial_count()) * width_, 0.0);
    for (math::AlignedDoubles* rows : {&y_, &y_stage_, &f_, &f_stage_, &slope_, &right_}) {
        rows->assign(row, 0.0);
    }
    work_.assign(2 * row, 0.0);
    k_.assign(static_cast<std::size_t>(tableau.stages) * row, 0.0);
    jacobian_.assign((std::size_t{lu_program.entry_count} + 1) * width_, 0.0);  // then a zero
}

LaneIntegrator::LaneIntegrator(const LaneTables& tables, const math::LuPlan& plan,
                               const SystemKernels& kernels, const RosenbrockTableau& tableau,
                               const SolverOptions& options, Pivoting pivoting)
    : LaneIntegrator{tables, plan.program(), kernels, tableau, options} {
    if (pivoting == Pivoting::none) {
        factors_.assign(plan.value_count() * width_, 0.0);
        return;
    }
    const math::SparsePattern pattern = plan.pattern();
    for (std::size_t l = 0; l < width_; ++l) {
        pivoted_.emplace_back(pattern, math::minimum_degree_order(pattern));
    }
    pivoted_matrix_.resize(plan.entry_count());
    pivoted_right_.resize(n_);
}

LaneIntegrator::LaneIntegrator(const LaneTables& tables, const math::SupernodePlan& plan,
                               const SystemKernels& kernels, const RosenbrockTableau& tableau,
                               const SolverOptions& options)
    : LaneIntegrator{tables, pattern_of(plan), kernels, tableau, options} {
    for (std::size_t l = 0; l < width_; ++l) {
        single_.emplace_back(plan, kernels.math->target);
    }
}

double LaneIntegrator::power(double x, double y) const noexcept {
    double result = 0.0;  // not std::pow: its last bit differs between machines
    math::lane_kernels().front().power(&x, &y, &result, 1);
    return result;
}

void LaneIntegrator::solve(const std::function<LaneTask()>& next,
                           const std::function<void(Result&)>& done) {
    for (;;) {
        std::size_t active = 0;
        for (std::size_t l = 0; l < width_; ++l) {
            if (!subjects_[l].is_active()) {
                fill(l, next, done);
            }
            active += subjects_[l].is_active() ? 1U : 0U;
        }
        if (active == 0) {
            return;
        }
        ++statistics_.passes;
        statistics_.lane_steps += active;
        attempt();
        std::fill(accepted_.begin(), accepted_.end(), 0.0);
        for (std::size_t l = 0; l < width_; ++l) {
            if (subjects_[l].is_active()) {
                judge(l);
            }
        }
        kernels_.take_accepted(n_, accepted_.data(), y_stage_.data(), y_.data());
        for (std::size_t l = 0; l < width_; ++l) {
            if (subjects_[l].is_active() && accepted_[l] != 0.0) {
                if (subjects_[l].seeks_steady_state()) {
                    look_for_steady_state(l);
                } else if (lanes_[l].reaches_stop) {
                    enter(l);
                }
            }
            if (subjects_[l].is_finished() && lanes_[l].attempts > 0) {
                lanes_[l].attempts = 0;
                done(subjects_[l].result());
            }
        }
    }
}

/// Gives an idle lane its next run, until one needs integration.
void LaneIntegrator::fill(std::size_t l, const std::function<LaneTask()>& next,
                          const std::function<void(Result&)>& done) {
    LaneSubject& subject = subjects_[l];
    for (LaneTask task = next(); task.run != nullptr; task = next()) {
        lanes_[l] = Lane{};
        lanes_[l].trace = task.trace;
        if (task.trace != nullptr) {
            task.trace->clear();
        }
        subject.begin(*task.run, *task.result);
        if (subject.is_active()) {
            t_[l] = subject.begin_time();
        }
        if (!subject.is_finished()) {
            double t = t_[l];
            subject.settle(t);
            t_[l] = t;
        }
        if (!subject.is_finished()) {
            start(l);
            return;
        }
        done(*task.result);
    }
}

/// After a step to `stop`: what is due there, and on.
void LaneIntegrator::enter(std::size_t l) {
    LaneSubject& subject = subjects_[l];
    const std::span<double> state = subject.state();
    for (std::size_t i = 0; i < n_; ++i) {
        state[i] = y_[i * width_ + l];
    }
    double t = t_[l];
    subject.settle(t);
    t_[l] = t;
    if (!subject.is_finished()) {
        if (subject.was_changed()) {
            start(l);
        } else {
            // An output only: the step size is still good.
            set_stop(l);
        }
    }
}

/// Takes over the subject's state, and its parameters where they changed.
void LaneIntegrator::start(std::size_t l) {
    LaneSubject& subject = subjects_[l];
    const std::span<const double> state = subject.state();
    for (std::size_t i = 0; i < n_; ++i) {
        y_[i * width_ + l] = state[i];
    }
    load_slots(l);
    atol_[l] = subject.atol(options_.tolerances);
    Lane& lane = lanes_[l];
    set_stop(l);
    lane.needs_start = true;
    lane.was_rejected = false;
    lane.h_accepted = 0.0;
    ++subject.result().statistics.restarts;
}

void LaneIntegrator::set_stop(std::size_t l) {
    const double stop = subjects_[l].stop();
    lanes_[l].stop = stop;
    latest_[l] = subjects_[l].jumps_at_stop() ? std::nextafter(stop, t_[l])
                                              : std::numeric_limits<double>::infinity();
}

void LaneIntegrator::load_slots(std::size_t l) {
    const eqn::System& system = tables_.system();
    const eqn::Program program = system.program();
    const eqn::ReferenceKernel& kernel = subjects_[l].kernel();
    const auto slot = [&](std::size_t s) -> double& { return slots_[s * width_ + l]; };
    for (std::size_t i = 0; i < program.literals.size(); ++i) {
        slot(i) = program.literals[i];
    }
    for (std::uint32_t p = 0; p < program.parameter_count; ++p) {
        slot(program.parameter_begin + p) = kernel.parameter(ParameterId{p});
    }
    for (const eqn::Instruction& i : program.constants_tape) {
        if (i.op != eqn::Opcode::define_parameter) {  // the kernel's parameters are defined
            slot(i.dst) = eqn::evaluate(i.op, slot(i.a), slot(i.b), slot(i.c));
        }
    }
}

/// First steps where a lane starts, and steps cut to end at stops.
void LaneIntegrator::choose_steps() {
    for (std::size_t l = 0; l < width_; ++l) {
        Lane& lane = lanes_[l];
        if (!subjects_[l].is_active()) {
            continue;
        }
        const double left = lane.stop - t_[l];
        if (lane.is_looking) {
            h_[l] = left > 0.0 ? left : lane.stop;
            reciprocal_h_[l] = shift_[l] = 1.0 / h_[l];
            continue;
        }
        if (lane.needs_start) {
            // Measured against the time in which something that matters would double at the
            // present rate; mostly fast states that settle. Ten parts rather than one, for a
            // rejected step costs less than a decade of accepted ones.
            double largest = 0.0;
            for (std::size_t i = 0; i < n_; ++i) {
                largest = std::max(largest, std::fabs(y_[i * width_ + l]));
            }
            double fastest = 0.0;
            for (std::size_t i = 0; i < n_; ++i) {
                const double size = std::fabs(y_[i * width_ + l]) + 1e-4 * largest + atol_[l];
                fastest = std::max(fastest, std::fabs(f_[i * width_ + l]) / size);
            }
            const double part = power(options_.tolerances.rtol, 1.0 / (tableau_.error_order + 1.0));
            // Where rates depend on time, their value now says nothing about what is coming.
            const double most = tables_.depends_on_time() ? 0.01 * left : left;
            lane.h_guess = std::isfinite(fastest) ? 10.0 * part / fastest : most;
            lane.h = std::min(lane.h_guess * lane.guess_ratio, most);
            lane.needs_start = false;
        }
        // A rest shorter than the step is taken in one, or in two of equal length.
        lane.reaches_stop = lane.h >= left * (1.0 - 1e-10);
        if (lane.reaches_stop) {
            h_[l] = left;
        } else {
            h_[l] = lane.h > 0.5 * left ? 0.5 * left : lane.h;
        }
        reciprocal_h_[l] = 1.0 / h_[l];
        shift_[l] = 1.0 / (h_[l] * tableau_.gamma);
    }
}

void LaneIntegrator::factor() {
    if (!single_.empty()) {
        for (std::size_t l = 0; l < width_; ++l) {
            if (subjects_[l].is_active()) {
                growth_[l] = single_[l].factor(jacobian_.data() + l, -1.0, shift_[l], width_);
            }
        }
        return;
    }
    if (pivoted_.empty()) {
        kernels_.math->factor(lu_program_, jacobian_.data(), -1.0, shift_.data(), factors_.data(),
                              growth_.data());
        return;
    }
    for (std::size_t l = 0; l < width_; ++l) {
        for (std::size_t e = 0; e < pivoted_matrix_.size(); ++e) {
            pivoted_matrix_[e] = jacobian_[e * width_ + l];
        }
        growth_[l] = pivoted_[l].factor(pivoted_matrix_.data(), -1.0, shift_[l]) ? 1.0 : kNan;
    }
}

/// k = M^-1 right_, M the matrix of the last factor().
void LaneIntegrator::solve_stage(double* k) {
    if (!single_.empty()) {
        for (std::size_t l = 0; l < width_; ++l) {
            if (subjects_[l].is_active()) {
                single_[l].solve(right_.data() + l, k + l, width_);
            }
        }
        return;
    }
    if (pivoted_.empty()) {
        kernels_.math->solve(lu_program_, factors_.data(), right_.data(), work_.data(), k);
        return;
    }
    for (std::size_t l = 0; l < width_; ++l) {
        for (std::size_t i = 0; i < n_; ++i) {
            pivoted_right_[i] = growth_[l] == 1.0 ? right_[i * width_ + l] : kNan;
        }
        if (growth_[l] == 1.0) {
            pivoted_[l].solve(pivoted_right_.data(), pivoted_right_.data());
        }
        for (std::size_t i = 0; i < n_; ++i) {
            k[i * width_ + l] = pivoted_right_[i];
        }
    }
}

/// slope_ = df/dt by a forward difference over a ten-millionth of the step: its error enters the
/// increments multiplied by h, as h^2 1e-7 d2f/dt2 and 1e-9 h f.
void LaneIntegrator::differentiate_by_time() {
    for (std::size_t l = 0; l < width_; ++l) {
        t_stage_[l] = t_[l] + std::max(1e-7 * h_[l], 8.0 * kEpsilon * std::fabs(t_[l]));
    }
    kernels_.rates_of_change(tables_.program(), t_stage_.data(), y_.data(), slots_.data(),
                             scratch_.data(), slope_.data());
    for (std::size_t i = 0; i < n_; ++i) {
        for (std::size_t l = 0; l < width_; ++l) {
            const std::size_t at = i * width_ + l;
            slope_[at] = (slope_[at] - f_[at]) / (t_stage_[l] - t_[l]);
        }
    }
}

/// One step of every lane: stages, the new state in y_stage_, the error norm.
void LaneIntegrator::attempt() {
    const LaneProgram& program = tables_.program();
    const std::size_t row = n_ * width_;
    kernels_.rates_of_change(program, t_.data(), y_.data(), slots_.data(), scratch_.data(),
                             f_.data());
    kernels_.jacobian_entries(program, y_.data(), slots_.data(), scratch_.data(), jacobian_.data());
    choose_steps();
    factor();
    const bool has_slope = tables_.depends_on_time();
    if (has_slope) {
        differentiate_by_time();
    }
    for (int s = 0; s < tableau_.stages; ++s) {
        const auto stage = static_cast<std::size_t>(s);
        const double* f = f_.data();
        if (s > 0) {
            kernels_.stage_state(n_, y_.data(), k_.data(), s, tableau_.a[stage].data(),
                                 y_stage_.data());
            for (std::size_t l = 0; l < width_; ++l) {
                t_stage_[l] = std::min(t_[l] + tableau_.alpha[stage] * h_[l], latest_[l]);
            }
            kernels_.rates_of_change(program, t_stage_.data(), y_stage_.data(), slots_.data(),
                                     scratch_.data(), f_stage_.data());
            f = f_stage_.data();
        }
        for (std::size_t l = 0; l < width_; ++l) {
            d_h_[l] = lanes_[l].is_looking ? 0.0 : tableau_.d[stage] * h_[l];
        }
        kernels_.stage_right_side(n_, f, k_.data(), s, tableau_.c[stage].data(),
                                  reciprocal_h_.data(),
                                  has_slope && tableau_.d[stage] != 0.0 ? slope_.data() : nullptr,
                                  d_h_.data(), right_.data());
        double* const k = k_.data() + stage * row;
        solve_stage(k);
        if (s == 0) {
            kernels_.math->backward_error(lu_program_, jacobian_.data(), -1.0, shift_.data(),
                                          right_.data(), k, work_.data(), lu_error_.data());
        }
    }
    RosenbrockTableau::Row last = tableau_.a[static_cast<std::size_t>(tableau_.stages - 1)];
    last[static_cast<std::size_t>(tableau_.stages - 1)] = 1.0;
    kernels_.stage_state(n_, y_.data(), k_.data(), tableau_.stages, last.data(), y_stage_.data());
    const double* const error = k_.data() + static_cast<std::size_t>(tableau_.stages - 1) * row;
    kernels_.error_norm(n_, y_.data(), y_stage_.data(), error, atol_.data(),
                        options_.tolerances.rtol, norm_.data());
}

void LaneIntegrator::judge(std::size_t l) {
    Lane& lane = lanes_[l];
    if (lane.is_looking) {
        judge_correction(l);
        return;
    }
    Statistics& statistics = subjects_[l].result().statistics;
    ++lane.attempts;
    ++statistics.factorisations;
    ++statistics.jacobians;
    statistics.rhs_evaluations += static_cast<std::size_t>(tableau_.stages);
    if (!has_factors(l) || !std::isfinite(norm_[l])) {
        lane.lu_refusals = has_factors(l) ? 0 : lane.lu_refusals + 1;
        reject(l, 0.1);
        return;
    }
    lane.lu_refusals = 0;
    const double error = std::max(norm_[l], 1e-10);
    const double exponent = 1.0 / (tableau_.error_order + 1.0);
    double shrink = power(error, exponent) / kSafety;
    if (error > 1.0) {
        ++statistics.error_test_failures;
        reject(l, 1.0 / std::min(shrink, kMostShrink));
        return;
    }
    // Gustafsson's predictive control, ACM Trans Math Softw 20 (1994) 496, in the form of RODAS.
    if (lane.h_accepted > 0.0) {
        const double predicted = lane.h_accepted / h_[l] *
                                 power(error * error / lane.error_accepted, exponent) / kSafety;
        shrink = std::max(shrink, predicted);
    }
    shrink = std::clamp(shrink, 1.0 / kMostGrow, kMostShrink);
    double next = h_[l] / shrink;
    if (lane.was_rejected) {
        next = std::min(next, h_[l]);
    }
    if (lane.h_accepted == 0.0) {
        // How far off the guess was, for the next start in this run.
        lane.guess_ratio = std::clamp(h_[l] / shrink / lane.h_guess, kLeastGuess, kMostGuess);
    }
    lane.h_accepted = h_[l];
    lane.error_accepted = std::max(0.01, error);
    // A step that was cut short for a stop says little about the one after it.
    lane.h = lane.reaches_stop ? std::max(next, lane.h) : next;
    lane.was_rejected = false;
    ++statistics.steps;
    accept(l);
}

bool LaneIntegrator::has_factors(std::size_t l) const noexcept {
    return growth_[l] < kMostGrowth && lu_error_[l] < lu_error_limit_;
}

void LaneIntegrator::accept(std::size_t l) {
    accepted_[l] = 1.0;
    const Lane& lane = lanes_[l];
    const double before = t_[l];
    const double after = lane.reaches_stop ? lane.stop : before + h_[l];
    LaneSubject& subject = subjects_[l];
    while (subject.has_output_before(after)) {
        interpolate(l, (subject.next_output_time() - before) / h_[l]);
        subject.record(state_);
    }
    if (lane.trace != nullptr) {
        write_trace(l, before, after);
    }
    t_[l] = after;
    if (subject.is_active() && lane.attempts >= options_.max_steps && !lane.reaches_stop) {
        subject.fail(
            Failure::too_many_steps, after, std::nullopt,
            fmt::format("at time {:.6g}: {} steps were not enough", after, options_.max_steps));
    }
}

void LaneIntegrator::write_trace(std::size_t l, double before, double after) {
    const Lane& lane = lanes_[l];
    StepTrace& trace = *lane.trace;
    trace.steps.push_back({before, h_[l], after, lane.reaches_stop});
    for (std::size_t i = 0; i < n_; ++i) {
        trace.states.push_back(y_[i * width_ + l]);
    }
    for (std::size_t i = 0; lane.reaches_stop && i < n_; ++i) {
        trace.stop_states.push_back(y_stage_[i * width_ + l]);
    }
}

void LaneIntegrator::reject(std::size_t l, double factor) {
    Lane& lane = lanes_[l];
    lane.h = h_[l] * factor;
    lane.was_rejected = true;
    const double least = std::max(16.0 * kEpsilon * std::fabs(t_[l]), 1e-20 * (lane.stop - t_[l]));
    if (lane.h <= least || lane.lu_refusals > kMostLuRefusals ||
        lane.attempts >= options_.max_steps) {
        give_up(l);
    }
}

/// Why, when, and because of which species.
void LaneIntegrator::give_up(std::size_t l) {
    const Lane& lane = lanes_[l];
    LaneSubject& subject = subjects_[l];
    const double t = t_[l];
    const double* const error =
        k_.data() + static_cast<std::size_t>(tableau_.stages - 1) * n_ * width_;
    std::optional<SpeciesId> bad_rate;
    std::optional<SpeciesId> worst;
    double largest = -1.0;
    for (std::uint32_t i = 0; i < n_; ++i) {
        const std::size_t at = i * width_ + l;
        if (!bad_rate && !std::isfinite(f_[at])) {
            bad_rate = SpeciesId{i};
        }
        const double ratio =
            std::fabs(error[at]) / (atol_[l] + options_.tolerances.rtol * std::fabs(y_[at]));
        if (ratio > largest) {
            largest = ratio;
            worst = SpeciesId{i};
        }
    }
    const auto named = [&](SpeciesId s) { return tables_.system().species().names()[s.value]; };
    if (bad_rate) {
        subject.fail(
            Failure::not_finite_rate, t, bad_rate,
            fmt::format("at time {:.6g}: the rate of {} is not finite", t, named(*bad_rate)));
    } else if (lane.attempts >= options_.max_steps) {
        subject.fail(
            Failure::too_many_steps, t, worst,
            fmt::format("at time {:.6g}: {} steps were not enough", t, options_.max_steps));
    } else if (lane.lu_refusals > 0) {
        subject.fail(Failure::newton, t, worst,
                     fmt::format("at time {:.6g}: the linear systems could not be solved "
                                 "without row exchanges",
                                 t));
    } else {
        subject.fail(
            Failure::error_test, t, worst,
            fmt::format("at time {:.6g}: the step became too small for the error test", t) +
                (worst ? "; worst is " + named(*worst) : std::string{}));
    }
}

/// state_ = the lane's state at t + theta h, inside the step just done.
void LaneIntegrator::interpolate(std::size_t l, double theta) {
    const std::size_t row = n_ * width_;
    for (std::size_t i = 0; i < n_; ++i) {
        const std::size_t at = i * width_ + l;
        double sum = 0.0;
        for (int m = tableau_.dense_terms; m-- > 0;) {
            const RosenbrockTableau::Row& weights = tableau_.dense[static_cast<std::size_t>(m)];
            double p = 0.0;
            for (int j = 0; j < tableau_.stages; ++j) {
                const auto stage = static_cast<std::size_t>(j);
                p += weights[stage] * k_[stage * row + at];
            }
            sum = p + theta * sum;
        }
        state_[i] = (1.0 - theta) * y_[at] + theta * (y_stage_[at] + (1.0 - theta) * sum);
    }
}

}  // namespace erbium::sim
