// SPDX-License-Identifier: Apache-2.0
// erbium/fit/quadratic_surrogate.cpp: least squares over monomials.
#include "erbium/fit/quadratic_surrogate.hpp"

#include <algorithm>
#include <cmath>

#include "erbium/base/check.hpp"
#include "erbium/fit/cholesky.hpp"

namespace erbium::fit {
namespace {

/// A coordinate that hardly varies is left as it is rather than blown up.
constexpr double kLeastDeviation = 1e-12;
/// Logarithms of outputs beyond this are cut off: the polynomial has left its region.
constexpr double kLargestLog = 50.0;

}  // namespace

QuadraticSurrogate::QuadraticSurrogate(std::span<const std::vector<double>> points,
                                       std::span<const std::vector<double>> outputs, double ridge) {
    ERBIUM_CHECK(points.size() >= 2 && points.size() == outputs.size(),
                 "a surrogate of fewer than two points, or of points without outputs");
    const std::size_t n = points.front().size();
    const std::size_t m = outputs.front().size();
    const auto count = static_cast<double>(points.size());
    mean_.assign(n, 0.0);
    deviation_.assign(n, 0.0);
    for (const std::vector<double>& point : points) {
        for (std::size_t c = 0; c < n; ++c) {
            mean_[c] += point[c] / count;
        }
    }
    for (const std::vector<double>& point : points) {
        for (std::size_t c = 0; c < n; ++c) {
            deviation_[c] += (point[c] - mean_[c]) * (point[c] - mean_[c]) / count;
        }
    }
    for (double& one : deviation_) {
        one = one > kLeastDeviation ? std::sqrt(one) : 1.0;
    }
    for (std::size_t k = 0; k < m; ++k) {
        is_log_.push_back(std::all_of(outputs.begin(), outputs.end(),
                                      [k](const auto& output) { return output[k] > 0.0; }));
    }
    // Normal equations: (T' T + ridge) coefficients = T' outputs.
    const std::size_t p = terms(n);
    std::vector<double> gram(p * p, 0.0);
    coefficients_.assign(p * m, 0.0);
    std::vector<double> target(m);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::vector<double> row = terms_at(points[i]);
        for (std::size_t k = 0; k < m; ++k) {
            target[k] = is_log_[k] ? std::log(outputs[i][k]) : outputs[i][k];
        }
        for (std::size_t a = 0; a < p; ++a) {
            const double weight = row[a];
            double* gram_row = &gram[a * p];
            for (std::size_t b = 0; b <= a; ++b) {
                gram_row[b] += weight * row[b];
            }
            double* right = &coefficients_[a * m];
            for (std::size_t k = 0; k < m; ++k) {
                right[k] += weight * target[k];
            }
        }
    }
    for (std::size_t a = 0; a < p; ++a) {
        gram[a * p + a] += a == 0 ? 0.0 : ridge * count;
        for (std::size_t b = 0; b < a; ++b) {
            gram[b * p + a] = gram[a * p + b];
        }
    }
    const Cholesky factor{gram, p};
    ERBIUM_CHECK(factor.ok(), "terms of a surrogate that depend on each other, and no ridge");
    std::vector<double> column(p);
    for (std::size_t k = 0; k < m; ++k) {
        for (std::size_t a = 0; a < p; ++a) {
            column[a] = coefficients_[a * m + k];
        }
        factor.solve(column);
        for (std::size_t a = 0; a < p; ++a) {
            coefficients_[a * m + k] = column[a];
        }
    }
}

std::vector<double> QuadraticSurrogate::terms_at(std::span<const double> point) const {
    const std::size_t n = mean_.size();
    std::vector<double> z(n);
    for (std::size_t c = 0; c < n; ++c) {
        z[c] = (point[c] - mean_[c]) / deviation_[c];
    }
    std::vector<double> out;
    out.reserve(terms(n));
    out.push_back(1.0);
    out.insert(out.end(), z.begin(), z.end());
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b <= a; ++b) {
            out.push_back(z[a] * z[b]);
        }
    }
    for (const double one : z) {
        out.push_back(one * one * one);
    }
    return out;
}

void QuadraticSurrogate::at(std::span<const double> point, std::span<double> out) const {
    const std::size_t m = outputs();
    const std::vector<double> row = terms_at(point);
    std::fill(out.begin(), out.end(), 0.0);
    for (std::size_t a = 0; a < row.size(); ++a) {
        const double weight = row[a];
        const double* coefficients = &coefficients_[a * m];
        for (std::size_t k = 0; k < m; ++k) {
            out[k] += weight * coefficients[k];
        }
    }
    for (std::size_t k = 0; k < m; ++k) {
        if (is_log_[k]) {
            out[k] = std::exp(std::clamp(out[k], -kLargestLog, kLargestLog));
        }
    }
}

}  // namespace erbium::fit
