// SPDX-License-Identifier: Apache-2.0
// tests/model/all_errors_test.cpp: mistakes of syntax and of meaning come together, without
// complaints that only follow from other mistakes.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "erbium/lang/bngl_parser.hpp"
#include "erbium/model/bind.hpp"

namespace erbium::model {
namespace {

std::string complaints(const std::string& text) {
    const Outcome<Bound, Diagnostics> result = bind_text(text, "model.bngl");
    return result ? result.value().warnings.text() : result.error().text();
}

TEST(AllErrors, OfSyntaxAndMeaningComeInTheOrderOfTheText) {
    EXPECT_EQ(complaints("begin model\n"
                         "begin molecule types\n"
                         "  A(b~u~p)\n"
                         "end molecule types\n"
                         "begin reaction rules\n"
                         "  A(b~U) -> A(b~p) k\n"
                         "  B() -> 0 1\n"
                         "end model\n"
                         "simulate({method=>\"ode\"})\n"),
              "model.bngl:6:7: error ERB-BIND-0004: the site 'b' of 'A' has no state 'U'\n"
              "     6 |   A(b~U) -> A(b~p) k\n"
              "       |       ^\n"
              "  hint: did you mean 'u'?\n"
              "model.bngl:6:20: error ERB-BIND-0021: there is no parameter, observable or function "
              "'k'\n"
              "     6 |   A(b~U) -> A(b~p) k\n"
              "       |                    ^\n"
              "model.bngl:7:3: error ERB-BIND-0001: there is no molecule type 'B'\n"
              "     7 |   B() -> 0 1\n"
              "       |   ^\n"
              "  hint: did you mean 'A'?\n"
              "model.bngl:8:1: error ERB-BNGL-0026: 'end model' does not match 'begin reaction "
              "rules'\n"
              "     8 | end model\n"
              "       | ^^^^^^^^^\n");
}

TEST(AllErrors, AnActionShowsThatABlockHasNoEnd) {
    EXPECT_EQ(complaints("begin reaction rules\n  A() -> 0 k\n\ngenerate_network({overwrite=>1})\n"
                         "resetConcentrations()\n"),
              "model.bngl:1:1: error ERB-BNGL-0022: the block 'reaction rules' has no 'end "
              "reaction rules'\n"
              "     1 | begin reaction rules\n"
              "       | ^^^^^^^^^^^^^^^^^^^^\n"
              "model.bngl:2:12: error ERB-BIND-0021: there is no parameter, observable or function "
              "'k'\n"
              "     2 |   A() -> 0 k\n"
              "       |            ^\n");
}

/// One file in which every kind of name is declared and used; `line` stands in the block `broken`.
std::string codes(const std::string& broken, const std::string& line) {
    std::string text;
    const auto block = [&](const std::string& name, const std::string& lines) {
        text.append("begin ").append(name).append("\n");
        if (name == broken) {
            text.append("  ").append(line).append("\n");
        } else {
            text.append(lines);
        }
        text.append("end ").append(name).append("\n");
    };
    block("parameters", "  k 1\n");
    block("compartments", "  C 3 1\n");
    block("molecule types", "  A(b~u)\n");
    block("seed species", "  A(b~u)@C 1\n");
    block("observables", "  Molecules O A()\n");
    block("functions", "  f() = 2*O\n");
    block("reaction rules", "  A() -> 0 k*f()\n  0 -> A(b~u)@C k*O\n");
    const Outcome<Bound, Diagnostics> result = bind_text(text, "model.bngl");
    std::string found;
    if (!result) {
        for (const Diagnostic& diagnostic : result.error().all()) {
            found.append(found.empty() ? "" : " ").append(diagnostic.code);
        }
    }
    return found;
}

TEST(AllErrors, ABrokenDeclarationMakesNoNameUnknown) {
    EXPECT_EQ(codes("", ""), "");
    EXPECT_EQ(codes("parameters", "k 1 2"), "ERB-BNGL-0002");
    EXPECT_EQ(codes("compartments", "C 4 1"), "ERB-BNGL-0001");
    EXPECT_EQ(codes("molecule types", "A(b~u"), "ERB-BNGL-0006");
    EXPECT_EQ(codes("observables", "Molecule O A()"), "ERB-BNGL-0004");
    EXPECT_EQ(codes("functions", "f() = 2*"), "ERB-EXPR-0001");
}

TEST(AllErrors, ABlockOfUnknownNameIsWorthOneComplaint) {
    EXPECT_EQ(complaints("begin paramters\n  k 1\nend paramters\n"
                         "begin reaction rules\n  0 -> A() k\n  A() -> 0 k\nend reaction rules\n"),
              "model.bngl:1:7: error ERB-BNGL-0024: there is no block 'paramters' in BNGL\n"
              "     1 | begin paramters\n"
              "       |       ^^^^^^^^^\n"
              "  hint: did you mean 'parameters'?\n");
}

TEST(AllErrors, ABrokenRuleHidesNothing) {
    const std::string text = complaints(
        "begin reaction rules\n  0 > A() 1\n  A() -> 0 k\nend reaction rules\n"
        "begin functions\n  f() = O\nend functions\n");
    EXPECT_NE(text.find("ERB-BNGL-"), std::string::npos) << text;
    EXPECT_NE(text.find("no parameter, observable or function 'k'"), std::string::npos) << text;
    EXPECT_NE(text.find("no parameter, observable or function 'O'"), std::string::npos) << text;
}

TEST(AllErrors, FiftyAreShownAndTheOthersCounted) {
    std::string text = "begin reaction rules\n";
    for (int i = 0; i < 40; ++i) {
        text += "  A() -> 0 k\n  A(\n";
    }
    const Outcome<Bound, Diagnostics> result = bind_text(text + "end reaction rules\n", "m.bngl");
    ASSERT_FALSE(static_cast<bool>(result));
    ASSERT_EQ(result.error().all().size(), 51U);
    EXPECT_EQ(result.error().all().back().message, "30 more errors are not shown");
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        EXPECT_GE(result.error().all()[i].span.begin, last);
        last = result.error().all()[i].span.begin;
    }
}

TEST(AllErrors, OfSeveralFilesComeFileByFile) {
    const auto file = [](const char* text, const char* path) {
        return lang::bngl::parse_leniently(
            std::make_shared<const SourceText>(SourceText{path, text}));
    };
    const std::vector<lang::bngl::File> files{
        file("begin reaction rules\n  A() -> 0 k\n  A() -> 0 q\nend reaction rules\n", "a.bngl"),
        file("begin molecule types\n  A()\nend molecule types\n"
             "begin observables\n  Molecules\n  Molecules P B()\nend observables\n",
             "b.bngl")};
    const Outcome<Bound, Diagnostics> result = model::bind(files);
    ASSERT_FALSE(static_cast<bool>(result));
    // 'k' and 'q' may be the observable that could not be read.
    EXPECT_EQ(result.error().text(),
              "b.bngl:5:12: error ERB-BNGL-0001: expected the name of an observable, found the end "
              "of the line\n"
              "     5 |   Molecules\n"
              "       |            ^\n"
              "b.bngl:6:15: error ERB-BIND-0001: there is no molecule type 'B'\n"
              "     6 |   Molecules P B()\n"
              "       |               ^\n"
              "  hint: did you mean 'A'?\n");
}

}  // namespace
}  // namespace erbium::model
