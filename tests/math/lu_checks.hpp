// SPDX-License-Identifier: Apache-2.0
// tests/math/lu_checks.hpp: what every LU has to find, and those without row exchanges to tell of
// themselves.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "erbium/math/dense_lu.hpp"
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

[[nodiscard]] inline std::vector<double> right_side(std::size_t n) {
    std::vector<double> b(n);
    for (std::size_t i = 0; i < n; ++i) {
        b[i] = 1.0 + 0.1 * static_cast<double>(i % 17);
    }
    return b;
}

/// Solutions by `lu`, of the pattern of `j`, as those of dense LU with row exchanges.
template <class Lu>
void expect_dense_solutions(Lu& lu, const CscMatrix& j, double rtol) {
    const std::size_t n = j.size();
    const std::vector<double> b = right_side(n);
    std::vector<double> found(n, std::numeric_limits<double>::quiet_NaN());
    std::vector<double> matrix(n * n);
    std::vector<double> x(n);
    DenseLu dense{n};
    for (const double shift : {0.01, 3.0}) {  // the second finds the remains of the first
        EXPECT_LT(lu.factor(j.values.data(), -1.0, shift), 1e3);
        lu.solve(b.data(), found.data());
        EXPECT_LT(lu.backward_error(j.values.data(), -1.0, shift, b.data(), found.data()), 1e-13);
        dense_of(j, -1.0, shift, matrix);
        ASSERT_TRUE(dense.factor(matrix));
        dense.solve(b, x);
        expect_same_solution(found, x, rtol);
        std::vector<double> in_place = b;
        lu.solve(in_place.data(), in_place.data());
        EXPECT_EQ(in_place, found);
        // Transposed: w.(M^-1 b) = (M^-T w).b for every w.
        for (const std::size_t unit : {std::size_t{0}, n / 2, n - 1}) {
            std::vector<double> w(n);
            w[unit] = 1.0;
            lu.solve_transposed(w.data(), w.data());
            double product = 0.0;
            double size = largest_of(x);
            for (std::size_t i = 0; i < n; ++i) {
                product += w[i] * b[i];
                size = std::max(size, std::fabs(w[i] * b[i]));
            }
            ASSERT_TRUE(near_rel(product, found[unit], rtol, 10.0 * rtol * size));
        }
    }
}

/// Growth and solutions of two LUs of one plan.
template <class Lu>
void expect_same_bytes(Lu& found, Lu& expected, const CscMatrix& j) {
    EXPECT_EQ(found.factor(j.values.data(), -1.0, 0.2),
              expected.factor(j.values.data(), -1.0, 0.2));
    std::vector<double> x = right_side(j.size());
    std::vector<double> y = x;
    expected.solve(x.data(), x.data());
    found.solve(y.data(), y.data());
    for (std::size_t i = 0; i < j.size(); ++i) {
        ASSERT_EQ(std::bit_cast<std::uint64_t>(x[i]), std::bit_cast<std::uint64_t>(y[i]));
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
