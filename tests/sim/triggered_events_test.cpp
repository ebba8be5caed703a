// SPDX-License-Identifier: Apache-2.0
// tests/sim/triggered_events_test.cpp: triggered events and rates that jump, against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "erbium/sim/batch.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

using zoo::expression;
using zoo::NetworkMaker;

enum class Way { single_run, esdirk, cvode, lanes };

/// Every integrator that this build has must carry events out alike.
class Triggered : public ::testing::TestWithParam<Way> {
protected:
    void SetUp() override {
        if (GetParam() == Way::cvode && !has_cvode()) {
            GTEST_SKIP() << "built without SUNDIALS";
        }
    }

    static Result solve_it(const eqn::System& system, const sim::Run& run, Tolerances tolerances) {
        if (GetParam() == Way::lanes) {
            BatchOptions options;
            options.solver.tolerances = tolerances;
            Result result = BatchSolver{system, options}.solve(std::vector{run}).front();
            EXPECT_TRUE(result.fallbacks.empty()) << result.fallbacks.front();
            return result;
        }
        const Method method = GetParam() == Way::cvode    ? Method::cvode
                              : GetParam() == Way::esdirk ? Method::esdirk
                                                          : Method::own;
        return solve(system, run, {tolerances, 200000, method});
    }

    static Result simulate(const NetworkMaker& maker, std::vector<double> times) {
        const auto system = eqn::compile(maker.network());
        EXPECT_TRUE(system) << (system ? "" : system.error().text());
        sim::Run run;
        run.output_times = std::move(times);
        run.recording = Recording::all(system.value());
        return solve_it(system.value(), run, {1e-10, 1e-12});
    }

    /// The values of one column, or a failure of the test.
    static std::vector<double> column(const NetworkMaker& maker, std::vector<double> times,
                                      std::size_t which = 0) {
        const Result result = simulate(maker, std::move(times));
        EXPECT_TRUE(result.status.ok()) << result.status.message;
        return result.column(which);
    }

    static void expect_near(const std::vector<double>& found, const std::vector<double>& expected,
                            double rtol = 1e-8) {
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_TRUE(near_rel(found[i], expected[i], rtol, rtol)) << "row " << i;
        }
    }
};

NetworkMaker decay() {
    NetworkMaker m;
    m.parameter("k", "1").species("A", "1").observable("Obs", {{"A", 1.0}});
    m.reaction({"A"}, {}, {"k"});
    return m;
}

/// x stands still; events are all that happens.
NetworkMaker still() {
    NetworkMaker m;
    m.parameter("p", "0").species("x", "0").species("y", "0");
    m.observable("X", {{"x", 1.0}}).observable("Y", {{"y", 1.0}});
    return m;
}

TEST_P(Triggered, AThresholdThatRefillsIsPeriodic) {
    NetworkMaker m = decay();
    m.event("refill", "Obs < 0.5").assign("A", "1");
    std::vector<double> times;
    std::vector<double> exact;
    for (int i = 0; i <= 200; ++i) {
        const double t = 0.173 * i;
        times.push_back(t);
        exact.push_back(std::exp(-std::fmod(t, std::log(2.0))));
    }
    expect_near(column(m, times), exact, 1e-7);  // errors of 49 periods add up
}

TEST_P(Triggered, ABouncingBallBouncesWhenItShould) {
    NetworkMaker m;
    m.parameter("g", "9.81").parameter("rest", "0.8");
    m.species("height", "10").species("speed", "0");
    m.observable("H", {{"height", 1.0}}).observable("V", {{"speed", 1.0}});
    m.equation("height", "V").equation("speed", "-g");
    m.event("bounce", "H < 0").assign("speed", "-rest*V").assign("height", "0");
    const double first = std::sqrt(2.0 * 10.0 / 9.81);
    const double impact = 9.81 * first;
    std::vector<double> times{0.5 * first};
    std::vector<double> exact{10.0 - 0.5 * 9.81 * times[0] * times[0]};
    double begin = first;
    double speed = 0.8 * impact;
    for (int bounce = 0; bounce < 8; ++bounce) {
        const double length = 2.0 * speed / 9.81;
        for (const double part : {0.25, 0.9}) {
            const double t = part * length;
            times.push_back(begin + t);
            exact.push_back(speed * t - 0.5 * 9.81 * t * t);
        }
        begin += length;
        speed *= 0.8;
    }
    expect_near(column(m, times), exact);
}

TEST_P(Triggered, AtItsTimeOrJustAfterItDependsOnTheComparison) {
    NetworkMaker at = still();
    at.event("e", "time >= 5").assign("x", "1");
    EXPECT_EQ(column(at, {4.0, 5.0, 6.0}), (std::vector{0.0, 1.0, 1.0}));
    NetworkMaker after = still();
    after.event("e", "time > 5").assign("x", "1");
    EXPECT_EQ(column(after, {4.0, 5.0, 6.0}), (std::vector{0.0, 0.0, 1.0}));
    NetworkMaker exactly = still();
    exactly.event("e", "time == 5").assign("x", "X+1");
    EXPECT_EQ(column(exactly, {4.0, 5.0, 6.0}), (std::vector{0.0, 1.0, 1.0}));
    EXPECT_EQ(column(at, {5.0, 5.0}), (std::vector{0.0, 1.0}));  // before, then after it
}

TEST_P(Triggered, AtTheStartTheInitialValueOfTheTriggerDecides) {
    NetworkMaker m = still();
    m.event("held", "time >= 0").assign("x", "1");
    m.event("fresh", "time >= 0").assign("y", "1").last_event().initial_value = false;
    EXPECT_EQ(column(m, {0.0, 1.0}, 0), (std::vector{0.0, 0.0}));
    EXPECT_EQ(column(m, {0.0, 1.0}, 1), (std::vector{1.0, 1.0}));
}

TEST_P(Triggered, DelaysWaitAndTakeValuesOfTheTriggersTimeOrTheirOwn) {
    NetworkMaker m = decay();
    m.species("then", "0").species("now", "0");
    m.event("a", "Obs < 0.5").assign("then", "Obs").last_event().delay = expression("0.3");
    m.event("b", "Obs < 0.5").assign("now", "Obs").last_event().delay = expression("0.6*Obs");
    m.last_event().uses_trigger_time_values = false;
    const double fired = std::log(2.0);
    const Result result = simulate(m, {fired + 0.299, fired + 0.3 + 1e-9});
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_EQ(result.at(0, 1), 0.0);
    EXPECT_EQ(result.at(0, 2), 0.0);
    EXPECT_TRUE(near_rel(result.at(1, 1), 0.5, 1e-8));
    EXPECT_TRUE(near_rel(result.at(1, 2), 0.5 * std::exp(-0.3), 1e-8));
}

TEST_P(Triggered, WhatIsNotPersistentIsDroppedWhenItsTriggerTurnsFalse) {
    for (const bool is_persistent : {true, false}) {
        NetworkMaker m = still();
        m.event("e", "time >= 1 && time < 2").assign("x", "1");
        m.last_event().delay = expression("3");
        m.last_event().is_persistent = is_persistent;
        EXPECT_EQ(column(m, {3.9, 4.1}), (std::vector{0.0, is_persistent ? 1.0 : 0.0}));
    }
}

TEST_P(Triggered, ThoseAtOneTimeComeByPriorityWhichIsEvaluatedAnew) {
    NetworkMaker m = still();
    m.parameter("urgent", "0");
    // first: raises p's priority above q's
    m.event("q", "time >= 1").assign("x", "2*X+1").last_event().priority = expression("5");
    m.last_event().uses_trigger_time_values = false;
    m.event("p", "time >= 1").assign("x", "10*X+3").last_event().priority = expression("urgent");
    m.last_event().uses_trigger_time_values = false;
    m.event("first", "time >= 1").assign("urgent", "9").last_event().priority = expression("7");
    // then p: 10*0+3 = 3, then q: 7
    EXPECT_EQ(column(m, {2.0}), (std::vector{7.0}));
}

TEST_P(Triggered, EqualsComeInTheOrderOfTheNetworkAndSeeEachOther) {
    NetworkMaker m = still();
    m.event("one", "time >= 1").assign("x", "1").assign("y", "X+10");  // together: X is 0
    m.event("two", "time >= 1").assign("x", "X+100");
    m.last_event().uses_trigger_time_values = false;
    m.event("three", "X > 50").assign("p", "1").assign("y", "Y+X");
    EXPECT_EQ(column(m, {1.0}, 0), (std::vector{101.0}));
    EXPECT_EQ(column(m, {1.0}, 1), (std::vector{111.0}));
}

TEST_P(Triggered, AnEventOfThoseDueCanCancelAnother) {
    NetworkMaker m = still();
    m.event("cancel", "time >= 1").assign("p", "1").last_event().priority = expression("2");
    m.event("other", "time >= 1 && p < 1").assign("x", "1").last_event().priority = expression("1");
    m.last_event().is_persistent = false;
    EXPECT_EQ(column(m, {2.0}), (std::vector{0.0}));
}

TEST_P(Triggered, ParametersKeepWhatIsAssignedAndOthersFollow) {
    NetworkMaker m;
    m.parameter("k", "1").parameter("twice", "2*k").parameter("switch", "1");
    m.species("A", "1").observable("Obs", {{"A", 1.0}}).reaction({"A"}, {}, {"twice"});
    m.event("slow", "time >= switch").assign("k", "0.25");
    m.event("early", "Obs < 0.5").assign("switch", "time + 0.1");
    // A falls by 2 to ln2/2, then still by 2 until 0.1 later, then by 1/2.
    const double at = 0.5 * std::log(2.0) + 0.1;
    expect_near(column(m, {at, at + 2.0}),
                {std::exp(-2.0 * at), std::exp(-2.0 * at) * std::exp(-0.5 * 2.0)});
    // The model's own values are there again for the next run.
    const auto system = eqn::compile(m.network());
    sim::Run run;
    run.output_times = {0.1, 3.0};
    run.recording = Recording::all(system.value());
    if (GetParam() == Way::lanes) {
        BatchOptions options;
        options.lanes = 1;
        const std::vector<Result> results =
            BatchSolver{system.value(), options}.solve(std::vector{run, run});
        EXPECT_EQ(results[1].values, results[0].values);
        return;
    }
    const Method method = GetParam() == Way::cvode ? Method::cvode : Method::own;
    Solver solver{system.value(), {{1e-10, 1e-12}, 200000, method}};
    const Result once = solver.solve(run);
    EXPECT_EQ(solver.solve(run).values, once.values);
}

TEST_P(Triggered, RatesThatJumpAreIntegratedToTheJump) {
    NetworkMaker m;  // x' = 1 up to 1, then -x + 3: x = 3 - 2 e^-(t-1)
    m.species("x", "0").observable("X", {{"x", 1.0}}).equation("x", "if(X<1,1,3-X)");
    const Result result = simulate(m, {0.5, 1.0, 1.5, 3.0});
    expect_near(result.column(0),
                {0.5, 1.0, 3.0 - 2.0 * std::exp(-0.5), 3.0 - 2.0 * std::exp(-2.0)}, 1e-9);
    EXPECT_LE(result.statistics.error_test_failures, 10U);
    NetworkMaker pulse;  // a pulse of 1/1000 time unit that no step would see
    pulse.species("x", "0").equation("x", "if(time>500 && time<=500.001,1000,0)");
    expect_near(column(pulse, {0.0, 499.0, 1000.0}), {0.0, 0.0, 1.0}, 1e-9);
}

TEST_P(Triggered, CrossingsBackAndForthInsideAStepAreSeen) {
    NetworkMaker m;  // a = cos t: below -0.999 for 0.09 time units of each 6.28
    m.species("a", "1").species("b", "0").species("count", "0");
    m.observable("A", {{"a", 1.0}}).observable("B", {{"b", 1.0}}).observable("N", {{"count", 1.0}});
    m.equation("a", "-B").equation("b", "A");
    m.event("low", "A < -0.999").assign("count", "N+1");
    EXPECT_EQ(column(m, {0.0, 100.0}, 2).back(), 16.0);
}

TEST_P(Triggered, TimeAloneTriggersAlthoughNoStateMoves) {
    NetworkMaker m = still();
    m.event("high", "sin(time) > 0.5").assign("x", "X+1");
    EXPECT_EQ(column(m, {0.0, 100.0}).back(), 16.0);
}

TEST_P(Triggered, EndlessEventsFailTheRunWithAReason) {
    NetworkMaker m = still();
    m.event("up", "X < 0.5").assign("x", "1").last_event().initial_value = false;
    m.event("down", "X > 0.5").assign("x", "0");
    const Result result = simulate(m, {1.0});
    EXPECT_EQ(result.status.failure, Failure::bad_event) << result.status.message;
    EXPECT_TRUE(std::isnan(result.at(0, 0)));
}

TEST_P(Triggered, WhatIsNoNumberInAnEventFailsTheRun) {
    NetworkMaker trigger = decay();
    trigger.event("e", "log(Obs - 0.5) > 5").assign("A", "1");
    EXPECT_EQ(simulate(trigger, {2.0}).status.failure, Failure::bad_event);
    NetworkMaker value = still();
    value.event("e", "time >= 1").assign("x", "log(0-1)");
    EXPECT_EQ(simulate(value, {2.0}).status.failure, Failure::bad_event);
    NetworkMaker delay = still();
    delay.event("e", "time >= 1").assign("x", "1").last_event().delay = expression("0-1");
    const Result result = simulate(delay, {2.0});
    EXPECT_EQ(result.status.failure, Failure::bad_event);
    EXPECT_NE(result.status.message.find("event 'e'"), std::string::npos);
}

TEST_P(Triggered, AnEventOnTheWayToTheSteadyStateIsNotLostSilently) {
    NetworkMaker m = decay();
    m.event("low", "Obs < 0.5").assign("A", "2").event("late", "time >= 10").assign("A", "3");
    const auto system = eqn::compile(m.network());
    sim::Run run;
    run.equilibration = Equilibration{};
    run.output_times = {0.0, 1.0};
    run.recording = Recording::all(system.value());
    const Result result = solve_it(system.value(), run, {1e-8, 1e-10});
    EXPECT_EQ(result.status.failure, Failure::bad_event);
    EXPECT_NE(result.status.message.find("'low'"), std::string::npos) << result.status.message;
}

INSTANTIATE_TEST_SUITE_P(All, Triggered,
                         ::testing::Values(Way::single_run, Way::esdirk, Way::cvode, Way::lanes),
                         [](const auto& test) {
                             return test.param == Way::single_run ? "single_run"
                                    : test.param == Way::esdirk   ? "esdirk"
                                    : test.param == Way::cvode    ? "cvode"
                                                                  : "lanes";
                         });

}  // namespace
}  // namespace erbium::sim
