// SPDX-License-Identifier: Apache-2.0
// tests/sim/zoo_test.cpp: the integrator against exact and published solutions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

Run run_all(const eqn::System& system, std::vector<double> times) {
    Run run;
    run.output_times = std::move(times);
    run.recording = Recording::all(system);
    run.recording.observables.clear();
    run.recording.functions.clear();
    return run;
}

/// Largest error relative to the largest amount that a species reaches.
double error_of(const zoo::ExactProblem& problem, double rtol, Method method = Method::own) {
    const eqn::System system = compiled(problem.network);
    const Result result = solve(system, run_all(system, problem.times),
                                {.tolerances = {rtol, rtol * 1e-6}, .method = method});
    EXPECT_TRUE(result.status.ok()) << problem.name << ": " << result.status.message;
    double worst = 0.0;
    for (std::size_t s = 0; s < system.state_count(); ++s) {
        double error = 0.0;
        double size = 0.0;
        for (std::size_t i = 0; i < problem.times.size(); ++i) {
            const double exact = problem.solution(problem.times[i])[s];
            error = std::max(error, std::fabs(result.at(i, s) - exact));
            size = std::max(size, std::fabs(exact));
        }
        worst = std::max(worst, error / size);
    }
    return worst;
}

TEST(Zoo, ExactSolutionsAreMetWithinAHundredTolerances) {
    // A local error control bounds the error per step; hundreds of steps add up.
    for (const zoo::ExactProblem& problem : zoo::exact_problems()) {
        for (const double rtol : {1e-4, 1e-6, 1e-8, 1e-10}) {
            EXPECT_LT(error_of(problem, rtol), 100.0 * rtol) << problem.name << " at " << rtol;
        }
        for (const double rtol : {1e-4, 1e-6, 1e-8}) {
            EXPECT_LT(error_of(problem, rtol, Method::esdirk), 100.0 * rtol)
                << problem.name << " at " << rtol << ", ESDIRK";
        }
    }
}

TEST(Zoo, ErrorsFollowTheTolerance) {
    for (const zoo::ExactProblem& problem : zoo::exact_problems()) {
        // Four decades of tolerance bring at least two and a half of accuracy, unless the loose
        // one is exact already.
        const double loose = error_of(problem, 1e-5);
        const double tight = error_of(problem, 1e-9);
        EXPECT_LT(tight, std::max(loose * 3e-3, 1e-11)) << problem.name;
    }
}

/// However fast a state follows its forcing, at the ends of long steps it is right by itself: what
/// is read out in between must be controlled too, and reading out must change no step.
TEST(Zoo, StatesThatFollowAForcingAreRightInsideOfSteps) {
    for (const char* stiffness : {"1", "1e2", "1e4", "1e6", "1e8"}) {
        for (const double rtol : {1e-4, 1e-6, 1e-8}) {
            SCOPED_TRACE(std::string{stiffness} + " at " + std::to_string(-std::log10(rtol)));
            net::Network network = zoo::prothero_robinson().network;
            network.parameters.front().value = zoo::expression(stiffness);
            const eqn::System system = compiled(network);
            std::vector<double> times;
            for (int i = 0; i <= 1000; ++i) {
                times.push_back(0.02 * i);
            }
            const SolverOptions options{.tolerances = {rtol, rtol * 1e-6}};
            const Result often = solve(system, run_all(system, times), options);
            const Result once = solve(system, run_all(system, {0.0, 20.0}), options);
            ASSERT_TRUE(often.status.ok()) << often.status.message;
            EXPECT_EQ(often.statistics.steps, once.statistics.steps);
            EXPECT_LT(often.statistics.steps, 500U);
            for (std::size_t i = 0; i < times.size(); ++i) {
                EXPECT_NEAR(often.at(i, 0), std::cos(times[i]), 5.0 * rtol) << times[i];
            }
            EXPECT_EQ(often.at(1000, 0), once.at(1, 0));
        }
    }
}

TEST(Zoo, RobertsonHasItsPublishedValues) {
    // Printed by the example cvRoberts_dns of SUNDIALS 6.4.1, which runs at rtol 1e-4: its later
    // values carry an error of 1e-3.
    const eqn::System system = compiled(zoo::robertson());
    const std::vector<double> times{0.4, 4.0, 40.0, 400.0, 4e3, 4e4, 4e5, 4e6, 4e7, 4e8};
    const Result result = solve(system, run_all(system, times), {.tolerances = {1e-8, 1e-16}});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    const std::vector<double> a{9.851641e-01, 9.055097e-01, 7.158017e-01, 4.505360e-01,
                                1.832299e-01, 3.898902e-02, 4.936383e-03, 5.168093e-04,
                                5.202440e-05, 5.201061e-06};
    const std::vector<double> b{3.386242e-05, 2.240338e-05, 9.185037e-06, 3.223271e-06,
                                8.944378e-07, 1.622006e-07, 1.984224e-08, 2.068293e-09,
                                2.081083e-10, 2.080435e-11};
    for (std::size_t i = 0; i < times.size(); ++i) {
        EXPECT_TRUE(near_rel(result.at(i, 0), a[i], 2e-3)) << "A at " << times[i];
        EXPECT_TRUE(near_rel(result.at(i, 1), b[i], 2e-3)) << "B at " << times[i];
        EXPECT_TRUE(near_rel(result.at(i, 0) + result.at(i, 1) + result.at(i, 2), 1.0, 1e-12));
    }
}

TEST(Zoo, RobertsonTendsToItsAsymptote) {
    // At last B = k1 A / k3 and A' = -k2 B^2, so that A = 1 / (k2 (k1 / k3)^2 t) (1 + O(A)).
    const eqn::System system = compiled(zoo::robertson());
    const std::vector<double> times{4e10, 4e11};
    const Result result = solve(system, run_all(system, times), {.tolerances = {1e-9, 1e-18}});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    for (std::size_t i = 0; i < times.size(); ++i) {
        EXPECT_TRUE(near_rel(result.at(i, 0), 1.0 / (3e7 * 4e-6 * 4e-6 * times[i]), 1e-5));
    }
}

TEST(Zoo, VanDerPolEndsWhereTheTestSetSays) {
    // Problem VDPOL of the test set for initial value problem solvers, in unscaled time: mu = 1000,
    // t = 2000. Nine digits of its reference solution.
    const eqn::System system = compiled(zoo::van_der_pol("1000"));
    const Result result = solve(system, run_all(system, {2000.0}), {.tolerances = {1e-9, 1e-12}});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.at(0, 0), 1.70616773, 1e-5));
    EXPECT_TRUE(near_rel(result.at(0, 1), -8.92809701e-4, 1e-5));
}

}  // namespace
}  // namespace erbium::sim
