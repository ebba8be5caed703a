// SPDX-License-Identifier: Apache-2.0
// erbium/fit/quadratic_surrogate.hpp: many smooth outputs of a point, learnt from points met so
// far. Reads: points and their outputs   Makes: QuadraticSurrogate   Used by: calibrate
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace erbium::fit {

/// Each output as a polynomial of the standardised coordinates z = (x - mean) / deviation:
///
///   y(z) = a + sum_i b_i z_i + sum_{i <= j} c_ij z_i z_j + sum_i d_i z_i^3
///
/// by weighted least squares with a ridge on all terms but the constant, so that fewer points than
/// terms give a smooth guess rather than none. An output that is above 0 at all points is learnt as
/// its logarithm. Give points weights that fall with their distance from where the surrogate is to
/// be good: a polynomial that must also do for far points is poor everywhere.
///
/// Error: that of a polynomial of third degree without mixed third terms, and of single precision;
/// outside the region of the points it means nothing. error() is what it was at points that it had
/// not seen. Whoever uses it must check it against the function itself.
class QuadraticSurrogate {
public:
    /// @param points   at least two, n coordinates each
    /// @param outputs  of each point, m numbers each, all finite
    /// @param weights  of each point, not below 0; empty: all alike
    /// @param ridge    over the sum of weights; 0 asks for more points than terms
    QuadraticSurrogate(std::span<const std::vector<double>> points,
                       std::span<const std::vector<double>> outputs,
                       std::span<const double> weights = {}, double ridge = 1e-4);

    /// @param out  points x m numbers, row-major
    /// Cost: terms x m multiplications for each point, terms = 1 + 2 n + n (n + 1) / 2; fastest
    /// eight points at a time. What a point gets does not depend on those beside it.
    void at(std::span<const std::vector<double>> points, std::span<double> out) const;

    /// How wrong output k is, about, where it is given as y: root mean square of what each point
    /// was missed by when all others were known (from the hat matrix; Allen 1974,
    /// doi:10.1080/00401706.1974.10489157), by the square of the weights: near the best points.
    [[nodiscard]] double error(std::size_t k, double y) const noexcept {
        return is_log_[k] ? error_[k] * y : error_[k];
    }

    [[nodiscard]] std::size_t outputs() const noexcept { return is_log_.size(); }
    [[nodiscard]] static std::size_t terms(std::size_t coordinates) noexcept {
        return 1 + 2 * coordinates + coordinates * (coordinates + 1) / 2;
    }

private:
    void terms_at(std::span<const double> point, std::span<double> out) const;

    std::vector<double> mean_;
    std::vector<double> deviation_;
    std::vector<bool> is_log_;
    std::vector<double> error_;        // on the scale on which the output is learnt
    std::vector<float> coefficients_;  // terms x outputs, padded to whole blocks
};

}  // namespace erbium::fit
