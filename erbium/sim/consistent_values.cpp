// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/consistent_values.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "erbium/math/ordering.hpp"

namespace erbium::sim {
namespace {

constexpr int kMostSteps = 100;
constexpr double kLeastPart = 1e-10;  // of a step, by damping
// Corrections in units of what an integrator of usual tolerance does not see.
constexpr double kUnit = 1e-6;  // relative
constexpr double kUnitOfLargest = Tolerances::kAtolOfLargest;
constexpr double kSettled = 1e-6;     // then the next one is lost in rounding
constexpr double kGoodEnough = 1e-2;  // where rounding lets corrections shrink no more

}  // namespace

ConsistentValues::ConsistentValues(eqn::ReferenceKernel& kernel)
    : kernel_{kernel}, algebraic_{kernel.system().algebraic_states()} {
    if (!are_needed()) {
        return;
    }
    std::map<std::int32_t, std::int32_t> place_of;  // by state
    for (std::size_t a = 0; a < algebraic_.size(); ++a) {
        place_of.emplace(static_cast<std::int32_t>(algebraic_.states[a].value),
                         static_cast<std::int32_t>(a));
    }
    const eqn::Program program = kernel.system().program();
    column_begins_.push_back(0);
    for (const SpeciesId state : algebraic_.states) {
        std::vector<std::pair<std::int32_t, std::size_t>> column;
        for (std::int32_t e = program.column_begins[state.value];
             e < program.column_begins[state.value + 1]; ++e) {
            const auto entry = static_cast<std::size_t>(e);
            if (const auto at = place_of.find(program.row_of_entry[entry]); at != place_of.end()) {
                column.emplace_back(at->second, entry);
            }
        }
        std::sort(column.begin(), column.end());
        for (const auto& [row, entry] : column) {
            row_of_entry_.push_back(row);
            sources_.push_back(entry);
        }
        column_begins_.push_back(static_cast<std::int32_t>(row_of_entry_.size()));
    }
    const math::SparsePattern pattern{column_begins_, row_of_entry_};
    lu_.emplace(pattern, math::minimum_degree_order(pattern));
    for (std::size_t a = 0; a < algebraic_.size(); ++a) {
        moves_only_ = moves_only_ && !algebraic_.moves_of(a).empty();
    }
    const std::size_t states = kernel.system().state_count();
    jacobian_.resize(kernel.system().jacobian_size());
    block_.resize(sources_.size());
    for (std::vector<double>* v : {&row_sizes_, &residual_, &change_, &next_}) {
        v->resize(algebraic_.size());
    }
    for (std::vector<double>* v : {&rates_, &direction_, &trial_}) {
        v->resize(states);
    }
}

void ConsistentValues::guess(std::span<double> y) const noexcept {
    for (const SpeciesId state : algebraic_.states) {
        if (std::isnan(y[state.value])) {
            y[state.value] = 1.0;
        }
    }
}

/// Residuals at (t, y); false when one is not finite.
bool ConsistentValues::evaluate(double t, std::span<const double> y) {
    kernel_.rhs(t, y, rates_);
    for (std::size_t a = 0; a < algebraic_.size(); ++a) {
        residual_[a] = rates_[algebraic_.states[a].value];
        if (!std::isfinite(residual_[a])) {
            return false;
        }
    }
    return true;
}

/// Rows are scaled, so that exchanges do not depend on the units of equations.
bool ConsistentValues::factor(double t, std::span<const double> y) {
    kernel_.jacobian(t, y, jacobian_);
    std::fill(row_sizes_.begin(), row_sizes_.end(), 0.0);
    for (std::size_t e = 0; e < sources_.size(); ++e) {
        block_[e] = jacobian_[sources_[e]];
        double& size = row_sizes_[static_cast<std::size_t>(row_of_entry_[e])];
        size = std::max(size, std::fabs(block_[e]));
    }
    for (std::size_t e = 0; e < sources_.size(); ++e) {
        block_[e] /= row_sizes_[static_cast<std::size_t>(row_of_entry_[e])];
    }
    return lu_->factor(block_.data(), -1.0, 0.0);
}

/// The change that the residuals ask for.
void ConsistentValues::solve(std::span<double> change) {
    for (std::size_t a = 0; a < residual_.size(); ++a) {
        change[a] = residual_[a] / row_sizes_[a];
    }
    lu_->solve(change.data(), change.data());
}

double ConsistentValues::size(std::span<const double> change, std::span<const double> y,
                              double largest) const noexcept {
    double size = 0.0;
    for (std::size_t a = 0; a < change.size(); ++a) {
        const double unit = kUnit * std::fabs(y[algebraic_.states[a].value]) +
                            kUnitOfLargest * (largest > 0.0 ? largest : 1.0);
        const double ratio = std::fabs(change[a]) / unit;
        size = ratio <= size ? size : ratio;  // NaN stays
    }
    return size;
}

/// The part of direction_ that leaves positive amounts positive where several move together.
double ConsistentValues::most_of(std::span<const double> y) const noexcept {
    double part = 1.0;
    const auto limit = [&](std::uint32_t s) {
        constexpr double kRounding = 1e-12;  // a reaction may use up all of an amount
        if (y[s] > 0.0 && direction_[s] < -(1.0 + kRounding) * y[s]) {
            part = std::min(part, -0.9 * y[s] / direction_[s]);
        }
    };
    for (std::size_t a = 0; a < algebraic_.size(); ++a) {
        for (const eqn::Term& move : algebraic_.moves_of(a)) {
            limit(move.index);
            limit(algebraic_.states[a].value);
        }
    }
    return part;
}

void ConsistentValues::set_trial(std::span<const double> y, double part) {
    for (std::size_t s = 0; s < y.size(); ++s) {
        trial_[s] = y[s] + part * direction_[s];
    }
}

void ConsistentValues::set_direction() {
    std::fill(direction_.begin(), direction_.end(), 0.0);
    for (std::size_t a = 0; a < change_.size(); ++a) {
        direction_[algebraic_.states[a].value] = change_[a];
    }
    algebraic_.to_states(direction_);
}

Status ConsistentValues::find(double t, std::span<double> y, double largest) {
    if (!are_needed()) {
        return {};
    }
    kernel_.hold_comparisons(t, y);
    const std::vector<double> before(y.begin(), y.end());
    Status status = by_newton(t, y, largest);
    if (!status.ok() && moves_only_) {
        std::copy(before.begin(), before.end(), y.begin());
        if (relax(t, y)) {
            status = by_newton(t, y, largest);
        }
    }
    if (!status.ok()) {
        std::copy(before.begin(), before.end(), y.begin());
    }
    return status;
}

Status ConsistentValues::by_newton(double t, std::span<double> y, double largest) {
    if (!evaluate(t, y)) {
        return failure(t, "are not finite");
    }
    bool was_nudged = false;
    for (int step = 0; step < kMostSteps; ++step) {
        if (!factor(t, y)) {
            if (std::exchange(was_nudged, true) || !nudge(y) || !evaluate(t, y) || !factor(t, y)) {
                return failure(t,
                               "do not determine their states: the derivatives of the equations "
                               "by them are singular or not finite (an index above 1, or no "
                               "solution of its own)");
            }
        }
        solve(change_);
        const double now = size(change_, y, largest);
        if (!std::isfinite(now)) {
            break;
        }
        set_direction();
        double part = most_of(y);
        for (bool is_accepted = false; !is_accepted; part *= 0.5) {
            set_trial(y, part);
            if (evaluate(t, trial_)) {
                solve(next_);
                if (size(next_, trial_, largest) <= kSettled) {
                    std::copy(trial_.begin(), trial_.end(), y.begin());
                    return {};
                }
                is_accepted = size(next_, y, largest) <= (1.0 - 0.25 * part) * now;
            }
            if (!is_accepted && now <= kGoodEnough) {
                return {};
            }
            if (!is_accepted && part < kLeastPart) {
                return failure(t, "have no solution that was found");
            }
        }
        std::copy(trial_.begin(), trial_.end(), y.begin());
    }
    return failure(t, "have no solution that was found");
}

/// Away from where the model lets the search begin, if that is a place such as 0 of z^3 = 8. False
/// where there is no state that may be moved alone.
bool ConsistentValues::nudge(std::span<double> y) const noexcept {
    bool has_moved = false;
    for (std::size_t a = 0; a < algebraic_.size(); ++a) {
        double& value = y[algebraic_.states[a].value];
        if (algebraic_.moves_of(a).empty()) {
            value += 0.1 * std::max(1.0, std::fabs(value));
            has_moved = true;
        }
    }
    return has_moved;
}

/// Quasi-steady reactions relax in a time of their own, in which nothing else happens: implicit
/// Euler steps there, ever longer, keep amounts positive where Newton's would not.
bool ConsistentValues::relax(double t, std::span<double> y) {
    constexpr int kMostRelaxing = 400;
    constexpr double kFirst = 0.1;  // over the time of the fastest
    constexpr double kLast = 1e12;
    double fastest = 0.0;
    double time = 0.0;
    for (int step = 0; step < kMostRelaxing; ++step) {
        if (!evaluate(t, y)) {
            return false;
        }
        kernel_.jacobian(t, y, jacobian_);
        for (std::size_t e = 0; e < sources_.size(); ++e) {
            block_[e] = jacobian_[sources_[e]];
        }
        if (step == 0) {
            for (const double entry : block_) {
                fastest = std::max(fastest, std::fabs(entry));
            }
            time = kFirst / fastest;
        }
        if (!lu_->factor(block_.data(), -1.0, 1.0 / time)) {
            return false;
        }
        lu_->solve(residual_.data(), change_.data());
        set_direction();
        if (most_of(y) < 1.0) {
            time *= 0.25;
            continue;
        }
        set_trial(y, 1.0);
        std::copy(trial_.begin(), trial_.end(), y.begin());
        if (time * fastest > kLast) {
            return true;
        }
        time *= 2.0;
    }
    return false;
}

Status ConsistentValues::failure(double t, std::string_view why) const {
    std::size_t worst = 0;
    for (std::size_t a = 1; a < residual_.size(); ++a) {
        worst = std::fabs(residual_[a]) > std::fabs(residual_[worst]) ? a : worst;
    }
    const SpeciesId state = algebraic_.states[worst];
    return {Failure::algebraic, t, state,
            fmt::format("at time {:.6g}: the algebraic equations {}; the worst is that of {}", t,
                        why, kernel_.system().species().names()[state.value])};
}

}  // namespace erbium::sim
