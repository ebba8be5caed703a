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

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Factors without row exchanges are refused beyond this growth of their entries: half of the digits
// are lost then. Reaction systems show growth of order 1.
constexpr double kMostGrowth = 1e8;
constexpr std::size_t kMostLuRefusals = 4;

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
      lanes_(width_, Lane{tableau.error_order}),
      state_(n_),
      kept_(width_) {
    const std::size_t row = n_ * width_;
    for (std::size_t l = 0; l < width_; ++l) {
        subjects_.emplace_back(subject_kernels_.emplace_back(tables.system()));
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
    scratch_.assign(tables.scratch_count() * width_, 0.0);
    for (math::AlignedDoubles* rows :
         {&y_, &y_stage_, &f_, &f_stage_, &slope_, &right_, &beside_}) {
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
                go_on(l);
            }
            if (subjects_[l].is_finished() && lanes_[l].is_taken) {
                lanes_[l].is_taken = false;
                done(subjects_[l].result());
            }
        }
    }
}

/// Gives an idle lane its next run, until one needs integration.
void LaneIntegrator::fill(std::size_t l, const std::function<LaneTask()>& next,
                          const std::function<void(Result&)>& done) {
    RunInProgress& subject = subjects_[l];
    for (LaneTask task = next(); task.run != nullptr; task = next()) {
        lanes_[l] = Lane{tableau_.error_order};
        subject.begin(*task.run, *task.result, tables_.depends_on_time(), task.log);
        if (subject.is_active()) {
            double t = subject.begin_time();
            subject.settle(t);
            t_[l] = t;
        }
        if (!subject.is_finished()) {
            lanes_[l].is_taken = true;
            start(l);
            if (subject.seeks_steady_state()) {
                begin_to_look(l);  // it may start where it ends
            }
            return;
        }
        done(*task.result);
    }
}

/// After an accepted step.
void LaneIntegrator::go_on(std::size_t l) {
    RunInProgress& subject = subjects_[l];
    const Lane& lane = lanes_[l];
    if (lane.reaches_limit || lane.has_crossed || subject.has_triggered_events()) {
        enter(l);
    }
    if (subject.is_active() && subject.seeks_steady_state()) {
        const bool is_over = t_[l] >= subject.stop();
        const bool has_begun_anew = lane.needs_first_step || lane.has_crossed;
        if (is_over || !has_begun_anew) {
            look_for_steady_state(l);
        }
    }
    check_budget(l);
}

/// Does what is due at the lane's time, and goes on from there.
void LaneIntegrator::enter(std::size_t l) {
    RunInProgress& subject = subjects_[l];
    if (!lanes_[l].has_crossed) {  // else accept() left the state there
        gather(y_, l, subject.state());
    }
    double t = t_[l];
    subject.settle(t);
    t_[l] = t;
    if (subject.is_finished()) {
        return;
    }
    if (subject.was_changed()) {
        start(l);
    } else if (lanes_[l].has_crossed) {
        // Where no rate jumped the size of the next step is still good.
        start(l, subject.crossings().is_in_rate() ? 0.0 : lanes_[l].control.h());
    }
}

/// Takes over the subject's state, its parameters and the comparisons that its rates hold.
/// @param first_step  a good one, or 0: it is found anew
void LaneIntegrator::start(std::size_t l, double first_step) {
    RunInProgress& subject = subjects_[l];
    const std::span<const double> state = subject.state();
    for (std::size_t i = 0; i < n_; ++i) {
        y_[i * width_ + l] = state[i];
    }
    const double stop = subject.stop();
    const double last = std::nextafter(stop, t_[l]);
    latest_[l] = subject.jumps_at_stop() ? last : std::numeric_limits<double>::infinity();
    load_slots(l);
    subject.crossings().begin(t_[l], state, subject.jumps_at_stop() ? last : stop);
    for (const eqn::Root& root : tables_.system().roots()) {
        if (root.is_in_rate) {
            slots_[root.comparison * width_ + l] = subject.kernel().slot(root.comparison);
        }
    }
    atol_[l] = subject.atol(options_.tolerances);
    lanes_[l].control.start(first_step);
    lanes_[l].needs_first_step = first_step <= 0.0;
    ++subject.result().statistics.restarts;
    if (subject.log() != nullptr) {
        subject.log()->start(t_[l], state);
    }
}

void LaneIntegrator::load_slots(std::size_t l) {
    const eqn::System& system = tables_.system();
    const eqn::Program program = system.program();
    const eqn::ReferenceKernel& kernel = subject_kernels_[l];
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

/// First steps where a lane starts, and steps cut to end where they must.
void LaneIntegrator::choose_steps() {
    for (std::size_t l = 0; l < width_; ++l) {
        Lane& lane = lanes_[l];
        const RunInProgress& subject = subjects_[l];
        if (!subject.is_active()) {
            continue;
        }
        const double to_stop = subject.stop() - t_[l];
        if (lane.is_looking) {
            h_[l] = to_stop > 0.0 ? to_stop : subject.stop();
            reciprocal_h_[l] = shift_[l] = 1.0 / h_[l];
            continue;
        }
        if (lane.needs_first_step) {
            // Where rates depend on time, their value now says nothing about what is coming.
            const double most = tables_.depends_on_time() ? 0.01 * to_stop : to_stop;
            lane.control.start(y_.data() + l, f_.data() + l, n_, width_, options_.tolerances.rtol,
                               atol_[l], most);
            lane.needs_first_step = false;
        }
        lane.limit = subject.limit(t_[l]);
        const double left = lane.limit - t_[l];
        h_[l] = lane.control.cut(left);
        lane.reaches_limit = h_[l] == left;
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

/// Changes of species that conservation laws give, from those of the others.
void LaneIntegrator::complete(double* change) const {
    if (tables_.elimination()) {
        tables_.elimination()->complete(change, width_);
    }
}

/// beside_ = what the right sides of a step are known to anyway: a stage is a change of the state
/// divided by the shift, and the state counts to its tolerance. Near a steady state the rates are
/// rounding errors of what cancels in them, and nothing depends on how well those are solved for. A
/// correction of Newton's method has no such excuse.
void LaneIntegrator::weigh_right_side() {
    for (std::size_t i = 0; i < n_; ++i) {
        for (std::size_t l = 0; l < width_; ++l) {
            const std::size_t at = i * width_ + l;
            const double weight = lanes_[l].is_looking ? 0.0 : shift_[l];
            beside_[at] = weight * (std::fabs(y_[at]) + atol_[l] / options_.tolerances.rtol);
        }
    }
}

/// One step of every lane: stages, the new state in y_stage_, the error norm.
void LaneIntegrator::attempt() {
    const LaneProgram& program = tables_.held_program();
    const std::size_t row = n_ * width_;
    kernels_.rates_of_change(program, t_.data(), y_.data(), slots_.data(), scratch_.data(),
                             f_.data());
    complete(f_.data());
    kernels_.jacobian_entries(program, y_.data(), slots_.data(), scratch_.data(), jacobian_.data());
    const bool has_slope = tables_.has_time_slope();
    if (has_slope) {
        kernels_.time_slope(program, y_.data(), slots_.data(), scratch_.data(), slope_.data());
        complete(slope_.data());
        for (double& slope : slope_) {
            slope = std::isfinite(slope) ? slope : 0.0;  // as of t^0.5 at 0; as single runs do
        }
    }
    choose_steps();
    factor();
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
            weigh_right_side();
            kernels_.math->backward_error(lu_program_, jacobian_.data(), -1.0, shift_.data(),
                                          right_.data(), k, beside_.data(), work_.data(),
                                          lu_error_.data());
        }
        complete(k);
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
    ++statistics.factorisations;
    ++statistics.jacobians;
    statistics.rhs_evaluations += static_cast<std::size_t>(tableau_.stages);
    if (!has_factors(l) || !std::isfinite(norm_[l])) {
        lane.lu_refusals = has_factors(l) ? 0 : lane.lu_refusals + 1;
        lane.control.refuse(h_[l]);
        give_up_if_lost(l);
        return;
    }
    lane.lu_refusals = 0;
    if (norm_[l] > 1.0) {
        ++statistics.error_test_failures;
        lane.control.reject(h_[l], norm_[l]);
        give_up_if_lost(l);
        return;
    }
    ++statistics.steps;
    lane.control.accept(h_[l], norm_[l], lane.reaches_limit);
    accept(l);
}

bool LaneIntegrator::has_factors(std::size_t l) const noexcept {
    return growth_[l] < kMostGrowth && lu_error_[l] < lu_error_limit_;
}

/// The step is done: outputs inside it, and where it was cut the subject's state there.
void LaneIntegrator::accept(std::size_t l) {
    accepted_[l] = 1.0;
    Lane& lane = lanes_[l];
    RunInProgress& subject = subjects_[l];
    const double before = t_[l];
    double after = lane.reaches_limit ? lane.limit : before + h_[l];
    const std::optional<double> place = find_crossing(l, before, after);
    lane.has_crossed = place.has_value();
    after = place.value_or(after);
    t_[l] = after;
    if (lane.has_crossed) {
        interpolate(l, (after - before) / h_[l], subject.state());
    }
    if (subject.log() != nullptr) {
        log_step(l, before, after, *subject.log());
    }
    while (subject.has_output_before(after)) {
        interpolate(l, (subject.next_output_time() - before) / h_[l], state_);
        subject.record(state_);
    }
}

/// Ends the run of a lane that wants another step than those it may take.
void LaneIntegrator::check_budget(std::size_t l) {
    RunInProgress& subject = subjects_[l];
    if (subject.is_active() && !lanes_[l].is_looking &&
        subject.result().statistics.steps >= options_.max_steps) {
        const double t = t_[l];
        subject.fail(
            {Failure::too_many_steps, t, std::nullopt,
             fmt::format("at time {:.6g}: {} steps were not enough", t, options_.max_steps)});
    }
}

/// Where in the step from `before` to `after` a comparison changes.
std::optional<double> LaneIntegrator::find_crossing(std::size_t l, double before, double after) {
    Crossings& crossings = subjects_[l].crossings();
    if (!crossings.are_watched()) {
        return std::nullopt;
    }
    const std::span<const std::uint32_t> states = crossings.states();
    for (const std::uint32_t s : states) {
        state_[s] = y_stage_[s * width_ + l];
    }
    const auto inside = [&](double t, std::span<double> y) {
        const double theta = t >= after ? 1.0 : (t - before) / h_[l];
        for (const std::uint32_t s : states) {
            y[s] = interpolated(l, theta, s);
        }
    };
    return crossings.find(before, after, state_, std::ref(inside));
}

void LaneIntegrator::log_step(std::size_t l, double before, double after, TrajectoryLog& log) {
    LoggedStep logged{.step = {before, h_[l], latest_[l]},
                      .end = after,
                      .is_cut = lanes_[l].has_crossed,
                      .y = subjects_[l].state(),
                      .rate = {},
                      .stages = k_.data() + l,
                      .stage_stride = width_,
                      .stage_count = static_cast<std::size_t>(tableau_.stages)};
    std::vector<double> rate;
    if (logged.is_cut) {
        rate.assign(n_, 0.0);
        const RosenbrockTableau::Row slopes =
            dense_weight_slopes(tableau_, (after - before) / h_[l]);
        for (std::size_t j = 0; j < static_cast<std::size_t>(tableau_.stages); ++j) {
            for (std::size_t i = 0; i < n_; ++i) {
                rate[i] += slopes[j] / h_[l] * k_[(j * n_ + i) * width_ + l];
            }
        }
        logged.rate = rate;
    } else {
        gather(y_stage_, l, state_);
        logged.y = state_;
    }
    log.step(logged);
}

/// After a step that was not accepted.
void LaneIntegrator::give_up_if_lost(std::size_t l) {
    const Lane& lane = lanes_[l];
    if (lane.control.is_lost(t_[l], subjects_[l].stop()) || lane.lu_refusals > kMostLuRefusals) {
        give_up(l);
    }
}

/// Why, when, and because of which species.
void LaneIntegrator::give_up(std::size_t l) {
    const Lane& lane = lanes_[l];
    RunInProgress& subject = subjects_[l];
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
    const auto fail = [&](Failure failure, std::optional<SpeciesId> species, std::string why) {
        subject.fail({failure, t, species, fmt::format("at time {:.6g}: {}", t, why)});
    };
    if (bad_rate) {
        fail(Failure::not_finite_rate, bad_rate,
             fmt::format("the rate of {} is not finite", named(*bad_rate)));
    } else if (lane.lu_refusals > 0) {
        fail(Failure::newton, worst,
             "the linear systems could not be solved without row exchanges");
    } else {
        fail(Failure::error_test, worst,
             "the step became too small for the error test" +
                 (worst ? "; worst is " + named(*worst) : std::string{}));
    }
}

void LaneIntegrator::gather(const math::AlignedDoubles& rows, std::size_t l,
                            std::span<double> y) const {
    for (std::size_t i = 0; i < n_; ++i) {
        y[i] = rows[i * width_ + l];
    }
}

/// y = the lane's state at t + theta h, inside the step just done.
void LaneIntegrator::interpolate(std::size_t l, double theta, std::span<double> y) const {
    for (std::size_t i = 0; i < n_; ++i) {
        y[i] = interpolated(l, theta, i);
    }
}

double LaneIntegrator::interpolated(std::size_t l, double theta, std::size_t i) const noexcept {
    const std::size_t row = n_ * width_;
    const std::size_t at = i * width_ + l;
    if (theta >= 1.0) {
        return y_stage_[at];
    }
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
    // By differences, so that what does not change keeps its value to the last bit: a trigger may
    // compare it with a copy of itself.
    return y_[at] + theta * ((y_stage_[at] - y_[at]) + (1.0 - theta) * sum);
}

}  // namespace erbium::sim
