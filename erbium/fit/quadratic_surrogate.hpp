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
/// by least squares with a ridge on all terms but the constant, so that fewer points than terms
/// give a smooth guess rather than none. An output that is above 0 at all points is learnt as its
/// logarithm.
///
/// Error: that of a polynomial of third degree without mixed third terms; outside the region of the
/// points it means nothing. Whoever uses it must check it against the function itself.
class QuadraticSurrogate {
public:
    /// @param points   at least two, n coordinates each
    /// @param outputs  of each point, m numbers each, all finite
    /// @param ridge    over the number of points; 0 asks for more points than terms
    QuadraticSurrogate(std::span<const std::vector<double>> points,
                       std::span<const std::vector<double>> outputs, double ridge = 1e-3);

    /// @param out  m numbers
    /// Cost: terms x m multiplications, terms = 1 + 2 n + n (n + 1) / 2.
    void at(std::span<const double> point, std::span<double> out) const;

    [[nodiscard]] std::size_t outputs() const noexcept { return is_log_.size(); }
    [[nodiscard]] static std::size_t terms(std::size_t coordinates) noexcept {
        return 1 + 2 * coordinates + coordinates * (coordinates + 1) / 2;
    }

private:
    [[nodiscard]] std::vector<double> terms_at(std::span<const double> point) const;

    std::vector<double> mean_;
    std::vector<double> deviation_;
    std::vector<bool> is_log_;
    std::vector<double> coefficients_;  // terms x outputs
};

}  // namespace erbium::fit
