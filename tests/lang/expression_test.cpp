// SPDX-License-Identifier: Apache-2.0
// tests/lang/expression_test.cpp: arithmetic as text, read with BioNetGen's rules.
#include "erbium/lang/expression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "erbium/lang/expression_parser.hpp"

namespace erbium::lang {
namespace {

std::string printed(const std::string& text) {
    const Outcome<Expression, Diagnostics> parsed = parse_expression(text);
    return parsed ? parsed.value().text() : parsed.error().text();
}

std::string complaint(const std::string& text) {
    const Outcome<Expression, Diagnostics> parsed = parse_expression(text, "x");
    return parsed ? "no complaint" : parsed.error().text();
}

TEST(Expression, BinaryOperatorsGroupFromTheLeft) {
    EXPECT_EQ(printed("a-b-c"), "a - b - c");
    EXPECT_EQ(printed("a-(b-c)"), "a - (b - c)");
    EXPECT_EQ(printed("a/b*c"), "a/b*c");
    EXPECT_EQ(printed("a/(b*c)"), "a/(b*c)");
    EXPECT_EQ(printed("2^3^2"), "(2^3)^2");
    EXPECT_EQ(printed("2**3**2"), "(2^3)^2");
    EXPECT_EQ(printed("2^(3^2)"), "2^(3^2)");
}

TEST(Expression, ASignBindsTighterThanAPower) {
    EXPECT_EQ(printed("-a^2"), "(-a)^2");
    EXPECT_EQ(printed("-(a^2)"), "-(a^2)");
    EXPECT_EQ(printed("-2^2"), "(-2)^2");
    EXPECT_EQ(printed("2^-a"), "2^(-a)");
    EXPECT_EQ(printed("a*-b"), "a*-b");
    EXPECT_EQ(printed("3-(-2)"), "3 - -2");
    EXPECT_EQ(printed("-(2)"), "-(2)");
    EXPECT_EQ(printed("- a + +b"), "-a + b");
}

TEST(Expression, ComparisonsBindLooserThanSumsAndTighterThanLogic) {
    EXPECT_EQ(printed("a+1<b&&c>=2"), "a + 1 < b && c >= 2");
    EXPECT_EQ(printed("a+(1<b)"), "a + (1 < b)");
    EXPECT_EQ(printed("1<2==1"), "1 < 2 == 1");
    EXPECT_EQ(printed("a~=b"), "a != b");
    EXPECT_EQ(printed("!a+5"), "!a + 5");
    EXPECT_EQ(printed("~a"), "!a");
}

TEST(Expression, AndAndOrBindAlikeAndPrintWithParentheses) {
    EXPECT_EQ(printed("a||b&&c"), "(a || b) && c");
    EXPECT_EQ(printed("a||(b&&c)"), "a || (b && c)");
    EXPECT_EQ(printed("a&&b&&c"), "a && b && c");
}

TEST(Expression, NumbersMayLackDigitsBeforeOrAfterThePoint) {
    EXPECT_EQ(printed(".5"), "0.5");
    EXPECT_EQ(printed("1."), "1");
    EXPECT_EQ(printed("1.e3"), "1000");
    EXPECT_EQ(printed("1E-3"), "0.001");
    EXPECT_EQ(printed("6.02214076e23"), "6.02214076e+23");
    EXPECT_EQ(printed("+4"), "4");
}

TEST(Expression, CallsTakeAnyNumberOfArguments) {
    EXPECT_EQ(printed("f( )"), "f()");
    EXPECT_EQ(printed("if( a>1 , max(b,c,d) , -sin(x) )"), "if(a > 1, max(b, c, d), -sin(x))");
    EXPECT_EQ(printed("(f(x))"), "f(x)");
}

TEST(Expression, TimeAndConstantsAreNamesHoweverTheyAreWritten) {
    EXPECT_EQ(parse_expression("time()").value(), parse_expression("time").value());
    EXPECT_EQ(parse_expression("2*_pi()").value(), parse_expression("2*_pi").value());
}

TEST(Expression, LinesMayContinueAndEndInComments) {
    EXPECT_EQ(printed("a + \\\n b # two\n"), "a + b");
    EXPECT_EQ(printed("a + \\  # one\n b"), "a + b");
}

TEST(Expression, PrintingAndParsingAgree) {
    for (const std::string_view text : {"1",
                                        "-1",
                                        "-(1)",
                                        "-(-1)",
                                        "-(-a)",
                                        "a",
                                        "f()",
                                        "f(a,b)",
                                        "-a^2",
                                        "-(a^2)",
                                        "(a^b)^c",
                                        "a^(b^c)",
                                        "a^-b",
                                        "a - -2",
                                        "a*-2",
                                        "a-(b+c)",
                                        "a/(b/c)",
                                        "!(a<b)",
                                        "!!a",
                                        "(a<b)<c",
                                        "a<(b<c)",
                                        "a&&(b||c)",
                                        "(a&&b)||c",
                                        "if(a,b,if(c,d,e))",
                                        "1e300*1e-300",
                                        "0.1+0.2",
                                        "-0",
                                        "(a+b)*(c-d)",
                                        "-(a+b)",
                                        "-a*b",
                                        "-(a*b)",
                                        "((a))",
                                        "5e-324"}) {
        const Expression once = parse_expression(std::string{text}).value();
        const Outcome<Expression, Diagnostics> twice = parse_expression(once.text());
        ASSERT_TRUE(static_cast<bool>(twice)) << text << " printed as " << once.text();
        EXPECT_EQ(once, twice.value()) << text << " printed as " << once.text();
    }
}

TEST(Expression, EqualityLooksAtBitsAndNotAtPlaces) {
    EXPECT_EQ(parse_expression("a+b").value(), parse_expression("  a  +  b").value());
    EXPECT_FALSE(parse_expression("a+b").value() == parse_expression("b+a").value());
    EXPECT_FALSE(Expression::constant(0.0) == Expression::constant(-0.0));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(Expression::constant(nan), Expression::constant(nan));
    EXPECT_EQ(Expression::reference("k"), parse_expression("k").value());
}

TEST(Expression, TheSpanTakesInParenthesesAndArguments) {
    const Expression sum = parse_expression("  (a+b)*sin( c )  ").value();
    EXPECT_EQ(sum.span().begin, 2U);
    EXPECT_EQ(sum.span().end, 16U);
}

TEST(Expression, ALeadingExpressionEndsBeforeWhatCannotContinueIt) {
    const auto source =
        std::make_shared<const SourceText>(SourceText{"x", "k1*f(a, b) , kr DeleteMolecules"});
    Diagnostics diagnostics;
    const auto first = parse_leading_expression(source, 0, 31, diagnostics);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->expression.text(), "k1*f(a, b)");
    EXPECT_EQ(first->end, 10U);
    const auto second = parse_leading_expression(source, 12, 31, diagnostics);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->end, 15U);
}

TEST(Expression, AMillionParenthesesAreNoTrouble) {
    const std::string deep = std::string(1'000'000, '(') + "a" + std::string(1'000'000, ')');
    EXPECT_EQ(printed(deep), "a");
    std::string minus;
    for (int i = 0; i < 100'000; ++i) {
        minus += "-(";
    }
    minus += "a" + std::string(100'000, ')');
    EXPECT_EQ(parse_expression(minus).value().nodes().size(), 100'001U);
    EXPECT_EQ(parse_expression(printed(minus)).value(), parse_expression(minus).value());
    std::string open;
    for (int i = 0; i < 1'000'000; ++i) {
        open += '(';
    }
    EXPECT_FALSE(static_cast<bool>(parse_expression(open)));
}

TEST(Expression, ComplaintsShowThePlace) {
    EXPECT_EQ(complaint("a + * b"),
              "x:1:5: error ERB-EXPR-0001: expected a number, a name or '(', found '*'\n"
              "     1 | a + * b\n"
              "       |     ^\n");
    EXPECT_EQ(complaint(""),
              "x:1:1: error ERB-EXPR-0001: expected an expression, found the end\n"
              "     1 | \n"
              "       | ^\n");
    EXPECT_EQ(complaint("2*(a+b"),
              "x:1:3: error ERB-EXPR-0002: this '(' has no matching ')'\n"
              "     1 | 2*(a+b\n"
              "       |   ^\n");
    EXPECT_EQ(complaint("exp(a"),
              "x:1:1: error ERB-EXPR-0002: the call of 'exp' has no closing ')'\n"
              "     1 | exp(a\n"
              "       | ^^^\n");
    EXPECT_EQ(complaint("a b"),
              "x:1:3: error ERB-EXPR-0003: expected an operator or the end of the expression, "
              "found 'b'\n"
              "     1 | a b\n"
              "       |   ^\n");
    EXPECT_EQ(complaint("a)"),
              "x:1:2: error ERB-EXPR-0003: this ')' has no matching '('\n"
              "     1 | a)\n"
              "       |  ^\n");
    EXPECT_EQ(complaint("2*1.2.3"),
              "x:1:3: error ERB-EXPR-0004: '1.2.3' is neither a number nor a name\n"
              "     1 | 2*1.2.3\n"
              "       |   ^^^^^\n"
              "  hint: a name starts with a letter or '_'; a number looks like 1.5e-3\n");
    EXPECT_EQ(complaint("1d3"),
              "x:1:1: error ERB-EXPR-0004: '1d3' is neither a number nor a name\n"
              "     1 | 1d3\n"
              "       | ^^^\n"
              "  hint: the exponent of a number starts with 'e', as in 1.5e-3\n");
    EXPECT_EQ(complaint("1e999"),
              "x:1:1: error ERB-EXPR-0005: the number is too large for a double\n"
              "     1 | 1e999\n"
              "       | ^^^^^\n"
              "  hint: the largest is about 1.8e308\n");
    EXPECT_EQ(complaint("(a,b)"),
              "x:1:3: error ERB-EXPR-0006: a comma inside parentheses that are not those of a "
              "function call\n"
              "     1 | (a,b)\n"
              "       |   ^\n");
    EXPECT_EQ(complaint("if(a=b,1,2)"),
              "x:1:5: error ERB-EXPR-0007: expected an operator or ')', found '='\n"
              "     1 | if(a=b,1,2)\n"
              "       |     ^\n"
              "  hint: '==' compares\n");
    EXPECT_EQ(complaint("1+tfun('x.tfun')"),
              "x:1:3: error ERB-EXPR-0008: unsupported: table functions (tfun)\n"
              "     1 | 1+tfun('x.tfun')\n"
              "       |   ^^^^\n"
              "  hint: write the values with if(...), or as parameters that a protocol "
              "changes\n");
}

TEST(Expression, TooManyTermsAreRefused) {
    std::string longest = "1";
    for (int i = 0; i < 1'000'001; ++i) {
        longest += "+1";
    }
    EXPECT_NE(complaint(longest).find("ERB-EXPR-0009"), std::string::npos);
}

}  // namespace
}  // namespace erbium::lang
