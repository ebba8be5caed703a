// SPDX-License-Identifier: Apache-2.0
// erbium/fit/trust_region.cpp: bounded Gauss-Newton in a trust region.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/optimum.hpp"

namespace erbium::fit {
namespace {

double norm(std::span<const double> v) noexcept {
    return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
}

/// The quadratic model m(s) = g s + s H s / 2 over all coordinates.
struct Model {
    std::span<const double> gradient;
    std::span<const double> curvature;

    [[nodiscard]] double value(std::span<const double> s) const noexcept {
        const std::size_t n = s.size();
        double sum = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            double row = 0.0;
            for (std::size_t j = 0; j < n; ++j) {
                row += curvature[i * n + j] * s[j];
            }
            sum += s[i] * (gradient[i] + 0.5 * row);
        }
        return sum;
    }
};

/// argmin of g s + s H s / 2 in the ball |s| <= radius: (H + lambda I) s = -g with the least
/// lambda >= 0 that makes the matrix positive definite and |s| <= radius.
std::vector<double> step_in_ball(const std::vector<double>& g, const std::vector<double>& h,
                                 double radius) {
    const std::size_t n = g.size();
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        largest = std::max(largest, h[i * n + i]);
    }
    // A semidefinite matrix is made definite by far less than its own rounding errors matter.
    double lambda = 1e-14 * largest;
    double low = 0.0;
    double high = std::numeric_limits<double>::infinity();
    std::vector<double> shifted;
    std::vector<double> s;
    constexpr int kMostIterations = 60;
    for (int iteration = 0; iteration < kMostIterations; ++iteration) {
        shifted = h;
        for (std::size_t i = 0; i < n; ++i) {
            shifted[i * n + i] += lambda;
        }
        const Cholesky factor{shifted, n};
        if (!factor.ok()) {
            low = std::max(low, lambda);
            lambda = std::isfinite(high) ? 0.5 * (low + high)
                                         : std::max({10.0 * lambda, 1e-12 * largest, 1e-300});
            continue;
        }
        s = g;
        for (double& v : s) {
            v = -v;
        }
        factor.solve(s);
        const double length = norm(s);
        if (length <= radius * 1.0001) {
            if (iteration == 0 || length >= 0.95 * radius || lambda <= low) {
                return s;
            }
            high = lambda;
        } else {
            low = std::max(low, lambda);
        }
        // Newton's method for 1/|s| = 1/radius (More and Sorensen, algorithm 3.2), kept in the
        // bracket.
        std::vector<double> q = s;
        factor.solve_lower(q);
        const double q_norm = norm(q);
        double next = lambda + (length / q_norm) * (length / q_norm) * (length - radius) / radius;
        if (!(next > low) || !(next < high)) {
            next = std::isfinite(high) ? 0.5 * (low + high) : 2.0 * std::max(lambda, 1e-12);
        }
        lambda = next;
    }
    const double length = s.empty() ? 0.0 : norm(s);
    if (s.empty()) {
        s.assign(n, 0.0);
    } else if (length > radius) {
        for (double& v : s) {
            v *= radius / length;
        }
    }
    return s;
}

class TrustRegion {
public:
    TrustRegion(Objective& objective, std::span<const double> start, const SearchOptions& options)
        : objective_{objective}, options_{options}, bounds_{objective.coordinates()} {
        best_.x.assign(start.begin(), start.end());
        project(bounds_, best_.x);
    }

    Optimum run() {
        Evaluation at = objective_.evaluate(best_.x, Need::curvature);
        count(true);
        best_.value = at.value;
        if (!at.ok()) {
            best_.failure = at.failure;
            return std::move(best_);
        }
        best_.gradient = at.gradient;
        best_.ending = Ending::max_iterations;
        double radius = options_.first_radius;
        for (; best_.iterations < options_.max_iterations; ++best_.iterations) {
            if (projected_gradient(bounds_, best_.x, at.gradient) <= options_.gradient_tolerance) {
                best_.ending = Ending::gradient;
                break;
            }
            if (options_.stop != nullptr && options_.stop->load()) {
                best_.ending = Ending::stopped;
                break;
            }
            const std::vector<double> hessian =
                uses_second_ ? sum(at.curvature, second_) : at.curvature;
            const std::vector<double> s = step(Model{at.gradient, hessian}, radius);
            const double length = norm(s);
            if (length <= options_.step_tolerance) {
                best_.ending = Ending::step;
                break;
            }
            const double promised = -Model{at.gradient, hessian}.value(s);
            std::vector<double> x = best_.x;
            for (std::size_t i = 0; i < x.size(); ++i) {
                x[i] += s[i];
            }
            project(bounds_, x);  // rounding only
            const double value = objective_.evaluate(x, Need::value).value;
            count(false);
            const double gained = best_.value - value;
            const double ratio = gained / promised;
            if (!(ratio > 0.25)) {
                radius = 0.25 * length;
            } else if (ratio > 0.75 && length > 0.8 * radius) {
                radius *= 2.0;
            }
            const double least = options_.value_tolerance * std::max(1.0, std::fabs(best_.value));
            if (ratio > 1e-4 && gained > 0.0) {
                Evaluation next = objective_.evaluate(x, Need::curvature);
                count(true);
                if (!next.ok()) {
                    radius = 0.25 * length;
                    continue;
                }
                learn(at, next, s, gained);
                at = std::move(next);
                best_.x = std::move(x);
                best_.value = at.value;
                best_.gradient = at.gradient;
                if (gained < least && promised < 10.0 * least) {
                    best_.ending = Ending::value;
                    break;
                }
            } else if (uses_second_) {
                uses_second_ = false;  // its model was wrong here; once more without
            } else if (promised < 0.01 * least) {
                best_.ending = Ending::value;  // less to be had than the objective's own noise
                break;
            }
        }
        return std::move(best_);
    }

private:
    void count(bool has_derivatives) noexcept {
        ++best_.evaluations;
        best_.derivatives += has_derivatives ? 1 : 0;
    }

    static std::vector<double> sum(const std::vector<double>& a, const std::vector<double>& b) {
        std::vector<double> result = a;
        for (std::size_t i = 0; i < b.size(); ++i) {
            result[i] += b[i];
        }
        return result;
    }

    /// What the Fisher information leaves out of the Hessian, from how the gradient changed over
    /// the step: the sized secant update of NL2SOL (Dennis, Gay and Welsch 1981,
    /// doi:10.1145/355958.355965). Of the models with and without it, the one that told the last
    /// gain better makes the next step.
    void learn(const Evaluation& before, const Evaluation& after, const std::vector<double>& s,
               double gained) {
        const std::size_t n = s.size();
        if (second_.empty()) {
            second_.assign(n * n, 0.0);
        }
        const double plain = -Model{before.gradient, before.curvature}.value(s);
        const std::vector<double> hessian = sum(before.curvature, second_);
        const double augmented = -Model{before.gradient, hessian}.value(s);
        std::vector<double> y(n);
        std::vector<double> rest(n);  // y - F s, then minus S s
        std::vector<double> second_s(n, 0.0);
        double ys = 0.0;
        double s_rest = 0.0;
        double s_second_s = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            y[i] = after.gradient[i] - before.gradient[i];
            rest[i] = y[i];
            for (std::size_t j = 0; j < n; ++j) {
                rest[i] -= after.curvature[i * n + j] * s[j];
                second_s[i] += second_[i * n + j] * s[j];
            }
            ys += y[i] * s[i];
            s_rest += s[i] * rest[i];
            s_second_s += s[i] * second_s[i];
        }
        uses_second_ = std::fabs(augmented - gained) < std::fabs(plain - gained);
        if (!(ys > 1e-12 * norm(y) * norm(s))) {
            return;
        }
        const double size = s_second_s == 0.0 ? 1.0 : std::min(1.0, std::fabs(s_rest / s_second_s));
        double excess = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            rest[i] -= size * second_s[i];
            excess += rest[i] * s[i];
        }
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double& entry = second_[i * n + j];
                entry = size * entry + (rest[i] * y[j] + y[i] * rest[j]) / ys -
                        excess * y[i] * y[j] / (ys * ys);
            }
        }
    }

    /// The step of the bounded subproblem, or projected steepest descent when that is better.
    std::vector<double> step(const Model& model, double radius) const {
        std::vector<double> newton = bounded_newton(model, radius);
        std::vector<double> cauchy = projected_cauchy(model, radius);
        return model.value(newton) <= model.value(cauchy) ? newton : cauchy;
    }

    std::vector<double> bounded_newton(const Model& at, double radius) const {
        const std::size_t n = best_.x.size();
        std::vector<std::size_t> free;
        for (std::size_t i = 0; i < n; ++i) {
            const bool is_held = (best_.x[i] <= bounds_[i].lower && at.gradient[i] >= 0.0) ||
                                 (best_.x[i] >= bounds_[i].upper && at.gradient[i] <= 0.0);
            if (!is_held) {
                free.push_back(i);
            }
        }
        std::vector<double> s(n, 0.0);
        double used = 0.0;  // of radius^2, by coordinates that have met a bound
        while (!free.empty()) {
            const std::size_t m = free.size();
            std::vector<double> g(m);
            std::vector<double> h(m * m);
            for (std::size_t a = 0; a < m; ++a) {
                g[a] = at.gradient[free[a]];
                for (std::size_t j = 0; j < n; ++j) {
                    g[a] += at.curvature[free[a] * n + j] * s[j];
                }
                for (std::size_t b = 0; b < m; ++b) {
                    h[a * m + b] = at.curvature[free[a] * n + free[b]];
                }
            }
            const double room = std::sqrt(std::max(radius * radius - used, 0.0));
            if (room < 1e-3 * radius) {
                break;
            }
            const std::vector<double> part = step_in_ball(g, h, room);
            std::vector<std::size_t> still_free;
            for (std::size_t a = 0; a < m; ++a) {
                const std::size_t i = free[a];
                const double to = best_.x[i] + part[a];
                if (to < bounds_[i].lower || to > bounds_[i].upper) {
                    s[i] = std::clamp(to, bounds_[i].lower, bounds_[i].upper) - best_.x[i];
                    used += s[i] * s[i];
                } else {
                    still_free.push_back(i);
                }
            }
            if (still_free.size() == m) {
                for (std::size_t a = 0; a < m; ++a) {
                    s[free[a]] = part[a];
                }
                break;
            }
            free = std::move(still_free);
        }
        return s;
    }

    /// The best of a few points on the projected path x(t) = P(x - t g) inside the ball.
    std::vector<double> projected_cauchy(const Model& model, double radius) const {
        const double slope = norm(model.gradient);
        std::vector<double> best(best_.x.size(), 0.0);
        double best_value = 0.0;
        double t = slope > 0.0 ? radius / slope : 0.0;
        for (int k = 0; k < 12; ++k, t *= 0.25) {
            std::vector<double> s = best_.x;
            for (std::size_t i = 0; i < s.size(); ++i) {
                s[i] -= t * model.gradient[i];
            }
            project(bounds_, s);
            for (std::size_t i = 0; i < s.size(); ++i) {
                s[i] -= best_.x[i];
            }
            const double value = model.value(s);
            if (value < best_value) {
                best_value = value;
                best = std::move(s);
            }
        }
        return best;
    }

    Objective& objective_;
    const SearchOptions& options_;
    std::span<const Coordinate> bounds_;
    Optimum best_;
    std::vector<double> second_;  // estimate of the Hessian less the Fisher information
    bool uses_second_{};
};

}  // namespace

Optimum minimise_trust_region(Objective& objective, std::span<const double> start,
                              const SearchOptions& options) {
    return TrustRegion{objective, start, options}.run();
}

}  // namespace erbium::fit
