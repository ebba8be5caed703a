// SPDX-License-Identifier: Apache-2.0
// tests/model/bind_test.cpp: names become ids; types, species, observables, parameters.
#include "erbium/model/bind.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "erbium/lang/bngl_parser.hpp"

namespace erbium::model {
namespace {

Model bound(const std::string& text, const BindOptions& options = {}) {
    Outcome<Bound, Diagnostics> result = bind_text(text, "model.bngl", options);
    EXPECT_TRUE(static_cast<bool>(result)) << result.error().text();
    return result ? std::move(result).value().model : Model{};
}

std::string complaints(const std::string& text, const BindOptions& options = {}) {
    const Outcome<Bound, Diagnostics> result = bind_text(text, "model.bngl", options);
    return result ? result.value().warnings.text() : result.error().text();
}

TEST(Bind, SitesOfEqualNameStandTogetherWhateverTheTextSays) {
    const Model model = bound("begin molecule types\n  A(b~U~P,c,b~P~U,d,c)\nend molecule types\n");
    ASSERT_EQ(model.molecule_types.size(), 1U);
    const MoleculeType& type = model.molecule_types.front();
    ASSERT_EQ(type.sites.size(), 5U);
    EXPECT_EQ(type.sites[0].name, "b");
    EXPECT_EQ(type.sites[1].name, "b");
    EXPECT_EQ(type.sites[2].name, "c");
    EXPECT_EQ(type.sites[3].name, "c");
    EXPECT_EQ(type.sites[4].name, "d");
    EXPECT_EQ(type.sites[0].states, (std::vector<std::string>{"U", "P"}));
    EXPECT_EQ(type.sites[1].states, type.sites[0].states);
}

TEST(Bind, APatternNamesTheFirstOfInterchangeableSites) {
    const Model model = bound(
        "begin molecule types\n  L(x,r,r)\n  R(l)\nend molecule types\n"
        "begin observables\n  Molecules Half L(r,r!1).R(l!1)\nend observables\n");
    const Pattern& pattern = model.observables.front().patterns.front();
    ASSERT_EQ(pattern.sites.size(), 3U);
    EXPECT_EQ(pattern.sites[0].site, 1U);
    EXPECT_EQ(pattern.sites[1].site, 1U);
    EXPECT_EQ(pattern.sites[0].bond, BondTest::free);
    EXPECT_EQ(pattern.sites[1].bond, BondTest::bound);
    EXPECT_EQ(pattern.sites[1].partners, std::vector<std::uint32_t>{2});
    EXPECT_EQ(pattern.sites[2].partners, std::vector<std::uint32_t>{1});
}

TEST(Bind, BondsHaveFourKinds) {
    const Model model = bound(
        "begin molecule types\n  A(a,b,c,d~U~P)\nend molecule types\n"
        "begin observables\n  Molecules X A(a!+,b!?,c,d~?)\nend observables\n");
    const Pattern& pattern = model.observables.front().patterns.front();
    EXPECT_EQ(pattern.sites[0].bond, BondTest::any);
    EXPECT_EQ(pattern.sites[1].bond, BondTest::whatever);
    EXPECT_EQ(pattern.sites[2].bond, BondTest::free);
    EXPECT_FALSE(pattern.sites[3].state.has_value());
}

TEST(Bind, ASiteMayHaveSeveralBonds) {
    const Model model = bound(
        "begin molecule types\n  A(h)\n  B(a)\nend molecule types\n"
        "begin seed species\n  A(h!1!2).B(a!1).B(a!2) 1\nend seed species\n");
    EXPECT_EQ(model.seeds.front().species.sites[0].partners, (std::vector<std::uint32_t>{1, 2}));
}

TEST(Bind, TypesAreInferredWhenNoneAreDeclared) {
    const Model model = bound(
        "begin parameters\n  k 1\nend parameters\n"
        "begin seed species\n  A(b,b,s~U) 10\nend seed species\n"
        "begin reaction rules\n  A(s~U) -> A(s~P) k\nend reaction rules\n"
        "begin observables\n  Molecules C C()\nend observables\n");
    ASSERT_EQ(model.molecule_types.size(), 2U);
    EXPECT_EQ(model.molecule_types[0].sites.size(), 3U);
    EXPECT_EQ(model.molecule_types[0].sites[2].states, (std::vector<std::string>{"U", "P"}));
    EXPECT_TRUE(model.molecule_types[1].sites.empty());
}

TEST(Bind, AnInferredTypeHasEverySiteThatIsMentionedSoSeedsMustHaveThemToo) {
    const std::string text = complaints(
        "begin seed species\n  A(b) 10\nend seed species\n"
        "begin observables\n  Molecules X A(b,c)\nend observables\n");
    EXPECT_NE(text.find("the site 'c' of 'A' is missing in a seed species"), std::string::npos);
}

TEST(Bind, SeedsGetTheirCompartmentFromTheSpeciesOrTheMolecules) {
    const std::string head =
        "begin compartments\n  EC 3 1\n  PM 2 1 EC\n  CP 3 1 PM\nend compartments\n"
        "begin molecule types\n  L(r)\n  R(l,k)\n  K(r)\nend molecule types\n";
    const Model whole = bound(head + "begin seed species\n  @EC:L(r) 1\nend seed species\n");
    EXPECT_EQ(whole.seeds[0].species.molecules[0].compartment, CompartmentId{0});
    const Model mixed = bound(head +
                              "begin seed species\n  L(r!1)@EC.R(l!1,k!2)@PM.K(r!2)@CP 1\n"
                              "end seed species\n");
    EXPECT_EQ(mixed.seeds[0].species.compartment, CompartmentId{1});
    EXPECT_NE(complaints(head + "begin seed species\n  L(r!1)@EC.R(l!1,k)@CP 1\nend seed species\n")
                  .find("one species cannot lie in both 'EC' and 'CP'"),
              std::string::npos);
}

TEST(Bind, AFixedSeedIsMarkedWhereverItsDollarStands) {
    for (const char* seed : {"$A()", "@C:$A()", "$@C:A()", "{Fixed}A()@C"}) {
        const std::string place = std::string{seed}.find('C') == std::string::npos ? "@C:" : "";
        const Model model = bound(
            "begin compartments\n  C 3 1\nend compartments\n"
            "begin molecule types\n  A()\nend molecule types\n"
            "begin seed species\n  " +
            place + seed + " 1\nend seed species\n");
        EXPECT_TRUE(model.seeds.front().is_fixed) << seed;
    }
}

TEST(Bind, ParametersMayBeDeclaredInAnyOrderAndWithOrWithoutAnEqualsSign) {
    const Model model =
        bound("begin parameters\n  a = 2*b\n  1 b 3\n  k: c  -1\nend parameters\nparam d 4\n");
    ASSERT_EQ(model.parameters.size(), 4U);
    EXPECT_EQ(model.parameters[0].value.text(), "2*b");
    EXPECT_EQ(model.parameters[2].name, "c");
    EXPECT_EQ(model.parameters[2].value.text(), "-1");
}

TEST(Bind, ParametersOfTablesComeFirstAndOverridesReplaceValues) {
    BindOptions options;
    options.name = "her2";
    options.parameters.push_back({"k_on", Expression::constant(2.0), {}});
    options.overrides.push_back({"twice", Expression::constant(7.0), {}});
    const Model model = bound("begin parameters\n  twice 2*k_on\nend parameters\n", options);
    EXPECT_EQ(model.name, "her2");
    ASSERT_EQ(model.parameters.size(), 2U);
    EXPECT_EQ(model.parameters[0].name, "k_on");
    EXPECT_EQ(model.parameters[1].value, Expression::constant(7.0));

    options.overrides.push_back({"kon", Expression::constant(7.0), {}});
    EXPECT_EQ(complaints("begin parameters\n  twice 2*k_on\nend parameters\n", options),
              "error ERB-BIND-0046: there is no parameter 'kon' to replace\n"
              "  hint: did you mean 'k_on'?\n");
}

TEST(Bind, FilesAreJoinedBlockByBlock) {
    const std::array files{
        lang::bngl::parse("begin parameters\n  k 1\nend parameters\n"
                          "begin molecule types\n  A(b)\nend molecule types\n",
                          "modules/a.bngl")
            .value(),
        lang::bngl::parse("begin molecule types\n  B(a)\nend molecule types\n"
                          "begin reaction rules\n  A(b) + B(a) -> A(b!1).B(a!1) k\n"
                          "end reaction rules\n",
                          "modules/b.bngl")
            .value()};
    const Outcome<Bound, Diagnostics> result = model::bind(files);
    ASSERT_TRUE(static_cast<bool>(result)) << result.error().text();
    EXPECT_EQ(result.value().model.name, "a");
    EXPECT_EQ(result.value().model.molecule_types.size(), 2U);
    EXPECT_EQ(result.value().model.rules.size(), 1U);
}

TEST(Bind, SpeciesObservablesMayCountMolecules) {
    const Model model = bound(
        "begin molecule types\n  R(r)\nend molecule types\n"
        "begin observables\n  Species Many R()==2, R() > 4 R!=7,R<=1\nend observables\n");
    const Patterns& patterns = model.observables.front().patterns;
    ASSERT_EQ(patterns.size(), 4U);
    EXPECT_EQ(patterns[0].count->relation, CountTest::Relation::equal);
    EXPECT_EQ(patterns[1].count->count, 4U);
    EXPECT_EQ(patterns[2].count->relation, CountTest::Relation::not_equal);
    EXPECT_EQ(patterns[3].count->relation, CountTest::Relation::less_equal);
}

TEST(Bind, FunctionsMayUseLaterFunctionsAndLabels) {
    const Model model = bound(
        "begin parameters\n  k 1\nend parameters\n"
        "begin molecule types\n  A(b)\n  C()\nend molecule types\n"
        "begin observables\n  Molecules free A(b)\nend observables\n"
        "begin functions\n  f(x) = g()*free(x)\n  g() k*free + time\nend functions\n"
        "begin reaction rules\n  %x:A() -> %x:A() + C() f(x)\nend reaction rules\n");
    EXPECT_EQ(model.functions[0].arguments, std::vector<std::string>{"x"});
    EXPECT_EQ(model.rules[0].reactants[0].label, "x");
    EXPECT_EQ(model.rules[0].rate.args[0].text(), "f(x)");
}

TEST(Bind, AllErrorsOfAModelAreFoundInOnePass) {
    const std::string text = complaints(
        "begin parameters\n  k kk\nend parameters\n"
        "begin molecule types\n  A(b~U~P)\nend molecule types\n"
        "begin seed species\n  A(b) 1\n  B() 1\nend seed species\n"
        "begin reaction rules\n  A(b~U) -> A(b~X) k\n  A(c) -> 0 k\nend reaction rules\n");
    for (const char* code : {"0021", "0014", "0001", "0004", "0002"}) {
        EXPECT_NE(text.find(std::string{"ERB-BIND-"} + code), std::string::npos) << text;
    }
}

TEST(Bind, OptionsAndActionsAreKeptInOrder) {
    const Model model = bound(
        "setOption(\"NumberPerQuantityUnit\",6.0221e23)\nversion(\"2.2.4\")\n"
        "generate_network({overwrite=>1,max_stoich=>{'R'=>5,L=>5}});\n"
        "begin actions\n  simulate({method=>\"ode\",sample_times=>[0, 1,10]})\n"
        "  setParameter('k',10*2)\nend actions\n");
    using Option = std::pair<std::string, std::string>;
    EXPECT_EQ(model.options,
              (std::vector<Option>{{"NumberPerQuantityUnit", "6.0221e23"}, {"version", "2.2.4"}}));
    ASSERT_EQ(model.actions.size(), 3U);
    EXPECT_EQ(model.actions[0].arguments[1].values, (std::vector<std::string>{"R=>5", "L=>5"}));
    EXPECT_TRUE(model.actions[1].arguments[1].is_list);
    EXPECT_EQ(model.actions[1].arguments[1].values, (std::vector<std::string>{"0", "1", "10"}));
    EXPECT_EQ(model.actions[2].arguments[0].name, "");
    EXPECT_EQ(model.actions[2].arguments[1].values, std::vector<std::string>{"10*2"});
}

TEST(Bind, OptionsHaveValuesOfTheirKind) {
    const std::string parameters = "begin parameters\n  NA 6.0221e23\nend parameters\n";
    for (const char* right : {"\"NumberPerQuantityUnit\",6e23", "\"NumberPerQuantityUnit\",\"NA\"",
                              "\"MoleculesObservables\",\"CountUnique\"",
                              "\"SpeciesLabel\",\"HNauty\"", "\"timeUnits\",\"second\""}) {
        const auto model = bind_text(parameters + "setOption(" + right + ")\n");
        ASSERT_TRUE(static_cast<bool>(model)) << model.error().text();
        EXPECT_EQ(model.value().warnings.text(), "") << right;
    }
    for (const char* wrong :
         {"\"NumberPerQuantityUnit\",\"NB\"", "\"NumberPerQuantityUnit\",0",
          "\"NumberPerQuantityUnit\",\"2*NA\"", "\"SpeciesObservables\",\"CountTwice\"",
          "\"SpeciesLabel\",\"Quasy\""}) {
        const std::string said = complaints(parameters + "setOption(" + wrong + ")\n");
        EXPECT_NE(said.find("error ERB-BIND-0047: the option '"), std::string::npos) << wrong;
    }
}

}  // namespace
}  // namespace erbium::model
