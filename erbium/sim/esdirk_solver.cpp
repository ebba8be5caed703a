// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/esdirk_solver.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace erbium::sim {
namespace {

constexpr int kMostIterations = 8;
// New factors are made when a step is this much shorter or longer than the one that they are of, or
// when a change was this part of the one before.
constexpr double kShortest = 0.5;
constexpr double kLongest = 1.7;
constexpr double kSlow = 0.4;
// A step that could grow by less than this keeps its length and so its factors.
constexpr double kWorthGrowing = 1.2;

}  // namespace

EsdirkIntegrator::EsdirkIntegrator(eqn::ReferenceKernel& kernel, eqn::Elimination elimination,
                                   const MatrixPlan& plan, const EsdirkTableau& tableau,
                                   double newton_tolerance)
    : OneStepIntegrator{kernel, std::move(elimination), plan, tableau.error_order},
      tableau_{tableau},
      newton_tolerance_{newton_tolerance} {
    const std::size_t n = kernel.system().state_count();
    for (std::vector<double>* state : {&base_, &f_stage_, &right_, &change_, &estimate_}) {
        state->resize(n);
    }
    k_.resize(EsdirkTableau::kStages * n);
    k_accepted_.resize(k_.size());
    // The polynomial in time through at most three earlier stages.
    for (std::size_t i = 1; i < EsdirkTableau::kStages; ++i) {
        const std::size_t first = i > 3 ? i - 3 : 0;
        for (std::size_t j = first; j < i; ++j) {
            double weight = 1.0;
            for (std::size_t m = first; m < i; ++m) {
                if (m != j) {
                    weight *= (tableau.c[i] - tableau.c[m]) / (tableau.c[j] - tableau.c[m]);
                }
            }
            guess_[i][j] = weight;
        }
    }
}

std::span<double> EsdirkIntegrator::stage(int s) noexcept {
    return std::span{k_}.subspan(static_cast<std::size_t>(s) * y_.size(), y_.size());
}

void EsdirkIntegrator::start(double t, std::span<const double> y, double atol, double stop,
                             bool jumps_at_stop, double first_step) {
    OneStepIntegrator::start(t, y, atol, stop, jumps_at_stop, first_step);
    h_matrix_ = 0.0;  // parameters may have changed
    is_matrix_fresh_ = false;
    wants_matrix_ = false;
    remaining_ = 1.0;
}

bool EsdirkIntegrator::prepare() {
    if (needs_rates_) {
        needs_rates_ = false;
        return rates(t_, y_, f_);
    }
    return true;
}

double EsdirkIntegrator::preferred(double h) const noexcept {
    return h > h_matrix_ && h < kWorthGrowing * h_matrix_ ? h_matrix_ : h;
}

void EsdirkIntegrator::accepted() {
    k_.swap(k_accepted_);
    // Not f(y): what is left of Newton's error would come back multiplied by the stiffness.
    const auto last = k_accepted_.end() - static_cast<std::ptrdiff_t>(y_.size());
    std::copy(last, k_accepted_.end(), f_.begin());
    needs_rates_ = false;
    is_matrix_fresh_ = false;
}

OneStepIntegrator::Outcome EsdirkIntegrator::attempt(double h) {
    for (;;) {
        const double ratio = h_matrix_ > 0.0 ? h / h_matrix_ : 0.0;
        if (wants_matrix_ || ratio < kShortest || ratio > kLongest) {
            if (!is_matrix_fresh_) {
                differentiate();
                is_matrix_fresh_ = true;
            }
            ++statistics_.factorisations;
            h_matrix_ = 0.0;
            if (!matrix_.factor(jacobian_, 1.0 / (h * tableau_.gamma), exchanges_rows_)) {
                return Outcome::no_factors;
            }
            h_matrix_ = h;
            is_matrix_checked_ = false;
            wants_matrix_ = false;
            remaining_ = 1.0;
        }
        const Outcome outcome = take_stages(h);
        if (outcome == Outcome::done) {
            estimate_error(h);
        }
        const bool has_best_matrix = is_matrix_fresh_ && h_matrix_ == h;
        if (outcome == Outcome::done || outcome == Outcome::no_factors || has_best_matrix) {
            return outcome;
        }
        ++statistics_.newton_failures;
        wants_matrix_ = true;
    }
}

OneStepIntegrator::Outcome EsdirkIntegrator::take_stages(double h) {
    std::copy(f_.begin(), f_.end(), stage(0).begin());
    for (int s = 1; s < EsdirkTableau::kStages; ++s) {
        if (const Outcome outcome = iterate(s, h); outcome != Outcome::done) {
            return outcome;
        }
    }
    return Outcome::done;
}

/// Newton's iteration for k_s and Y_s, which is y_next_. With factors of another step length h0 a
/// change is multiplied by 2 / (1 + h0 / h), which treats fast and slow states alike.
OneStepIntegrator::Outcome EsdirkIntegrator::iterate(int s, double h) {
    const auto row = static_cast<std::size_t>(s);
    const std::size_t n = y_.size();
    const std::span<double> k = stage(s);
    EsdirkTableau::Row weights{};
    for (std::size_t j = 0; j < row; ++j) {
        weights[j] = h * tableau_.a[row][j];
    }
    add_stages(y_, k_.data(), s, weights.data(), base_);
    sum_stages(k_.data(), s, guess_[row].data(), k);
    const double length = h * tableau_.gamma;
    for (std::size_t i = 0; i < n; ++i) {
        y_next_[i] = base_[i] + length * k[i];
    }
    remaining_ = std::sqrt(remaining_);  // of another stage: to be trusted less
    const double damping = 2.0 / (1.0 + h_matrix_ / h);
    double last_size = 0.0;
    for (int m = 0; m < kMostIterations; ++m) {
        if (!rates(t_ + tableau_.c[row] * h, y_next_, f_stage_)) {
            return Outcome::not_finite;
        }
        for (std::size_t i = 0; i < n; ++i) {
            right_[i] = f_stage_[i] - k[i];
        }
        matrix_.solve(right_, change_);
        if (!is_matrix_checked_) {
            if (!solves_well(right_, change_, h_matrix_ * tableau_.gamma)) {
                return Outcome::no_factors;
            }
            is_matrix_checked_ = true;
        }
        elimination_.complete(change_.data());
        for (std::size_t i = 0; i < n; ++i) {
            change_[i] *= damping;
            y_next_[i] += change_[i];
            k[i] += change_[i] / length;
        }
        const double size = weighted_norm(change_);
        if (!std::isfinite(size)) {
            return Outcome::not_finite;
        }
        if (m > 0) {
            const double rate = size / last_size;
            wants_matrix_ = wants_matrix_ || (rate > kSlow && size > newton_tolerance_);
            if (rate >= 1.0 && size > newton_tolerance_) {
                return Outcome::no_convergence;
            }
            remaining_ = rate < 1.0 ? rate / (1.0 - rate) : 1.0;
        }
        if (size == 0.0 || remaining_ * size <= newton_tolerance_) {
            return Outcome::done;
        }
        last_size = size;
    }
    return Outcome::no_convergence;
}

/// The stages' derivatives come from Newton's iteration, not from rates at its result: fast states
/// at rest put no more into the estimate than the iteration's error.
void EsdirkIntegrator::estimate_error(double h) {
    EsdirkTableau::Row weights = tableau_.error;
    for (double& weight : weights) {
        weight *= h;
    }
    sum_stages(k_.data(), EsdirkTableau::kStages, weights.data(), estimate_);
    error_ = estimate_;
}

void EsdirkIntegrator::interpolate(double t, std::span<double> y) {
    if (t >= t_) {
        std::copy(y_.begin(), y_.end(), y.begin());
        return;
    }
    const double h = t_ - before_;
    const double theta = (t - before_) / h;
    EsdirkTableau::Row weights{};
    for (std::size_t j = 0; j < weights.size(); ++j) {
        weights[j] =
            h * theta *
            (tableau_.dense[0][j] + theta * (tableau_.dense[1][j] + theta * tableau_.dense[2][j]));
    }
    add_stages(y_before_, k_accepted_.data(), EsdirkTableau::kStages, weights.data(), y);
}

}  // namespace erbium::sim
