// SPDX-License-Identifier: Apache-2.0
// tests/sim/zoo_test.cpp: the integrator against exact and published solutions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

eqn::System compiled(const net::Network& network) {
    auto system = eqn::compile(network);
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    return system.value();
}

Run run_all(const eqn::System& system, std::vector<double> times) {
    Run run;
    run.output_times = std::move(times);
    run.recording = Recording::all(system);
    run.recording.observables.clear();
    run.recording.functions.clear();
    return run;
}

/// Largest error relative to the largest amount that a species reaches.
double error_of(const zoo::ExactProblem& problem, double rtol) {
    const eqn::System system = compiled(problem.network);
    const Result result =
        solve(system, run_all(system, problem.times), {.tolerances = {rtol, rtol * 1e-6}});
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

TEST(Zoo, RobertsonHasItsPublishedValuesOverElevenDecades) {
    // Values that the SUNDIALS example cvRoberts_dns prints, at its rtol of 1e-4.
    const eqn::System system = compiled(zoo::robertson());
    const std::vector<double> times{0.4, 4.0, 40.0, 400.0, 4e3, 4e4, 4e5, 4e6, 4e7, 4e8, 4e9, 4e10};
    const Result result =
        solve(system, run_all(system, times), {.tolerances = {1e-8, 1e-16}, .max_steps = 100000});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    const std::vector<double> a{9.8517e-1, 9.0552e-1, 7.1583e-1, 4.5052e-1, 1.8320e-1, 3.8983e-2,
                                4.9383e-3, 5.1684e-4, 5.2039e-5, 5.2110e-6, 5.2086e-7, 5.2083e-8};
    const std::vector<double> b{3.3864e-5,  2.2405e-5,  9.1851e-6,  3.2229e-6,
                                8.9424e-7,  1.6217e-7,  1.9850e-8,  2.0684e-9,
                                2.0817e-10, 2.0844e-11, 2.0835e-12, 2.0833e-13};
    for (std::size_t i = 0; i < times.size(); ++i) {
        // The example's own tolerance of 1e-4 shows in its later digits.
        EXPECT_TRUE(near_rel(result.at(i, 0), a[i], 2e-3)) << "A at " << times[i];
        EXPECT_TRUE(near_rel(result.at(i, 1), b[i], 2e-3)) << "B at " << times[i];
        EXPECT_TRUE(near_rel(result.at(i, 0) + result.at(i, 1) + result.at(i, 2), 1.0, 1e-12));
    }
}

TEST(Zoo, RobertsonTendsToItsAsymptote) {
    // For long times C is 1 and B = k1 A / k3 C, so that A' = -k2 B^2 is of second order: A falls
    // as 1 / t with k2 (k1 / k3)^2 = 4.8e-4 ... = 1 / (4e11 * 5.2083e-9).
    const eqn::System system = compiled(zoo::robertson());
    const Result result = solve(system, run_all(system, {4e10, 4e11}),
                                {.tolerances = {1e-9, 1e-18}, .max_steps = 100000});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.at(1, 0) / result.at(0, 0), 0.1, 1e-5));
    EXPECT_TRUE(near_rel(result.at(1, 0), 5.2083e-9, 1e-4));
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
