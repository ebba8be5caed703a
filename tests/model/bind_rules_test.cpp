// SPDX-License-Identifier: Apache-2.0
// tests/model/bind_rules_test.cpp: what corresponds to what in a rule, and which rates it has.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>

#include "erbium/model/bind.hpp"

namespace erbium::model {
namespace {

/// A model of this one rule, with types for every molecule that it may mention.
std::string with_rule(const std::string& rule) {
    return "begin parameters\n  k 1\n  k2 2\nend parameters\n"
           "begin molecule types\n  A(b,s~U~P)\n  B(a,a)\n  C()\nend molecule types\n"
           "begin observables\n  Molecules Atot A()\nend observables\n"
           "begin functions\n  f(x) = k*Atot(x)\nend functions\n"
           "begin reaction rules\n  " +
           rule + "\nend reaction rules\n";
}

Model bound(const std::string& rule) {
    Outcome<Bound, Diagnostics> result = bind_text(with_rule(rule), "model.bngl");
    EXPECT_TRUE(static_cast<bool>(result)) << result.error().text();
    return result ? std::move(result).value().model : Model{};
}

std::string complaints(const std::string& rule) {
    const Outcome<Bound, Diagnostics> result = bind_text(with_rule(rule), "model.bngl");
    return result ? result.value().warnings.text() : result.error().text();
}

/// Kept molecules as "pattern.molecule>pattern.molecule", all counted from 0.
std::string molecules(const Rule& rule) {
    std::string text;
    for (const MoleculePair& pair : rule.kept_molecules) {
        text += fmt::format("{}.{}>{}.{} ", pair.reactant.pattern, pair.reactant.molecule,
                            pair.product.pattern, pair.product.molecule);
    }
    return text;
}

std::string sites(const Rule& rule) {
    std::string text;
    for (const SitePair& pair : rule.kept_sites) {
        text += fmt::format("{}.{}>{}.{} ", pair.reactant.pattern, pair.reactant.site,
                            pair.product.pattern, pair.product.site);
    }
    return text;
}

TEST(RuleMap, MoleculesThatMentionTheSameSitesCorrespondInTheirOrder) {
    const Model model = bound("A(b) + A(b,s~U) -> A(s~P,b) + A(b) k");
    EXPECT_EQ(molecules(model.rules[0]), "0.0>1.0 1.0>0.0 ");
    EXPECT_EQ(sites(model.rules[0]), "0.0>1.0 1.0>0.1 1.1>0.0 ");
}

TEST(RuleMap, BindingKeepsBothMolecules) {
    const Model model = bound("A(b) + B(a) <-> A(b!1).B(a!1) k, k2");
    ASSERT_EQ(model.rules.size(), 2U);
    EXPECT_EQ(molecules(model.rules[0]), "0.0>0.0 1.0>0.1 ");
    EXPECT_EQ(molecules(model.rules[1]), "0.0>0.0 0.1>1.0 ");
    EXPECT_EQ(model.rules[0].reverse, RuleId{1});
    EXPECT_EQ(model.rules[1].reverse, RuleId{0});
    EXPECT_EQ(model.rules[0].name, "R1");
    EXPECT_EQ(model.rules[1].name, "_reverse_R1");
    EXPECT_EQ(model.rules[1].rate.args[0].text(), "k2");
}

TEST(RuleMap, InterchangeableSitesCorrespondInTheirOrder) {
    const Model model = bound("B(a,a!1).A(b!1) -> B(a,a) + A(b) k");
    EXPECT_EQ(sites(model.rules[0]), "0.0>0.0 0.1>0.1 0.2>1.0 ");
}

TEST(RuleMap, LabelsDecideWhenTheOrderWouldNot) {
    const Model model = bound("A(s~U)%x + A(s~P)%y -> A(s~U)%y + A(s~U)%x k");
    EXPECT_EQ(molecules(model.rules[0]), "0.0>1.0 1.0>0.0 ");
    const Model by_site = bound("B(a%p,a%q!1).A(b!1) -> B(a%q,a%p) + A(b) k");
    EXPECT_EQ(sites(by_site.rules[0]), "0.0>0.1 0.1>0.0 0.2>1.0 ");
}

TEST(RuleMap, WhatHasNoCounterpartIsDeletedOrCreated) {
    EXPECT_EQ(molecules(bound("A(b) -> 0 k").rules[0]), "");
    const Model made = bound("0 -> A(b,s~U) + C() k");
    EXPECT_TRUE(made.rules[0].reactants.empty());
    EXPECT_EQ(made.rules[0].products.size(), 2U);
    EXPECT_EQ(molecules(bound("C() -> C() + C() k").rules[0]), "0.0>0.0 ");
}

TEST(RuleMap, ACreatedMoleculeMustBeComplete) {
    EXPECT_NE(complaints("0 -> A(b) k")
                  .find("the site 's' of 'A' is missing in a molecule that "
                        "the rule creates"),
              std::string::npos);
    EXPECT_NE(complaints("A(b) -> A(s~P) k")
                  .find("hint: to keep it mention the same sites on both sides: (b) on the left, "
                        "(s) on the right"),
              std::string::npos);
}

TEST(RuleMap, TheBackwardDirectionIsCheckedToo) {
    EXPECT_NE(complaints("A(s) <-> A(s~P) k, k2").find("ERB-BIND-0035"), std::string::npos);
    EXPECT_EQ(complaints("A(s) -> A(s~P) k"), "");
}

TEST(RuleMap, WildcardsStandOnBothSidesOrNone) {
    EXPECT_EQ(complaints("A(b!+,s~U) -> A(b!+,s~P) k"), "");
    EXPECT_EQ(complaints("A(b!?,s~U) -> A(b!?,s~P) k"), "");
    EXPECT_NE(complaints("A(b,s~U) -> A(b!?,s~P) k").find("ERB-BIND-0036"), std::string::npos);
    EXPECT_NE(complaints("A(b!?,s~U) -> A(b,s~P) k").find("ERB-BIND-0036"), std::string::npos);
}

TEST(Rates, NamedLawsAreRecognised) {
    const Model mm = bound("A(s~U) + C() -> A(s~P) + C() MM(k,k2)");
    EXPECT_EQ(mm.rules[0].rate.kind, RateLawKind::michaelis_menten);
    ASSERT_EQ(mm.rules[0].rate.args.size(), 2U);
    EXPECT_EQ(mm.rules[0].rate.args[1].text(), "k2");
    EXPECT_EQ(bound("C() -> 0 Sat(k,k2)").rules[0].rate.kind, RateLawKind::saturation);
    EXPECT_EQ(bound("C() -> 0 Hill(k,k2,2*k)").rules[0].rate.args[2].text(), "2*k");
    const Model arrhenius = bound("A(s~U) <-> A(s~P) Arrhenius(0.5,k)");
    ASSERT_EQ(arrhenius.rules.size(), 2U);
    EXPECT_EQ(arrhenius.rules[1].rate.kind, RateLawKind::arrhenius);
    EXPECT_NE(complaints("C() -> 0 2*MM(k,k2)").find("'MM' must be the whole rate of a rule"),
              std::string::npos);
}

TEST(Rates, AFunctionProductIsAProduct) {
    const Model model =
        bound("%x:A(s~U) + %y:A(s~P) -> %x:A(s~P) + %y:A(s~P) FunctionProduct(\"f(x)\",\"f(y)\")");
    EXPECT_EQ(model.rules[0].rate.args[0].text(), "f(x)*f(y)");
}

TEST(Rates, KeywordsMayStandOnEitherSideOfTheRate) {
    const Model model = bound(
        "TR: A(b) -> 0 TotalRate k DeleteMolecules MoveConnected exclude_reactants(1,A(s~P),C)");
    const Rule& rule = model.rules[0];
    EXPECT_EQ(rule.name, "TR");
    EXPECT_TRUE(rule.rate.is_total);
    EXPECT_TRUE(rule.deletes_molecules);
    EXPECT_TRUE(rule.moves_connected);
    ASSERT_EQ(rule.filters.size(), 1U);
    EXPECT_TRUE(rule.filters[0].is_reactant);
    EXPECT_FALSE(rule.filters[0].includes);
    EXPECT_EQ(rule.filters[0].position, 0U);
    EXPECT_EQ(rule.filters[0].patterns.size(), 2U);
}

TEST(Rates, FiltersChangeSidesInTheBackwardDirection) {
    const Model model = bound("A(s~U) <-> A(s~P) k, k2 include_products(1,A(b!+))");
    EXPECT_FALSE(model.rules[0].filters[0].is_reactant);
    EXPECT_TRUE(model.rules[1].filters[0].is_reactant);
}

TEST(Rates, TotalRateAndLocalFunctionsExcludeEachOther) {
    EXPECT_NE(complaints("%x:A() -> %x:A() + C() f(x) TotalRate").find("ERB-BIND-0041"),
              std::string::npos);
}

TEST(RuleNames, AreNumbersOfTheUnnamedOnesAndAvoidGivenNames) {
    const std::string two = with_rule("R1: C() -> 0 k\n  C() -> 0 k\n  7 C() -> 0 k");
    const Model model = bind_text(two).value().model;
    EXPECT_EQ(model.rules[0].name, "R1");
    EXPECT_EQ(model.rules[1].name, "R2");
    EXPECT_EQ(model.rules[2].name, "7");
    EXPECT_NE(
        complaints("R: C() -> 0 k\n  R: C() -> 0 k").find("'R' is already the name of a rule"),
        std::string::npos);
}

}  // namespace
}  // namespace erbium::model
