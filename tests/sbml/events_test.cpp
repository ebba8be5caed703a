// SPDX-License-Identifier: Apache-2.0
// tests/sbml/events_test.cpp: events of SBML models, against what they must do by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "near.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

constexpr auto kAsIs = SpeciesForm::as_in_model;
constexpr auto kAmount = SpeciesForm::amount;
constexpr double kRtol = 1e-8;  // of the solver's 1e-10, over a few steps

const std::string kTime =
    "<csymbol encoding=\"text\" "
    "definitionURL=\"http://www.sbml.org/sbml/symbols/time\">t</csymbol>";

std::string after(const std::string& time) {
    return "<apply><geq/>" + kTime + "<cn>" + time + "</cn></apply>";
}

struct EventText {
    std::string trigger;
    std::string assignments;
    std::string delay = {};
    std::string priority = {};
    bool is_persistent = true;
    bool uses_trigger_time_values = true;
};

std::string assign(const std::string& variable, const std::string& value) {
    return "<eventAssignment variable=\"" + variable + "\">" + math(value) + "</eventAssignment>";
}

std::string event(const EventText& e) {
    const auto yes = [](bool is) { return is ? std::string{"true"} : std::string{"false"}; };
    return "<event useValuesFromTriggerTime=\"" + yes(e.uses_trigger_time_values) +
           "\"><trigger initialValue=\"true\" persistent=\"" + yes(e.is_persistent) + "\">" +
           math(e.trigger) + "</trigger>" +
           (e.priority.empty() ? "" : "<priority>" + math(e.priority) + "</priority>") +
           (e.delay.empty() ? "" : "<delay>" + math(e.delay) + "</delay>") +
           "<listOfEventAssignments>" + e.assignments + "</listOfEventAssignments></event>";
}

/// C, of size 2, holds A, 3 units per volume.
std::string cell(const std::string& parameters, const std::string& rules,
                 const std::string& events) {
    return document(
        "<listOfCompartments><compartment id=\"C\" spatialDimensions=\"3\" size=\"2\" "
        "constant=\"false\"/></listOfCompartments><listOfSpecies>" +
        species("A", "initialConcentration=\"3\"") + "</listOfSpecies>" +
        (parameters.empty() ? "" : "<listOfParameters>" + parameters + "</listOfParameters>") +
        (rules.empty() ? "" : "<listOfRules>" + rules + "</listOfRules>") + "<listOfEvents>" +
        events + "</listOfEvents>");
}

TEST(SbmlEvents, AVolumeThatJumpsKeepsTheAmount) {
    const std::string model =
        cell("", "", event({.trigger = after("1"), .assignments = assign("C", "<cn>8</cn>")}));
    const auto v = simulated(imported(model), {{"A", kAsIs}, {"A", kAmount}}, {0, 2});
    EXPECT_EQ(v[0][1], 0.75);
    EXPECT_EQ(v[1][1], 6.0);
}

TEST(SbmlEvents, AConcentrationIsSetInTheVolumeFromBefore) {
    const std::string model =
        cell("", "",
             event({.trigger = after("1"),
                    .assignments = assign("A", "<cn>5</cn>") + assign("C", "<cn>8</cn>")}));
    const auto v = simulated(imported(model), {{"A", kAsIs}, {"A", kAmount}}, {0, 2});
    EXPECT_EQ(v[1][1], 10.0);
    EXPECT_EQ(v[0][1], 1.25);
}

TEST(SbmlEvents, ADelayedConcentrationIsSetInTheVolumeOfThatTime) {
    // The value 4 is taken at t = 1, when C is 3; at t = 2, when it is set, C is 4.
    const std::string model =
        cell("", "<rateRule variable=\"C\">" + math("<cn>1</cn>") + "</rateRule>",
             event({.trigger = after("1"),
                    .assignments = assign("A", "<apply><plus/><ci>C</ci><cn>1</cn></apply>"),
                    .delay = "<cn>1</cn>"}));
    const auto v = simulated(imported(model), {{"A", kAsIs}, {"A", kAmount}}, {0, 4});
    EXPECT_TRUE(near_rel(v[1][1], 16.0, kRtol));
    EXPECT_TRUE(near_rel(v[0][1], 16.0 / 6.0, kRtol));
}

/// Two events of one priority, each ends the other's wait; `p` and `q` count them, `clock` makes
/// them happen every 0.01.
std::string duel() {
    const std::string ticks = "<apply><geq/><ci>clock</ci><cn>0.01</cn></apply>";
    const auto counts = [&](const std::string& id) {
        return event(
            {.trigger = ticks,
             .assignments = assign("clock", "<cn>0</cn>") +
                            assign(id, "<apply><plus/><ci>" + id + "</ci><cn>1</cn></apply>"),
             .delay = {},
             .priority = "<cn>1</cn>",
             .is_persistent = false});
    };
    return cell(
        parameter("p", "0", false) + parameter("q", "0", false) + parameter("clock", "0", false),
        "<rateRule variable=\"clock\">" + math("<cn>1</cn>") + "</rateRule>",
        counts("p") + counts("q"));
}

TEST(SbmlEvents, EqualPrioritiesTakeTurnsByChanceAndRepeatably) {
    const auto first = simulated(imported(duel()), {{"p", kAsIs}, {"q", kAsIs}}, {0, 4.005});
    const auto second = simulated(imported(duel()), {{"p", kAsIs}, {"q", kAsIs}}, {0, 4.005});
    EXPECT_EQ(first[0][1] + first[1][1], 400.0);
    // 400 fair choices: six standard deviations are 60.
    EXPECT_NEAR(first[0][1], 200.0, 60.0);
    EXPECT_EQ(first, second);
}

TEST(SbmlEvents, WhatOnlyEventsChangeKeepsItsBitsBetweenThem) {
    // `most` is a copy of p - q at its largest; a bit of noise would fire its event out of turn.
    std::string model = duel();
    const std::string difference =
        "<apply><abs/><apply><minus/><ci>p</ci><ci>q</ci></apply></apply>";
    const std::string more =
        event({.trigger = "<apply><gt/>" + difference + "<ci>most</ci></apply>",
               .assignments = assign("most", difference)});
    model.replace(model.find("</listOfEvents>"), 0, more);
    model.replace(model.find("</listOfParameters>"), 0, parameter("most", "0", false));
    std::vector<double> times;
    for (int i = 0; i <= 400; ++i) {
        times.push_back(0.01 * i + 0.005);
    }
    const auto v = simulated(imported(model), {{"p", kAsIs}, {"q", kAsIs}, {"most", kAsIs}}, times);
    double most = 0.0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        most = std::max(most, std::fabs(v[0][i] - v[1][i]));
        ASSERT_EQ(v[2][i], most) << "at " << times[i];
    }
}

TEST(SbmlEvents, AnAlgebraicQuantityFollowsAnEventAtOnce) {
    const std::string model =
        cell(parameter("p", "1", false) + parameter("q", "", false),
             "<algebraicRule>" +
                 math("<apply><minus/><apply><times/><cn>2</cn><ci>p</ci></apply><ci>q</ci>"
                      "</apply>") +
                 "</algebraicRule>",
             event({.trigger = after("1"), .assignments = assign("p", "<cn>7</cn>")}));
    const auto v = simulated(imported(model), {{"q", kAsIs}}, {0, 2});
    EXPECT_EQ(v[0][0], 2.0);
    EXPECT_EQ(v[0][1], 14.0);
}

}  // namespace
}  // namespace erbium::sbml::test
