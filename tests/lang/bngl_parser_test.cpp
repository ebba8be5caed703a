// SPDX-License-Identifier: Apache-2.0
// tests/lang/bngl_parser_test.cpp: what each kind of line may look like.
#include "erbium/lang/bngl_parser.hpp"

#include <gtest/gtest.h>

#include <string>

#include "erbium/lang/bngl_printer.hpp"

namespace erbium::lang::bngl {
namespace {

/// The file printed again; the complaints if it is refused.
std::string printed(const std::string& text) {
    const Outcome<File, Diagnostics> file = parse(text, "x");
    return file ? print(file.value()) : file.error().text();
}

std::string in_block(const std::string& name, const std::string& lines) {
    return "begin " + name + "\n  " + lines + "\nend " + name + "\n";
}

/// The declarations of one block, printed; without its frame.
std::string line(const std::string& block, const std::string& text) {
    const std::string all = printed(in_block(block, text));
    const std::string frame = "begin model\nbegin " + block + "\n  ";
    if (all.rfind(frame, 0) != 0) {
        return all;
    }
    return all.substr(frame.size(), all.find("\nend ") - frame.size());
}

TEST(BnglParser, CommentsContinuationsAndBlanksCarryNoMeaning) {
    EXPECT_EQ(line("parameters", "k\t1 # one\n\n  # nothing"), "k 1");
    EXPECT_EQ(line("parameters", "k 1 + \\\n  2"), "k 1 + 2");
    EXPECT_EQ(line("parameters", "k 1 + \\  # comment\n  2"), "k 1 + 2");
    EXPECT_EQ(line("seed species", "A( b , c~U ) 5"), "A(b,c~U) 5");
    EXPECT_EQ(line("seed species", "A(b!1) . B(a!1) .5"), "A(b!1).B(a!1) 0.5");
}

TEST(BnglParser, IndicesAndLabelsBeforeDeclarationsAreSkipped) {
    EXPECT_EQ(line("parameters", "12 k 1"), "k 1");
    EXPECT_EQ(line("parameters", "P1: k 1"), "k 1");
    EXPECT_EQ(line("seed species", "3 S3: A() 5"), "A() 5");
    EXPECT_EQ(line("observables", "O1: Molecules A_tot A"), "Molecules A_tot A()");
}

TEST(BnglParser, PatternsHaveHeadsLabelsAndCounts) {
    EXPECT_EQ(line("observables", "Species X %p@PM::R%m(l%s!1).L(r!1)@EC"),
              "Species X %p@PM:R%m(l%s!1).L(r!1)@EC");
    EXPECT_EQ(line("observables", "Species X R==2, R()=3 R > 4"),
              "Species X R()==2, R()==3, R()>4");
    EXPECT_EQ(line("observables", "Molecules X {MatchOnce}A(b!?).A(c!+)"),
              "Molecules X {MatchOnce}A(b!?).A(c!+)");
}

TEST(BnglParser, RulesHaveManyForms) {
    EXPECT_EQ(line("reaction rules", "A()->0 k"), "A() -> 0 k");
    EXPECT_EQ(line("reaction rules", "0->A k"), "0 -> A() k");
    EXPECT_EQ(line("reaction rules", "R1:A<->B kf,kr"), "R1: A() <-> B() kf, kr");
    EXPECT_EQ(line("reaction rules", "4 A + B -> C 0.5*k"), "4: A() + B() -> C() 0.5*k");
    EXPECT_EQ(line("reaction rules", "A -> B if(x>1, k1, k2) DeleteMolecules"),
              "A() -> B() if(x > 1, k1, k2) DeleteMolecules");
    EXPECT_EQ(line("reaction rules", "A -> B DeleteMolecules k include_products( 1, B(c) , D )"),
              "A() -> B() k DeleteMolecules include_products(1,B(c),D())");
}

TEST(BnglParser, FunctionsTakeArgumentsWithOrWithoutEqualsSign) {
    EXPECT_EQ(line("functions", "f(x, y) = x"), "f(x, y) = x");
    EXPECT_EQ(line("functions", "f() 2*k"), "f() = 2*k");
    EXPECT_EQ(line("functions", "f = 2*k"), "f() = 2*k");
}

TEST(BnglParser, ReadingGoesOnAfterAMistake) {
    const Outcome<File, Diagnostics> file = parse(
        "begin parameters\n  a 1 +\n  b (2\nend parameters\n"
        "begin reaction rules\n  A -> k\n  A(b!) -> 0 k\nend reaction rules\njunk\n",
        "x");
    ASSERT_FALSE(static_cast<bool>(file));
    EXPECT_EQ(file.error().all().size(), 5U);
}

TEST(BnglParser, AMissingEndDoesNotSwallowTheNextBlock) {
    const Outcome<File, Diagnostics> file =
        parse("begin parameters\n  a 1\nbegin observables\n  Molecules X A(\nend observables\n");
    ASSERT_FALSE(static_cast<bool>(file));
    ASSERT_EQ(file.error().all().size(), 2U);
    EXPECT_EQ(file.error().all()[0].code, "ERB-BNGL-0022");
    EXPECT_EQ(file.error().all()[1].code, "ERB-BNGL-0006");
}

TEST(BnglParser, ABlockWithItsEndMayHoldAMoleculeCalledAsAnAction) {
    const Outcome<File, Diagnostics> file =
        parse("begin molecule types\n  saveParameters()\nend molecule types\n");
    ASSERT_TRUE(static_cast<bool>(file)) << file.error().text();
    EXPECT_EQ(file.value().molecule_types.size(), 1U);

    for (const char* next : {"", "begin parameters\nend parameters\n"}) {
        const Outcome<File, Diagnostics> open =
            parse(std::string{"begin molecule types\n  A()\nsaveParameters()\n"} + next);
        ASSERT_FALSE(static_cast<bool>(open));
        ASSERT_EQ(open.error().all().size(), 1U) << open.error().text();
        EXPECT_EQ(open.error().all()[0].code, "ERB-BNGL-0022");
    }
}

TEST(BnglParser, AProtocolHoldsActionsOfItsOwn) {
    const Outcome<File, Diagnostics> file = parse(
        "begin model\nbegin protocol\n  simulate({method=>\"ode\",t_end=>5})\n"
        "  setConcentration(\"A()\",2*5)\nend protocol\nend model\n"
        "parameter_scan({method=>\"protocol\"})\n");
    ASSERT_TRUE(static_cast<bool>(file)) << file.error().text();
    ASSERT_EQ(file.value().protocol.size(), 2U);
    EXPECT_EQ(file.value().protocol[1].name.text, "setConcentration");
    EXPECT_EQ(file.value().actions.size(), 1U);
    const Outcome<File, Diagnostics> again = parse(print(file.value()));
    ASSERT_TRUE(static_cast<bool>(again)) << again.error().text();
    EXPECT_TRUE(again.value() == file.value());
}

TEST(BnglParser, UnsupportedConstructsAreToldFromWrongOnes) {
    const Outcome<File, Diagnostics> file =
        parse("begin population maps\n  A() -> P() k\nend population maps\n");
    ASSERT_FALSE(static_cast<bool>(file));
    EXPECT_TRUE(file.error().is_only_unsupported());
}

}  // namespace
}  // namespace erbium::lang::bngl
