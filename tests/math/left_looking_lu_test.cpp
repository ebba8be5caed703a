// SPDX-License-Identifier: Apache-2.0
// tests/math/left_looking_lu_test.cpp: left-looking LU of one matrix against dense LU with row
// exchanges, on every instruction set that this machine has; groups of rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "erbium/math/left_looking_lu.hpp"
#include "erbium/math/row_groups.hpp"
#include "lu_checks.hpp"
#include "matrices.hpp"

namespace erbium::math {
namespace {

class LeftLookingOnEveryTarget : public ::testing::TestWithParam<Target> {
protected:
    static void expect_agreement(const CscMatrix& j, const LeftLookingOptions& options,
                                 double rtol) {
        LeftLookingLu lu{LeftLookingPlan::make(j.pattern(), options), GetParam()};
        expect_dense_solutions(lu, j, rtol);
    }
};

TEST_P(LeftLookingOnEveryTarget, AgreesWithDenseLuOnMatricesOfEverySmallSize) {
    for (std::size_t n = 1; n <= 40; ++n) {
        for (const double padding : {0.0, 1.0, 10.0}) {
            expect_agreement(random_dominant(n, 0.4, n), {.padding = padding}, 1e-12);
        }
    }
}

TEST_P(LeftLookingOnEveryTarget, AgreesWithDenseLuOnSparseMatrices) {
    for (const double padding : {0.0, 0.3, 3.0}) {
        expect_agreement(random_dominant(150, 0.02, 3), {.padding = padding}, 1e-12);
        expect_agreement(random_dominant(200, 0.10, 4), {.padding = padding}, 1e-12);
    }
    expect_agreement(random_dominant(130, 1.0, 5), {}, 1e-12);
}

TEST_P(LeftLookingOnEveryTarget, AgreesWithDenseLuOnAMassActionJacobian) {
    expect_agreement(random_mass_action(300, 900, 6), {}, 1e-9);
}

TEST_P(LeftLookingOnEveryTarget, AgreesWithDenseLuWhateverTheOrder) {
    const CscMatrix j = random_dominant(90, 0.05, 7);
    Order order(j.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = static_cast<std::int32_t>((i * 23) % order.size());
    }
    expect_agreement(j, {.order = order}, 1e-12);
}

TEST_P(LeftLookingOnEveryTarget, GivesTheBytesOfThePortableOne) {
    const CscMatrix j = random_mass_action(260, 800, 10);
    const LeftLookingPlan plan = LeftLookingPlan::make(j.pattern());
    LeftLookingLu expected{plan, Target::portable};
    LeftLookingLu found{plan, GetParam()};
    expect_same_bytes(found, expected, j);
}

TEST_P(LeftLookingOnEveryTarget, TellsGrowthAndErrorWhereTheDiagonalIsNoGoodPivot) {
    const CscMatrix matrix = bad_pivot_matrix();
    for (const double padding : {0.0, 10.0}) {  // one supernode or two
        LeftLookingLu lu{
            LeftLookingPlan::make(matrix.pattern(), {.order = Order{0, 1}, .padding = padding}),
            GetParam()};
        std::vector<double> x(2);
        expect_bad_pivot_told(lu, matrix, {1.0, 2.0}, x);
    }
}

TEST_P(LeftLookingOnEveryTarget, TellsASingularMatrixAndNaN) {
    const CscMatrix j = random_mass_action(30, 60, 9);
    LeftLookingLu lu{LeftLookingPlan::make(j.pattern()), GetParam()};
    expect_singular_and_nan_told(lu, j);
}

INSTANTIATE_TEST_SUITE_P(All, LeftLookingOnEveryTarget, ::testing::ValuesIn(supported_targets()),
                         [](const auto& target) { return std::string{name(target.param)}; });

TEST(LeftLookingLu, SolvesWithFactorsThatWereKept) {
    const CscMatrix j = random_mass_action(80, 240, 13);
    const LeftLookingPlan plan = LeftLookingPlan::make(j.pattern());
    LeftLookingLu lu{plan};
    (void)lu.factor(j.values.data(), -1.0, 0.3);
    const std::vector<double> kept(lu.factors().begin(), lu.factors().end());
    const std::vector<double> b = right_side(j.size());
    std::vector<double> expected(b.size());
    lu.solve(b.data(), expected.data());
    LeftLookingLu other{plan};
    (void)other.factor(j.values.data(), -1.0, 5.0);
    other.restore(kept);
    std::vector<double> found(b.size());
    other.solve(b.data(), found.data());
    EXPECT_EQ(found, expected);
}

TEST(LeftLookingPlan, HoldsEveryEntryOnceAndCountsNoFewerOperationsThanThereAre) {
    const CscMatrix j = random_mass_action(200, 500, 12);
    const LeftLookingPlan plan = LeftLookingPlan::make(j.pattern());
    const LeftLookingProgram program = plan.program();
    std::vector<int> seen(program.entry_count);
    std::uint32_t columns = 0;
    for (std::uint32_t t = 0; t < program.panel_count; ++t) {
        const ColumnPanel& panel = program.panels[t];
        EXPECT_EQ(panel.begin, columns);
        EXPECT_LE(panel.width, kPanelColumns);
        columns += panel.width;
        for (std::uint32_t e = panel.entry_begin; e < panel.entry_end; ++e) {
            ++seen[program.entries[e].from];
        }
    }
    EXPECT_EQ(columns, program.size);
    EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int count) { return count == 1; }));
    EXPECT_GE(plan.report().padded_flops, plan.report().flops);
    EXPECT_GE(plan.report().term_count * kSolveRows, plan.report().entry_count - j.size());
}

TEST(GroupRows, PutsRowsOfLikeNeedsTogether) {
    // Rows 2, 3, 5 need 0 and 1, rows 4 and 6 need 0.
    const std::vector<std::uint32_t> slots =
        group_rows({{}, {}, {0, 1}, {0, 1}, {0}, {0, 1}, {0}}, 3);
    EXPECT_EQ(slots[2] / 3, slots[3] / 3);
    std::vector<std::uint32_t> sorted = slots;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::uint32_t> all(7);
    std::iota(all.begin(), all.end(), 0U);
    EXPECT_EQ(sorted, all);
}

TEST(GroupRows, PutsEachRowBehindThoseThatItNeeds) {
    std::vector<std::vector<std::uint32_t>> needs(60);
    for (std::uint32_t row = 0; row < needs.size(); ++row) {
        for (std::uint32_t need = row + 1; need < needs.size(); need += 1 + (row * need) % 7) {
            needs[row].push_back(need);
        }
    }
    const std::vector<std::uint32_t> slots = group_rows(needs, 4);
    for (std::uint32_t row = 0; row < needs.size(); ++row) {
        for (const std::uint32_t need : needs[row]) {
            EXPECT_LT(slots[need], slots[row]);
        }
    }
}

}  // namespace
}  // namespace erbium::math
