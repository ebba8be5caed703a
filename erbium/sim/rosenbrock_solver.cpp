// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/rosenbrock_solver.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "erbium/math/ordering.hpp"

namespace erbium::sim {
namespace {

// Factors without row exchanges are refused beyond this growth of their entries: half of the digits
// are lost then. Reaction systems show growth of order 1.
constexpr double kMostGrowth = 1e8;
constexpr double kMostLuError = 1e-8;
constexpr int kMostLuRefusals = 4;  // in a row; then smaller steps are no help

std::optional<SpeciesId> first_not_finite(std::span<const double> values) noexcept {
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            return SpeciesId{i};
        }
    }
    return std::nullopt;
}

/// As of x^0.5 at x = 0; the error estimate sees to the step. True where there was such an entry.
bool zero_not_finite(std::span<double> entries) noexcept {
    bool has_bad = false;
    for (double& entry : entries) {
        if (!std::isfinite(entry)) {
            entry = 0.0;
            has_bad = true;
        }
    }
    return has_bad;
}

bool reads_time(const eqn::Program& program) noexcept {
    const eqn::Slot time = program.time_slot;
    const auto reads = [time](const eqn::Instruction& i) {
        return i.op != eqn::Opcode::state && i.op != eqn::Opcode::weighted_sum &&
               (i.a == time || i.b == time || i.c == time);
    };
    return std::any_of(program.rate_tape.begin(), program.rate_tape.end(), reads) ||
           std::any_of(program.rates.begin(), program.rates.end(),
                       [time](const eqn::Product& rate) { return rate.slot == time; });
}

/// y = base + sum_j weights_j k_j over the first `stages` rows of k.
void add_stages(std::span<const double> base, const double* k, int stages, const double* weights,
                std::span<double> y) noexcept {
    const std::size_t n = base.size();
    std::copy(base.begin(), base.end(), y.begin());
    for (int j = 0; j < stages; ++j) {
        const double weight = weights[j];
        const double* const row = k + static_cast<std::size_t>(j) * n;
        for (std::size_t i = 0; i < n; ++i) {
            y[i] += weight * row[i];
        }
    }
}

}  // namespace

ShiftedJacobian::ShiftedJacobian(const math::SupernodePlan& plan) : plan_{plan}, lu_{plan} {}

bool ShiftedJacobian::factor(std::span<const double> jacobian, double shift, bool exchanges_rows) {
    jacobian_ = jacobian;
    shift_ = shift;
    exchanges_rows_ = exchanges_rows;
    if (!exchanges_rows) {
        return lu_.factor(jacobian.data(), -1.0, shift) < kMostGrowth;
    }
    if (!exchanging_) {
        exchanging_.emplace(plan_.pattern(), math::minimum_degree_order(plan_.pattern()));
    }
    return exchanging_->factor(jacobian.data(), -1.0, shift);
}

double ShiftedJacobian::backward_error(std::span<const double> b, std::span<const double> x,
                                       std::span<const double> beside) {
    return lu_.backward_error(jacobian_.data(), -1.0, shift_, b.data(), x.data(), 1,
                              beside.empty() ? nullptr : beside.data());
}

void ShiftedJacobian::solve(std::span<const double> b, std::span<double> x) {
    if (exchanges_rows_) {
        exchanging_->solve(b.data(), x.data());
    } else {
        lu_.solve(b.data(), x.data());
    }
}

RosenbrockIntegrator::RosenbrockIntegrator(eqn::ReferenceKernel& kernel,
                                           eqn::Elimination elimination,
                                           const math::SupernodePlan& plan,
                                           const RosenbrockTableau& tableau)
    : kernel_{kernel},
      elimination_{std::move(elimination)},
      tableau_{tableau},
      matrix_{plan},
      euler_matrix_{plan},
      depends_on_time_{reads_time(kernel.system().program())},
      has_time_slope_{!kernel.system().program().time_partials.empty()},
      control_{tableau.error_order},
      k_(static_cast<std::size_t>(tableau.stages) * kernel.system().state_count()),
      k_accepted_(k_.size()),
      jacobian_(plan.entry_count()),
      euler_jacobian_(jacobian_.size()) {
    for (std::vector<double>* state :
         {&y_, &y_before_, &y_next_, &f_, &f_stage_, &slope_, &right_, &beside_}) {
        state->resize(kernel.system().state_count());
    }
}

std::span<double> RosenbrockIntegrator::stage(int s) noexcept {
    return std::span{k_}.subspan(static_cast<std::size_t>(s) * y_.size(), y_.size());
}

void RosenbrockIntegrator::begin_run(double rtol, std::size_t max_steps) {
    rtol_ = rtol;
    max_steps_ = max_steps;
    statistics_ = {};
    control_.begin_run();
    fallbacks_.clear();
    if (exchanges_rows_) {
        fallbacks_.emplace_back("linear systems were solved with row exchanges");
    }
}

void RosenbrockIntegrator::start(double t, std::span<const double> y, double atol, double stop,
                                 bool jumps_at_stop, double first_step) {
    t_ = t;
    before_ = t;
    std::copy(y.begin(), y.end(), y_.begin());
    atol_ = atol;
    stop_ = stop;
    latest_ = jumps_at_stop ? std::nextafter(stop, t) : stop;
    control_.start(first_step);
    needs_rates_ = true;
    needs_first_step_ = first_step <= 0.0;
    last_outcome_ = Outcome::done;
    bad_rate_.reset();
    ++statistics_.restarts;
}

bool RosenbrockIntegrator::rates(double t, std::span<const double> y, std::span<double> rate) {
    kernel_.rhs(std::min(t, latest_), y, rate);
    ++statistics_.rhs_evaluations;
    const auto bad = first_not_finite(rate);
    if (bad && !first_not_finite(y)) {
        bad_rate_ = bad;
    }
    return !bad;
}

/// df/dy and df/dt at (t_, y_).
void RosenbrockIntegrator::differentiate() {
    ++statistics_.jacobians;
    const double t = std::min(t_, latest_);
    kernel_.jacobian(t, y_, elimination_.jacobian(), jacobian_);
    bool has_bad = zero_not_finite(jacobian_);
    if (has_time_slope_) {
        kernel_.time_slope(t, y_, slope_);
        has_bad = zero_not_finite(slope_) || has_bad;
    }
    if (has_bad) {
        const std::string what = "derivatives of rates that were not finite were taken as 0";
        if (std::find(fallbacks_.begin(), fallbacks_.end(), what) == fallbacks_.end()) {
            fallbacks_.push_back(what);
        }
    }
}

/// The stages of a step from (t_, y_) and y_next_ at its end.
RosenbrockIntegrator::Outcome RosenbrockIntegrator::attempt(double h) {
    ++statistics_.factorisations;
    if (!matrix_.factor(jacobian_, 1.0 / (h * tableau_.gamma), exchanges_rows_)) {
        return Outcome::no_factors;
    }
    const std::size_t n = y_.size();
    for (int s = 0; s < tableau_.stages; ++s) {
        const auto row = static_cast<std::size_t>(s);
        std::span<const double> f = f_;
        if (s > 0) {
            add_stages(y_, k_.data(), s, tableau_.a[row].data(), y_next_);
            if (!rates(t_ + tableau_.alpha[row] * h, y_next_, f_stage_)) {
                return Outcome::not_finite;
            }
            f = f_stage_;
        }
        std::array<double, RosenbrockTableau::kMaxStages> c{};
        for (std::size_t j = 0; j < row; ++j) {
            c[j] = tableau_.c[row][j] / h;
        }
        add_stages(f, k_.data(), s, c.data(), right_);
        if (has_time_slope_ && tableau_.d[row] != 0.0) {
            const double weight = tableau_.d[row] * h;
            for (std::size_t i = 0; i < n; ++i) {
                right_[i] += weight * slope_[i];
            }
        }
        matrix_.solve(right_, stage(s));
        if (s == 0) {
            // A stage is a change of the state divided by the shift, and the state counts to its
            // tolerance: near a steady state the rates are rounding errors of what cancels in them,
            // and nothing depends on how well those are solved for.
            for (std::size_t i = 0; i < n; ++i) {
                beside_[i] = (std::fabs(y_[i]) + atol_ / rtol_) / (h * tableau_.gamma);
            }
            const double most = std::min(kMostLuError, 0.01 * rtol_);
            if (!(matrix_.backward_error(right_, stage(0), beside_) < most)) {
                return Outcome::no_factors;
            }
        }
        elimination_.complete(stage(s).data());
    }
    const auto last = static_cast<std::size_t>(tableau_.stages - 1);
    RosenbrockTableau::Row weights = tableau_.a[last];
    weights[last] = 1.0;
    add_stages(y_, k_.data(), tableau_.stages, weights.data(), y_next_);
    return Outcome::done;
}

double RosenbrockIntegrator::error_norm() const noexcept {
    const std::size_t n = y_.size();
    const double* const error = k_.data() + static_cast<std::size_t>(tableau_.stages - 1) * n;
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double size = std::max(std::fabs(y_[i]), std::fabs(y_next_[i]));
        const double ratio = error[i] / (atol_ + rtol_ * size);
        sum += ratio * ratio;
    }
    return std::sqrt(sum / static_cast<double>(n));
}

Status RosenbrockIntegrator::step(double limit, double& t, std::span<double> y) {
    t = t_;
    if (needs_rates_) {
        if (!rates(t_, y_, f_)) {
            last_outcome_ = Outcome::not_finite;
            return give_up();
        }
        differentiate();
        needs_rates_ = false;
    }
    const double left = std::min(limit, stop_) - t_;
    if (needs_first_step_) {
        // Where rates depend on time, their value now says nothing about what is coming.
        const double most = depends_on_time_ ? 0.01 * (stop_ - t_) : stop_ - t_;
        control_.start(y_.data(), f_.data(), y_.size(), 1, rtol_, atol_, most);
        needs_first_step_ = false;
    }
    int refusals = 0;
    for (;;) {
        const double h = control_.cut(left);
        const bool reaches_limit = h == left;
        if (statistics_.steps >= max_steps_) {
            return failure(Failure::too_many_steps,
                           fmt::format("{} steps were not enough", max_steps_));
        }
        bad_rate_.reset();
        last_outcome_ = attempt(h);
        const double error = last_outcome_ == Outcome::done ? error_norm() : 0.0;
        if (last_outcome_ == Outcome::done && !std::isfinite(error)) {
            last_outcome_ = Outcome::not_finite;
        }
        if (last_outcome_ == Outcome::done && error <= 1.0) {
            ++statistics_.steps;
            control_.accept(h, error, reaches_limit);
            before_ = t_;
            t_ = reaches_limit ? std::min(limit, stop_) : t_ + h;
            y_before_.swap(y_);
            y_.swap(y_next_);
            k_.swap(k_accepted_);
            needs_rates_ = true;
            std::copy(y_.begin(), y_.end(), y.begin());
            t = t_;
            return {};
        }
        if (last_outcome_ == Outcome::done) {
            ++statistics_.error_test_failures;
            control_.reject(h, error);
        } else {
            control_.refuse(h);
        }
        refusals = last_outcome_ == Outcome::no_factors ? refusals + 1 : 0;
        if (refusals > kMostLuRefusals || control_.is_lost(t_, stop_)) {
            return give_up();
        }
    }
}

Status RosenbrockIntegrator::failure(Failure kind, std::string why) {
    Status status{kind, t_, bad_rate_ ? bad_rate_ : worst_species(),
                  fmt::format("at time {:.6g}: {}", t_, why)};
    if (status.species) {
        status.message += fmt::format("; worst species: {}",
                                      kernel_.system().species().names()[status.species->value]);
    }
    return status;
}

Status RosenbrockIntegrator::give_up() {
    switch (last_outcome_) {
        case Outcome::not_finite:
            return failure(Failure::not_finite_rate, "the rate of change is not finite");
        case Outcome::no_factors:
            return failure(Failure::newton, "the linear systems could not be solved");
        case Outcome::done:
            break;
    }
    return failure(Failure::error_test, "no step is small enough for the error test");
}

/// Of the largest weighted error of the last attempt; before one, of the largest weighted rate.
std::optional<SpeciesId> RosenbrockIntegrator::worst_species() const noexcept {
    const std::size_t n = y_.size();
    const double* const error = k_.data() + static_cast<std::size_t>(tableau_.stages - 1) * n;
    const double* const sizes = last_outcome_ == Outcome::done ? error : f_.data();
    std::optional<SpeciesId> worst;
    double largest = 0.0;
    for (std::uint32_t i = 0; i < n; ++i) {
        const double ratio = std::fabs(sizes[i]) / (atol_ + rtol_ * std::fabs(y_[i]));
        if (!(ratio <= largest)) {
            largest = ratio;
            worst = SpeciesId{i};
        }
    }
    return worst;
}

void RosenbrockIntegrator::interpolate(double t, std::span<double> y) {
    if (t >= t_) {
        std::copy(y_.begin(), y_.end(), y.begin());
        return;
    }
    const std::size_t n = y_.size();
    const double theta = (t - before_) / (t_ - before_);
    std::fill(y.begin(), y.end(), 0.0);
    for (int m = tableau_.dense_terms; m-- > 0;) {
        const RosenbrockTableau::Row& weights = tableau_.dense[static_cast<std::size_t>(m)];
        for (double& value : y) {
            value *= theta;
        }
        for (int j = 0; j < tableau_.stages; ++j) {
            const double weight = weights[static_cast<std::size_t>(j)];
            const double* const k = k_accepted_.data() + static_cast<std::size_t>(j) * n;
            for (std::size_t i = 0; i < n; ++i) {
                y[i] += weight * k[i];
            }
        }
    }
    // By differences, so that what does not change keeps its value to the last bit: a trigger may
    // compare it with a copy of itself.
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = y_before_[i] + theta * ((y_[i] - y_before_[i]) + (1.0 - theta) * y[i]);
    }
}

bool RosenbrockIntegrator::euler_correction(double t, std::span<const double> y, double h,
                                            std::span<double> correction) {
    kernel_.rhs(std::min(t, latest_), y, right_);
    kernel_.jacobian(std::min(t, latest_), y, elimination_.jacobian(), euler_jacobian_);
    ++statistics_.jacobians;
    if (first_not_finite(right_) || first_not_finite(euler_jacobian_)) {
        return false;
    }
    // Laws that were not eliminated make J singular and h is long: the diagonal may be no good.
    for (const bool exchanges : {false, true}) {
        ++statistics_.factorisations;
        if (!euler_matrix_.factor(euler_jacobian_, 1.0 / h, exchanges)) {
            continue;
        }
        euler_matrix_.solve(right_, correction);
        if (euler_matrix_.backward_error(right_, correction) < kMostLuError) {
            elimination_.complete(correction.data());
            return true;
        }
    }
    return false;
}

}  // namespace erbium::sim
