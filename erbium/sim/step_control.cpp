// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/step_control.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "erbium/math/lane_kernels.hpp"

namespace erbium::sim {
namespace {

constexpr double kSafety = 0.9;
constexpr double kMostShrink = 5.0;
constexpr double kMostGrow = 10.0;
constexpr double kRefusal = 0.1;
constexpr double kLeastGuessRatio = 0.01;
constexpr double kMostGuessRatio = 1.0;

double power(double x, double y) noexcept {
    double result = 0.0;  // not std::pow: its last bit differs between machines
    math::lane_kernels().front().power(&x, &y, &result, 1);
    return result;
}

}  // namespace

void StepControl::begin_run() noexcept {
    start(0.0);
    guess_ratio_ = 1.0;
}

void StepControl::start(double h) noexcept {
    h_ = h;
    h_accepted_ = 0.0;
    guess_ = 0.0;
    was_rejected_ = false;
}

void StepControl::start(const double* y, const double* rate, std::size_t n, std::size_t stride,
                        double rtol, double atol, double most) noexcept {
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        largest = std::max(largest, std::fabs(y[i * stride]));
    }
    double fastest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double size = std::fabs(y[i * stride]) + 1e-4 * largest + atol;
        fastest = std::max(fastest, std::fabs(rate[i * stride]) / size);
    }
    start(most);
    if (fastest > 0.0 && std::isfinite(fastest)) {
        guess_ = 10.0 * power(rtol, exponent_) / fastest;
        h_ = std::min(guess_ * guess_ratio_, most);
    }
}

double StepControl::cut(double left) const noexcept {
    if (h_ >= left * (1.0 - 1e-10)) {
        return left;
    }
    return h_ > 0.5 * left ? 0.5 * left : h_;
}

bool StepControl::is_lost(double t, double stop) const noexcept {
    constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
    return h_ <= std::max(16.0 * kEpsilon * std::fabs(t), 1e-20 * (stop - t));
}

void StepControl::accept(double h, double error, bool was_cut) noexcept {
    error = std::max(error, 1e-10);
    double shrink = power(error, exponent_) / kSafety;
    if (h_accepted_ > 0.0) {
        const double predicted =
            h_accepted_ / h * power(error * error / error_accepted_, exponent_) / kSafety;
        shrink = std::max(shrink, predicted);
    }
    shrink = std::clamp(shrink, 1.0 / kMostGrow, kMostShrink);
    double next = h / shrink;
    if (h_accepted_ == 0.0 && guess_ > 0.0) {
        guess_ratio_ = std::clamp(next / guess_, kLeastGuessRatio, kMostGuessRatio);
    }
    if (was_rejected_) {
        next = std::min(next, h);
    }
    h_accepted_ = h;
    error_accepted_ = std::max(0.01, error);
    h_ = was_cut ? std::max(next, h_) : next;
    was_rejected_ = false;
}

void StepControl::reject(double h, double error) noexcept {
    const double shrink = power(error, exponent_) / kSafety;
    h_ = h / std::min(shrink, kMostShrink);
    was_rejected_ = true;
}

void StepControl::refuse(double h) noexcept {
    h_ = kRefusal * h;
    was_rejected_ = true;
}

}  // namespace erbium::sim
