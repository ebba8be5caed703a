// SPDX-License-Identifier: Apache-2.0
// tests/net/generate_test.cpp: factors and products that can be worked out by hand.
#include "erbium/net/generate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "erbium/model/bind.hpp"
#include "erbium/net/evaluate.hpp"
#include "erbium/net/write_net.hpp"

namespace erbium::net {
namespace {

Outcome<Generated, Diagnostics> generated(const std::string& text, GenerateOptions options = {}) {
    auto bound = model::bind_text(text);
    if (!bound) {
        ADD_FAILURE() << bound.error().text();
        return Diagnostics{};
    }
    options.guard_species = std::min<std::size_t>(options.guard_species, 1000);
    return generate(bound.value().model, options);
}

Network network_of(const std::string& text, const GenerateOptions& options = {}) {
    auto made = generated(text, options);
    if (!made) {
        ADD_FAILURE() << made.error().text();
        return {};
    }
    return std::move(made).value().network;
}

// "A + B -> C: 2", the factor last.
std::vector<std::string> reactions(const Network& network) {
    std::vector<std::string> out;
    for (std::uint32_t r = 0; r < network.reaction_count(); ++r) {
        std::string text;
        const auto add = [&](std::span<const SpeciesId> members) {
            for (std::size_t i = 0; i < members.size(); ++i) {
                text += i == 0 ? "" : " + ";
                text += network.species_text(members[i]);
            }
            text += members.empty() ? "0" : "";
        };
        add(network.reactants(ReactionId{r}));
        text += " -> ";
        add(network.products(ReactionId{r}));
        char factor[32];
        std::snprintf(factor, sizeof factor, ": %g", network.factor(ReactionId{r}));
        out.push_back(text + factor);
    }
    return out;
}

// A model from the lines of its blocks.
std::string model_text(const std::string& types, const std::string& seeds, const std::string& rules,
                       const std::string& more = {}) {
    return "begin parameters\nk 2\nV 4\nend parameters\n" + more + "begin molecule types\n" +
           types + "\nend molecule types\nbegin seed species\n" + seeds +
           "\nend seed species\nbegin reaction rules\n" + rules + "\nend reaction rules\n";
}

using Strings = std::vector<std::string>;

TEST(Factors, HomodimersFormAtHalfTheRateAndBreakAtTheWhole) {
    EXPECT_EQ(
        reactions(network_of(model_text("A(a)", "A(a) 1", "A(a) + A(a) <-> A(a!1).A(a!1) k,k"))),
        (Strings{"A(a) + A(a) -> A(a!1).A(a!1): 0.5", "A(a!1).A(a!1) -> A(a) + A(a): 1"}));
}

TEST(Factors, TwoInterchangeableSitesBindTwiceAsFast) {
    const Network network = network_of(
        model_text("A(b,b)\nB(a)", "A(b,b) 1\nB(a) 1", "A(b) + B(a) <-> A(b!1).B(a!1) k,k"));
    std::vector<std::string> found = reactions(network);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found,
              (Strings{"A(b!1,b!2).B(a!1).B(a!2) -> B(a) + A(b!1,b).B(a!1): 2",
                       "A(b!1,b).B(a!1) -> A(b,b) + B(a): 1", "A(b,b) + B(a) -> A(b!1,b).B(a!1): 2",
                       "B(a) + A(b!1,b).B(a!1) -> A(b!1,b!2).B(a!1).B(a!2): 1"}));
}

TEST(Factors, ContextThatTheRuleDoesNotChangeCountsOnce) {
    // Both sites of A hold a B; the rule changes the state of A only.
    EXPECT_EQ(
        reactions(network_of(model_text("A(b,b,s~u~p)\nB(a)", "A(b!1,b!2,s~u).B(a!1).B(a!2) 1",
                                        "A(b!1,s~u).B(a!1) -> A(b!1,s~p).B(a!1) k"))),
        (Strings{"A(b!1,b!2,s~u).B(a!1).B(a!2) -> A(b!1,b!2,s~p).B(a!1).B(a!2): 1"}));
}

TEST(Factors, CatalystsThatMatchSeveralTimesCountOnce) {
    EXPECT_EQ(reactions(network_of(model_text("A(s~u~p)\nK(k,k)", "A(s~u) 1\nK(k,k) 1",
                                              "A(s~u) + K(k) -> A(s~p) + K(k) k"))),
              (Strings{"A(s~u) + K(k,k) -> K(k,k) + A(s~p): 1"}));
}

TEST(Factors, SymmetricBondsBreakOnce) {
    EXPECT_EQ(reactions(network_of(
                  model_text("A(a,x)", "A(a!1,x).A(a!1,x) 1", "A(a!1).A(a!1) -> A(a) + A(a) k"))),
              (Strings{"A(a!1,x).A(a!1,x) -> A(a,x) + A(a,x): 1"}));
}

TEST(Factors, RingsCloseInEveryWayThatJoinsOtherSites) {
    // Chain of two A: one bond, one free site at each end.
    EXPECT_EQ(reactions(network_of(
                  model_text("A(a,a)", "A(a!1,a).A(a!1,a) 1", "A(a).A(a) -> A(a!1).A(a!1) k"))),
              (Strings{"A(a!1,a).A(a!1,a) -> A(a!1,a!2).A(a!2,a!1): 1"}));
}

TEST(Factors, ThreeEqualReactantsAreDividedByTheirPermutations) {
    const Network network = network_of(model_text(
        "A(s~u~p)\nB()", "A(s~u) 1\nB() 1", "B() + A(s~u) + A(s~u) -> B() + A(s~p) + A(s~p) k"));
    ASSERT_EQ(network.reaction_count(), 1U);
    EXPECT_EQ(network.factor(ReactionId{0}), 0.5);
}

TEST(Molecularity, ABondInARingDoesNotPartItsMolecules) {
    EXPECT_TRUE(reactions(network_of(model_text("A(a,b)\nB(a,b)", "A(a!1,b!2).B(a!1,b!2) 1",
                                                "A(a!1).B(a!1) -> A(a) + B(a) k")))
                    .empty());
    EXPECT_EQ(reactions(network_of(model_text("A(a,b)\nB(a,b)", "A(a!1,b!2).B(a!1,b!2) 1",
                                              "A(a!1).B(a!1) -> A(a).B(a) k"))),
              (Strings{"A(a!1,b!2).B(a!1,b!2) -> A(a,b!1).B(a,b!1): 1"}));
}

TEST(Molecularity, TwoReactantsAreTwoMoleculesEvenOfOneSpecies) {
    EXPECT_EQ(
        reactions(network_of(model_text("A(x,y)", "A(x,y) 1", "A(x) + A(y) -> A(x!1).A(y!1) k"),
                             {.max_molecules = 2})),
        (Strings{"A(x,y) + A(x,y) -> A(x!1,y).A(x,y!1): 1"}));
}

TEST(Deletion, TakesTheWholeSpeciesUnlessMoleculesAreAskedFor) {
    const std::string types = "A(b)\nB(a)";
    const std::string seed = "A(b!1).B(a!1) 1";
    EXPECT_EQ(reactions(network_of(model_text(types, seed, "A() -> 0 k"))),
              (Strings{"A(b!1).B(a!1) -> 0: 1"}));
    EXPECT_EQ(reactions(network_of(model_text(types, seed, "A() -> 0 k DeleteMolecules"))),
              (Strings{"A(b!1).B(a!1) -> B(a): 1"}));
    EXPECT_EQ(reactions(network_of(model_text(types, seed, "A(b!1).B(a!1) -> B(a) k"))),
              (Strings{"A(b!1).B(a!1) -> B(a): 1"}));
}

TEST(Synthesis, HappensOnceAndFromNothing) {
    EXPECT_EQ(reactions(network_of(model_text("A(b~x~y)", "A(b~x) 0", "0 -> A(b~y) k"))),
              (Strings{"0 -> A(b~y): 1"}));
}

TEST(MatchOnce, CountsOneMatchPerSpecies) {
    EXPECT_EQ(reactions(network_of(model_text("A(b,b)\nB(a)", "A(b,b) 1\nB(a) 1",
                                              "{MatchOnce}A(b) + B(a) -> A(b!1).B(a!1) k", ""),
                                   {.max_iterations = 1})),
              (Strings{"A(b,b) + B(a) -> A(b!1,b).B(a!1): 1"}));
}

TEST(Filters, IncludeAndExcludeTestTheWholeSpecies) {
    const std::string types = "A(s~u~p,b)\nB(a)";
    const std::string seeds = "A(s~u,b) 1\nA(s~u,b!1).B(a!1) 1";
    EXPECT_EQ(reactions(network_of(
                  model_text(types, seeds, "A(s~u) -> A(s~p) k exclude_reactants(1,B())"))),
              (Strings{"A(b,s~u) -> A(b,s~p): 1"}));
    EXPECT_EQ(reactions(network_of(
                  model_text(types, seeds, "A(s~u) -> A(s~p) k include_products(1,B())"))),
              (Strings{"A(b!1,s~u).B(a!1) -> A(b!1,s~p).B(a!1): 1"}));
}

TEST(FilteredProducts, LeaveNoSpeciesBehind) {
    const Network network =
        network_of(model_text("A(s~u~p,b)\nB(a)", "A(s~u,b!1).B(a!1) 1",
                              "A(s~u,b!1).B(a!1) -> A(s~p,b) + B(a) k exclude_products(2,B())"));
    EXPECT_EQ(network.species_count(), 1U);
}

// Here BioNetGen takes the first rule for symmetric and gives half (docs/conformance/bngl.md).
TEST(Wildcards, DoNotMakeTwoReactantsOne) {
    const std::string species = "A(a,a,a) 1\nA(a!1,a,a).A(a!1,a,a) 1";
    const auto factor = [&](const std::string& rule) {
        const Network network =
            network_of(model_text("A(a,a,a)", species, rule + " k"), {.max_iterations = 1});
        return network.factor(ReactionId{0});
    };
    EXPECT_EQ(factor("A(a,a!?) + A(a,a!+) -> A(a!1,a!?).A(a!1,a!+)"), 12.0);
    EXPECT_EQ(factor("A(a,a) + A(a,a!+) -> A(a!1,a).A(a!1,a!+)"), 12.0);
}

const char* const kCells =
    "begin compartments\nEC 3 100\nPM 2 V EC\nCP 3 10 PM\nend compartments\n";

TEST(Compartments, DivideByTheVolumeOfAllReactantsButOne) {
    const std::string types = "L(r)\nR(l,d)";
    const Network network = network_of(model_text(
        types, "L(r)@EC 1\nR(l,d)@PM 1",
        "L(r) + R(l) -> L(r!1).R(l!1) k\nR(l,d) + R(l,d) -> R(l,d!1).R(l,d!1) k", kCells));
    EXPECT_EQ(reactions(network),
              (Strings{"@EC::L(r) + @PM::R(d,l) -> @PM::L(r!1)@EC.R(d,l!1): 0.01",
                       "@PM::R(d,l) + @PM::R(d,l) -> @PM::R(d!1,l).R(d!1,l): 0.125",
                       "@EC::L(r) + @PM::R(d!1,l).R(d!1,l) -> "
                       "@PM::L(r!1)@EC.R(d!2,l!1).R(d!2,l): 0.02",
                       "@EC::L(r) + @PM::L(r!1)@EC.R(d!2,l!1).R(d!2,l) -> "
                       "@PM::L(r!1)@EC.L(r!2)@EC.R(d!3,l!2).R(d!3,l!1): 0.01"}));
}

// A number, or a parameter; what is set last counts.
TEST(Compartments, DivideByWhatOneUnitOfAmountHolds) {
    const auto factor = [](const std::string& settings) {
        const Network network =
            network_of(settings + model_text("L(r)\nR(l)", "L(r)@EC 1\nR(l)@EC 1",
                                             "L(r) + R(l) -> L(r!1).R(l!1) k", kCells));
        return network.factor(ReactionId{0});
    };
    EXPECT_DOUBLE_EQ(factor(""), 0.01);
    EXPECT_DOUBLE_EQ(factor("setOption(\"NumberPerQuantityUnit\",50)\n"), 2e-4);
    EXPECT_DOUBLE_EQ(factor("setOption(\"NumberPerQuantityUnit\",\"V\")\n"), 0.0025);
    EXPECT_DOUBLE_EQ(factor("setOption(\"NumberPerQuantityUnit\",50)\n"
                            "setOption(\"NumberPerQuantityUnit\",\"V\")\n"),
                     0.0025);
}

TEST(Compartments, KeepSpeciesApartThatDoNotTouch) {
    EXPECT_TRUE(reactions(network_of(model_text("A(b)\nB(a)", "A(b)@EC 1\nB(a)@CP 1",
                                                "A(b) + B(a) -> A(b!1).B(a!1) k", kCells)))
                    .empty());
}

// As in BioNetGen's networks: the factor is 1, the reactants still count.
TEST(TotalRates, AreTheSameHoweverManyMatches) {
    const Network network = network_of(
        model_text("A(b,b)\nB(a)", "A(b,b) 1\nB(a) 1", "A(b) + B(a) -> A(b!1).B(a!1) k TotalRate"),
        {.max_iterations = 1});
    ASSERT_EQ(network.reaction_count(), 1U);
    EXPECT_EQ(network.factor(ReactionId{0}), 1.0);
    EXPECT_EQ(network.rate_law(ReactionId{0}).kind, RateLawKind::function);
}

TEST(LocalFunctions, AreWrittenOutOncePerCount) {
    const Network network = network_of(
        "begin parameters\nk 2\nend parameters\nbegin molecule types\nA(b,b)\nB(a)\nC()\n"
        "end molecule types\nbegin seed species\nA(b,b) 1\nB(a) 1\nend seed species\n"
        "begin observables\nMolecules AB A(b!1).B(a!1)\nend observables\n"
        "begin functions\nf(x) = k*AB(x)^2\nend functions\nbegin reaction rules\n"
        "make: %x:A() -> %x:A() + C() f(x)\nbind: A(b) + B(a) -> A(b!1).B(a!1) k\n"
        "end reaction rules\n");
    const auto values = evaluate_parameters(network.parameters);
    ASSERT_TRUE(values);
    std::vector<double> made;
    for (std::uint32_t r = 0; r < network.reaction_count(); ++r) {
        if (network.rule_names[network.rule(ReactionId{r}).value] == "make") {
            const std::string& name = network.rate_law(ReactionId{r}).names[0];
            for (std::size_t p = 0; p < network.parameters.size(); ++p) {
                if (network.parameters[p].name == name) {
                    made.push_back(values.value()[p]);
                }
            }
        }
    }
    EXPECT_EQ(made, (std::vector<double>{0.0, 2.0, 8.0}));
}

TEST(Energies, GiveBothDirectionsFromOneLaw) {
    const Network network = network_of(
        "begin parameters\nG 3\nEa 1\nphi 0.25\nend parameters\nbegin molecule types\nA(s~u~p)\n"
        "end molecule types\nbegin seed species\nA(s~u) 1\nend seed species\n"
        "begin energy patterns\nA(s~p) G\nend energy patterns\nbegin reaction rules\n"
        "A(s~u) <-> A(s~p) Arrhenius(phi,Ea)\nend reaction rules\n");
    ASSERT_EQ(network.reaction_count(), 2U);
    const auto values = evaluate_parameters(network.parameters);
    ASSERT_TRUE(values);
    const auto rate = [&](std::uint32_t r) {
        for (std::size_t p = 0; p < network.parameters.size(); ++p) {
            if (network.parameters[p].name == network.rate_law(ReactionId{r}).names[0]) {
                return values.value()[p];
            }
        }
        return 0.0;
    };
    EXPECT_DOUBLE_EQ(rate(0), std::exp(-(1.0 + 0.25 * 3.0)));
    EXPECT_DOUBLE_EQ(rate(1), std::exp(-(1.0 - 0.75 * 3.0)));
    EXPECT_NEAR(rate(0) / rate(1), std::exp(-3.0), 1e-15);  // detailed balance
}

TEST(Guards, NameTheRuleThatGrows) {
    const auto made = generated(model_text("A(a,a,s~u~p)", "A(a,a,s~u) 1",
                                           "flip: A(s~u) -> A(s~p) k\n"
                                           "grow: A(a) + A(a) -> A(a!1).A(a!1) k"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().all().front().code, "ERB-NET-0010");
    EXPECT_NE(made.error().all().front().message.find("rule 'grow' made"), std::string::npos)
        << made.error().text();
}

TEST(Guards, StopOnRequest) {
    GenerateOptions options;
    options.progress = [](const GenerationProgress& progress) { return progress.iteration < 2; };
    const auto made =
        generated(model_text("A(a,a)", "A(a,a) 1", "A(a) + A(a) -> A(a!1).A(a!1) k"), options);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().all().front().code, "ERB-NET-0015");
}

TEST(Warnings, TellOfRulesThatCanPolymerise) {
    const auto made = generated(model_text("A(x,y)\nB(z)", "A(x,y) 1\nB(z) 1",
                                           "chain: A(x) + A(y) -> A(x!1).A(y!1) k\n"
                                           "cap: A(x) + B(z) -> A(x!1).B(z!1) k"),
                                {.max_molecules = 3});
    ASSERT_TRUE(made);
    ASSERT_EQ(made.value().warnings.all().size(), 1U) << made.value().warnings.text();
    EXPECT_EQ(made.value().warnings.all()[0].code, "ERB-NET-0019");
    EXPECT_NE(made.value().warnings.all()[0].message.find("'chain'"), std::string::npos);
}

TEST(Warnings, DoNotTellOfHomodimers) {
    const auto made =
        generated(model_text("A(a,b)\nB(a)", "A(a,b) 1\nB(a) 1",
                             "A(a) + A(a) -> A(a!1).A(a!1) k\nA(b) + B(a) -> A(b!1).B(a!1) k"));
    ASSERT_TRUE(made);
    EXPECT_TRUE(made.value().warnings.empty()) << made.value().warnings.text();
}

TEST(Limits, EndTheNetworkAsAskedFor) {
    const std::string text = model_text("A(x,y)", "A(x,y) 1", "A(x) + A(y) -> A(x!1).A(y!1) k");
    EXPECT_EQ(network_of(text, {.max_molecules = 5}).species_count(), 5U);
    EXPECT_EQ(network_of(text, {.max_stoichiometry = {{"A", 3}}}).species_count(), 3U);
    auto made = generated(text, {.max_iterations = 2});
    ASSERT_TRUE(made);
    EXPECT_FALSE(made.value().is_complete);
    EXPECT_EQ(made.value().network.species_count(), 4U);  // 1, 2, then 3 and 4
}

TEST(Observables, CountMatchesSpeciesAndNumbers) {
    const Network network = network_of(
        "begin parameters\nk 1\nend parameters\nbegin molecule types\nA(a,a)\nend molecule types\n"
        "begin seed species\nA(a!1,a).A(a!1,a) 1\nA(a,a) 1\nend seed species\nbegin observables\n"
        "Molecules All A()\nMolecules Bonds A(a!1).A(a!1)\nSpecies Dimers A(a!1).A(a!1)\n"
        "Species Two A()==2\nSpecies AtLeastOne A()>0\nend observables\nbegin reaction rules\n"
        "A(a!1).A(a!1) -> A(a) + A(a) k\nend reaction rules\n");
    const auto weights = [&](std::size_t o) {
        std::vector<double> out(network.species_count());
        for (const ObservableTerm& term : network.observables[o].terms) {
            out[term.species.value] = term.weight;
        }
        return out;
    };
    EXPECT_EQ(weights(0), (std::vector<double>{2, 1}));
    EXPECT_EQ(weights(1), (std::vector<double>{2, 0}));  // both ways round, as BioNetGen counts
    EXPECT_EQ(weights(2), (std::vector<double>{1, 0}));
    EXPECT_EQ(weights(3), (std::vector<double>{1, 0}));
    EXPECT_EQ(weights(4), (std::vector<double>{1, 1}));
}

// HER3:HER2:GAB1:PI3K:(PIP2)6 with interchangeable sites: issue 165 of bionetgen.
TEST(InterchangeableSites, SixOfOneKindGenerateAtOnce) {
    const Network network = network_of(
        model_text("HER3(p)\nHER2(h,g)\nGAB1(h,p)\nPI3K(g,s,s,s,s,s,s)\nPIP2(s,y~2~3)",
                   "HER2(h,g!1).GAB1(h!1,p!2).PI3K(g!2,s,s,s,s,s,s) 1\nPIP2(s,y~2) 1\nHER3(p) 1",
                   "PI3K(s) + PIP2(s) <-> PI3K(s!1).PIP2(s!1) k,k\n"
                   "PI3K(s!1).PIP2(s!1,y~2) -> PI3K(s!1).PIP2(s!1,y~3) k\n"
                   "HER3(p) + HER2(h) -> HER3(p!1).HER2(h!1) k"));
    // i sites with ~2 and j with ~3, i + j <= 6: 28, with and without HER3; two PIP2; HER3.
    EXPECT_EQ(network.species_count(), 2U * 28U + 2U + 1U);
}

}  // namespace
}  // namespace erbium::net
