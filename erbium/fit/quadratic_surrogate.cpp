// SPDX-License-Identifier: Apache-2.0
// erbium/fit/quadratic_surrogate.cpp: weighted least squares over monomials.
#include "erbium/fit/quadratic_surrogate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "erbium/base/check.hpp"
#include "erbium/fit/cholesky.hpp"

namespace erbium::fit {
namespace {

/// A coordinate that hardly varies is left as it is rather than blown up.
constexpr double kLeastDeviation = 1e-12;
/// Logarithms of outputs beyond this are cut off: the polynomial has left its region.
constexpr double kLargestLog = 50.0;
/// A point that all but determines the polynomial says this much about its error.
constexpr double kLargestLeverage = 0.99;
/// Points and outputs that are computed together: sums of this many stay in the nearest cache.
constexpr std::size_t kPointsTogether = 8;
constexpr std::size_t kOutputsTogether = 32;

std::size_t padded(std::size_t outputs) noexcept {
    return (outputs + kOutputsTogether - 1) / kOutputsTogether * kOutputsTogether;
}

}  // namespace

QuadraticSurrogate::QuadraticSurrogate(std::span<const std::vector<double>> points,
                                       std::span<const std::vector<double>> outputs,
                                       std::span<const double> weights, double ridge) {
    ERBIUM_CHECK(points.size() >= 2 && points.size() == outputs.size(),
                 "a surrogate of fewer than two points, or of points without outputs");
    ERBIUM_CHECK(weights.empty() || weights.size() == points.size(), "a weight for each point");
    const std::size_t n = points.front().size();
    const std::size_t m = outputs.front().size();
    const auto weight_of = [&](std::size_t i) { return weights.empty() ? 1.0 : weights[i]; };
    double total = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        total += weight_of(i);
    }
    ERBIUM_CHECK(total > 0.0, "some point must have weight");
    mean_.assign(n, 0.0);
    deviation_.assign(n, 0.0);
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t c = 0; c < n; ++c) {
            mean_[c] += points[i][c] * weight_of(i) / total;
        }
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t c = 0; c < n; ++c) {
            const double away = points[i][c] - mean_[c];
            deviation_[c] += away * away * weight_of(i) / total;
        }
    }
    for (double& one : deviation_) {
        one = one > kLeastDeviation ? std::sqrt(one) : 1.0;
    }
    for (std::size_t k = 0; k < m; ++k) {
        is_log_.push_back(std::all_of(outputs.begin(), outputs.end(),
                                      [k](const auto& output) { return output[k] > 0.0; }));
    }
    const auto target = [&](std::size_t i, std::size_t k) {
        return is_log_[k] ? std::log(outputs[i][k]) : outputs[i][k];
    };
    // Normal equations: (T' W T + ridge) coefficients = T' W outputs.
    const std::size_t p = terms(n);
    std::vector<double> rows(points.size() * p);
    std::vector<double> gram(p * p, 0.0);
    std::vector<double> right(m * p, 0.0);  // outputs x terms
    const auto row_of = [&](std::size_t i) { return std::span{rows}.subspan(i * p, p); };
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::span<double> row = row_of(i);
        terms_at(points[i], row);
        for (std::size_t a = 0; a < p; ++a) {
            const double weighted = weight_of(i) * row[a];
            double* gram_row = &gram[a * p];
            for (std::size_t b = 0; b <= a; ++b) {
                gram_row[b] += weighted * row[b];
            }
        }
        for (std::size_t k = 0; k < m; ++k) {
            const double weighted = weight_of(i) * target(i, k);
            double* sums = &right[k * p];
            for (std::size_t a = 0; a < p; ++a) {
                sums[a] += weighted * row[a];
            }
        }
    }
    for (std::size_t a = 0; a < p; ++a) {
        gram[a * p + a] += a == 0 ? 0.0 : ridge * total;
    }
    const Cholesky factor{gram, p};
    ERBIUM_CHECK(factor.ok(), "terms of a surrogate that depend on each other, and no ridge");
    for (std::size_t k = 0; k < m; ++k) {
        factor.solve(std::span{right}.subspan(k * p, p));
    }
    // What each point is missed by, had it not been known: its residual over 1 - its leverage.
    error_.assign(m, 0.0);
    double squares = 0.0;
    std::vector<double> column(p);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::span<const double> row = row_of(i);
        const double weight = weight_of(i);
        column.assign(row.begin(), row.end());
        factor.solve_lower(column);
        double leverage = 0.0;
        for (const double one : column) {
            leverage += weight * one * one;
        }
        const double unseen = 1.0 / (1.0 - std::min(leverage, kLargestLeverage));
        squares += weight * weight;
        for (std::size_t k = 0; k < m; ++k) {
            const double* coefficients = &right[k * p];
            double found = 0.0;
            for (std::size_t a = 0; a < p; ++a) {
                found += coefficients[a] * row[a];
            }
            const double missed = weight * unseen * (target(i, k) - found);
            error_[k] += missed * missed;
        }
    }
    for (double& one : error_) {
        one = std::sqrt(one / squares);
    }
    coefficients_.assign(p * padded(m), 0.0F);
    for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t k = 0; k < m; ++k) {
            coefficients_[a * padded(m) + k] = static_cast<float>(right[k * p + a]);
        }
    }
}

void QuadraticSurrogate::terms_at(std::span<const double> point, std::span<double> out) const {
    const std::size_t n = mean_.size();
    double* z = &out[1];
    out[0] = 1.0;
    for (std::size_t c = 0; c < n; ++c) {
        z[c] = (point[c] - mean_[c]) / deviation_[c];
    }
    std::size_t at = 1 + n;
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b <= a; ++b) {
            out[at++] = z[a] * z[b];
        }
    }
    for (std::size_t c = 0; c < n; ++c) {
        out[at++] = z[c] * z[c] * z[c];
    }
}

void QuadraticSurrogate::at(std::span<const std::vector<double>> points,
                            std::span<double> out) const {
    const std::size_t m = outputs();
    const std::size_t p = terms(mean_.size());
    std::vector<double> row(p);
    std::vector<float> rows(kPointsTogether * p);  // terms x points together
    for (std::size_t first = 0; first < points.size(); first += kPointsTogether) {
        const std::size_t count = std::min(kPointsTogether, points.size() - first);
        std::fill(rows.begin(), rows.end(), 0.0F);
        for (std::size_t i = 0; i < count; ++i) {
            terms_at(points[first + i], row);
            for (std::size_t a = 0; a < p; ++a) {
                rows[a * kPointsTogether + i] = static_cast<float>(row[a]);
            }
        }
        for (std::size_t k0 = 0; k0 < m; k0 += kOutputsTogether) {
            std::array<std::array<float, kOutputsTogether>, kPointsTogether> sums{};
            for (std::size_t a = 0; a < p; ++a) {
                const float* coefficients = &coefficients_[a * padded(m) + k0];
                for (std::size_t i = 0; i < kPointsTogether; ++i) {
                    const float factor = rows[a * kPointsTogether + i];
                    for (std::size_t k = 0; k < kOutputsTogether; ++k) {
                        sums[i][k] += factor * coefficients[k];
                    }
                }
            }
            for (std::size_t i = 0; i < count; ++i) {
                for (std::size_t k = k0; k < std::min(m, k0 + kOutputsTogether); ++k) {
                    const double y = sums[i][k - k0];
                    out[(first + i) * m + k] =
                        is_log_[k] ? std::exp(std::clamp(y, -kLargestLog, kLargestLog)) : y;
                }
            }
        }
    }
}

}  // namespace erbium::fit
