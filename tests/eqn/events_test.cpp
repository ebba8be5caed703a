// SPDX-License-Identifier: Apache-2.0
// tests/eqn/events_test.cpp: triggered events and the comparisons at which equations jump,
// compiled.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/eqn/system.hpp"
#include "ode_zoo.hpp"

namespace erbium::eqn {
namespace {

using net::RateLawKind;
using zoo::expression;
using zoo::NetworkMaker;

System system_of(const NetworkMaker& maker) {
    auto system = compile(maker.network());
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    return system.value();
}

NetworkMaker decay() {
    NetworkMaker m;
    m.parameter("k", "1").parameter("twice", "2*k").species("A", "1");
    m.observable("Obs", {{"A", 1.0}});
    m.reaction({"A"}, {}, {"k"});
    return m;
}

TEST(Events, TheirExpressionsStandInSlotsOfTheEventTape) {
    NetworkMaker m = decay();
    m.event("e", "Obs < 0.5 && time >= k").assign("A", "Obs + twice").assign("k", "10*Obs");
    m.last_event().delay = expression("3*Obs");
    m.last_event().priority = expression("k + 1");
    m.last_event().is_persistent = false;
    m.last_event().initial_value = false;
    m.last_event().uses_trigger_time_values = false;
    const System system = system_of(m);
    ASSERT_EQ(system.events().size(), 1U);
    const TriggeredEvent& event = system.events().front();
    EXPECT_EQ(event.name, "e");
    EXPECT_FALSE(event.is_persistent);
    EXPECT_FALSE(event.initial_value);
    EXPECT_FALSE(event.uses_trigger_time_values);
    ASSERT_EQ(event.assignments.size(), 2U);
    EXPECT_EQ(std::get<SpeciesId>(event.assignments[0].target), SpeciesId{0});
    EXPECT_EQ(std::get<ParameterId>(event.assignments[1].target), ParameterId{0});

    ReferenceKernel kernel{system};
    kernel.evaluate_events(2.0, std::vector{0.25});
    EXPECT_EQ(kernel.slot(event.trigger), 1.0);
    EXPECT_EQ(kernel.slot(event.delay.value()), 0.75);
    EXPECT_EQ(kernel.slot(event.priority.value()), 2.0);
    EXPECT_EQ(kernel.slot(event.assignments[0].value), 2.25);
    EXPECT_EQ(kernel.slot(event.assignments[1].value), 2.5);
    kernel.evaluate_events(0.5, std::vector{0.25});
    EXPECT_EQ(kernel.slot(event.trigger), 0.0);
}

TEST(Events, ComparisonsWithTimeAreStopsAndTheOthersAreRoots) {
    NetworkMaker m = decay();
    m.parameter("start", "7");
    m.function("f", "if(time<3,1,if(Obs>=start,2,4))*if(time-Obs>1,1,2)");
    m.reaction({}, {"A"}, {"f"}, RateLawKind::function_product);
    m.event("at", "time >= start").event("low", "Obs < 0.5");
    const System system = system_of(m);
    EXPECT_EQ(std::vector(system.time_knots().begin(), system.time_knots().end()),
              std::vector{3.0});
    ReferenceKernel kernel{system};
    ASSERT_EQ(system.stop_time_slots().size(), 1U);
    EXPECT_EQ(kernel.slot(system.stop_time_slots()[0]), 7.0);
    kernel.set_parameters(std::vector{ParameterValue{*system.find_parameter("start"), 8.5}});
    EXPECT_EQ(kernel.slot(system.stop_time_slots()[0]), 8.5);

    // A difference with time that is compared with 0 is a comparison with time.
    NetworkMaker shifted = decay();
    shifted.parameter("lag", "7").function("f", "if(time-3<0,1,2)*if(0<=lag-time,1,2)");
    shifted.reaction({}, {"A"}, {"f"}, RateLawKind::function_product);
    const System same = system_of(shifted);
    EXPECT_EQ(same.time_knots().size(), 1U);
    EXPECT_EQ(same.stop_time_slots().size(), 1U);
    EXPECT_TRUE(same.roots().empty());

    ASSERT_EQ(system.roots().size(), 3U);
    kernel.evaluate_events(5.0, std::vector{0.25});
    int in_rates = 0;
    for (const Root& root : system.roots()) {
        in_rates += root.is_in_rate ? 1 : 0;
        const double difference = kernel.slot(root.difference);
        if (root.is_in_rate) {  // start <= Obs, or 1 < time - Obs
            EXPECT_TRUE(difference == 8.5 - 0.25 || difference == 1.0 - 4.75) << difference;
            EXPECT_EQ(kernel.slot(root.comparison), difference < 0.0 ? 1.0 : 0.0);
        } else {
            EXPECT_EQ(difference, -0.25);
            EXPECT_EQ(kernel.slot(root.comparison), 1.0);
        }
    }
    EXPECT_EQ(in_rates, 2);
}

TEST(Events, ChoicesOfTablesAndOfRateLawsAreNoRoots) {
    NetworkMaker m;
    m.parameter("kcat", "2").parameter("Km", "3").species("S", "1").species("E", "1");
    m.observable("Obs", {{"S", 1.0}});
    m.function("f", "tfun([0,1,2],[1,2,4],Obs)");
    m.reaction({"S", "E"}, {"E"}, {"kcat", "Km"}, RateLawKind::michaelis_menten);
    m.reaction({}, {"S"}, {"f"}, RateLawKind::function_product);
    EXPECT_TRUE(system_of(m).roots().empty());
}

TEST(Events, ATriggerThatIsANumberIsTrueAboveOneHalf) {
    NetworkMaker m = decay();
    m.event("e", "Obs");
    const System system = system_of(m);
    ReferenceKernel kernel{system};
    kernel.evaluate_events(0.0, std::vector{0.4});
    EXPECT_EQ(kernel.slot(system.events()[0].trigger), 0.0);
    kernel.evaluate_events(0.0, std::vector{0.6});
    EXPECT_EQ(kernel.slot(system.events()[0].trigger), 1.0);
    ASSERT_EQ(system.roots().size(), 1U);
    EXPECT_EQ(kernel.slot(system.roots()[0].difference), 0.5 - 0.6);
}

TEST(Events, HeldComparisonsKeepTheRateSmooth) {
    NetworkMaker m;
    m.species("A", "1").observable("Obs", {{"A", 1.0}});
    m.equation("A", "if(Obs<1,2*Obs,-Obs)");
    ReferenceKernel kernel{system_of(m)};
    std::vector<double> rate(1);
    std::vector<double> slope(1);
    const auto at = [&](double a) {
        kernel.rhs(0.0, std::vector{a}, rate);
        kernel.jacobian(0.0, std::vector{a}, slope);
        return std::vector{rate[0], slope[0]};
    };
    EXPECT_EQ(at(3.0), (std::vector{-3.0, -1.0}));
    kernel.hold_comparisons(0.0, std::vector{0.5});
    EXPECT_EQ(at(3.0), (std::vector{6.0, 2.0}));
    kernel.evaluate_events(0.0, std::vector{3.0});  // looking does not let go
    EXPECT_EQ(at(3.0), (std::vector{6.0, 2.0}));
    kernel.release_comparisons();
    EXPECT_EQ(at(3.0), (std::vector{-3.0, -1.0}));
}

TEST(Events, OutputsAreComputedAlsoWhereOnlyASlopeSharesTheirParts) {
    // d(Obs^2)/dObs is Obs + Obs, which the rate itself does not need.
    NetworkMaker m;
    m.species("A", "1").observable("Obs", {{"A", 1.0}}).function("double", "Obs+Obs");
    m.equation("A", "Obs*Obs");
    ReferenceKernel kernel{system_of(m)};
    kernel.observe(0.0, std::vector{5.0});
    EXPECT_EQ(kernel.function(FunctionId{0}), 10.0);
}

TEST(Events, WrongOnesAreRefusedWithTheirName) {
    const auto error = [](const NetworkMaker& m) {
        const auto system = compile(m.network());
        return system ? std::string{} : system.error().text();
    };
    NetworkMaker no_trigger = decay();
    no_trigger.event("e", "1").last_event().trigger = {};
    EXPECT_NE(error(no_trigger).find("the trigger of event 'e' has no value"), std::string::npos);
    NetworkMaker bad_name = decay();
    bad_name.event("e", "Obs > 1").assign("A", "nothing");
    EXPECT_NE(error(bad_name).find("'nothing'"), std::string::npos);
    NetworkMaker bad_target = decay();
    bad_target.event("e", "Obs > 1").assign("B", "1");
    EXPECT_NE(error(bad_target).find("ERB-EQN-0011"), std::string::npos);
}

}  // namespace
}  // namespace erbium::eqn
