// SPDX-License-Identifier: Apache-2.0
// erbium/fit/quasi_newton.cpp: bounded quasi-Newton of limited memory.
#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>

#include "erbium/fit/optimum.hpp"

namespace erbium::fit {
namespace {

constexpr std::size_t kMemory = 12;   ///< pairs of steps and changes of the gradient
constexpr double kSufficient = 1e-4;  ///< part of the promised decrease that a step must bring
constexpr int kMostHalvings = 40;

double dot(std::span<const double> a, std::span<const double> b) noexcept {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Pair {
    std::vector<double> step;
    std::vector<double> change;  // of the gradient
};

class QuasiNewton {
public:
    QuasiNewton(Objective& objective, std::span<const double> start, const SearchOptions& options)
        : objective_{objective}, options_{options}, bounds_{objective.coordinates()} {
        best_.x.assign(start.begin(), start.end());
        project(bounds_, best_.x);
    }

    Optimum run() {
        Evaluation at = objective_.evaluate(best_.x, Need::gradient);
        ++best_.evaluations;
        ++best_.derivatives;
        best_.value = at.value;
        if (!at.ok()) {
            best_.failure = at.failure;
            return std::move(best_);
        }
        best_.gradient = at.gradient;
        best_.ending = Ending::max_iterations;
        int small = 0;
        for (; best_.iterations < options_.max_iterations; ++best_.iterations) {
            if (projected_gradient(bounds_, best_.x, best_.gradient) <=
                options_.gradient_tolerance) {
                best_.ending = Ending::gradient;
                break;
            }
            if (options_.stop != nullptr && options_.stop->load()) {
                best_.ending = Ending::stopped;
                break;
            }
            const double before = best_.value;
            if (!advance(direction())) {
                if (pairs_.empty()) {
                    best_.ending = Ending::step;
                    break;
                }
                pairs_.clear();  // once more along the gradient
                continue;
            }
            const double least = options_.value_tolerance * std::max(1.0, std::fabs(before));
            small = before - best_.value < least ? small + 1 : 0;
            if (small >= 3) {
                best_.ending = Ending::value;
                break;
            }
        }
        return std::move(best_);
    }

private:
    [[nodiscard]] bool is_held(std::size_t i) const noexcept {
        return (best_.x[i] <= bounds_[i].lower && best_.gradient[i] >= 0.0) ||
               (best_.x[i] >= bounds_[i].upper && best_.gradient[i] <= 0.0);
    }

    /// Minus the inverse Hessian's estimate times the gradient, over the coordinates that are free.
    [[nodiscard]] std::vector<double> direction() const {
        const std::size_t n = best_.x.size();
        std::vector<std::uint8_t> is_free(n);
        std::vector<double> q(n, 0.0);
        for (std::size_t i = 0; i < n; ++i) {
            is_free[i] = is_held(i) ? 0 : 1;
            q[i] = is_free[i] != 0 ? best_.gradient[i] : 0.0;
        }
        const auto restricted = [&](const std::vector<double>& a, const std::vector<double>& b) {
            double sum = 0.0;
            for (std::size_t i = 0; i < n; ++i) {
                sum += is_free[i] != 0 ? a[i] * b[i] : 0.0;
            }
            return sum;
        };
        std::vector<double> alpha(pairs_.size());
        double scale = 0.0;
        for (std::size_t k = pairs_.size(); k-- > 0;) {
            const double curvature = restricted(pairs_[k].step, pairs_[k].change);
            if (!(curvature > 0.0)) {
                continue;  // the pair says nothing about this face of the box
            }
            alpha[k] = restricted(pairs_[k].step, q) / curvature;
            for (std::size_t i = 0; i < n; ++i) {
                q[i] -= is_free[i] != 0 ? alpha[k] * pairs_[k].change[i] : 0.0;
            }
            if (scale == 0.0) {
                scale = curvature / restricted(pairs_[k].change, pairs_[k].change);
            }
        }
        if (scale == 0.0) {
            scale = options_.first_radius / std::max(std::sqrt(dot(q, q)), 1e-300);
        }
        for (double& v : q) {
            v *= scale;
        }
        for (std::size_t k = 0; k < pairs_.size(); ++k) {
            const double curvature = restricted(pairs_[k].step, pairs_[k].change);
            if (!(curvature > 0.0)) {
                continue;
            }
            const double beta = restricted(pairs_[k].change, q) / curvature;
            for (std::size_t i = 0; i < n; ++i) {
                q[i] += is_free[i] != 0 ? (alpha[k] - beta) * pairs_[k].step[i] : 0.0;
            }
        }
        for (double& v : q) {
            v = -v;
        }
        return q;
    }

    /// A step along the projected path that decreases enough; false when there is none.
    bool advance(const std::vector<double>& along) {
        double t = 1.0;
        for (int k = 0; k < kMostHalvings; ++k, t *= 0.5) {
            std::vector<double> x = best_.x;
            for (std::size_t i = 0; i < x.size(); ++i) {
                x[i] += t * along[i];
            }
            project(bounds_, x);
            std::vector<double> step = x;
            for (std::size_t i = 0; i < x.size(); ++i) {
                step[i] -= best_.x[i];
            }
            const double promised = -dot(best_.gradient, step);
            const double length = std::sqrt(dot(step, step));
            if (!(promised > 0.0) || length <= options_.step_tolerance) {
                return false;
            }
            // A first step may be tried anywhere; the gradient comes with the value, for most
            // steps are taken.
            Evaluation next = objective_.evaluate(x, Need::gradient);
            ++best_.evaluations;
            ++best_.derivatives;
            if (!next.ok() || !(best_.value - next.value >= kSufficient * promised)) {
                continue;
            }
            std::vector<double> change = next.gradient;
            for (std::size_t i = 0; i < x.size(); ++i) {
                change[i] -= best_.gradient[i];
            }
            if (dot(step, change) > 1e-10 * dot(change, change)) {
                pairs_.push_back({std::move(step), std::move(change)});
                if (pairs_.size() > kMemory) {
                    pairs_.pop_front();
                }
            }
            best_.x = std::move(x);
            best_.value = next.value;
            best_.gradient = std::move(next.gradient);
            return true;
        }
        return false;
    }

    Objective& objective_;
    const SearchOptions& options_;
    std::span<const Coordinate> bounds_;
    Optimum best_;
    std::deque<Pair> pairs_;
};

}  // namespace

Optimum minimise_quasi_newton(Objective& objective, std::span<const double> start,
                              const SearchOptions& options) {
    return QuasiNewton{objective, start, options}.run();
}

}  // namespace erbium::fit
