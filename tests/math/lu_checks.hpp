// SPDX-License-Identifier: Apache-2.0
// tests/math/lu_checks.hpp: what every LU has to find, and those without row exchanges to tell of
// themselves.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "matrices.hpp"
#include "near.hpp"

namespace erbium::math {

[[nodiscard]] inline double largest_of(const std::vector<double>& x) {
    double largest = 0.0;
    for (const double xi : x) {
        largest = std::max(largest, std::fabs(xi));
    }
    return largest;
}

/// Two solutions of one system; entries much smaller than the largest carry its rounding errors.
inline void expect_same_solution(const std::vector<double>& found,
                                 const std::vector<double>& expected, double rtol) {
    const double atol = rtol * largest_of(expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_TRUE(near_rel(found[i], expected[i], rtol, atol)) << "row " << i;
    }
}

/// [ e 1 ; 1 1 ] with e tiny, to be eliminated in this order.
[[nodiscard]] inline CscMatrix bad_pivot_matrix() {
    CscMatrix matrix;
    matrix.begins = {0, 2, 4};
    matrix.rows = {0, 1, 0, 1};
    matrix.values = {-1e-20, -1.0, -1.0, -1.0};
    return matrix;
}

/// `lu` is of `bad_pivot_matrix()`; the solution that it finds is left in `x`.
template <class Lu>
void expect_bad_pivot_told(Lu& lu, const CscMatrix& matrix, const std::vector<double>& b,
                           std::vector<double>& x) {
    EXPECT_GT(lu.factor(matrix.values.data(), -1.0, 0.0), 1e15);
    lu.solve(b.data(), x.data());
    EXPECT_GT(lu.backward_error(matrix.values.data(), -1.0, 0.0, b.data(), x.data()), 1e-8);
}

/// `lu` is of the pattern of `j`.
template <class Lu>
void expect_singular_and_nan_told(Lu& lu, const CscMatrix& j) {
    const std::vector<double> b(j.size(), 1.0);
    std::vector<double> x(j.size());
    std::vector<double> entries(j.values.size(), 0.0);
    const auto is_told = [&](double growth) {
        lu.solve(b.data(), x.data());
        return !(growth < 1e8) ||
               !(lu.backward_error(entries.data(), -1.0, 0.0, b.data(), x.data()) < 1e-8);
    };
    EXPECT_TRUE(is_told(lu.factor(entries.data(), -1.0, 0.0)));
    entries = j.values;
    entries[3] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(is_told(lu.factor(entries.data(), -1.0, 0.0)));
}

}  // namespace erbium::math
