// SPDX-License-Identifier: Apache-2.0
// tests/fit/optimiser_test.cpp: searches find known minima, inside and on bounds.
#include <gtest/gtest.h>

#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/multi_start.hpp"
#include "erbium/fit/random.hpp"
#include "near.hpp"
#include "problems.hpp"

namespace erbium::fit {
namespace {

using Search = Optimum (*)(Objective&, std::span<const double>, const SearchOptions&);

class Searches : public ::testing::TestWithParam<Search> {
protected:
    [[nodiscard]] Optimum search(Objective& objective, const std::vector<double>& start) const {
        SearchOptions options;
        options.gradient_tolerance = 1e-8;
        options.value_tolerance = 1e-16;
        options.max_iterations = 2000;
        return GetParam()(objective, start, options);
    }
};

TEST_P(Searches, GoDownRosenbrocksValley) {
    LeastSquares objective = rosenbrock(box(2, -5.0, 5.0));
    for (const std::vector<double>& start :
         {std::vector<double>{-1.2, 1.0}, {4.0, -4.0}, {-5.0, 5.0}}) {
        const Optimum found = search(objective, start);
        EXPECT_TRUE(is_converged(found.ending)) << name(found.ending);
        EXPECT_TRUE(all_near(found.x, std::vector<double>{1.0, 1.0}, 1e-5));
    }
}

TEST_P(Searches, StopAtTheBoundThatHoldsThem) {
    // With x0 <= 1/2 the minimum is at x0 = 1/2, x1 = 1/4.
    std::vector<Coordinate> bounds = box(2, -5.0, 5.0);
    bounds[0].upper = 0.5;
    LeastSquares objective = rosenbrock(bounds);
    const Optimum found = search(objective, {-2.0, 3.0});
    EXPECT_EQ(found.x[0], 0.5);
    EXPECT_TRUE(near_rel(found.x[1], 0.25, 1e-6));
    EXPECT_LE(projected_gradient(bounds, found.x, found.gradient), 1e-6);
}

TEST_P(Searches, LeaveABoundThatDoesNotHoldThem) {
    LeastSquares objective = rosenbrock(box(2, -2.0, 2.0));
    const Optimum found = search(objective, {-2.0, -2.0});
    EXPECT_TRUE(all_near(found.x, std::vector<double>{1.0, 1.0}, 1e-5));
}

TEST_P(Searches, ReachAMinimumWithoutCurvature) {
    LeastSquares objective = powell(box(4, -10.0, 10.0));
    const Optimum found = search(objective, {3.0, -1.0, 0.0, 1.0});
    EXPECT_LT(found.value, 1e-8);
}

TEST_P(Searches, SayWhyTheyCannotStart) {
    LeastSquares objective{box(1, -1.0, 1.0), [](std::span<const double>) {
                               return LeastSquares::Residuals{{std::nan("")}, {0.0}};
                           }};
    const Optimum found = search(objective, {0.0});
    EXPECT_EQ(found.ending, Ending::failed);
    EXPECT_EQ(found.failure, "not finite");
}

TEST_P(Searches, StepBackFromWhereThereIsNoValue) {
    // log(x) - log(2), nothing at x <= 0; Newton's first step from 20 leads there.
    LeastSquares objective{
        box(1, -10.0, 30.0), [](std::span<const double> x) {
            return LeastSquares::Residuals{{std::log(x[0]) - std::log(2.0)}, {1.0 / x[0]}};
        }};
    const Optimum found = search(objective, {20.0});
    EXPECT_TRUE(near_rel(found.x[0], 2.0, 1e-6));
}

INSTANTIATE_TEST_SUITE_P(Both, Searches,
                         ::testing::Values(&minimise_trust_region, &minimise_quasi_newton),
                         [](const auto& search) {
                             return search.index == 0 ? "TrustRegion" : "QuasiNewton";
                         });

TEST(CholeskyFactors, SolveAndRefuse) {
    Random random{5};
    constexpr std::size_t n = 7;
    std::vector<double> root(n * n);
    for (double& v : root) {
        v = random.normal();
    }
    std::vector<double> matrix(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t k = 0; k < n; ++k) {
                matrix[i * n + j] += root[i * n + k] * root[j * n + k];
            }
        }
    }
    const Cholesky factor{matrix, n};
    ASSERT_TRUE(factor.ok());
    std::vector<double> x(n);
    for (double& v : x) {
        v = random.normal();
    }
    std::vector<double> b(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            b[i] += matrix[i * n + j] * x[j];
        }
    }
    factor.solve(b);
    EXPECT_TRUE(all_near(b, x, 1e-9));
    matrix[0] = -1.0;
    EXPECT_FALSE((Cholesky{matrix, n}.ok()));
}

TEST(MultiStarts, DoNotDependOnThreadsOrOnWhatWasKnown) {
    const LeastSquares objective = two_wells(box(3, -3.0, 3.0));
    MultiStartOptions options;
    options.starts = 24;
    options.seed = 7;
    const auto serial = multi_start(objective, options);
    options.threads = 3;
    const auto parallel = multi_start(objective, options);
    options.known = {serial[3], serial[11]};
    std::size_t searched = 0;
    options.done = [&](const StartResult&) { ++searched; };
    const auto resumed = multi_start(objective, options);
    EXPECT_EQ(searched, 22U);
    ASSERT_EQ(serial.size(), 24U);
    for (std::size_t i = 0; i < serial.size(); ++i) {
        EXPECT_EQ(serial[i].optimum.x, parallel[i].optimum.x);
        EXPECT_EQ(serial[i].optimum.x, resumed[i].optimum.x);
        EXPECT_EQ(serial[i].start, parallel[i].start);
    }
}

TEST(MultiStarts, FindTheDeeperWell) {
    const LeastSquares objective = two_wells(box(3, -3.0, 3.0));
    MultiStartOptions options;
    options.starts = 20;
    const auto results = multi_start(objective, options);
    const StartResult& best = results[ranking(results).front()];
    EXPECT_TRUE(near_rel(best.optimum.x[0], -1.0, 1e-4));
    EXPECT_LT(best.optimum.value, 1e-8);
    const std::size_t good = converged_to_best(results, 1e-4);
    EXPECT_GE(good, 5U);
    EXPECT_LT(good, 20U);  // the other well catches some
}

TEST(MultiStarts, StopWithWhatThereIs) {
    const LeastSquares objective = two_wells(box(3, -3.0, 3.0));
    std::atomic<bool> stop{false};
    MultiStartOptions options;
    options.starts = 24;
    options.stop = &stop;
    options.done = [&](const StartResult& result) { stop = result.index == 4; };
    const auto results = multi_start(objective, options);
    EXPECT_EQ(results.size(), 5U);
}

TEST(MultiStarts, DrawPointsAgainWhereThereIsNoValue) {
    // Nothing at x0 < 0: half of the starts begin there.
    const LeastSquares objective{
        box(1, -1.0, 1.0), [](std::span<const double> x) {
            return LeastSquares::Residuals{{std::log(x[0]) + 1.0}, {1.0 / x[0]}};
        }};
    MultiStartOptions options;
    options.starts = 16;
    for (const StartResult& result : multi_start(objective, options)) {
        EXPECT_GT(result.start[0], 0.0);
        EXPECT_TRUE(near_rel(result.optimum.x[0], std::exp(-1.0), 1e-3));
    }
}

}  // namespace
}  // namespace erbium::fit
