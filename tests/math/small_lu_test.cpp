// SPDX-License-Identifier: Apache-2.0
// tests/math/small_lu_test.cpp: LU by lists of operations against dense LU with row exchanges.
#include "erbium/math/small_lu.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "erbium/math/dense_lu.hpp"
#include "lu_checks.hpp"
#include "matrices.hpp"

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
        expect_same_solution(found, x, rtol);
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
    const CscMatrix matrix = bad_pivot_matrix();
    SmallLu lu = lu_of(matrix);
    std::vector<double> x(2);
    expect_bad_pivot_told(lu, matrix, {1.0, 2.0}, x);
}

TEST(SmallLu, TellsASingularMatrixAndNaN) {
    const CscMatrix j = random_mass_action(30, 60, 9);
    SmallLu lu = lu_of(j);
    expect_singular_and_nan_told(lu, j);
}

TEST(SmallLu, LeavesLargeOnesToPanels) {
    EXPECT_FALSE(SmallLuPlan::make(random_dominant(130, 1.0, 5).pattern()));
    EXPECT_TRUE(SmallLuPlan::make(random_dominant(40, 1.0, 5).pattern()));
}

}  // namespace
}  // namespace erbium::math
