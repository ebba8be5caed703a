// SPDX-License-Identifier: Apache-2.0
// tests/eqn/laws_test.cpp: what holds for every network: Jacobian, conservation, permutation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "compiled.hpp"
#include "erbium/eqn/conservation.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "near.hpp"
#include "random_network.hpp"

namespace erbium::eqn {
namespace {

constexpr std::uint32_t kSeeds = 60;

TEST(Laws, TheJacobianIsTheCentralDifferenceOfTheRates) {
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        const zoo::RandomNetwork random = zoo::random_network(seed, 3 + seed % 5);
        const System system = compiled(random.network());
        ReferenceKernel kernel{system};
        const std::size_t n = system.state_count();
        const Program program = system.program();
        std::vector<double> entries(system.jacobian_size(), std::nan(""));
        kernel.jacobian(0.3, random.amounts, entries);
        std::vector<double> y = random.amounts;
        std::vector<double> above(n);
        std::vector<double> below(n);
        for (std::size_t column = 0; column < n; ++column) {
            const double h = 6e-6;  // eps^(1/3), amounts being about 1
            y[column] += h;
            kernel.rhs(0.3, y, above);
            y[column] -= 2.0 * h;
            kernel.rhs(0.3, y, below);
            y[column] = random.amounts[column];
            std::vector<double> analytic(n, 0.0);
            for (auto e = static_cast<std::size_t>(program.column_begins[column]);
                 e < static_cast<std::size_t>(program.column_begins[column + 1]); ++e) {
                analytic[static_cast<std::size_t>(program.row_of_entry[e])] = entries[e];
            }
            for (std::size_t row = 0; row < n; ++row) {
                // Rates are about 10: rounding 10 eps / h = 4e-10, truncation about as much.
                EXPECT_TRUE(
                    near_rel(analytic[row], (above[row] - below[row]) / (2.0 * h), 1e-7, 3e-8))
                    << "seed " << seed << ", d rate " << row << " / d state " << column;
            }
        }
    }
}

TEST(Laws, TheTimeSlopeIsTheCentralDifferenceOfTheRatesByTime) {
    std::size_t varying = 0;
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        const zoo::RandomNetwork random = zoo::random_network(seed, 3 + seed % 5);
        const System system = compiled(random.network());
        ReferenceKernel kernel{system};
        std::vector<double> slope(system.state_count(), std::nan(""));
        std::vector<double> above(slope.size());
        std::vector<double> below(slope.size());
        kernel.time_slope(0.3, random.amounts, slope);
        const double h = 6e-6;
        kernel.rhs(0.3 + h, random.amounts, above);
        kernel.rhs(0.3 - h, random.amounts, below);
        for (std::size_t s = 0; s < slope.size(); ++s) {
            EXPECT_TRUE(near_rel(slope[s], (above[s] - below[s]) / (2.0 * h), 1e-7, 3e-8))
                << "seed " << seed << ", state " << s;
            varying += slope[s] != 0.0 ? 1U : 0U;
        }
    }
    EXPECT_GT(varying, kSeeds / 4);
}

TEST(Laws, ThePatternHoldsTheDiagonalAndAscendsInEachColumn) {
    const System system = compiled(zoo::random_network(7, 6).network());
    const Program program = system.program();
    for (std::size_t column = 0; column < system.state_count(); ++column) {
        const auto rows = program.row_of_entry.subspan(
            static_cast<std::size_t>(program.column_begins[column]),
            static_cast<std::size_t>(program.column_begins[column + 1] -
                                     program.column_begins[column]));
        EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
        EXPECT_EQ(std::adjacent_find(rows.begin(), rows.end()), rows.end());
        EXPECT_EQ(std::count(rows.begin(), rows.end(), static_cast<std::int32_t>(column)), 1);
    }
}

TEST(Laws, ConservedSumsDoNotChangeWhateverTheAmounts) {
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        const zoo::RandomNetwork random = zoo::random_network(seed, 4);
        const System system = compiled(random.network());
        const auto laws = conservation_laws(system);
        ASSERT_TRUE(laws.has_value());
        EXPECT_FALSE(laws->empty()) << "sizes are conserved";
        ReferenceKernel kernel{system};
        std::vector<double> rate(system.state_count());
        kernel.rhs(0.0, random.amounts, rate);
        for (const ConservationLaw& law : *laws) {
            double sum = 0.0;
            double size = 0.0;
            for (const auto& member : law.members) {
                sum += static_cast<double>(member.weight) * rate[member.species.value];
                size += std::fabs(static_cast<double>(member.weight) * rate[member.species.value]);
            }
            EXPECT_LE(std::fabs(sum), 1e-13 * (1.0 + size)) << "seed " << seed;
        }
    }
}

TEST(Laws, ConservationLawsOfABindingAreItsTwoTotals) {
    const System system = compiled(zoo::binding().network);
    const auto laws = conservation_laws(system);
    ASSERT_TRUE(laws.has_value());
    ASSERT_EQ(laws->size(), 2U);  // 3 species, 1 independent reaction
    for (const ConservationLaw& law : *laws) {
        // In terms of C: weight of C is that of A plus that of B.
        std::vector<std::int64_t> weights(3);
        for (const auto& member : law.members) {
            weights[member.species.value] = member.weight;
        }
        EXPECT_EQ(weights[0] + weights[1], weights[2]);
    }
}

TEST(Laws, TheOrderOfSpeciesChangesNothingButRounding) {
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        const zoo::RandomNetwork random = zoo::random_network(seed, 5);
        std::vector<std::uint32_t> order(random.amounts.size());
        for (std::uint32_t s = 0; s < order.size(); ++s) {
            order[s] = s;
        }
        std::mt19937 shuffler{seed};
        std::shuffle(order.begin(), order.end(), shuffler);
        ReferenceKernel plain{compiled(random.network())};
        ReferenceKernel shuffled{compiled(random.network(order))};
        std::vector<double> y(order.size());
        std::vector<double> rate(order.size());
        std::vector<double> rate_shuffled(order.size());
        for (std::size_t s = 0; s < order.size(); ++s) {
            y[order[s]] = random.amounts[s];
        }
        plain.rhs(1.0, random.amounts, rate);
        shuffled.rhs(1.0, y, rate_shuffled);
        for (std::size_t s = 0; s < order.size(); ++s) {
            // Rates are sums of terms of about 10 that may cancel.
            EXPECT_TRUE(near_rel(rate_shuffled[order[s]], rate[s], 1e-13, 1e-13)) << seed;
        }
    }
}

TEST(Laws, CompilingTwiceGivesTheSameTables) {
    const zoo::RandomNetwork random = zoo::random_network(3, 8);
    const System one = compiled(random.network());
    const System two = compiled(random.network());
    ReferenceKernel a{one};
    ReferenceKernel b{two};
    std::vector<double> entries_a(one.jacobian_size());
    std::vector<double> entries_b(two.jacobian_size());
    a.jacobian(0.0, random.amounts, entries_a);
    b.jacobian(0.0, random.amounts, entries_b);
    EXPECT_EQ(entries_a, entries_b);
    EXPECT_EQ(one.program().slot_count, two.program().slot_count);
}

}  // namespace
}  // namespace erbium::eqn
