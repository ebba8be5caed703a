// SPDX-License-Identifier: Apache-2.0
// tests/sim/failure_modes_test.cpp: what went wrong in other simulators, silently, must not here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

using zoo::NetworkMaker;

std::vector<double> equal_times(double end, std::size_t intervals) {
    std::vector<double> times;
    for (std::size_t i = 0; i <= intervals; ++i) {
        times.push_back(end * static_cast<double>(i) / static_cast<double>(intervals));
    }
    return times;
}

sim::Run run_of(const eqn::System& system, std::vector<double> times) {
    sim::Run run;
    run.output_times = std::move(times);
    run.recording = Recording::all(system);
    return run;
}

/// Van der Pol's oscillator: steps of all sizes.
eqn::System oscillator() {
    auto system = eqn::compile(zoo::van_der_pol("100"));
    return system.value();
}

TEST(FailureModes, AModelThatRunsWith300OutputsRunsWith301AndGivesTheSame) {
    const eqn::System system = oscillator();
    const SolverOptions options{{1e-8, 1e-10}, 200000, Method::own};
    const Result few = solve(system, run_of(system, equal_times(300.0, 300)), options);
    const Result more = solve(system, run_of(system, equal_times(300.0, 301)), options);
    ASSERT_TRUE(few.status.ok() && more.status.ok());
    EXPECT_EQ(few.row(300)[0], more.row(301)[0]);  // the steps are the same
    EXPECT_EQ(few.statistics.steps, more.statistics.steps);
}

TEST(FailureModes, AThousandOutputsChangeNothingAtTheOnesTheyShare) {
    const eqn::System system = oscillator();
    const SolverOptions options{{1e-8, 1e-10}, 200000, Method::own};
    const Result few = solve(system, run_of(system, equal_times(200.0, 10)), options);
    const Result many = solve(system, run_of(system, equal_times(200.0, 1000)), options);
    ASSERT_TRUE(few.status.ok() && many.status.ok());
    for (std::size_t i = 0; i <= 10; ++i) {
        EXPECT_TRUE(near_rel(few.at(i, 0), many.at(100 * i, 0), 1e-12, 1e-12)) << "row " << i;
    }
}

TEST(FailureModes, OutputsThatWereNotReachedAreNanAndTheStatusSaysWhy) {
    NetworkMaker m;  // x' = x^2 from 1: infinite at 1
    m.parameter("k", "1").species("x", "1").reaction({"x", "x"}, {"x", "x", "x"}, {"k"});
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, equal_times(2.0, 20)));
    EXPECT_FALSE(result.status.ok());
    for (std::size_t i = 0; i < result.times.size(); ++i) {
        if (std::fabs(result.times[i] - 1.0) > 1e-6) {
            EXPECT_EQ(std::isfinite(result.at(i, 0)), result.times[i] < 1.0) << result.times[i];
        }
    }
    EXPECT_TRUE(near_rel(result.status.time, 1.0, 1e-3));
    EXPECT_EQ(result.status.species, SpeciesId{0});
    EXPECT_EQ(result.fallbacks.empty(), !has_cvode());  // what was tried is told
}

TEST(FailureModes, EventsAreTheSameOnAnyNumberOfThreads) {
    NetworkMaker m;
    m.parameter("k", "1").species("A", "1").observable("Obs", {{"A", 1.0}});
    m.reaction({"A"}, {}, {"k"}).event("refill", "Obs < 0.5").assign("A", "1");
    const eqn::System system = compiled(m.network());
    std::vector<sim::Run> runs(40, run_of(system, equal_times(10.0, 50)));
    for (std::size_t i = 0; i < runs.size(); ++i) {
        runs[i].parameters = {{ParameterId{0}, 0.5 + 0.1 * static_cast<double>(i)}};
    }
    const std::vector<Result> one = solve_many(system, runs, {}, 1);
    const std::vector<Result> four = solve_many(system, runs, {}, 4);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        ASSERT_TRUE(one[i].status.ok());
        EXPECT_EQ(one[i].values, four[i].values);
        EXPECT_EQ(solve(system, runs[i]).values, one[i].values);
    }
}

TEST(FailureModes, ADiagonalThatIsNoPivotIsExchangedAndTheResultSaysSo) {
    // A fast rotation at rest beside a slow decay: steps grow until the pivots are 1e-12 of what is
    // beside them.
    NetworkMaker m;
    m.parameter("w", "1e14").parameter("k", "1e-3");
    m.species("x", "0").species("y", "0").species("A", "1");
    m.observable("X", {{"x", 1.0}}).observable("Y", {{"y", 1.0}});
    m.equation("x", "w*Y").equation("y", "-w*X").reaction({"A"}, {}, {"k"});
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, {1000.0}));
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.at(0, 2), std::exp(-1.0), 1e-6));
    ASSERT_FALSE(result.fallbacks.empty());
    EXPECT_NE(result.fallbacks.front().find("row exchanges"), std::string::npos);
}

TEST(FailureModes, WhatAnIntegratorWasDoingBeforeChangesNoBit) {
    const eqn::System system = oscillator();
    Solver solver{system, {{1e-7, 1e-9}, 400, Method::own}};
    sim::Run short_run = run_of(system, {1.0});
    const std::vector<double> fresh = solver.solve(short_run).values;
    EXPECT_FALSE(solver.solve(run_of(system, {1e6})).status.ok());  // fails in the middle
    EXPECT_EQ(solver.solve(short_run).values, fresh);
}

TEST(FailureModes, AmountsAreNotClippedAndTotalsAreKept) {
    // A fast binding to nearly nothing left: amounts of 1e-9 of the total.
    NetworkMaker m;
    m.parameter("kon", "1e6").parameter("koff", "1e-3").parameter("k", "0.1");
    m.species("A", "1").species("B", "1").species("AB", "0").species("P", "0");
    m.reaction({"A", "B"}, {"AB"}, {"kon"}).reaction({"AB"}, {"A", "B"}, {"koff"});
    m.reaction({"AB"}, {"P", "B"}, {"k"});
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, equal_times(200.0, 40)), {{1e-4, 1e-10}});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    for (std::size_t i = 0; i < result.times.size(); ++i) {
        const std::span<const double> y = result.row(i);
        EXPECT_TRUE(near_rel(y[0] + y[2] + y[3], 1.0, 1e-12)) << result.times[i];
        EXPECT_TRUE(near_rel(y[1] + y[2], 1.0, 1e-12)) << result.times[i];
        for (const double amount : y) {
            EXPECT_GT(amount, -1e-8);
        }
    }
}

}  // namespace
}  // namespace erbium::sim
