// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/one_step_integrator.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace erbium::sim {
namespace {

constexpr int kMostLuRefusals = 4;  // in a row; then smaller steps are no help

/// Without a branch per value: 0 times a number that is not finite is none.
bool are_finite(std::span<const double> values) noexcept {
    constexpr std::size_t kSums = 8;  // side by side, for the sake of speed
    std::array<double, kSums> zeros{};
    std::size_t i = 0;
    for (; i + kSums <= values.size(); i += kSums) {
        for (std::size_t k = 0; k < kSums; ++k) {
            zeros[k] += 0.0 * values[i + k];
        }
    }
    for (; i < values.size(); ++i) {
        zeros[0] += 0.0 * values[i];
    }
    double sum = 0.0;
    for (const double zero : zeros) {
        sum += zero;
    }
    return sum == 0.0;
}

std::optional<SpeciesId> first_not_finite(std::span<const double> values) noexcept {
    if (are_finite(values)) {
        return std::nullopt;
    }
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            return SpeciesId{i};
        }
    }
    return std::nullopt;
}

/// As of x^0.5 at x = 0; the error estimate sees to the step. True where there was such an entry.
bool zero_not_finite(std::span<double> entries) noexcept {
    if (are_finite(entries)) {
        return false;
    }
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

void accumulate(const double* k, int stages, const double* weights, std::span<double> y) noexcept {
    const std::size_t n = y.size();
    for (int j = 0; j < stages; ++j) {
        const double weight = weights[j];
        const double* const row = k + static_cast<std::size_t>(j) * n;
        for (std::size_t i = 0; i < n; ++i) {
            y[i] += weight * row[i];
        }
    }
}

}  // namespace

void add_stages(std::span<const double> base, const double* k, int stages, const double* weights,
                std::span<double> y) noexcept {
    std::copy(base.begin(), base.end(), y.begin());
    accumulate(k, stages, weights, y);
}

void sum_stages(const double* k, int stages, const double* weights, std::span<double> y) noexcept {
    std::fill(y.begin(), y.end(), 0.0);
    accumulate(k, stages, weights, y);
}

OneStepIntegrator::OneStepIntegrator(eqn::ReferenceKernel& kernel, eqn::Elimination elimination,
                                     const MatrixPlan& plan, int error_order)
    : kernel_{kernel},
      fluxes_{kernel},
      elimination_{std::move(elimination)},
      derivatives_{kernel, elimination_.jacobian()},
      algebraic_{kernel.system().algebraic_states()},
      matrix_{plan, algebraic_.states},
      depends_on_time_{reads_time(kernel.system().program())},
      has_time_slope_{!kernel.system().program().time_partials.empty()},
      jacobian_(elimination_.row_of_entry().size()),
      euler_matrix_{plan, algebraic_.states},
      control_{error_order},
      euler_jacobian_(jacobian_.size()) {
    for (std::vector<double>* state :
         {&y_, &y_before_, &y_next_, &f_, &slope_, &beside_, &euler_rates_}) {
        state->resize(kernel.system().state_count());
    }
}

void OneStepIntegrator::begin_run(double rtol, std::size_t max_steps) {
    rtol_ = rtol;
    max_steps_ = max_steps;
    statistics_ = {};
    control_.begin_run();
    fallbacks_.clear();
    if (exchanges_rows_) {
        fallbacks_.emplace_back("linear systems were solved with row exchanges");
    }
}

void OneStepIntegrator::start(double t, std::span<const double> y, double atol, double stop,
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
    has_error_ = false;
    bad_rate_.reset();
    ++statistics_.restarts;
}

bool OneStepIntegrator::rates(double t, std::span<const double> y, std::span<double> rate) {
    fluxes_.rhs(std::min(t, latest_), y, rate);
    ++statistics_.rhs_evaluations;
    const auto bad = first_not_finite(rate);
    if (bad && !first_not_finite(y)) {
        bad_rate_ = bad;
    }
    return !bad;
}

void OneStepIntegrator::differentiate() {
    ++statistics_.jacobians;
    const double t = std::min(t_, latest_);
    derivatives_.evaluate(t, y_, jacobian_);
    bool has_bad = zero_not_finite(jacobian_);
    if (has_time_slope_) {
        kernel_.time_slope(t, y_, slope_);
        has_bad = zero_not_finite(slope_) || has_bad;
    }
    if (has_bad) {
        note("derivatives of rates that were not finite were taken as 0");
    }
}

bool OneStepIntegrator::solves_well(std::span<const double> right, std::span<const double> change,
                                    double length) {
    for (std::size_t i = 0; i < y_.size(); ++i) {
        beside_[i] = (std::fabs(y_[i]) + atol_ / rtol_) / length;
    }
    return matrix_.backward_error(right, change, beside_) < std::min(kMostLuError, 0.01 * rtol_);
}

void OneStepIntegrator::note(std::string what) {
    if (std::find(fallbacks_.begin(), fallbacks_.end(), what) == fallbacks_.end()) {
        fallbacks_.push_back(std::move(what));
    }
}

double OneStepIntegrator::weighted_norm(std::span<const double> change) const noexcept {
    const std::size_t n = y_.size();
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double size = std::max(std::fabs(y_[i]), std::fabs(y_next_[i]));
        const double ratio = change[i] / (atol_ + rtol_ * size);
        sum += ratio * ratio;
    }
    return std::sqrt(sum / static_cast<double>(n));
}

Status OneStepIntegrator::step(double limit, double& t, std::span<double> y) {
    t = t_;
    if (!prepare()) {
        last_outcome_ = Outcome::not_finite;
        has_error_ = false;
        return give_up();
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
        const double cut = control_.cut(left);
        const double h = cut == left ? left : preferred(cut);
        const bool reaches_limit = h == left;
        if (statistics_.steps >= max_steps_) {
            return failure(Failure::too_many_steps,
                           fmt::format("{} steps were not enough", max_steps_));
        }
        bad_rate_.reset();
        last_outcome_ = attempt(h);
        has_error_ = last_outcome_ == Outcome::done;
        double error = has_error_ ? weighted_norm(error_) : 0.0;
        if (has_error_ && !inner_error_.empty()) {
            const double inner = weighted_norm(inner_error_);
            error = inner <= error ? error : inner;  // also when it is no number
        }
        if (last_outcome_ == Outcome::done && !std::isfinite(error)) {
            last_outcome_ = Outcome::not_finite;
        }
        if (last_outcome_ == Outcome::done && error <= 1.0) {
            ++statistics_.steps;
            control_.accept(h, error, reaches_limit);
            before_ = t_;
            size_ = h;
            t_ = reaches_limit ? std::min(limit, stop_) : t_ + h;
            y_before_.swap(y_);
            y_.swap(y_next_);
            needs_rates_ = true;
            accepted();
            std::copy(y_.begin(), y_.end(), y.begin());
            t = t_;
            return {};
        }
        if (last_outcome_ == Outcome::done) {
            ++statistics_.error_test_failures;
            control_.reject(h, error);
        } else {
            statistics_.newton_failures += last_outcome_ == Outcome::no_convergence ? 1 : 0;
            control_.refuse(h);
        }
        refusals = last_outcome_ == Outcome::no_factors ? refusals + 1 : 0;
        if (refusals > kMostLuRefusals || control_.is_lost(t_, stop_)) {
            return give_up();
        }
    }
}

Status OneStepIntegrator::failure(Failure kind, std::string why) {
    Status status{kind, t_, bad_rate_ ? bad_rate_ : worst_species(),
                  fmt::format("at time {:.6g}: {}", t_, why)};
    if (status.species) {
        status.message += fmt::format("; worst species: {}",
                                      kernel_.system().species().names()[status.species->value]);
    }
    return status;
}

Status OneStepIntegrator::give_up() {
    switch (last_outcome_) {
        case Outcome::not_finite:
            return failure(Failure::not_finite_rate, "the rate of change is not finite");
        case Outcome::no_factors:
            return failure(Failure::newton, "the linear systems could not be solved");
        case Outcome::no_convergence:
            return failure(Failure::newton, "Newton's iteration did not converge");
        case Outcome::done:
            break;
    }
    return failure(Failure::error_test, "no step is small enough for the error test");
}

/// Of the largest weighted error of the last attempt; without one, of the largest weighted rate.
std::optional<SpeciesId> OneStepIntegrator::worst_species() const noexcept {
    const std::span<const double> sizes = has_error_ ? error_ : std::span<const double>{f_};
    std::optional<SpeciesId> worst;
    double largest = 0.0;
    for (std::uint32_t i = 0; i < y_.size(); ++i) {
        const double ratio = std::fabs(sizes[i]) / (atol_ + rtol_ * std::fabs(y_[i]));
        if (!(ratio <= largest)) {
            largest = ratio;
            worst = SpeciesId{i};
        }
    }
    return worst;
}

bool OneStepIntegrator::euler_correction(double t, std::span<const double> y, double h,
                                         std::span<double> correction) {
    fluxes_.rhs(std::min(t, latest_), y, euler_rates_);
    derivatives_.evaluate(std::min(t, latest_), y, euler_jacobian_);
    ++statistics_.jacobians;
    if (first_not_finite(euler_rates_) || first_not_finite(euler_jacobian_)) {
        return false;
    }
    // Laws that were not eliminated make J singular and h is long: the diagonal may be no good.
    for (const bool exchanges : {false, true}) {
        ++statistics_.factorisations;
        if (!euler_matrix_.factor(euler_jacobian_, 1.0 / h, exchanges)) {
            continue;
        }
        euler_matrix_.solve(euler_rates_, correction);
        if (euler_matrix_.backward_error(euler_rates_, correction) < kMostLuError) {
            elimination_.complete(correction.data());
            algebraic_.to_states(correction);
            return true;
        }
    }
    return false;
}

}  // namespace erbium::sim
