// SPDX-License-Identifier: Apache-2.0
// tests/sbml/import_test.cpp: what SBML models mean, against closed-form solutions.
#include "erbium/sbml/import.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "near.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

constexpr auto kAsIs = SpeciesForm::as_in_model;
constexpr auto kAmount = SpeciesForm::amount;
constexpr double kRtol = 1e-8;  // of the solver's 1e-10, over a few steps

/// A decays at `rate`, [extent per time].
std::string decay_reaction(const std::string& rate) {
    return "<reaction id=\"R\" reversible=\"false\"><listOfReactants><speciesReference "
           "species=\"A\" stoichiometry=\"1\" constant=\"true\"/></listOfReactants><kineticLaw>" +
           math(rate) + "</kineticLaw></reaction>";
}

/// A, 3 units per volume in a volume of 2, decays with k = 0.5.
std::string decay() {
    return document(
        "<listOfCompartments>" + compartment("C", "2") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialConcentration=\"3\"") + "</listOfSpecies><listOfParameters>" +
        parameter("k", "0.5") + "</listOfParameters><listOfReactions>" +
        decay_reaction("<apply><times/><ci>C</ci><ci>k</ci><ci>A</ci></apply>") +
        "</listOfReactions>");
}

TEST(SbmlImport, AConcentrationDecaysExponentially) {
    const auto v =
        simulated(imported(decay()), {{"A", kAsIs}, {"A", kAmount}, {"R", kAsIs}}, {0, 2});
    EXPECT_TRUE(near_rel(v[0][1], 3 * std::exp(-1.0), kRtol));
    EXPECT_TRUE(near_rel(v[1][1], 6 * std::exp(-1.0), kRtol));
    EXPECT_TRUE(near_rel(v[2][1], 3 * std::exp(-1.0), kRtol));  // C k A = 2 * 0.5 * A
}

TEST(SbmlImport, AnInitialValueAndASizeMayBeSetForARun) {
    const ImportedModel model = imported(decay());
    EXPECT_EQ(model.find("C")->initial, "C");
    EXPECT_EQ(model.find("A")->initial, "A_init");
    const auto v =
        simulated(model, {{"A", kAsIs}, {"A", kAmount}}, {0, 2}, {{"A_init", 5.0}, {"C", 4.0}});
    EXPECT_TRUE(near_rel(v[0][1], 5 * std::exp(-1.0), kRtol));
    EXPECT_TRUE(near_rel(v[1][1], 20 * std::exp(-1.0), kRtol));
}

TEST(SbmlImport, AConstantCanBeAColumn) {
    const auto v =
        simulated(imported(decay()), {{"k", kAsIs}, {"C", kAsIs}}, {0, 1}, {{"k", 0.25}});
    EXPECT_EQ(v[0][1], 0.25);
    EXPECT_EQ(v[1][1], 2.0);
}

/// p = A + 1 by rule, q = 10 p at the start, f(x, y) = x y.
std::string chained() {
    return document(
        "<listOfFunctionDefinitions><functionDefinition id=\"f\">" +
        math("<lambda><bvar><ci>x</ci></bvar><bvar><ci>y</ci></bvar><apply><times/><ci>x</ci>"
             "<ci>y</ci></apply></lambda>") +
        "</functionDefinition></listOfFunctionDefinitions><listOfCompartments>" +
        compartment("C", "1") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialAmount=\"3\"") + "</listOfSpecies><listOfParameters>" +
        parameter("p", "", false) + parameter("q", "7") + parameter("k", "1") +
        "</listOfParameters><listOfInitialAssignments><initialAssignment symbol=\"q\">" +
        math("<apply><ci>f</ci><cn>10</cn><ci>p</ci></apply>") +
        "</initialAssignment></listOfInitialAssignments><listOfRules><assignmentRule "
        "variable=\"p\">" +
        math("<apply><plus/><ci>A</ci><cn>1</cn></apply>") +
        "</assignmentRule></listOfRules><listOfReactions>" +
        decay_reaction("<apply><times/><ci>k</ci><ci>A</ci></apply>") + "</listOfReactions>");
}

TEST(SbmlImport, AnInitialAssignmentSeesRulesAtTheStart) {
    const auto v = simulated(imported(chained()), {{"p", kAsIs}, {"q", kAsIs}}, {0, 1});
    EXPECT_TRUE(near_rel(v[0][1], 3 * std::exp(-1.0) + 1, kRtol));
    EXPECT_EQ(v[1][0], 40.0);
    EXPECT_EQ(v[1][1], 40.0);
}

TEST(SbmlImport, AnInitialAssignmentFollowsTheInitialValueOfARun) {
    const auto v = simulated(imported(chained()), {{"q", kAsIs}}, {0, 1}, {{"A_init", 5.0}});
    EXPECT_EQ(v[0][1], 60.0);
}

/// The volume grows as V' = V: an amount stays, its concentration falls; a concentration with a
/// rate rule does what its rule says.
TEST(SbmlImport, AGrowingVolumeDilutes) {
    const std::string model = document(
        "<listOfCompartments><compartment id=\"C\" spatialDimensions=\"3\" size=\"2\" "
        "constant=\"false\"/></listOfCompartments><listOfSpecies>" +
        species("A", "initialConcentration=\"3\"") + species("B", "initialConcentration=\"4\"") +
        "</listOfSpecies><listOfParameters>" + parameter("dA", "", false) +
        "</listOfParameters><listOfRules><rateRule variable=\"C\">" + math("<ci>C</ci>") +
        "</rateRule><rateRule variable=\"B\">" + math("<cn>1</cn>") +
        "</rateRule><assignmentRule variable=\"dA\">" +
        math("<apply><csymbol encoding=\"text\" "
             "definitionURL=\"http://www.sbml.org/sbml/symbols/rateOf\">rateOf</csymbol>"
             "<ci>A</ci></apply>") +
        "</assignmentRule></listOfRules>");
    const auto v = simulated(
        imported(model),
        {{"A", kAsIs}, {"A", kAmount}, {"B", kAsIs}, {"B", kAmount}, {"dA", kAsIs}}, {0, 1});
    EXPECT_TRUE(near_rel(v[0][1], 3 * std::exp(-1.0), kRtol));
    EXPECT_TRUE(near_rel(v[1][1], 6.0, kRtol));
    EXPECT_TRUE(near_rel(v[2][1], 5.0, kRtol));
    EXPECT_TRUE(near_rel(v[3][1], 10 * std::exp(1.0), kRtol));
    EXPECT_TRUE(near_rel(v[4][1], -3 * std::exp(-1.0), kRtol));
}

TEST(SbmlImport, AlgebraicRulesAreSolvedTogether) {
    // 0 = x + y - 3, 0 = x - y - 1: x = 2, y = 1.
    const std::string model = document(
        "<listOfParameters>" + parameter("x", "", false) + parameter("y", "", false) +
        "</listOfParameters><listOfRules><algebraicRule>" +
        math("<apply><plus/><ci>x</ci><ci>y</ci><cn>-3</cn></apply>") +
        "</algebraicRule><algebraicRule>" +
        math("<apply><minus/><apply><minus/><ci>x</ci><ci>y</ci></apply><cn>1</cn></apply>") +
        "</algebraicRule></listOfRules>");
    const auto v = simulated(imported(model), {{"x", kAsIs}, {"y", kAsIs}}, {0, 1});
    EXPECT_TRUE(near_rel(v[0][1], 2.0, kRtol));
    EXPECT_TRUE(near_rel(v[1][1], 1.0, kRtol));
}

TEST(SbmlImport, ANonlinearAlgebraicRuleIsFollowed) {
    // 0 = x^3 + x - (A + 10), A decays as 3 exp(-t): the one real root, by Cardano.
    const std::string model = document(
        "<listOfCompartments>" + compartment("C", "1") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialAmount=\"3\"") + "</listOfSpecies><listOfParameters>" +
        parameter("k", "1") + parameter("x", "1", false) +
        "</listOfParameters><listOfRules><algebraicRule>" +
        math("<apply><minus/><apply><plus/><apply><power/><ci>x</ci><cn>3</cn></apply><ci>x</ci>"
             "</apply><apply><plus/><ci>A</ci><cn>10</cn></apply></apply>") +
        "</algebraicRule></listOfRules><listOfReactions>" +
        decay_reaction("<apply><times/><ci>k</ci><ci>A</ci></apply>") + "</listOfReactions>");
    const std::vector<double> times{0, 1, 3};
    const auto v = simulated(imported(model), {{"x", kAsIs}}, times);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double half = (3 * std::exp(-times[i]) + 10) / 2;
        const double root = std::sqrt(half * half + 1.0 / 27);
        const double x = std::cbrt(half + root) + std::cbrt(half - root);
        EXPECT_TRUE(near_rel(v[0][i], x, kRtol)) << "at " << times[i];
    }
}

TEST(SbmlImport, AnIdThatMeansSomethingElseIsRenamed) {
    const ImportedModel model = imported(document("<listOfParameters>" + parameter("time", "4") +
                                                  parameter("exp", "5") + "</listOfParameters>"));
    EXPECT_EQ(model.find("time")->value, "time_2");
    EXPECT_EQ(model.find("exp")->value, "exp_2");
}

TEST(SbmlImport, AFractionalStoichiometryMovesThatPart) {
    const std::string model = document(
        "<listOfCompartments>" + compartment("C", "1") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialAmount=\"1\"") + species("B", "initialAmount=\"0\"") +
        "</listOfSpecies><listOfReactions><reaction id=\"R\" reversible=\"false\">"
        "<listOfReactants><speciesReference species=\"A\" stoichiometry=\"0.5\" "
        "constant=\"true\"/></listOfReactants><listOfProducts><speciesReference species=\"B\" "
        "stoichiometry=\"2.5\" constant=\"true\"/></listOfProducts><kineticLaw>" +
        math("<cn>0.1</cn>") + "</kineticLaw></reaction></listOfReactions>");
    const auto v = simulated(imported(model), {{"A", kAsIs}, {"B", kAsIs}}, {0, 2});
    EXPECT_TRUE(near_rel(v[0][1], 0.9, kRtol));
    EXPECT_TRUE(near_rel(v[1][1], 0.5, kRtol));
}

}  // namespace
}  // namespace erbium::sbml::test
