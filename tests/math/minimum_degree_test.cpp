// SPDX-License-Identifier: Apache-2.0
// tests/math/minimum_degree_test.cpp: the order is one of all rows, and saves the work it should.
#include "erbium/math/minimum_degree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "erbium/math/ordering.hpp"
#include "matrices.hpp"

namespace erbium::math {
namespace {

double flops_of(const CscMatrix& m, const Order& order) {
    BitMatrix filled = permuted_rows(m.pattern(), order);
    fill_in(filled);
    return factor_flops(filled);
}

void expect_permutation(Order order, std::size_t n) {
    ASSERT_EQ(order.size(), n);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(order[i], static_cast<std::int32_t>(i));
    }
}

/// Points of a square grid that are joined to their neighbours.
CscMatrix grid(std::size_t side) {
    const std::size_t n = side * side;
    std::vector<double> dense(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        dense[i * n + i] = 4.0;
        if (i % side + 1 < side) {
            dense[i * n + i + 1] = dense[(i + 1) * n + i] = -1.0;
        }
        if (i + side < n) {
            dense[i * n + i + side] = dense[(i + side) * n + i] = -1.0;
        }
    }
    return sparse_of(n, dense);
}

TEST(MinimumDegree, IsAnOrderOfAllRowsForEveryDensity) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const double density = 0.002 * static_cast<double>(seed * seed);
        const CscMatrix m = random_dominant(1 + 2 * seed, density, seed);
        const Order order = approximate_minimum_degree(m.pattern());
        expect_permutation(order, m.size());
        EXPECT_EQ(order, approximate_minimum_degree(m.pattern()));
    }
}

TEST(MinimumDegree, KeepsTreesWithoutFill) {
    // A star whose centre comes first, and a path: eliminated from the leaves nothing fills in.
    for (const bool is_star : {true, false}) {
        const std::size_t n = 50;
        std::vector<double> dense(n * n);
        std::size_t entries = 0;
        for (std::size_t i = 0; i < n; ++i) {
            dense[i * n + i] = 4.0;
            const std::size_t parent = is_star ? 0 : i - 1;
            if (i > 0) {
                dense[i * n + parent] = dense[parent * n + i] = 1.0;
                entries += 2;
            }
        }
        const CscMatrix m = sparse_of(n, dense);
        BitMatrix filled = permuted_rows(m.pattern(), approximate_minimum_degree(m.pattern()));
        fill_in(filled);
        std::size_t found = 0;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = filled.next(i, 0); j < n; j = filled.next(i, j + 1)) {
                found += i != j ? 1U : 0U;
            }
        }
        EXPECT_EQ(found, entries);
    }
}

TEST(MinimumDegree, SavesMostOfTheWorkOnGridsAndReactionNetworks) {
    const CscMatrix square = grid(24);
    Order rows(square.size());
    std::iota(rows.begin(), rows.end(), 0);
    EXPECT_LT(flops_of(square, approximate_minimum_degree(square.pattern())),
              0.4 * flops_of(square, rows));
    // Exact degrees of the unsymmetric pattern do better, by a factor near 2 here.
    const CscMatrix reactions = random_mass_action(200, 260, 3);
    EXPECT_LT(flops_of(reactions, approximate_minimum_degree(reactions.pattern())),
              3.0 * flops_of(reactions, markowitz_order(reactions.pattern())));
}

}  // namespace
}  // namespace erbium::math
