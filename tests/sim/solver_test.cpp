// SPDX-License-Identifier: Apache-2.0
// tests/sim/solver_test.cpp: events, equilibration, failures and reuse of the solver.
#include "erbium/sim/solver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiled.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"
#include "random_network.hpp"

namespace erbium::sim {
namespace {

using zoo::NetworkMaker;

constexpr double kRtol = 1e-8;
constexpr double kNear = 1e-6;  // a hundred tolerances
const SolverOptions kTight{.tolerances = {kRtol, 1e-14}};

/// A -> 0 with rate constant k = 1, and an input in (0 unless a test sets it).
eqn::System decay() {
    NetworkMaker m;
    m.parameter("k", "1").parameter("in", "0").species("A", "1");
    m.observable("Aobs", {{"A", 2.0}}).function("f", "Aobs+time");
    m.reaction({"A"}, {}, {"k"}).reaction({}, {"A"}, {"in"});
    return compiled(m.network());
}
constexpr ParameterId kK{0};
constexpr ParameterId kIn{1};

Run run_of(const eqn::System& system, std::vector<double> times) {
    sim::Run run;
    run.output_times = std::move(times);
    run.recording = Recording::all(system);
    return run;
}

TEST(Solver, RecordsSpeciesObservablesAndFunctionsInThisOrder) {
    const eqn::System system = decay();
    const sim::Run run = run_of(system, {0.0, 1.0});
    EXPECT_EQ(run.recording.names(system), (std::vector<std::string>{"A", "Aobs", "f"}));
    const Result result = solve(system, run, kTight);
    ASSERT_TRUE(result.status.ok());
    ASSERT_EQ(result.columns, 3U);
    EXPECT_EQ(result.at(0, 0), 1.0);
    EXPECT_TRUE(near_rel(result.at(1, 0), std::exp(-1.0), kNear));
    EXPECT_EQ(result.at(1, 1), 2.0 * result.at(1, 0));
    EXPECT_EQ(result.at(1, 2), result.at(1, 1) + 1.0);
    EXPECT_EQ(result.end_state[0], result.at(1, 0));
}

TEST(Solver, ParametersAndInitialStateAreTheRunsOwn) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {2.0});
    run.parameters = {{kK, 0.5}};
    run.initial_state = {{SpeciesId{0}, StateChange::Kind::multiply, 10.0}};
    EXPECT_TRUE(near_rel(solve(system, run, kTight).at(0, 0), 10.0 * std::exp(-1.0), kNear));
}

TEST(Events, DosesAddUpAsTheClosedFormSays) {
    // Doses of 1, 2 and 4 at times 0, 1.5 and 3, the last in two halves at once.
    const eqn::System system = decay();
    sim::Run run = run_of(system, {0.0, 1.0, 1.5, 2.0, 3.0, 4.0});
    const auto dose = [](double time, double amount) {
        return Event{time, {}, {{SpeciesId{0}, StateChange::Kind::add, amount}}};
    };
    run.initial_state = {{SpeciesId{0}, StateChange::Kind::set, 0.0}};
    run.events = {dose(3.0, 2.0), dose(0.0, 1.0), dose(1.5, 2.0), dose(3.0, 2.0), dose(9.0, 1e9)};
    const Result result = solve(system, run, kTight);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    for (std::size_t i = 0; i < result.times.size(); ++i) {
        const double t = result.times[i];
        const double exact = std::exp(-t) + (t >= 1.5 ? 2.0 * std::exp(1.5 - t) : 0.0) +
                             (t >= 3.0 ? 4.0 * std::exp(3.0 - t) : 0.0);
        EXPECT_TRUE(near_rel(result.at(i, 0), exact, kNear)) << "at " << t;
    }
    EXPECT_EQ(result.statistics.restarts, 3U);
}

TEST(Events, AtOneTimeActInTheOrderOfTheList) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {1.0});
    const Event set{1.0, {}, {{SpeciesId{0}, StateChange::Kind::set, 5.0}}};
    const Event twice{1.0, {}, {{SpeciesId{0}, StateChange::Kind::multiply, 2.0}}};
    run.events = {set, twice};
    EXPECT_EQ(solve(system, run, kTight).at(0, 0), 10.0);
    run.events = {twice, set};
    EXPECT_EQ(solve(system, run, kTight).at(0, 0), 5.0);
}

TEST(Events, AnOutputTimeThatStandsTwiceShowsBothSidesOfAnEvent) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {0.0, 0.0, 1.0, 1.0, 2.0, 2.0});
    run.events = {{0.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 3.0}}},
                  {1.0, {}, {{SpeciesId{0}, StateChange::Kind::set, 7.0}}}};
    const Result result = solve(system, run, kTight);
    ASSERT_TRUE(result.status.ok());
    EXPECT_EQ(result.at(0, 0), 1.0);
    EXPECT_EQ(result.at(1, 0), 4.0);
    EXPECT_TRUE(near_rel(result.at(2, 0), 4.0 * std::exp(-1.0), kNear));
    EXPECT_EQ(result.at(3, 0), 7.0);
    EXPECT_EQ(result.at(4, 0), result.at(5, 0));  // no event there: the same state twice
}

TEST(Events, AnInfusionIsAParameterThatIsSetAndReset) {
    // in = 2 on [1, 3]: A = 2 (1 - e^-(t-1)) there, from A(0) = 0.
    const eqn::System system = decay();
    sim::Run run = run_of(system, {1.0, 2.0, 3.0, 5.0});
    run.initial_state = {{SpeciesId{0}, StateChange::Kind::set, 0.0}};
    run.events = {{1.0, {{kIn, 2.0}}, {}}, {3.0, {{kIn, 0.0}}, {}}};
    const Result result = solve(system, run, kTight);
    ASSERT_TRUE(result.status.ok());
    EXPECT_EQ(result.at(0, 0), 0.0);
    EXPECT_TRUE(near_rel(result.at(1, 0), 2.0 * -std::expm1(-1.0), kNear));
    EXPECT_TRUE(near_rel(result.at(2, 0), 2.0 * -std::expm1(-2.0), kNear));
    EXPECT_TRUE(near_rel(result.at(3, 0), 2.0 * -std::expm1(-2.0) * std::exp(-2.0), kNear));
}

TEST(Events, AnInfusionOfNoLengthDoesNothing) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {0.5, 2.0});
    const Result plain = solve(system, run, kTight);
    run.events = {{1.0, {{kIn, 100.0}}, {}}, {1.0, {{kIn, 0.0}}, {}}};
    const Result infused = solve(system, run, kTight);
    ASSERT_TRUE(infused.status.ok());
    EXPECT_TRUE(near_rel(infused.at(1, 0), plain.at(1, 0), kNear));
}

TEST(Events, TenThousandDosesReachTheSteadyPeak) {
    // A dose of 1 every 0.1: the peak tends to 1 / (1 - e^-0.1).
    const eqn::System system = decay();
    sim::Run run = run_of(system, {0.1 * 9999});
    for (int i = 0; i < 10000; ++i) {
        run.events.push_back({0.1 * i, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}});
    }
    SolverOptions options = kTight;
    options.max_steps = 10'000'000;
    const Result result = solve(system, run, options);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.at(0, 0), 1.0 / -std::expm1(-0.1), kNear));
}

TEST(Equilibration, EndsAtTheSteadyStateAndTimeStartsAnew) {
    // A <-> B with kf = 1e-3, kr = 2e-3: A = 2/3 of the total; slow, and with a conserved total.
    NetworkMaker m;
    m.parameter("kf", "1e-3").parameter("kr", "2e-3").species("A", "3").species("B", "0");
    m.function("t", "time");
    m.reaction({"A"}, {"B"}, {"kf"}).reaction({"B"}, {"A"}, {"kr"});
    const eqn::System system = compiled(m.network());
    sim::Run run = run_of(system, {0.0, 10.0});
    run.equilibration = Equilibration{};
    Result result = solve(system, run);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.at(0, 0), 2.0, 1e-9));
    EXPECT_TRUE(near_rel(result.at(1, 1), 1.0, 1e-6));
    EXPECT_EQ(result.at(0, 2), 0.0);
    EXPECT_TRUE(near_rel(result.steady_state[0], 2.0, 1e-9));
    // Its own parameters hold for the phase only.
    run.equilibration->parameters = {{ParameterId{1}, 0.5e-3}};
    result = solve(system, run, kTight);
    EXPECT_TRUE(near_rel(result.at(0, 0), 1.0, 1e-9));
    EXPECT_TRUE(near_rel(result.at(1, 0), 2.0 - std::exp(-0.03), kNear));
}

TEST(Equilibration, OfWhatIsSteadyFromTheStartTakesNoStep) {
    NetworkMaker m;
    m.parameter("k", "1").species("A", "0").reaction({"A"}, {}, {"k"});
    const eqn::System system = compiled(m.network());
    sim::Run run = run_of(system, {0.0});
    run.equilibration = Equilibration{};
    const Result result = solve(system, run);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_EQ(result.statistics.steps, 0U);
    EXPECT_EQ(result.at(0, 0), 0.0);
}

TEST(Equilibration, OfAnOscillatorFailsWithAReason) {
    const eqn::System system = compiled(zoo::van_der_pol("1"));
    sim::Run run = run_of(system, {0.0, 1.0});
    run.equilibration = Equilibration{.parameters = {}, .max_time = 300.0};
    const Result result = solve(system, run);
    EXPECT_EQ(result.status.failure, Failure::no_steady_state);
    EXPECT_TRUE(std::isnan(result.at(0, 0)));
    EXPECT_TRUE(std::isnan(result.steady_state[0]));
}

TEST(Solver, StopsAtTheFirstOutputThatIsStillEnough) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {0.0, 5.0, 10.0, 15.0, 20.0});
    run.stop_below_rate = 1e-4;  // e^-10 = 4.5e-5
    const Result result = solve(system, run, kTight);
    EXPECT_TRUE(result.was_stopped);
    EXPECT_EQ(result.times, (std::vector{0.0, 5.0, 10.0}));
    EXPECT_EQ(result.values.size(), 3U * result.columns);
}

TEST(Failure, ABlowUpGivesNanFromThereOnAndNamesTheSpecies) {
    NetworkMaker m;  // x' = x^2, x = 1 / (1 - t)
    m.parameter("k", "1").species("calm", "1").species("x", "1");
    m.reaction({"x", "x"}, {"x", "x", "x"}, {"k"});
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, {0.0, 0.5, 2.0, 3.0}), kTight);
    EXPECT_FALSE(result.status.ok());
    EXPECT_TRUE(near_rel(result.at(1, 1), 2.0, kNear));
    EXPECT_TRUE(near_rel(result.status.time, 1.0, 1e-3)) << result.status.message;
    EXPECT_EQ(result.status.species, SpeciesId{1}) << result.status.message;
    for (const std::size_t row : {2U, 3U}) {
        EXPECT_TRUE(std::isnan(result.at(row, 0)));
        EXPECT_TRUE(std::isnan(result.at(row, 1)));
    }
    EXPECT_TRUE(std::isnan(result.end_state[0]));
}

TEST(Failure, ANanParameterIsNamedByTheSpeciesItReaches) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {0.0, 1.0});
    run.parameters = {{kK, std::numeric_limits<double>::quiet_NaN()}};
    const Result result = solve(system, run);
    EXPECT_EQ(result.status.failure, Failure::not_finite_rate);
    EXPECT_EQ(result.status.species, SpeciesId{0});
    EXPECT_EQ(result.status.message,
              "at time 0: the rate of change is not finite; worst species: A");
    EXPECT_EQ(result.at(0, 0), 1.0);  // known before anything failed
    EXPECT_TRUE(std::isnan(result.at(1, 0)));
}

TEST(Failure, ARootOfWhatBecomesNegativeIsFoundWhereItHappens) {
    NetworkMaker m;  // x' = sqrt(1 - t): x = 1 + 2/3 (1 - (1 - t)^1.5) up to t = 1
    m.species("x", "1").equation("x", "sqrt(1-time)");
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, {0.5, 2.0}), kTight);
    EXPECT_EQ(result.status.failure, Failure::not_finite_rate) << result.status.message;
    EXPECT_TRUE(near_rel(result.status.time, 1.0, 1e-3));
    EXPECT_TRUE(near_rel(result.at(0, 0), 1.0 + 2.0 / 3.0 * (1.0 - std::pow(0.5, 1.5)), kNear));
    EXPECT_TRUE(std::isnan(result.at(1, 0)));
}

TEST(Failure, ANanStartIsNotIntegrated) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {0.0, 2.0});
    run.events = {{1.0, {}, {{SpeciesId{0}, StateChange::Kind::set, std::nan("")}}}};
    const Result result = solve(system, run);
    EXPECT_EQ(result.status.failure, Failure::not_finite_start);
    EXPECT_EQ(result.status.time, 1.0);
    EXPECT_EQ(result.at(0, 0), 1.0);
    EXPECT_TRUE(std::isnan(result.at(1, 0)));
}

TEST(Failure, TheBudgetOfStepsCountsOverTheWholeRun) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {1.0, 2.0, 3.0, 4.0});
    run.events = {{2.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}}};
    const Result whole = solve(system, run, kTight);
    SolverOptions options = kTight;
    options.max_steps = whole.statistics.steps;
    EXPECT_TRUE(solve(system, run, options).status.ok());
    options.max_steps = whole.statistics.steps - 5;
    const Result cut = solve(system, run, options);
    EXPECT_EQ(cut.status.failure, Failure::too_many_steps);
    EXPECT_EQ(cut.statistics.steps, options.max_steps);
    EXPECT_FALSE(std::isnan(cut.at(0, 0)));
    EXPECT_TRUE(std::isnan(cut.at(3, 0)));
}

TEST(Failure, ARunThatMakesNoSenseIsRefused) {
    const eqn::System system = decay();
    sim::Run run = run_of(system, {1.0, 0.5});
    EXPECT_EQ(solve(system, run).status.failure, Failure::invalid_run);
    run = run_of(system, {1.0});
    run.events = {{-1.0, {}, {}}};
    EXPECT_EQ(solve(system, run).status.failure, Failure::invalid_run);
    run = run_of(system, {1.0});
    run.parameters = {{ParameterId{99}, 1.0}};
    EXPECT_EQ(solve(system, run).status.failure, Failure::invalid_run);
    EXPECT_TRUE(std::isnan(solve(system, run).at(0, 0)));
}

TEST(Solver, AnInfiniteSlopeAtTheStartIsAFallbackNotAFailure) {
    NetworkMaker m;  // x' = sqrt(x) from x = 0, where the slope of the root is infinite
    m.species("x", "0").species("y", "1").observable("X", {{"x", 1.0}});
    m.equation("x", "sqrt(X)").parameter("k", "1").reaction({"y"}, {}, {"k"});
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, {1.0}), kTight);
    EXPECT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_EQ(result.fallbacks.size(), 1U);
}

TEST(Solver, AnUnusedSpeciesChangesNothing) {
    NetworkMaker with;
    NetworkMaker without;
    for (NetworkMaker* m : {&with, &without}) {
        m->parameter("k", "1").parameter("q", "2").species("A", "1").species("B", "0");
        m->reaction({"A", "A"}, {"B"}, {"k"}).reaction({"B"}, {"A", "A"}, {"q"});
    }
    with.species("unused", "0.5");
    const eqn::System a = compiled(with.network());
    const eqn::System b = compiled(without.network());
    const Result ra = solve(a, run_of(a, {1.0}), kTight);
    const Result rb = solve(b, run_of(b, {1.0}), kTight);
    EXPECT_EQ(ra.at(0, 2), 0.5);
    // The error norm is a mean over species: step sizes differ, results by the tolerance.
    EXPECT_TRUE(near_rel(ra.at(0, 0), rb.at(0, 0), kNear));
}

TEST(Solver, ConservedTotalsStayWhatTheyWere) {
    const eqn::System system = compiled(zoo::binding().network);
    const Result result = solve(system, run_of(system, {0.1, 1.0, 10.0, 100.0, 1e6}));
    for (std::size_t i = 0; i < result.times.size(); ++i) {
        EXPECT_TRUE(near_rel(result.at(i, 0) + result.at(i, 2), 1.0, 1e-12));
    }
}

TEST(Solver, TheOrderOfSpeciesChangesResultsByLessThanTheTolerance) {
    const zoo::RandomNetwork random = zoo::random_network(11, 5);
    std::vector<std::uint32_t> order(random.amounts.size());
    for (std::uint32_t s = 0; s < order.size(); ++s) {
        order[s] = static_cast<std::uint32_t>(order.size()) - 1 - s;
    }
    const eqn::System a = compiled(random.network());
    const eqn::System b = compiled(random.network(order));
    const Result ra = solve(a, run_of(a, {2.0}), kTight);
    const Result rb = solve(b, run_of(b, {2.0}), kTight);
    ASSERT_TRUE(ra.status.ok() && rb.status.ok());
    for (std::size_t s = 0; s < order.size(); ++s) {
        EXPECT_TRUE(near_rel(rb.end_state[order[s]], ra.end_state[s], kNear, kNear));
    }
}

TEST(Solver, ResultsAreTheSameBitsForAnyNumberOfThreadsAndAnyHistory) {
    const eqn::System system = compiled(zoo::random_network(5, 6).network());
    std::vector<sim::Run> runs;
    for (int i = 0; i < 24; ++i) {
        sim::Run run = run_of(system, {0.5, 1.0, 5.0});
        run.parameters = {{ParameterId{1}, 0.1 + 0.2 * i}};
        run.events = {{0.7, {}, {{SpeciesId{2}, StateChange::Kind::add, 1.0}}}};
        runs.push_back(run);
    }
    const std::vector<Result> one = solve_many(system, runs, {}, 1);
    const std::vector<Result> two = solve_many(system, runs, {}, 2);
    std::reverse(runs.begin(), runs.end());
    const std::vector<Result> reversed = solve_many(system, runs, {}, 3);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        ASSERT_TRUE(one[i].status.ok()) << one[i].status.message;
        EXPECT_EQ(one[i].values, two[i].values);
        EXPECT_EQ(one[i].values, reversed[runs.size() - 1 - i].values);
        EXPECT_EQ(one[i].statistics.steps, two[i].statistics.steps);
    }
}

}  // namespace
}  // namespace erbium::sim
