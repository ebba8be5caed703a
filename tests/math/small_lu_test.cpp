// SPDX-License-Identifier: Apache-2.0
// tests/math/small_lu_test.cpp: LU by lists of operations against dense LU with row exchanges.
#include "erbium/math/small_lu.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "erbium/math/dense_lu.hpp"
#include "matrices.hpp"
#include "near.hpp"

namespace erbium::math {
namespace {

SmallLu lu_of(const CscMatrix& matrix) {
    auto plan = SmallLuPlan::make(matrix.pattern());
    EXPECT_TRUE(plan.has_value());
    return SmallLu{*plan};
}

void expect_agreement(const CscMatrix& j, double rtol) {
    const std::size_t n = j.size();
    SmallLu lu = lu_of(j);
    std::vector<double> b(n);
    for (std::size_t i = 0; i < n; ++i) {
        b[i] = 1.0 + 0.1 * static_cast<double>(i % 17);
    }
    std::vector<double> found(n);
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
        double largest = 0.0;
        for (const double xi : x) {
            largest = std::max(largest, std::fabs(xi));
        }
        for (std::size_t i = 0; i < n; ++i) {
            ASSERT_TRUE(near_rel(found[i], x[i], rtol, rtol * largest)) << "row " << i;
        }
        lu.solve(b.data(), b.data());  // in place
        EXPECT_EQ(b, found);
    }
}

TEST(SmallLu, AgreesWithDenseLuOnMatricesOfEverySmallSize) {
    for (std::size_t n = 1; n <= 40; ++n) {
        expect_agreement(random_dominant(n, 0.4, n), 1e-12);
    }
}

TEST(SmallLu, AgreesWithDenseLuOnSparseMatrices) {
    expect_agreement(random_dominant(150, 0.02, 3), 1e-12);
    expect_agreement(random_mass_action(100, 150, 6), 1e-9);
}

TEST(SmallLu, ReportsGrowthAndErrorWhereTheDiagonalIsNoGoodPivot) {
    CscMatrix matrix;  // [ e 1 ; 1 1 ], e tiny
    matrix.begins = {0, 2, 4};
    matrix.rows = {0, 1, 0, 1};
    matrix.values = {-1e-20, -1.0, -1.0, -1.0};
    SmallLu lu = lu_of(matrix);
    EXPECT_GT(lu.factor(matrix.values.data(), -1.0, 0.0), 1e15);
    const std::vector<double> b{1.0, 2.0};
    std::vector<double> x(2);
    lu.solve(b.data(), x.data());
    EXPECT_GT(lu.backward_error(matrix.values.data(), -1.0, 0.0, b.data(), x.data()), 1e-8);
}

TEST(SmallLu, TellsASingularMatrixAndNaN) {
    const CscMatrix j = random_mass_action(30, 60, 9);
    SmallLu lu = lu_of(j);
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

TEST(SmallLu, LeavesLargeOnesToPanels) {
    EXPECT_FALSE(SmallLuPlan::make(random_dominant(130, 1.0, 5).pattern()));
    EXPECT_TRUE(SmallLuPlan::make(random_dominant(40, 1.0, 5).pattern()));
}

}  // namespace
}  // namespace erbium::math
