// SPDX-License-Identifier: Apache-2.0
// tests/sbml/algebraic_test.cpp: coupled nonlinear algebraic rules and fast reactions against
// closed forms, with events that change what they read.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "near.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

constexpr double kRtol = 1e-7;
constexpr SpeciesForm kAsIs = SpeciesForm::as_in_model;

std::string op(const std::string& name, const std::string& a, const std::string& b = "") {
    return "<apply><" + name + "/>" + a + b + "</apply>";
}
std::string id(const std::string& name) {
    return "<ci>" + name + "</ci>";
}
std::string cn(const std::string& number) {
    return "<cn>" + number + "</cn>";
}
std::string power(const std::string& name, const std::string& exponent) {
    return op("power", id(name), cn(exponent));
}
std::string rule(const std::string& content) {
    return "<algebraicRule>" + math(content) + "</algebraicRule>";
}
std::string rate(const std::string& variable, const std::string& content) {
    return "<rateRule variable=\"" + variable + "\">" + math(content) + "</rateRule>";
}
std::string event(const std::string& name, const std::string& trigger, const std::string& variable,
                  const std::string& value) {
    return "<event id=\"" + name +
           "\" useValuesFromTriggerTime=\"true\"><trigger initialValue=\"true\" "
           "persistent=\"true\">" +
           math(trigger) + "</trigger><listOfEventAssignments><eventAssignment variable=\"" +
           variable + "\">" + math(value) + "</eventAssignment></listOfEventAssignments></event>";
}
const std::string kTimeSymbol =
    "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">t"
    "</csymbol>";

/// y' = -y; z1^3 + z2^3 = 27 + y^3 and z1^2 z2^2 = 9 y^2, so z1 = 3 and z2 = y.
std::string coupled(const std::string& parameters = "", const std::string& events = "") {
    return document("<listOfParameters>" + parameter("y", "1", false) +
                    parameter("z1", "4", false) + parameter("z2", "0.5", false) + parameters +
                    "</listOfParameters><listOfRules>" + rate("y", op("minus", id("y"))) +
                    rule(op("minus", op("plus", power("z1", "3"), power("z2", "3")),
                            op("plus", cn("27"), power("y", "3")))) +
                    rule(op("minus", op("times", power("z1", "2"), power("z2", "2")),
                            op("times", cn("9"), power("y", "2")))) +
                    "</listOfRules>" +
                    (events.empty() ? "" : "<listOfEvents>" + events + "</listOfEvents>"));
}

TEST(SbmlAlgebraic, CoupledNonlinearRulesAreSolvedTogether) {
    const std::vector<double> times{0, 0.5, 1, 2, 4};
    const auto v = simulated(imported(coupled()), {{"z1", kAsIs}, {"z2", kAsIs}}, times);
    for (std::size_t i = 0; i < times.size(); ++i) {
        EXPECT_TRUE(near_rel(v[0][i], 3.0, kRtol));
        EXPECT_TRUE(near_rel(v[1][i], std::exp(-times[i]), kRtol)) << "at " << times[i];
    }
}

TEST(SbmlAlgebraic, EventsChangeWhatTheyReadAndReadWhatTheyDetermine) {
    // At t = 1 y becomes 0.8; when z2 = y falls to 0.3, at 1 + ln(8/3), it becomes 0.9.
    const std::string model = coupled(
        "", event("first", op("geq", kTimeSymbol, cn("1")), "y", cn("0.8")) +
                event("second",
                      op("and", op("lt", id("z2"), cn("0.3")), op("gt", kTimeSymbol, cn("1"))), "y",
                      op("times", cn("3"), id("z2"))));
    const double second = 1.0 + std::log(8.0 / 3.0);
    const std::vector<double> times{0, 0.5, 1, 1.9, second + 0.1, 3};
    const auto v = simulated(imported(model), {{"z1", kAsIs}, {"z2", kAsIs}}, times);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double t = times[i];
        const double y = t < 1        ? std::exp(-t)
                         : t < second ? 0.8 * std::exp(1.0 - t)
                                      : 0.9 * std::exp(second - t);
        EXPECT_TRUE(near_rel(v[0][i], 3.0, 1e-6));
        EXPECT_TRUE(near_rel(v[1][i], y, 1e-6)) << "at " << t;
    }
}

TEST(SbmlAlgebraic, ASpeciesThatARuleDeterminesIsAConcentration) {
    // x^3 + x = A^3 + A in a volume of 2, A made by a reaction and set by an event.
    const std::string model = document(
        "<listOfCompartments>" + compartment("C", "2") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialConcentration=\"3\"") + species("x", "initialConcentration=\"0\"") +
        "</listOfSpecies><listOfRules>" +
        rule(op("minus", op("plus", power("x", "3"), id("x")),
                op("plus", power("A", "3"), id("A")))) +
        "</listOfRules><listOfReactions><reaction id=\"R\" reversible=\"false\"><listOfReactants>"
        "<speciesReference species=\"A\" stoichiometry=\"1\" constant=\"true\"/>"
        "</listOfReactants><kineticLaw>" +
        math(op("times", id("A"), id("C"))) +
        "</kineticLaw></reaction></listOfReactions><listOfEvents>" +
        event("dose", op("geq", kTimeSymbol, cn("1")), "A", cn("5")) + "</listOfEvents>");
    const std::vector<double> times{0, 0.5, 1, 3};
    const auto v = simulated(imported(model), {{"x", kAsIs}, {"x", SpeciesForm::amount}}, times);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double a = times[i] < 1 ? 3.0 * std::exp(-times[i]) : 5.0 * std::exp(1.0 - times[i]);
        EXPECT_TRUE(near_rel(v[0][i], a, kRtol)) << "at " << times[i];
        EXPECT_TRUE(near_rel(v[1][i], 2.0 * a, kRtol)) << "at " << times[i];
    }
}

TEST(SbmlAlgebraic, AComparisonOfSomethingElseMovesItAtOnce) {
    // z^3 = 8 while y > 1/2, then 27; two rules, so that no rate follows it.
    const std::string piecewise = "<piecewise><piece>" + cn("8") + op("gt", id("y"), cn("0.5")) +
                                  "</piece><otherwise>" + cn("27") + "</otherwise></piecewise>";
    const std::string model =
        document("<listOfParameters>" + parameter("y", "1", false) + parameter("z", "", false) +
                 parameter("w", "", false) + parameter("area", "0", false) +
                 "</listOfParameters><listOfRules>" + rate("y", op("minus", id("y"))) +
                 rate("area", id("z")) + rule(op("minus", power("z", "3"), piecewise)) +
                 rule(op("minus", op("times", id("w"), power("w", "2")), power("z", "3"))) +
                 "</listOfRules>");
    const double ln2 = std::log(2.0);
    const std::vector<double> times{0, 0.5, 1, 2};
    const auto v = simulated(imported(model), {{"z", kAsIs}, {"w", kAsIs}, {"area", kAsIs}}, times);
    for (std::size_t i = 0; i < times.size(); ++i) {
        EXPECT_TRUE(near_rel(v[0][i], times[i] < ln2 ? 2.0 : 3.0, kRtol));
        EXPECT_TRUE(near_rel(v[1][i], times[i] < ln2 ? 2.0 : 3.0, kRtol));
        EXPECT_NEAR(v[2][i], 2.0 * std::min(times[i], ln2) + 3.0 * std::max(0.0, times[i] - ln2),
                    1e-6);
    }
}

TEST(SbmlAlgebraic, WhatWouldNeedItsStartIsRefused) {
    std::string model = coupled(parameter("q", "0"));
    model.replace(model.find("<listOfRules>"), 0,
                  "<listOfInitialAssignments><initialAssignment symbol=\"q\">" +
                      math(op("times", cn("2"), id("z1"))) +
                      "</initialAssignment></listOfInitialAssignments>");
    EXPECT_NE(complaint(model).find("ERB-SBML-0041"), std::string::npos) << complaint(model);
    const std::string stepped =
        coupled("", event("e", op("lt", op("floor", id("z1")), cn("1")), "y", cn("2")));
    EXPECT_EQ(complaint(stepped), "");  // a step elsewhere does not matter
    const std::string set = coupled("", event("e", op("lt", id("y"), cn("0.5")), "z1", cn("2")));
    EXPECT_NE(complaint(set).find("ERB-SBML-0042"), std::string::npos) << complaint(set);
}

/// A and B exchange fast by k1 A - k2 B, and B decays with rate constant 1: `more` is inside the
/// model after the reactions. Level 3 Version 1, for later ones have no such mark.
std::string fast_exchange(const std::string& more = "") {
    const auto reference = [](const std::string& s) {
        return "<speciesReference species=\"" + s + "\" stoichiometry=\"1\" constant=\"true\"/>";
    };
    const auto element = [&](const std::string& kind, const std::string& s) {
        return "<listOf" + kind + ">" + reference(s) + "</listOf" + kind + ">";
    };
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml "
           "xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\">"
           "<model id=\"m\"><listOfCompartments>" +
           compartment("C", "1") + "</listOfCompartments><listOfSpecies>" +
           species("A", "initialAmount=\"4\"") + species("B", "initialAmount=\"0\"") +
           "</listOfSpecies><listOfParameters>" + parameter("k1", "3") + parameter("k2", "1") +
           "</listOfParameters><listOfReactions>"
           "<reaction id=\"F\" reversible=\"true\" fast=\"true\">" +
           element("Reactants", "A") + element("Products", "B") + "<kineticLaw>" +
           math(op("minus", op("times", id("k1"), id("A")), op("times", id("k2"), id("B")))) +
           "</kineticLaw></reaction><reaction id=\"D\" reversible=\"false\" fast=\"false\">" +
           element("Reactants", "B") + "<kineticLaw>" + math(id("B")) +
           "</kineticLaw></reaction></listOfReactions>" + more + "</model></sbml>";
}

TEST(SbmlAlgebraic, FastReactionsAreInEquilibrium) {
    // B = 3 A = 3/4 of the total, which decays with rate constant 3/4; at t = 1 A gets 8.
    const std::string model = fast_exchange(
        "<listOfEvents>" + event("dose", op("geq", kTimeSymbol, cn("1")), "A", cn("8")) +
        "</listOfEvents>");
    const std::vector<double> times{0, 0.5, 1, 3};
    const auto v = simulated(imported(model), {{"A", kAsIs}, {"B", kAsIs}}, times);
    const double after = 8.0 + 3.0 * std::exp(-0.75);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double total = times[i] < 1 ? 4.0 * std::exp(-0.75 * times[i])
                                          : after * std::exp(-0.75 * (times[i] - 1.0));
        EXPECT_TRUE(near_rel(v[0][i], 0.25 * total, kRtol)) << "at " << times[i];
        EXPECT_TRUE(near_rel(v[1][i], 0.75 * total, kRtol)) << "at " << times[i];
    }
    EXPECT_TRUE(imported(model).departures.empty());
}

TEST(SbmlAlgebraic, AsOrdinaryOnesTheyTakeTime) {
    ImportOptions options;
    options.treats_fast_as_ordinary = true;
    const ImportedModel model = imported(fast_exchange(), options);
    EXPECT_TRUE(model.network.quasi_steady_reactions().empty());
    EXPECT_EQ(model.departures.size(), 1U);
    const auto v = simulated(model, {{"B", kAsIs}}, {0, 1});
    EXPECT_EQ(v[0][0], 0.0);
}

}  // namespace
}  // namespace erbium::sbml::test
