// SPDX-License-Identifier: Apache-2.0
// tests/sim/lanes_events_test.cpp: triggered events and rates that jump inside lanes, where every
// subject has its own: against single runs, and for the same bytes. What they mean is tested in
// triggered_events_test.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/lanes_kernels.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"
#include "same_bytes.hpp"

namespace erbium::sim {
namespace {

using zoo::expression;
using zoo::NetworkMaker;

/// A drug that is given again when it is low, with a delay, and a resistance that its effect
/// switches on; two events that come at one time, by priority; a rate that jumps with the state and
/// one that jumps with time; an event that is dropped when its trigger turns false again.
eqn::System treated_system() {
    NetworkMaker m;
    m.parameter("clear", "0.7").parameter("dose", "5").parameter("delay", "0.2");
    m.parameter("grow", "0.05").parameter("kill", "0.3").parameter("limit", "1");
    m.parameter("season", "6");
    m.species("drug", "5").species("cells", "10").species("resistance", "0").species("rank", "0");
    m.observable("Drug", {{"drug", 1.0}}).observable("Cells", {{"cells", 1.0}});
    m.observable("Resistance", {{"resistance", 1.0}}).observable("Rank", {{"rank", 1.0}});
    m.reaction({"drug"}, {}, {"clear"});
    m.function("growth", "Cells*grow*if(Cells>12,0.2,1)*if(time>season,1.5,1)");
    m.function("killing", "Cells*kill*if(Resistance>2,0.3,1)*Drug/(1+Drug)");
    m.function("adapting", "if(Cells<6,0.5,0.05)");
    m.equation("cells", "growth-killing").equation("resistance", "adapting");
    m.event("again", "Drug < limit").assign("drug", "Drug+dose");
    m.last_event().delay = expression("delay");
    m.event("first", "Resistance > 1").assign("rank", "2*Rank+1");
    m.last_event().priority = expression("Cells");
    m.event("second", "Resistance > 1").assign("rank", "3*Rank+2");
    m.last_event().priority = expression("Drug+7");
    m.event("dropped", "Cells < 7").assign("rank", "Rank+100");
    m.last_event().delay = expression("1.5");
    m.last_event().is_persistent = false;
    return compiled(m.network());
}

std::vector<sim::Run> cohort(const eqn::System& system, std::size_t count) {
    std::mt19937_64 random{11};
    std::normal_distribution<double> normal;
    std::vector<sim::Run> runs;
    for (std::size_t i = 0; i < count; ++i) {
        sim::Run run;
        run.output_times = {0.0, 1.0, 2.5, 2.5, 4.0, 8.0, 16.0};
        run.recording = Recording::all(system);
        for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
            run.parameters.push_back(
                {ParameterId{p}, system.parameter_values()[p] * std::exp(0.3 * normal(random))});
        }
        run.events.push_back({2.5, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}});
        runs.push_back(std::move(run));
    }
    return runs;
}

TEST(LanesEvents, AreThoseOfSingleRunsForEverySubject) {
    const eqn::System system = treated_system();
    const std::vector<sim::Run> runs = cohort(system, 40);
    BatchOptions options;
    options.solver.tolerances = {1e-8, 1e-10};
    BatchSolver solver{system, options};
    const std::vector<Result> found = solver.solve(runs);
    EXPECT_EQ(solver.report().one_by_one, 0U);
    std::size_t ranks = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Result single = solve(system, runs[i], {.tolerances = {1e-10, 1e-12}});
        ASSERT_TRUE(single.status.ok()) << single.status.message;
        ASSERT_TRUE(found[i].status.ok()) << found[i].status.message;
        EXPECT_TRUE(found[i].fallbacks.empty()) << found[i].fallbacks.front();
        EXPECT_TRUE(all_near(found[i].values, single.values, 1e-6, 1e-7)) << "subject " << i;
        ranks += single.column(3).back() != single.at(0, 3) ? 1U : 0U;
    }
    EXPECT_GT(ranks, 20U) << "events happen";
}

TEST(LanesEvents, GiveTheSameBytesOnEveryKernelForEveryNumberOfThreadsAndOrder) {
    const eqn::System system = treated_system();
    expect_same_bytes_everywhere(system, cohort(system, 30));
}

/// x' = 1 below x = 1 and -1 above: there is no solution beyond t = 1.
TEST(LanesEvents, ARateThatDrivesItsStateBackFromBothSidesEndsTheRunSoon) {
    NetworkMaker m;
    m.species("x", "0").observable("X", {{"x", 1.0}}).equation("x", "if(X<1,1,-1)");
    const eqn::System system = compiled(m.network());
    sim::Run run;
    run.output_times = {0.5, 2.0};
    run.recording = Recording::all(system);
    for (const bool is_lane : {true, false}) {
        const Result result =
            is_lane ? BatchSolver{system}.solve(std::vector{run}).front() : solve(system, run);
        EXPECT_EQ(result.status.failure, Failure::too_many_steps) << result.status.message;
        EXPECT_NE(result.status.message.find("own condition"), std::string::npos);
        EXPECT_TRUE(near_rel(result.status.time, 1.0, 1e-9));
        EXPECT_TRUE(near_rel(result.at(0, 0), 0.5, 1e-9));
        EXPECT_TRUE(std::isnan(result.at(1, 0)));
        EXPECT_LT(result.statistics.steps, 1000U);
    }
}

/// A comparison that the steady state has and its way there has not: Newton's method from before it
/// would find the steady state of other equations.
TEST(LanesEvents, ASteadyStateBeyondAJumpIsThatOfTheEquationsThere) {
    NetworkMaker m;  // x' = 1 - x up to 0.9995, then 2 - x
    m.species("x", "0").observable("X", {{"x", 1.0}}).equation("x", "if(X<0.9995,1,2)-X");
    const eqn::System system = compiled(m.network());
    sim::Run run;
    run.output_times = {0.0};
    run.recording = Recording::all(system);
    run.equilibration = Equilibration{};
    const Result lanes = BatchSolver{system}.solve(std::vector{run}).front();
    const Result single = solve(system, run);
    ASSERT_TRUE(lanes.status.ok() && single.status.ok());
    EXPECT_TRUE(near_rel(lanes.at(0, 0), 2.0, 1e-9));
    EXPECT_TRUE(near_rel(single.at(0, 0), 2.0, 1e-9));
}

}  // namespace
}  // namespace erbium::sim
