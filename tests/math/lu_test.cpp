// SPDX-License-Identifier: Apache-2.0
// tests/math/lu_test.cpp: planned LU over lanes against dense LU with row exchanges, on every
// kernel that this machine has.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "erbium/math/dense_lu.hpp"
#include "erbium/math/lane_kernels.hpp"
#include "erbium/math/left_looking_lu.hpp"
#include "erbium/math/lu_plan.hpp"
#include "erbium/math/small_lu.hpp"
#include "erbium/math/substitution.hpp"
#include "erbium/math/supernodal_lu.hpp"
#include "lu_checks.hpp"
#include "matrices.hpp"
#include "near.hpp"

namespace erbium::math {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Solved {
    std::vector<double> x;       // size x width
    std::vector<double> growth;  // by lane
    std::vector<double> error;   // by lane
};

/// Solves shift I - scaled copies of J: lane l holds J times factors[l].
Solved solve(const LaneKernels& kernels, const LuPlan& plan, const CscMatrix& j,
             const std::vector<double>& factors, const std::vector<double>& shifts,
             const std::vector<double>& b) {
    const auto width = static_cast<std::size_t>(kernels.width);
    const std::size_t n = j.size();
    std::vector<double> entries((j.values.size() + 1) * width, kNan);
    for (std::size_t l = 0; l < width; ++l) {
        for (std::size_t e = 0; e < j.values.size(); ++e) {
            entries[e * width + l] = j.values[e] * factors[l];
        }
        entries[j.values.size() * width + l] = 0.0;
    }
    std::vector<double> bs(n * width);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t l = 0; l < width; ++l) {
            bs[i * width + l] = b[i];
        }
    }
    std::vector<double> values(plan.value_count() * width, kNan);
    std::vector<double> work(2 * n * width, kNan);
    Solved solved{std::vector<double>(n * width, kNan), std::vector<double>(width, kNan),
                  std::vector<double>(width, kNan)};
    const LuProgram program = plan.program();
    kernels.factor(program, entries.data(), -1.0, shifts.data(), values.data(),
                   solved.growth.data());
    kernels.solve(program, values.data(), bs.data(), work.data(), solved.x.data());
    kernels.backward_error(program, entries.data(), -1.0, shifts.data(), bs.data(), solved.x.data(),
                           nullptr, work.data(), solved.error.data());
    return solved;
}

std::vector<double> ascending(std::size_t count, double first, double step) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = first + step * static_cast<double>(i);
    }
    return values;
}

class LuOnEveryKernel : public ::testing::TestWithParam<LaneKernels> {
protected:
    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(GetParam().width); }

    /// Every lane agrees with dense LU; each lane has its own matrix and shift.
    void expect_agreement(const CscMatrix& j, const LuPlanOptions& options, double rtol) const {
        const std::size_t n = j.size();
        const LuPlan plan = LuPlan::make(j.pattern(), options);
        const std::vector<double> factors = ascending(width(), 0.5, 0.25);
        const std::vector<double> shifts = ascending(width(), 0.01, 0.3);
        const std::vector<double> b = ascending(n, 1.0, 0.1);
        const Solved found = solve(GetParam(), plan, j, factors, shifts, b);
        DenseLu dense{n};
        std::vector<double> matrix(n * n);
        std::vector<double> x(n);
        for (std::size_t l = 0; l < width(); ++l) {
            dense_of(j, -factors[l], shifts[l], matrix);
            ASSERT_TRUE(dense.factor(matrix));
            dense.solve(b, x);
            EXPECT_LT(found.error[l], 1e-13);
            double largest = 0.0;
            for (const double xi : x) {
                largest = std::max(largest, std::fabs(xi));
            }
            for (std::size_t i = 0; i < n; ++i) {
                // Entries much smaller than the largest carry its rounding errors.
                ASSERT_TRUE(near_rel(found.x[i * width() + l], x[i], rtol, rtol * largest))
                    << "row " << i << " lane " << l;
            }
        }
    }
};

TEST_P(LuOnEveryKernel, AgreesWithDenseLuOnMatricesOfEverySmallSize) {
    for (std::size_t n = 1; n <= 12; ++n) {
        for (const double padding : {0.0, 1.0, 10.0}) {
            expect_agreement(random_dominant(n, 0.4, n), {.padding = padding}, 1e-12);
        }
    }
}

TEST_P(LuOnEveryKernel, AgreesWithDenseLuOnSparseMatrices) {
    expect_agreement(random_dominant(150, 0.02, 3), {}, 1e-12);
    expect_agreement(random_dominant(150, 0.10, 4), {}, 1e-12);
    expect_agreement(random_dominant(60, 1.0, 5), {}, 1e-12);
}

TEST_P(LuOnEveryKernel, AgreesWithDenseLuOnAMassActionJacobian) {
    expect_agreement(random_mass_action(80, 200, 6), {}, 1e-10);
}

TEST_P(LuOnEveryKernel, AgreesWithDenseLuWhateverTheOrder) {
    const CscMatrix j = random_dominant(40, 0.1, 7);
    std::vector<std::int32_t> order(j.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = static_cast<std::int32_t>((i * 23) % order.size());
    }
    expect_agreement(j, {.order = order}, 1e-12);
}

TEST_P(LuOnEveryKernel, AgreesWithDenseLuWhenWorkedOnInSmallGroups) {
    expect_agreement(random_dominant(90, 0.08, 8), {.group_values = 1}, 1e-12);
    expect_agreement(random_dominant(90, 0.08, 8), {.group_values = 200}, 1e-12);
}

TEST_P(LuOnEveryKernel, TellsASingularMatrixInItsLaneOnly) {
    // With shift 0 the Jacobian of a closed system is singular: amounts are conserved.
    const CscMatrix j = random_mass_action(30, 60, 9);
    const LuPlan plan = LuPlan::make(j.pattern());
    const std::vector<double> b(j.size(), 1.0);
    std::vector<double> shifts(width(), 1.0);
    std::vector<double> factors(width(), 1.0);
    const Solved regular = solve(GetParam(), plan, j, factors, shifts, b);
    const std::size_t bad = width() / 2;
    factors[bad] = 0.0;  // the zero matrix
    shifts[bad] = 0.0;
    const Solved solved = solve(GetParam(), plan, j, factors, shifts, b);
    for (std::size_t l = 0; l < width(); ++l) {
        const bool is_told = !(solved.error[l] < 1e-8) || !(solved.growth[l] < 1e8);
        EXPECT_EQ(is_told, l == bad) << "lane " << l;
        for (std::size_t i = 0; l != bad && i < j.size(); ++i) {
            EXPECT_EQ(solved.x[i * width() + l], regular.x[i * width() + l]);
        }
    }
}

TEST_P(LuOnEveryKernel, TellsGrowthWhereTheDiagonalIsNoGoodPivot) {
    CscMatrix matrix;  // [ e 1 ; 1 1 ] in the order given, e tiny
    matrix.begins = {0, 2, 4};
    matrix.rows = {0, 1, 0, 1};
    matrix.values = {-1e-20, -1.0, -1.0, -1.0};
    const LuPlan plan = LuPlan::make(matrix.pattern(), {.order = Order{0, 1}});
    const std::vector<double> ones(width(), 1.0);
    const std::vector<double> zeros(width(), 0.0);
    const Solved solved = solve(GetParam(), plan, matrix, ones, zeros, {1.0, 2.0});
    for (std::size_t l = 0; l < width(); ++l) {
        EXPECT_GT(solved.growth[l], 1e15);
        EXPECT_GT(solved.error[l], 1e-8);
    }
}

TEST_P(LuOnEveryKernel, GivesTheBytesOfOnePortableLane) {
    const CscMatrix j = random_mass_action(70, 180, 10);
    const LuPlan plan = LuPlan::make(j.pattern());
    const std::vector<double> factors = ascending(width(), 0.5, 0.25);
    const std::vector<double> shifts = ascending(width(), 0.01, 0.3);
    const std::vector<double> b = ascending(j.size(), 1.0, 0.1);
    const Solved found = solve(GetParam(), plan, j, factors, shifts, b);
    for (std::size_t l = 0; l < width(); ++l) {
        const Solved plain = solve(lane_kernels().front(), plan, j, {factors[l]}, {shifts[l]}, b);
        for (std::size_t i = 0; i < j.size(); ++i) {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(found.x[i * width() + l]),
                      std::bit_cast<std::uint64_t>(plain.x[i]));
        }
        EXPECT_EQ(found.growth[l], plain.growth.front());
        EXPECT_EQ(found.error[l], plain.error.front());
    }
}

TEST_P(LuOnEveryKernel, SolvesTransposedAsDenseLuOfTheTransposedMatrix) {
    for (const CscMatrix& j : {random_dominant(11, 0.4, 12), random_dominant(120, 0.03, 13),
                               random_mass_action(80, 200, 14)}) {
        const std::size_t n = j.size();
        const LuPlan plan = LuPlan::make(j.pattern());
        const LuProgram program = plan.program();
        const std::vector<double> shifts = ascending(width(), 0.2, 0.3);
        std::vector<double> entries((j.values.size() + 1) * width());
        for (std::size_t e = 0; e < j.values.size(); ++e) {
            for (std::size_t l = 0; l < width(); ++l) {
                entries[e * width() + l] = j.values[e];
            }
        }
        std::vector<double> values(plan.value_count() * width());
        std::vector<double> growth(width());
        GetParam().factor(program, entries.data(), -1.0, shifts.data(), values.data(),
                          growth.data());
        std::vector<double> b(n * width());
        for (std::size_t i = 0; i < b.size(); ++i) {
            b[i] = std::sin(static_cast<double>(i));
        }
        std::vector<double> work(n * width());
        std::vector<double> found(n * width());
        GetParam().solve_transposed(program, values.data(), b.data(), work.data(), found.data());
        DenseLu dense{n};
        std::vector<double> matrix(n * n);
        std::vector<double> x(n);
        for (std::size_t l = 0; l < width(); ++l) {
            dense_of(j, -1.0, shifts[l], matrix);
            for (std::size_t r = 0; r < n; ++r) {
                for (std::size_t c = 0; c < r; ++c) {
                    std::swap(matrix[r * n + c], matrix[c * n + r]);
                }
            }
            ASSERT_TRUE(dense.factor(matrix));
            std::vector<double> right(n);
            for (std::size_t i = 0; i < n; ++i) {
                right[i] = b[i * width() + l];
            }
            dense.solve(right, x);
            double largest = 0.0;
            for (const double xi : x) {
                largest = std::max(largest, std::fabs(xi));
            }
            for (std::size_t i = 0; i < n; ++i) {
                ASSERT_TRUE(near_rel(found[i * width() + l], x[i], 1e-10, 1e-10 * largest))
                    << "row " << i << " lane " << l;
            }
        }
    }
}

/// Of one right-hand side among many: those of lane l.
std::vector<double> lane_of(const std::vector<double>& rows, std::size_t width, std::size_t l) {
    std::vector<double> one;
    for (std::size_t i = l; i < rows.size(); i += width) {
        one.push_back(rows[i]);
    }
    return one;
}

/// Solutions for all lanes: each that of the lane alone to the last bit, and, to within `rtol`, the
/// LU's own.
template <class Lu, class Plan>
void expect_solves_many(const ManySides& kernels, const CscMatrix& j, const Plan& plan,
                        double rtol) {
    const std::size_t n = j.size();
    const auto width = static_cast<std::size_t>(kernels.width);
    std::vector<double> b(n * width);
    for (std::size_t i = 0; i < b.size(); ++i) {
        b[i] = std::sin(static_cast<double>(i));
    }
    Lu lu{plan};
    (void)lu.factor(j.values.data(), -1.0, 0.7);
    const Substitution substitution{plan.order(), plan.factor_places()};
    std::vector<double> values(substitution.value_count(), 1e300);
    substitution.take(lu.factors(), values);
    std::vector<double> found = b;
    std::vector<double> work(b.size());
    substitution.solve(kernels, values, found.data(), work.data(), found.data());
    std::vector<double> x(n);
    std::vector<double> alone(n);
    for (std::size_t l = 0; l < width; ++l) {
        const std::vector<double> right = lane_of(b, width, l);
        substitution.solve(lane_kernels().front().many_sides, values, right.data(), work.data(),
                           alone.data());
        EXPECT_EQ(lane_of(found, width, l), alone);
        lu.solve(right.data(), x.data());
        if (rtol == 0.0) {
            EXPECT_EQ(alone, x);
        } else {
            expect_same_solution(alone, x, rtol);
        }
    }
}

TEST_P(LuOnEveryKernel, SolvesManyRightSidesWithOneMatrixAsSingleOnes) {
    const ManySides& kernels = GetParam().many_sides;
    for (const std::uint64_t seed : {15U, 16U, 17U}) {
        for (const std::size_t size : {3U, 70U}) {
            const CscMatrix j = random_mass_action(size, 5 * size / 2, seed);
            const auto small = SmallLuPlan::make(j.pattern());
            ASSERT_TRUE(small);
            expect_solves_many<SmallLu>(kernels, j, *small, 0.0);
            expect_solves_many<LeftLookingLu>(kernels, j, LeftLookingPlan::make(j.pattern()),
                                              1e-11);
        }
    }
}

TEST_P(LuOnEveryKernel, SolvesManyRightSidesWithSupernodes) {
    const CscMatrix j = random_mass_action(70, 180, 15);
    const std::size_t n = j.size();
    std::vector<double> b(n * width());
    for (std::size_t i = 0; i < b.size(); ++i) {
        b[i] = std::sin(static_cast<double>(i));
    }
    std::vector<double> found(b.size());
    std::vector<double> work(b.size());
    std::vector<double> x(n);
    for (const std::uint32_t most_width : {1U, 5U, 9U, 64U}) {
        const SupernodePlan plan = SupernodePlan::make(j.pattern(), {.most_width = most_width});
        SupernodalLu panels{plan};
        (void)panels.factor(j.values.data(), -1.0, 0.7);
        const double* const values = panels.factors().data();
        GetParam().many_sides.solve_supernodes(plan.program(), values, b.data(), work.data(),
                                               found.data());
        std::vector<double> alone(n);
        for (std::size_t l = 0; l < width(); ++l) {
            const std::vector<double> right = lane_of(b, width(), l);
            panels.solve(right.data(), x.data());
            expect_same_solution(lane_of(found, width(), l), x, 1e-11);
            lane_kernels().front().many_sides.solve_supernodes(plan.program(), values, right.data(),
                                                               work.data(), alone.data());
            EXPECT_EQ(lane_of(found, width(), l), alone);
        }
    }
}

std::string kernel_name(const ::testing::TestParamInfo<LaneKernels>& info) {
    return std::string{name(info.param.target)} + "_" + std::to_string(info.param.width);
}

INSTANTIATE_TEST_SUITE_P(All, LuOnEveryKernel,
                         ::testing::ValuesIn(lane_kernels().begin(), lane_kernels().end()),
                         kernel_name);

TEST(DenseLu, ExchangesRowsWhereItMust) {
    DenseLu lu{2};
    ASSERT_TRUE(lu.factor(std::vector<double>{0.0, 2.0, 4.0, 0.0}));
    std::vector<double> x(2);
    lu.solve(std::vector<double>{2.0, 12.0}, x);
    EXPECT_EQ(x[0], 3.0);
    EXPECT_EQ(x[1], 1.0);
}

TEST(DenseLu, RefusesASingularMatrixAndNaN) {
    DenseLu lu{2};
    EXPECT_FALSE(lu.factor(std::vector<double>{1.0, 2.0, 2.0, 4.0}));
    EXPECT_FALSE(lu.factor(std::vector<double>{kNan, 2.0, 2.0, 4.0}));
}

}  // namespace
}  // namespace erbium::math
