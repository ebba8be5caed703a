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
    SmallLu lu = lu_of(j);
    expect_dense_solutions(lu, j, rtol);
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
