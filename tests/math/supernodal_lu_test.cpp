// SPDX-License-Identifier: Apache-2.0
// tests/math/supernodal_lu_test.cpp: supernodal LU of one matrix against dense LU with row
// exchanges, on every instruction set that this machine has.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "erbium/math/supernodal_lu.hpp"
#include "lu_checks.hpp"
#include "matrices.hpp"

namespace erbium::math {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class SupernodesOnEveryTarget : public ::testing::TestWithParam<Target> {
protected:
    static void expect_agreement(const CscMatrix& j, const SupernodePlanOptions& options,
                                 double rtol) {
        SupernodalLu lu{SupernodePlan::make(j.pattern(), options), GetParam()};
        expect_dense_solutions(lu, j, rtol);
    }
};

TEST_P(SupernodesOnEveryTarget, AgreeWithDenseLuOnMatricesOfEverySmallSize) {
    for (std::size_t n = 1; n <= 40; ++n) {
        for (const double padding : {0.0, 1.0, 10.0}) {
            expect_agreement(random_dominant(n, 0.4, n), {.padding = padding}, 1e-12);
        }
    }
}

TEST_P(SupernodesOnEveryTarget, AgreeWithDenseLuOnSparseMatrices) {
    expect_agreement(random_dominant(150, 0.02, 3), {}, 1e-12);
    expect_agreement(random_dominant(200, 0.10, 4), {}, 1e-12);
    expect_agreement(random_dominant(130, 1.0, 5), {}, 1e-12);
}

TEST_P(SupernodesOnEveryTarget, AgreeWithDenseLuOnAMassActionJacobian) {
    expect_agreement(random_mass_action(300, 900, 6), {}, 1e-9);
}

TEST_P(SupernodesOnEveryTarget, AgreeWithDenseLuWhateverTheOrder) {
    const CscMatrix j = random_dominant(90, 0.05, 7);
    Order order(j.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = static_cast<std::int32_t>((i * 23) % order.size());
    }
    expect_agreement(j, {.order = order}, 1e-12);
}

TEST_P(SupernodesOnEveryTarget, AgreeWithDenseLuForEveryWidth) {
    for (const std::uint32_t width : {1U, 3U, 8U, 13U, 24U, 64U}) {
        expect_agreement(random_dominant(120, 0.15, 8), {.padding = 2.0, .most_width = width},
                         1e-12);
    }
}

TEST_P(SupernodesOnEveryTarget, GiveTheBytesOfThePortableOnes) {
    const CscMatrix j = random_mass_action(260, 800, 10);
    const SupernodePlan plan = SupernodePlan::make(j.pattern());
    SupernodalLu expected{plan, Target::portable};
    SupernodalLu found{plan, GetParam()};
    expect_same_bytes(found, expected, j);
}

TEST_P(SupernodesOnEveryTarget, SolveForOneLaneOfSeveral) {
    const CscMatrix j = random_mass_action(60, 150, 11);
    const std::size_t n = j.size();
    SupernodalLu lu{SupernodePlan::make(j.pattern()), GetParam()};
    constexpr std::size_t kLanes = 3;
    std::vector<double> entries(j.values.size() * kLanes, kNan);
    for (std::size_t e = 0; e < j.values.size(); ++e) {
        entries[e * kLanes + 1] = j.values[e];
    }
    std::vector<double> x(n * kLanes, kNan);
    const std::vector<double> b = right_side(n);
    for (std::size_t i = 0; i < n; ++i) {
        x[i * kLanes + 1] = b[i];
    }
    const double growth = lu.factor(entries.data() + 1, -1.0, 0.5, kLanes);
    lu.solve(x.data() + 1, x.data() + 1, kLanes);
    std::vector<double> plain(n);
    EXPECT_EQ(lu.factor(j.values.data(), -1.0, 0.5), growth);
    lu.solve(b.data(), plain.data());
    for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ(x[i * kLanes + 1], plain[i]);
        EXPECT_TRUE(std::isnan(x[i * kLanes]) && std::isnan(x[i * kLanes + 2]));
    }
}

TEST_P(SupernodesOnEveryTarget, TellGrowthAndErrorWhereTheDiagonalIsNoGoodPivot) {
    const CscMatrix matrix = bad_pivot_matrix();
    SupernodalLu lu{SupernodePlan::make(matrix.pattern(), {.order = Order{0, 1}}), GetParam()};
    const std::vector<double> b{1.0, 2.0};
    std::vector<double> x(2);
    expect_bad_pivot_told(lu, matrix, b, x);
    const std::vector<double> beside(b.size(), 1e12);  // of which the residual is little
    EXPECT_LT(lu.backward_error(matrix.values.data(), -1.0, 0.0, b.data(), x.data(), beside.data()),
              1e-8);
}

TEST_P(SupernodesOnEveryTarget, TellASingularMatrixAndNaN) {
    const CscMatrix j = random_mass_action(30, 60, 9);
    SupernodalLu lu{SupernodePlan::make(j.pattern()), GetParam()};
    expect_singular_and_nan_told(lu, j);
}

INSTANTIATE_TEST_SUITE_P(All, SupernodesOnEveryTarget, ::testing::ValuesIn(supported_targets()),
                         [](const auto& target) { return std::string{name(target.param)}; });

TEST(SupernodePlan, HoldsEveryEntryOnceAndNoFewerValuesThanEntries) {
    const CscMatrix j = random_mass_action(200, 500, 12);
    const SupernodePlan plan = SupernodePlan::make(j.pattern());
    const SupernodeProgram program = plan.program();
    std::vector<int> seen(plan.entry_count());
    for (std::uint32_t s = 0; s < program.supernode_count; ++s) {
        const Supernode& node = program.supernodes[s];
        for (std::uint32_t e = node.entry_begin; e < node.entry_end; ++e) {
            ++seen[program.entries[e].entry];
            EXPECT_LT(program.entries[e].value, program.value_count);
        }
    }
    EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int count) { return count == 1; }));
    EXPECT_GE(plan.value_count(), plan.report().entry_count);
    EXPECT_GE(plan.report().padded_flops, plan.report().flops);
}

}  // namespace
}  // namespace erbium::math
