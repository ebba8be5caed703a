// SPDX-License-Identifier: Apache-2.0
// tests/sim/lanes_equilibration_test.cpp: equilibrations, jumps of the equations in time and ends
// at a rate inside lanes, against closed forms, against sim::Solver, and for the same bytes.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
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

using zoo::NetworkMaker;
using Subject = Run;  // inside a test, Run is a member function of GoogleTest's

Subject run_of(const eqn::System& system, std::vector<double> times) {
    Subject run;
    run.output_times = std::move(times);
    run.recording = Recording::all(system);
    return run;
}

Result solved(const eqn::System& system, const Subject& run, double rtol = 1e-6) {
    BatchSolver solver{system, {.solver = {.tolerances = {.rtol = rtol, .atol = {}}}}};
    Result result = solver.solve(std::vector{run}).front();
    EXPECT_EQ(solver.report().one_by_one, 0U) << "not solved in the lanes";
    return result;
}

/// A receptor that binds, dimerises, signals and is renewed; stiff, with slow turnover.
eqn::System receptor_system() {
    NetworkMaker m;
    m.parameter("on", "0.5").parameter("off", "1e-1").parameter("dim", "1e-2");
    m.parameter("make", "1e-2").parameter("lose", "1e-4").parameter("act", "0.05");
    m.parameter("deact", "2");
    m.species("R", "80").species("RL", "0").species("D", "0");
    m.species("S", "100").species("Sp", "0");
    m.observable("Active", {{"Sp", 1.0}});
    m.observable("Dimers", {{"D", 1.0}});
    m.function("drive", "act*Dimers^1.5/(10+Active)");
    m.reaction({}, {"R"}, {"make"});
    for (const char* name : {"R", "RL", "D"}) {
        m.reaction({name}, {}, {"lose"});
    }
    m.reaction({"R"}, {"RL"}, {"on"}).reaction({"RL"}, {"R"}, {"off"});
    m.reaction({"RL", "RL"}, {"D"}, {"dim"}).reaction({"D"}, {"RL", "RL"}, {"off"});
    m.reaction({"S"}, {"Sp"}, {"drive"}, net::RateLawKind::function);
    m.reaction({"Sp"}, {"S"}, {"deact"});
    return compiled(m.network());
}

/// What begins where it ends is found to, by one look and without a step.
TEST(LanesEquilibration, ThatStartsSteadyTakesNoStep) {
    NetworkMaker m;
    m.parameter("make", "3").parameter("lose", "0.5").species("x", "6");
    m.reaction({}, {"x"}, {"make"}).reaction({"x"}, {}, {"lose"});
    const eqn::System system = compiled(m.network());
    Subject run = run_of(system, {0.0});
    run.equilibration = Equilibration{};
    const Result steady = solved(system, run);
    ASSERT_TRUE(steady.status.ok()) << steady.status.message;
    EXPECT_EQ(steady.statistics.steps, 0U);
    EXPECT_TRUE(near_rel(steady.at(0, 0), 6.0, 1e-12));
    run.initial_state = {{SpeciesId{0}, StateChange::Kind::set, 1.0}};
    const Result moved = solved(system, run);
    ASSERT_TRUE(moved.status.ok()) << moved.status.message;
    EXPECT_TRUE(near_rel(moved.at(0, 0), 6.0, 1e-5));
}

std::vector<Subject> cohort(const eqn::System& system, std::size_t count) {
    std::mt19937_64 random{7};
    std::normal_distribution<double> normal;
    std::vector<Subject> runs;
    for (std::size_t i = 0; i < count; ++i) {
        Subject run = run_of(system, {0.0, 0.0, 1.0, 60.0, 3600.0});
        for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
            run.parameters.push_back(
                {ParameterId{p}, system.parameter_values()[p] * std::exp(0.4 * normal(random))});
        }
        if (i % 4 != 3) {
            // Without ligand; as long as it takes.
            run.equilibration =
                Equilibration{.parameters = {{ParameterId{0}, i % 2 == 0 ? 0.0 : 1e-3}}};
        }
        run.events.push_back({0.0, {{ParameterId{0}, 0.7}}, {}});
        run.events.push_back({100.0 + 7.0 * static_cast<double>(i),
                              {},
                              {{SpeciesId{0}, StateChange::Kind::add, 10.0}}});
        runs.push_back(std::move(run));
    }
    return runs;
}

TEST(LanesEquilibration, EndsAtTheSteadyStateAndTimeStartsAnew) {
    // A <-> B with kf = 1e-3, kr = 2e-3: A = 2/3 of the total; slow, and with a conserved total.
    NetworkMaker m;
    m.parameter("kf", "1e-3").parameter("kr", "2e-3").species("A", "3").species("B", "0");
    m.function("t", "time");
    m.reaction({"A"}, {"B"}, {"kf"}).reaction({"B"}, {"A"}, {"kr"});
    const eqn::System system = compiled(m.network());
    Subject run = run_of(system, {0.0, 10.0});
    run.equilibration = Equilibration{};
    Result result = solved(system, run);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.at(0, 0), 2.0, 1e-9));
    EXPECT_TRUE(near_rel(result.at(1, 1), 1.0, 1e-6));
    EXPECT_EQ(result.at(0, 2), 0.0);
    EXPECT_TRUE(near_rel(result.steady_state[0], 2.0, 1e-9));
    EXPECT_TRUE(near_rel(result.steady_state[0] + result.steady_state[1], 3.0, 1e-13));
    // Its own parameters hold for the phase only.
    run.equilibration->parameters = {{ParameterId{1}, 0.5e-3}};
    result = solved(system, run, 1e-8);
    EXPECT_TRUE(near_rel(result.at(0, 0), 1.0, 1e-9));
    EXPECT_TRUE(near_rel(result.at(1, 0), 2.0 - std::exp(-0.03), 1e-7));
}

TEST(LanesEquilibration, AgreesWithTheScalarSolver) {
    const eqn::System system = receptor_system();
    const std::vector<Subject> runs = cohort(system, 20);
    BatchSolver solver{system, {.solver = {.tolerances = {.rtol = 1e-6, .atol = {}}}}};
    const std::vector<Result> found = solver.solve(runs);
    EXPECT_EQ(solver.report().one_by_one, 0U);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Result expected = solve(
            system, runs[i], {.tolerances = {.rtol = 1e-10, .atol = {}}, .method = Method::cvode});
        ASSERT_TRUE(expected.status.ok()) << expected.status.message;
        ASSERT_TRUE(found[i].status.ok()) << found[i].status.message;
        EXPECT_TRUE(found[i].fallbacks.empty());
        // One criterion, and corrections that converge quadratically from there: much nearer than
        // the tolerance of the equilibration.
        const Result single = solve(system, runs[i], {.tolerances = {.rtol = 1e-6, .atol = {}}});
        EXPECT_TRUE(all_near(found[i].steady_state, single.steady_state, 1e-8, 1e-9));
        // The tolerance of the equilibration, and of the run.
        EXPECT_TRUE(all_near(found[i].steady_state, expected.steady_state, 1e-6, 1e-7));
        EXPECT_TRUE(all_near(found[i].values, expected.values, 1e-5, 1e-5)) << "subject " << i;
    }
}

TEST(LanesEquilibration, GivesTheSameBytesOnEveryKernelForEveryNumberOfThreadsAndOrder) {
    const eqn::System system = receptor_system();
    const std::vector<Subject> runs = cohort(system, 30);
    const std::vector<Result> expected = expect_same_bytes_everywhere(system, runs);
    const Result alone = BatchSolver{system, {}}.solve(std::vector{runs[0]}).front();
    EXPECT_TRUE(same_bytes(alone.values, expected[0].values));
}

TEST(LanesEquilibration, OfAnOscillatorFailsWithAReasonAndHarmsNoOther) {
    auto system = eqn::compile(zoo::van_der_pol("1"));
    ASSERT_TRUE(system);
    std::vector<Subject> runs(5, run_of(system.value(), {0.0, 1.0}));
    runs[2].equilibration = Equilibration{.parameters = {}, .max_time = 300.0};
    const std::vector<Result> results = BatchSolver{system.value()}.solve(runs);
    const Result& result = results[2];
    EXPECT_EQ(result.status.failure, Failure::no_steady_state);
    EXPECT_EQ(result.status.message,
              "during equilibration, no steady state was reached in 300 time units");
    EXPECT_EQ(result.status.time, 300.0);
    EXPECT_TRUE(std::isnan(result.at(0, 0)));
    EXPECT_TRUE(std::isnan(result.steady_state[0]));
    EXPECT_TRUE(results[1].status.ok() && results[3].status.ok());
    EXPECT_TRUE(same_bytes(results[1].values, results[3].values));
}

/// X appears with the rate f and vanishes with the rate constant kd.
eqn::System driven(const std::string& f, const std::string& kd) {
    NetworkMaker m;
    m.parameter("kd", kd).species("X", "0").function("f", f);
    m.reaction({}, {"X"}, {"f"}, net::RateLawKind::function).reaction({"X"}, {}, {"kd"});
    return compiled(m.network());
}

TEST(LanesTables, OfTimeAreIntegratedExactlyAcrossTheirPoints) {
    // A dose that a long step would not see: 1000 per time unit during 0.001 time units.
    const eqn::System pulse = driven("tfun([0,500,500.001],[0,1000,0],time,method=>\"step\")", "0");
    ASSERT_EQ(pulse.time_knots().size(), 3U);
    EXPECT_TRUE(near_rel(solved(pulse, run_of(pulse, {0.0, 499.0, 1000.0})).at(2, 0), 1.0, 1e-9));
    // A triangle of area 1 on [10, 10.02].
    const eqn::System spike = driven("tfun([10,10.01,10.02],[0,100,0],time)", "0");
    EXPECT_TRUE(near_rel(solved(spike, run_of(spike, {0.0, 20.0})).at(1, 0), 1.0, 1e-7));
}

TEST(LanesTables, StepsDecayBetweenThePointsAsTheSolutionDoes) {
    const eqn::System s = driven("tfun([0,1,2],[1,5,2],time,method=>\"step\")", "3");
    const Result result = solved(s, run_of(s, {0.0, 1.0, 2.0, 3.0}), 1e-10);
    const double decay = std::exp(-3.0);
    const double at_1 = (1.0 - decay) / 3.0;
    const double at_2 = at_1 * decay + 5.0 * (1.0 - decay) / 3.0;
    const double at_3 = at_2 * decay + 2.0 * (1.0 - decay) / 3.0;
    EXPECT_TRUE(near_rel(result.at(1, 0), at_1, 1e-8));
    EXPECT_TRUE(near_rel(result.at(2, 0), at_2, 1e-8));
    EXPECT_TRUE(near_rel(result.at(3, 0), at_3, 1e-8));
}

TEST(LanesTables, EquilibrateOnlyBehindTheirLastPoint) {
    const eqn::System s = driven("tfun([0,100,100.5],[3,8,6],time,method=>\"step\")", "2");
    Subject run = run_of(s, {0.0});
    run.equilibration = Equilibration{};
    const Result result = solved(s, run);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.steady_state.front(), 3.0, 1e-6));
}

TEST(LanesStop, EndsAtTheFirstOutputThatIsStillEnough) {
    NetworkMaker m;
    m.parameter("k", "1").species("A", "1").reaction({"A"}, {}, {"k"});
    const eqn::System system = compiled(m.network());
    Subject run = run_of(system, {0.0, 5.0, 10.0, 15.0, 20.0});
    run.stop_below_rate = 1e-4;  // e^-10 = 4.5e-5
    const Result result = solved(system, run, 1e-8);
    EXPECT_TRUE(result.was_stopped);
    EXPECT_EQ(result.times, (std::vector{0.0, 5.0, 10.0}));
    EXPECT_EQ(result.values.size(), 3U * result.columns);
    EXPECT_EQ(result.end_time, 10.0);
    EXPECT_TRUE(near_rel(result.end_state.front(), std::exp(-10.0), 1e-5));
    run.stop_below_rate = 1e-12;
    EXPECT_FALSE(solved(system, run).was_stopped);
}

}  // namespace
}  // namespace erbium::sim
