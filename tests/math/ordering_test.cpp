// SPDX-License-Identifier: Apache-2.0
// tests/math/ordering_test.cpp: orders are permutations, and keep what can be kept sparse.
#include "erbium/math/ordering.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "erbium/math/lu_plan.hpp"
#include "matrices.hpp"

namespace erbium::math {
namespace {

bool is_permutation_of_indices(const Order& order) {
    std::vector<std::int32_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i] != static_cast<std::int32_t>(i)) {
            return false;
        }
    }
    return true;
}

/// Entries on the diagonal, in the first row and in the first column.
CscMatrix arrow(std::size_t n) {
    std::vector<double> dense(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        dense[i] = dense[i * n] = 1.0;
        dense[i * n + i] = 4.0;
    }
    return sparse_of(n, dense);
}

double flops_of(const CscMatrix& m, const Order& order) {
    BitMatrix filled = permuted_rows(m.pattern(), order);
    fill_in(filled);
    return factor_flops(filled);
}

Order identity(std::size_t n) {
    Order order(n);
    std::iota(order.begin(), order.end(), 0);
    return order;
}

TEST(FillIn, IsThePatternOfSteppwiseElimination) {
    const CscMatrix m = random_dominant(40, 0.08, 1);
    const std::size_t n = m.size();
    BitMatrix filled = permuted_rows(m.pattern(), identity(n));
    std::vector<std::vector<bool>> expected(n, std::vector<bool>(n));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            expected[i][j] = filled.test(i, j);
        }
    }
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t i = k + 1; i < n; ++i) {
            for (std::size_t j = k + 1; j < n; ++j) {
                expected[i][j] = expected[i][j] || (expected[i][k] && expected[k][j]);
            }
        }
    }
    fill_in(filled);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            ASSERT_EQ(filled.test(i, j), expected[i][j]) << i << ", " << j;
        }
    }
}

TEST(FactorFlops, OfADenseMatrixAreTwoThirdsOfItsCube) {
    const CscMatrix m = random_dominant(30, 10.0, 1);
    double expected = 0.0;  // sum over pivots with k rows below: k divisions, k^2 updates of 2
    for (double k = 29.0; k > 0.0; k -= 1.0) {
        expected += k + 2.0 * k * k;
    }
    EXPECT_EQ(flops_of(m, identity(30)), expected);
}

TEST(Orderings, ArePermutations) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const CscMatrix m = random_mass_action(60, 90, seed);
        const Order markowitz = markowitz_order(m.pattern());
        EXPECT_TRUE(is_permutation_of_indices(markowitz));
        EXPECT_TRUE(is_permutation_of_indices(minimum_degree_order(m.pattern())));
        EXPECT_TRUE(is_permutation_of_indices(postordered(m.pattern(), markowitz)));
    }
}

TEST(Orderings, LeaveAnArrowWithoutFill) {
    const CscMatrix m = arrow(20);
    const double without_fill = 19.0 * 3.0;
    EXPECT_EQ(flops_of(m, minimum_degree_order(m.pattern())), without_fill);
    EXPECT_EQ(flops_of(m, markowitz_order(m.pattern())), without_fill);
    EXPECT_EQ(flops_of(m, postordered(m.pattern(), markowitz_order(m.pattern()))), without_fill);
    EXPECT_GT(flops_of(m, identity(20)), 10.0 * without_fill);
}

TEST(Orderings, WhatIsReadByNothingOrReadsNothingTakesNoPartInTheElimination) {
    constexpr std::size_t kCore = 40;
    constexpr std::size_t kChain = 6;  // each reads the one before; the core reads the last
    constexpr std::size_t kSinks = 5;  // read the core and, each, the one before
    const std::size_t n = kCore + kChain + kSinks;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        std::vector<double> in_core(kCore * kCore);
        dense_of(random_dominant(kCore, 0.12, seed), 1.0, 0.0, in_core);
        for (std::size_t j = 0; j < kCore; ++j) {
            in_core[(j + 1) % kCore * kCore + j] = 1.0;  // a cycle: one component
        }
        const CscMatrix core = sparse_of(kCore, in_core);
        std::vector<double> dense(n * n);
        // The core stands in the middle of the indices.
        for (std::size_t i = 0; i < n; ++i) {
            dense[i * n + i] = 1.0;
        }
        for (std::size_t j = 0; j < kCore; ++j) {
            for (auto e = core.begins[j]; e < core.begins[j + 1]; ++e) {
                const auto row = static_cast<std::size_t>(core.rows[static_cast<std::size_t>(e)]);
                dense[(kChain + row) * n + kChain + j] = 1.0;
            }
        }
        std::size_t chain_entries = 0;
        for (std::size_t i = 0; i + 1 < kChain; ++i) {
            dense[(i + 1) * n + i] = 1.0;
            ++chain_entries;
        }
        for (std::size_t row = 0; row < kCore; row += 3) {
            dense[(kChain + row) * n + kChain - 1] = 1.0;
            ++chain_entries;
        }
        for (std::size_t s = 0; s < kSinks; ++s) {
            const std::size_t row = kChain + kCore + s;
            for (std::size_t j = s; j < kCore; j += 2) {
                dense[row * n + kChain + j] = 1.0;
            }
            dense[row * n + row - (s > 0 ? 1 : 0)] = 1.0;
        }
        const CscMatrix all = sparse_of(n, dense);
        // A division per entry of L in the chain's columns is all that comes on top.
        const auto expect = [&](const Order& of_all, const Order& of_core) {
            EXPECT_TRUE(is_permutation_of_indices(of_all));
            EXPECT_LE(flops_of(all, of_all),
                      flops_of(core, of_core) + static_cast<double>(chain_entries))
                << "seed " << seed;
        };
        expect(minimum_degree_order(all.pattern()), minimum_degree_order(core.pattern()));
        expect(markowitz_order(all.pattern()), markowitz_order(core.pattern()));
    }
}

TEST(StrongComponents, MakeTheMatrixBlockUpperTriangular) {
    const CscMatrix m = random_mass_action(80, 70, 5);
    const Components found = strong_components(m.pattern());
    ASSERT_TRUE(is_permutation_of_indices(found.order));
    EXPECT_GT(found.begins.size(), 3U);
    const BitMatrix rows = permuted_rows(m.pattern(), found.order);
    for (std::size_t c = 0; c + 1 < found.begins.size(); ++c) {
        for (std::size_t i = found.begins[c]; i < found.begins[c + 1]; ++i) {
            EXPECT_GE(rows.next(i, 0), found.begins[c]) << "an entry left of its component";
        }
    }
}

TEST(StrongComponents, OfACycleAreOne) {
    CscMatrix cycle;
    constexpr std::int32_t kSize = 2000;  // recursion would go this deep
    cycle.begins.push_back(0);
    for (std::int32_t j = 0; j < kSize; ++j) {
        cycle.rows.push_back((j + 1) % kSize);
        cycle.begins.push_back(j + 1);
    }
    EXPECT_EQ(strong_components(cycle.pattern()).begins.size(), 2U);
}

TEST(LuPlan, ReportsNoFewerValuesThanEntries) {
    const CscMatrix m = random_mass_action(60, 120, 5);
    const LuPlanReport exact = LuPlan::make(m.pattern(), {.padding = 0.0}).report();
    EXPECT_GE(exact.value_count, exact.entry_count);
    const LuPlanReport padded = LuPlan::make(m.pattern(), {.padding = 2.0}).report();
    EXPECT_GT(padded.value_count, padded.entry_count);
    EXPECT_LT(padded.block_count, exact.block_count);
}

TEST(LuPlan, OfAnEmptyPatternIsEmpty) {
    const std::vector<std::int32_t> begins{0};
    const LuPlan plan = LuPlan::make({begins, {}});
    EXPECT_EQ(plan.size(), 0U);
    EXPECT_EQ(plan.value_count(), 0U);
}

}  // namespace
}  // namespace erbium::math
