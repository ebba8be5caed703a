// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/rosenbrock_solver.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace erbium::sim {
namespace {

/// Where between the ends of a step its error is estimated: not in the middle, where the error of a
/// polynomial may pass 0.
constexpr double kPlaceInside = 0.3;

}  // namespace

RosenbrockIntegrator::RosenbrockIntegrator(eqn::ReferenceKernel& kernel,
                                           eqn::Elimination elimination, const MatrixPlan& plan,
                                           const RosenbrockTableau& tableau)
    : OneStepIntegrator{kernel, std::move(elimination), plan, tableau.error_order},
      tableau_{tableau},
      f_stage_(kernel.system().state_count()),
      right_(f_stage_.size()),
      k_(static_cast<std::size_t>(tableau.stages) * f_stage_.size()),
      k_accepted_(k_.size()),
      inside_(depends_on_time_ ? f_stage_.size() : 0) {}

std::span<double> RosenbrockIntegrator::stage(int s) noexcept {
    return std::span{k_}.subspan(static_cast<std::size_t>(s) * y_.size(), y_.size());
}

bool RosenbrockIntegrator::prepare() {
    if (needs_rates_) {
        if (!rates(t_, y_, f_)) {
            return false;
        }
        differentiate();
        needs_rates_ = false;
    }
    return true;
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
        if (algebraic_.empty()) {
            add_stages(f, k_.data(), s, c.data(), right_);
        } else {
            sum_stages(k_.data(), s, c.data(), right_);
            algebraic_.to_mass(right_);
            for (std::size_t i = 0; i < n; ++i) {
                right_[i] += f[i];
            }
        }
        if (has_time_slope_ && tableau_.d[row] != 0.0) {
            const double weight = tableau_.d[row] * h;
            for (std::size_t i = 0; i < n; ++i) {
                right_[i] += weight * slope_[i];
            }
        }
        matrix_.solve(right_, stage(s));
        if (s == 0 && !solves_well(right_, stage(0), h * tableau_.gamma)) {
            return Outcome::no_factors;
        }
        elimination_.complete(stage(s).data());
        algebraic_.to_states(stage(s));
    }
    const auto last = static_cast<std::size_t>(tableau_.stages - 1);
    RosenbrockTableau::Row weights = tableau_.a[last];
    weights[last] = 1.0;
    add_stages(y_, k_.data(), tableau_.stages, weights.data(), y_next_);
    error_ = stage(tableau_.stages - 1);
    return !depends_on_time_ || estimate_inside(h) ? Outcome::done : Outcome::not_finite;
}

/// A fast state that follows a slow forcing is right at the ends of a step however long it is, and
/// the estimate there says nothing about the states in between (Prothero and Robinson's problem).
/// What the dense output is wrong by at a place inside is found from the residual of the equations
/// there, r = f(t, y) - y', as the change that one step of Newton's method would make.
bool RosenbrockIntegrator::estimate_inside(double h) {
    const std::size_t n = y_.size();
    const auto stages = tableau_.stages;
    const RosenbrockTableau::Row weights = dense_weights(tableau_, kPlaceInside);
    RosenbrockTableau::Row slopes = dense_weight_slopes(tableau_, kPlaceInside);
    for (double& slope : slopes) {
        slope /= h;
    }
    add_stages(y_, k_.data(), stages, weights.data(), inside_);
    if (!rates(t_ + kPlaceInside * h, inside_, f_stage_)) {
        return false;
    }
    sum_stages(k_.data(), stages, slopes.data(), right_);
    algebraic_.to_mass(right_);
    for (std::size_t i = 0; i < n; ++i) {
        right_[i] = f_stage_[i] - right_[i];
    }
    matrix_.solve(right_, inside_);
    elimination_.complete(inside_.data());
    algebraic_.to_states(inside_);
    inner_error_ = inside_;
    return true;
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

void RosenbrockIntegrator::log_step(double end, bool is_cut, std::span<const double> y,
                                    TrajectoryLog& log) const {
    LoggedStep logged{.step = {before_, size_, latest_},
                      .end = end,
                      .is_cut = is_cut,
                      .y = y,
                      .rate = {},
                      .stages = k_accepted_.data(),
                      .stage_count = static_cast<std::size_t>(tableau_.stages),
                      .factors = matrix_.factors()};
    std::vector<double> rate;
    if (is_cut) {
        RosenbrockTableau::Row slopes = dense_weight_slopes(tableau_, (end - before_) / size_);
        for (double& slope : slopes) {
            slope /= size_;
        }
        rate.resize(y.size());
        sum_stages(k_accepted_.data(), tableau_.stages, slopes.data(), rate);
        logged.rate = rate;
    }
    log.step(logged);
}

}  // namespace erbium::sim
