// SPDX-License-Identifier: Apache-2.0
// tests/sbml/refusal_test.cpp: what is refused, by which name, and how soon.
#include <gtest/gtest.h>

#include <string>

#include "erbium/sbml/guard.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string repeated(const std::string& piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

TEST(SbmlGuard, ADocumentTypeIsRefused) {
    std::string laughs = "<!DOCTYPE sbml [<!ENTITY a \"lol\">";
    for (char c = 'b'; c <= 'k'; ++c) {
        const std::string before = "&" + std::string(1, static_cast<char>(c - 1)) + ";";
        laughs += "<!ENTITY " + std::string(1, c) + " \"" + repeated(before, 10) + "\">";
    }
    EXPECT_TRUE(has(complaint(laughs + "]>" + document("")), "ERB-SBML-0002"));
    EXPECT_TRUE(has(complaint("<!DOCTYPE s SYSTEM \"file:///etc/passwd\">" + document("")),
                    "ERB-SBML-0002"));
    // In a comment or CDATA it is only text.
    EXPECT_EQ(complaint(document("<notes><!-- <!DOCTYPE x> --></notes>")), "");
}

TEST(SbmlGuard, DeepNestingIsRefused) {
    const std::string deep = repeated("<apply>", 100000);
    EXPECT_TRUE(has(complaint(document(deep)), "ERB-SBML-0003"));
}

TEST(SbmlGuard, TooMuchMathematicsIsRefused) {
    XmlLimits limits;
    limits.math_nodes = 100;
    const auto text = source(document(math(repeated("<cn>1</cn>", 101))));
    EXPECT_TRUE(has(refuse_hostile(text, limits).text(), "ERB-SBML-0004"));
}

TEST(SbmlGuard, WhatIsNotUtf8IsRefused) {
    EXPECT_TRUE(
        has(complaint("<?xml version=\"1.0\" encoding=\"UTF-16\"?><sbml/>"), "ERB-SBML-0005"));
    EXPECT_TRUE(has(complaint(std::string("\xff\xfe<\0s\0", 6)), "ERB-SBML-0005"));
}

TEST(SbmlGuard, FunctionsThatDoubleEachTimeAreRefused) {
    std::string functions = "<listOfFunctionDefinitions>";
    for (int i = 0; i < 60; ++i) {
        const std::string before =
            i == 0 ? "<ci>x</ci>"
                   : "<apply><ci>f" + std::to_string(i - 1) + "</ci><ci>x</ci></apply>";
        functions += "<functionDefinition id=\"f" + std::to_string(i) + "\">" +
                     math("<lambda><bvar><ci>x</ci></bvar><apply><plus/>" + before + before +
                          "</apply></lambda>") +
                     "</functionDefinition>";
    }
    const std::string model = document(
        functions + "</listOfFunctionDefinitions><listOfParameters>" + parameter("p", "", false) +
        "</listOfParameters><listOfRules><assignmentRule variable=\"p\">" +
        math("<apply><ci>f59</ci><cn>1</cn></apply>") + "</assignmentRule></listOfRules>");
    EXPECT_TRUE(has(complaint(model), "ERB-SBML-0024"));
}

TEST(SbmlRefusal, DelayIsNamed) {
    const std::string model =
        document("<listOfParameters>" + parameter("p", "", false) + parameter("q", "1") +
                 "</listOfParameters><listOfRules><assignmentRule variable=\"p\">" +
                 math("<apply><csymbol encoding=\"text\" "
                      "definitionURL=\"http://www.sbml.org/sbml/symbols/delay\">delay</csymbol>"
                      "<ci>q</ci><cn>1</cn></apply>") +
                 "</assignmentRule></listOfRules>");
    EXPECT_TRUE(has(complaint(model), "ERB-SBML-0020: unsupported: the delay csymbol"));
}

TEST(SbmlRefusal, ARequiredPackageThatIsNotKnownIsNamed) {
    const std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml "
        "xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\" "
        "xmlns:spatial=\"http://www.sbml.org/sbml/level3/version1/spatial/version1\" "
        "spatial:required=\"true\"><model id=\"m\"/></sbml>";
    EXPECT_TRUE(has(complaint(text), "ERB-SBML-0012: unsupported: the SBML package 'spatial'"));
}

TEST(SbmlRefusal, FastReactionsAreRefusedUnlessAsked) {
    const std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml "
        "xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\">"
        "<model id=\"m\"><listOfCompartments>" +
        compartment("C", "1") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialAmount=\"1\"") +
        "</listOfSpecies><listOfReactions><reaction id=\"R\" reversible=\"false\" fast=\"true\">"
        "<listOfReactants><speciesReference species=\"A\" stoichiometry=\"1\" "
        "constant=\"true\"/></listOfReactants><kineticLaw>" +
        math("<ci>A</ci>") + "</kineticLaw></reaction></listOfReactions></model></sbml>";
    EXPECT_TRUE(has(complaint(text), "ERB-SBML-0035"));
    ImportOptions options;
    options.treats_fast_as_ordinary = true;
    EXPECT_EQ(imported(text, options).departures.size(), 1U);
}

TEST(SbmlRefusal, ConstraintsThatAreNotWatchedAreNoted) {
    const ImportedModel model = imported(document(
        "<listOfParameters>" + parameter("p", "1") +
        "</listOfParameters><listOfConstraints><constraint>" +
        math("<apply><lt/><ci>p</ci><cn>2</cn></apply>") + "</constraint></listOfConstraints>"));
    ASSERT_EQ(model.departures.size(), 1U);
    EXPECT_EQ(model.departures.front(), "1 constraint of the model is not watched");
}

TEST(SbmlRefusal, AReactionWithoutARateIsNamed) {
    const std::string model = document(
        "<listOfCompartments>" + compartment("C", "1") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialAmount=\"1\"") +
        "</listOfSpecies><listOfReactions><reaction id=\"R\" reversible=\"false\"><listOfReactants>"
        "<speciesReference species=\"A\" stoichiometry=\"1\" constant=\"true\"/>"
        "</listOfReactants></reaction></listOfReactions>");
    EXPECT_TRUE(has(complaint(model), "ERB-SBML-0034"));
}

TEST(SbmlRefusal, AnAlgebraicRuleWithAStepInItsUnknownIsRefused) {
    // 0 = x - (2 if x > 1, else 3): a slope does not see the step.
    const std::string model = document(
        "<listOfParameters>" + parameter("x", "", false) +
        "</listOfParameters><listOfRules><algebraicRule>" +
        math("<apply><minus/><ci>x</ci><piecewise><piece><cn>2</cn><apply><gt/><ci>x</ci><cn>1</cn>"
             "</apply></piece><otherwise><cn>3</cn></otherwise></piecewise></apply>") +
        "</algebraicRule></listOfRules>");
    EXPECT_TRUE(has(complaint(model), "ERB-SBML-0041"));
}

TEST(SbmlRefusal, AnUnknownIdIsAnErrorWithItsName) {
    const std::string model =
        document("<listOfParameters>" + parameter("p", "", false) +
                 "</listOfParameters><listOfRules><assignmentRule variable=\"p\">" +
                 math("<ci>nobody</ci>") + "</assignmentRule></listOfRules>");
    EXPECT_TRUE(has(complaint(model), "'nobody'"));
}

TEST(SbmlRefusal, WhatLibsbmlThrowsAtIsADiagnostic) {
    // Mathematics of a stoichiometry in a namespace of no level: libSBML throws where it reads it.
    const std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml "
        "xmlns=\"http://www.sbml.org/sbml/lever2/version4\" level=\"2\" version=\"4\">"
        "<model id=\"m\"><listOfCompartments><compartment id=\"C\"/></listOfCompartments>"
        "<listOfSpecies><species id=\"A\" compartment=\"C\" initialAmount=\"1\"/></listOfSpecies>"
        "<listOfReactions><reaction id=\"R\"><listOfReactants><speciesReference species=\"A\">"
        "<stoichiometryMath>" +
        math("<cn>2</cn>") +
        "</stoichiometryMath></speciesReference></listOfReactants></reaction></listOfReactions>"
        "</model></sbml>";
    // What libSBML reports instead has its error's number in parentheses.
    const std::string thrown = "ERB-SBML-0010: not valid SBML: ";
    EXPECT_TRUE(has(check_consistency(source(text)).text(), thrown))
        << check_consistency(source(text)).text();
    EXPECT_TRUE(has(complaint(text), thrown)) << complaint(text);
}

TEST(SbmlRefusal, WhatCouldNotBeReadIsNotCheckedFurther) {
    // Submodels of a prefix that nobody declares: libSBML would flatten them and crash.
    const std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml "
        "xmlns=\"htt$://www.sbml.org/sbml/level3/version1/core\" "
        "xmlns:comm=\"http://www.sbml.org/sbml/level3/version1/comp/version1\" level=\"3\" "
        "version=\"1\" comp:required=\"true\"><model id=\"m\"><comp:listOfSubmodels>"
        "<comp:submodel gomp:id=\"S\" comp:modelRef=\"inner\"/></comp:listOfSubmodels></model>"
        "<comp:listOfModelDefinitions><comp:modelDefinition id=\"inn2er\"/>"
        "</comp:listOfModelDefinitions></sbml>";
    EXPECT_TRUE(check_consistency(source(text)).has_errors());
    EXPECT_NE(complaint(text), "");
}

TEST(SbmlRefusal, WhatIsNoXmlIsAnError) {
    EXPECT_TRUE(has(complaint("this is no XML"), "ERB-SBML-0010"));
    EXPECT_TRUE(has(complaint(""), "ERB-SBML-0010"));
}

}  // namespace
}  // namespace erbium::sbml::test
