// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/steady_state.hpp"

#include <algorithm>
#include <cmath>

namespace erbium::sim {

double weighted_change(const double* change, const double* y, std::size_t n, std::size_t stride,
                       double tolerance) noexcept {
    double largest_amount = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        largest_amount = std::max(largest_amount, std::fabs(y[i * stride]));
    }
    double size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double weight = tolerance * (std::fabs(y[i * stride]) + 1e-3 * largest_amount);
        const double part = change[i * stride];
        const double relative = part == 0.0 ? 0.0 : std::fabs(part) / weight;
        if (!(relative <= size)) {
            size = relative;
            if (std::isnan(size)) {
                break;
            }
        }
    }
    return size;
}

SteadyStateSearch::Verdict SteadyStateSearch::judge(double size) noexcept {
    constexpr int kMostCorrections = 5;  // convergence is quadratic from there
    ++corrections_;
    if (!(size <= kNearlySteady)) {
        return Verdict::not_steady;
    }
    // Where modes are slow in all of the time left, corrections shrink by a factor only: further
    // ones cost little and bring small states, whose weight is small, nearer.
    if (size <= 0.01 || (corrections_ == kMostCorrections && size <= 1.0)) {
        return Verdict::steady;
    }
    return corrections_ < kMostCorrections ? Verdict::go_on : Verdict::not_steady;
}

}  // namespace erbium::sim
