// SPDX-License-Identifier: Apache-2.0
// tests/sim/esdirk_test.cpp: order conditions of the diagonally implicit method, and what it keeps
// over steps.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "erbium/sim/esdirk_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

using Row = EsdirkTableau::Row;

double dot(const Row& a, const Row& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

Row product(const Row& a, const Row& b) {
    Row result{};
    for (std::size_t i = 0; i < a.size(); ++i) {
        result[i] = a[i] * b[i];
    }
    return result;
}

/// A x, the diagonal included.
Row times(const EsdirkTableau& t, const Row& x) {
    Row result{};
    for (std::size_t i = 0; i < x.size(); ++i) {
        result[i] = dot(t.a[i], x) + (i > 0 ? t.gamma * x[i] : 0.0);
    }
    return result;
}

/// Left side minus right side of each condition up to order 4; the first `order` groups hold.
std::vector<std::vector<double>> conditions(const EsdirkTableau& t, const Row& b, double theta) {
    Row one;
    one.fill(1.0);
    const Row c2 = product(t.c, t.c);
    return {
        {dot(b, one) - theta},
        {dot(b, t.c) - theta * theta / 2.0},
        {dot(b, c2) - std::pow(theta, 3) / 3.0, dot(b, times(t, t.c)) - std::pow(theta, 3) / 6.0},
        {dot(b, product(c2, t.c)) - std::pow(theta, 4) / 4.0,
         dot(b, product(t.c, times(t, t.c))) - std::pow(theta, 4) / 8.0,
         dot(b, times(t, c2)) - std::pow(theta, 4) / 12.0,
         dot(b, times(t, times(t, t.c))) - std::pow(theta, 4) / 24.0}};
}

void expect_order(const EsdirkTableau& t, const Row& b, std::size_t order, double theta) {
    const auto all = conditions(t, b, theta);
    for (std::size_t o = 0; o < order; ++o) {
        for (const double rest : all[o]) {
            EXPECT_NEAR(rest, 0.0, 1e-14) << "order " << o + 1;
        }
    }
}

TEST(Esdirk, FulfilsItsOrderConditionsToRounding) {
    const EsdirkTableau& t = esdirk4();
    Row weights = t.a.back();
    weights.back() = t.gamma;
    expect_order(t, weights, 4, 1.0);
    Row embedded = weights;
    for (std::size_t i = 0; i < embedded.size(); ++i) {
        embedded[i] -= t.error[i];
    }
    expect_order(t, embedded, 3, 1.0);
    const auto of_embedded = conditions(t, embedded, 1.0);
    for (const double rest : of_embedded[3]) {
        EXPECT_GT(std::fabs(rest), 1e-4);  // else there would be no estimate
    }
    for (const double theta : {0.0, 0.3, 0.7, 1.0}) {
        Row dense{};
        for (std::size_t i = 0; i < dense.size(); ++i) {
            dense[i] = theta * (t.dense[0][i] + theta * (t.dense[1][i] + theta * t.dense[2][i]));
        }
        expect_order(t, dense, 3, theta);
        if (theta == 1.0) {
            EXPECT_TRUE(all_near(std::vector<double>(dense.begin(), dense.end()),
                                 std::vector<double>(weights.begin(), weights.end()), 0.0, 1e-14));
        }
    }
    const Row stage_sums = times(t, t.c);
    for (std::size_t i = 0; i < t.c.size(); ++i) {
        EXPECT_NEAR(stage_sums[i], t.c[i] * t.c[i] / 2.0, i == 0 ? 0.0 : 1e-15);
    }
}

eqn::System system_of(const zoo::ExactProblem& problem) {
    auto system = eqn::compile(problem.network);
    EXPECT_TRUE(system);
    return system.value();
}

TEST(Esdirk, FactorsLessOftenThanItSteps) {
    const eqn::System system = system_of(zoo::binding());
    sim::Run run;
    run.output_times = {0.0, 1.0, 30.0};
    run.recording = Recording::all(system);
    const Result result = solve(system, run, {{1e-8, 1e-12}, 20000, Method::esdirk});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_EQ(result.method, "ESDIRK4(3)6L[2]SA");
    EXPECT_GT(result.statistics.steps, 20U);
    EXPECT_LT(2 * result.statistics.factorisations, result.statistics.steps);
    const Result by_rosenbrock = solve(system, run, {{1e-8, 1e-12}, 20000, Method::own});
    EXPECT_EQ(by_rosenbrock.method, "Rodas5P");
    EXPECT_TRUE(all_near(result.values, by_rosenbrock.values, 1e-6, 1e-9));
}

TEST(Esdirk, MakesNewFactorsWhenParametersJump) {
    zoo::NetworkMaker m;
    m.parameter("k", "1").species("A", "1").species("B", "0");
    m.reaction({"A"}, {"B"}, {"k"}).reaction({"B", "B"}, {"A", "A"}, {"k"});
    const auto system = eqn::compile(m.network());
    ASSERT_TRUE(system);
    sim::Run run;
    run.output_times = {0.0, 1.0, 2.0, 3.0};
    run.events = {{1.0, {{ParameterId{0}, 1e5}}, {}}, {2.0, {{ParameterId{0}, 1e-3}}, {}}};
    run.recording = Recording::all(system.value());
    const Result one = solve(system.value(), run, {{1e-8, 1e-12}, 20000, Method::esdirk});
    const Result other = solve(system.value(), run, {{1e-8, 1e-12}, 20000, Method::own});
    ASSERT_TRUE(one.status.ok()) << one.status.message;
    EXPECT_TRUE(all_near(one.values, other.values, 1e-6, 1e-9));
}

TEST(Esdirk, KeepsConservedSumsAndStatesThatRest) {
    zoo::NetworkMaker m;
    m.parameter("k", "3").species("A", "1").species("B", "0.1").species("C", "0.3");
    m.species("F", "0.7", true).species("Idle", "0.123");
    m.reaction({"A", "B"}, {"C"}, {"k"}).reaction({"C"}, {"A", "B"}, {"k"});
    m.reaction({"F"}, {"F", "F"}, {"k"});
    const auto system = eqn::compile(m.network());
    ASSERT_TRUE(system);
    sim::Run run;
    run.output_times = {0.0, 0.01, 0.5, 7.0};
    for (std::uint32_t s = 0; s < 5; ++s) {
        run.recording.species.push_back(SpeciesId{s});
    }
    const Result result = solve(system.value(), run, {{1e-6, 1e-12}, 20000, Method::esdirk});
    ASSERT_TRUE(result.status.ok());
    for (std::size_t i = 0; i < result.times.size(); ++i) {
        EXPECT_NEAR(result.at(i, 0) + result.at(i, 2), 1.3, 1e-14);
        EXPECT_NEAR(result.at(i, 1) + result.at(i, 2), 0.4, 1e-14);
        EXPECT_EQ(result.at(i, 3), 0.7);
        EXPECT_EQ(result.at(i, 4), 0.123);
    }
}

TEST(Esdirk, FailuresHaveTheirReasonAndDescendTheLadder) {
    zoo::NetworkMaker m;
    m.parameter("k", "1").species("A", "1").observable("Obs", {{"A", 1.0}});
    m.function("f", "k*sqrt(0.5-time)").reaction({}, {"A"}, {"f"}, net::RateLawKind::function);
    const auto system = eqn::compile(m.network());
    ASSERT_TRUE(system);
    sim::Run run;
    run.output_times = {0.0, 1.0};
    run.recording = Recording::all(system.value());
    const Result result = solve(system.value(), run, {{1e-6, 1e-9}, 20000, Method::esdirk});
    EXPECT_EQ(result.status.failure, Failure::not_finite_rate) << result.status.message;
    EXPECT_TRUE(std::isnan(result.at(1, 0)));
}

}  // namespace
}  // namespace erbium::sim
