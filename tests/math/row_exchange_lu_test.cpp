// SPDX-License-Identifier: Apache-2.0
// tests/math/row_exchange_lu_test.cpp: sparse LU with row exchanges against dense LU.
#include "erbium/math/row_exchange_lu.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "erbium/math/dense_lu.hpp"
#include "erbium/math/ordering.hpp"
#include "lu_checks.hpp"
#include "matrices.hpp"

namespace erbium::math {
namespace {

Order natural(std::size_t n) {
    Order order(n);
    std::iota(order.begin(), order.end(), 0);
    return order;
}

void expect_agreement(const CscMatrix& m, const Order& order, double shift, double rtol) {
    const std::size_t n = m.size();
    RowExchangeLu lu{m.pattern(), order};
    std::vector<double> dense_values(n * n);
    DenseLu dense{n};
    std::vector<double> b(n);
    std::iota(b.begin(), b.end(), 1.0);
    std::vector<double> expected(n);
    for (int round = 0; round < 2; ++round) {  // the second finds the remains of the first
        ASSERT_TRUE(lu.factor(m.values.data(), -1.0, shift));
        std::vector<double> x = b;
        lu.solve(x.data(), x.data());
        dense_of(m, -1.0, shift, dense_values);
        ASSERT_TRUE(dense.factor(dense_values));
        dense.solve(b, expected);
        expect_same_solution(x, expected, rtol);
    }
}

TEST(RowExchangeLu, AgreesWithDenseLuOnRandomMatrices) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const std::size_t n = 1 + seed;
        const CscMatrix dominant = random_dominant(n, 0.2, seed);
        expect_agreement(dominant, minimum_degree_order(dominant.pattern()), 0.5, 1e-11);
        expect_agreement(dominant, natural(n), 0.5, 1e-11);
    }
    const CscMatrix reactions = random_mass_action(120, 400, 7);
    expect_agreement(reactions, minimum_degree_order(reactions.pattern()), 1.0, 1e-8);
}

TEST(RowExchangeLu, ExchangesRowsWhereTheDiagonalIsZero) {
    // A cyclic shift: every diagonal entry is 0.
    const std::size_t n = 7;
    std::vector<double> dense(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        dense[i * n + (i + 1) % n] = 1.0 + static_cast<double>(i);
    }
    expect_agreement(sparse_of(n, dense), natural(n), 0.0, 1e-14);
    // A tiny pivot, which without exchanges would cost all digits.
    expect_agreement(sparse_of(2, {1e-20, 1.0, 1.0, 1.0}), natural(2), 0.0, 1e-14);
}

TEST(RowExchangeLu, RefusesWhatIsSingularOrNoNumber) {
    const CscMatrix singular = sparse_of(2, {1.0, 2.0, 2.0, 4.0});
    RowExchangeLu lu{singular.pattern(), natural(2)};
    EXPECT_FALSE(lu.factor(singular.values.data(), 1.0, 0.0));
    EXPECT_TRUE(lu.factor(singular.values.data(), 1.0, 1.0));  // and it goes on after that
    const std::vector<double> bad{1.0, std::nan(""), 2.0, 4.0};
    EXPECT_FALSE(lu.factor(bad.data(), 1.0, 1.0));
    const std::vector<double> large{1.0, std::numeric_limits<double>::infinity(), 2.0, 4.0};
    EXPECT_FALSE(lu.factor(large.data(), 1.0, 1.0));
}

}  // namespace
}  // namespace erbium::math
