// SPDX-License-Identifier: Apache-2.0
// tests/petab/expression_test.cpp: PEtab's arithmetic binds and computes as its specification says.
#include "erbium/petab/expression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "erbium/petab/formula.hpp"
#include "near.hpp"

namespace erbium::petab {
namespace {

std::optional<lang::Expression> parse(const std::string& text, Diagnostics& diagnostics) {
    const auto source = std::make_shared<const SourceText>(SourceText{"f", text});
    return parse_formula({source, 0, static_cast<std::uint32_t>(text.size())}, diagnostics);
}

/// Its value with x = 3 and y = 0.5; NaN when it cannot be read.
double value(const std::string& text) {
    Diagnostics diagnostics;
    const auto expression = parse(text, diagnostics);
    if (!expression) {
        ADD_FAILURE() << text << ": " << diagnostics.text();
        return std::nan("");
    }
    const auto formula = Formula::make(*expression, {"x", "y"}, "the test", diagnostics);
    if (!formula) {
        ADD_FAILURE() << text << ": " << diagnostics.text();
        return std::nan("");
    }
    std::vector<double> work;
    return formula->evaluate(std::array{3.0, 0.5}, {}, work);
}

std::string complaint(const std::string& text) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse(text, diagnostics)) << text;
    EXPECT_EQ(diagnostics.all().size(), 1U) << text;
    return diagnostics.empty() ? "" : diagnostics.all().front().message;
}

TEST(PetabExpressions, BindAsInTheSpecification) {
    EXPECT_EQ(value("-x^2"), -9.0);    // the sign is weaker than ^
    EXPECT_EQ(value("2^-x"), 0.125);   // and may stand behind it
    EXPECT_EQ(value("2^3^2"), 512.0);  // from the right
    EXPECT_EQ(value("2**3**2"), 512.0);
    EXPECT_EQ(value("-2^-2^2"), -0.0625);
    EXPECT_EQ(value("2-3-4"), -5.0);  // from the left
    EXPECT_EQ(value("8/4/2"), 1.0);
    EXPECT_EQ(value("2*-x"), -6.0);
    EXPECT_EQ(value("2--x"), 5.0);
    EXPECT_EQ(value("+x"), 3.0);
    EXPECT_EQ(value("1 + 2 < 4 && x >= 3"), 1.0);
    EXPECT_EQ(value("true || false && false"), 0.0);  // alike, from the left
    EXPECT_EQ(value("!(x > 1)"), 0.0);
    EXPECT_EQ(value("(1+x)*2"), 8.0);
    EXPECT_EQ(value("1e-3*1E3"), 1.0);
    EXPECT_EQ(value(".5*x"), 1.5);
}

TEST(PetabExpressions, KnowTheFunctionsOfTheSpecification) {
    EXPECT_EQ(value("pow(x, 2)"), 9.0);
    EXPECT_TRUE(near_rel(value("log(x, 2)"), std::log2(3.0), 1e-15));
    EXPECT_EQ(value("log(x)"), std::log(3.0));
    EXPECT_EQ(value("log10(100)"), 2.0);
    EXPECT_TRUE(near_rel(value("sec(y) * cos(y)"), 1.0, 1e-15));
    EXPECT_TRUE(near_rel(value("cot(y)"), 1.0 / std::tan(0.5), 1e-15));
    EXPECT_TRUE(near_rel(value("sec(arcsec(x))"), 3.0, 1e-14));
    EXPECT_TRUE(near_rel(value("coth(arccoth(x))"), 3.0, 1e-14));
    EXPECT_TRUE(near_rel(value("csch(arccsch(x))"), 3.0, 1e-14));
    EXPECT_EQ(value("sign(-x)"), -1.0);
    EXPECT_EQ(value("min(x, y) + max(x, y)"), 3.5);
}

TEST(PetabExpressions, TakeTheFirstTruePieceOrTheLast) {
    EXPECT_EQ(value("piecewise(1, x > 5, 2, x > 2, 3)"), 2.0);
    EXPECT_EQ(value("piecewise(1, x > 2, 2, x > 2, 3)"), 1.0);
    EXPECT_EQ(value("piecewise(1, x > 5, 3)"), 3.0);
    EXPECT_EQ(value("piecewise(x + 1, x*y > 1, piecewise(7, false, x - 1))^2"), 16.0);
    EXPECT_EQ(value("piecewise(1, false, 2) + log(x + x, 6)"), 3.0);
}

TEST(PetabExpressions, SayWhatIsWrongWhereItIs) {
    EXPECT_EQ(complaint("1 +"), "the formula ends too early");
    EXPECT_EQ(complaint("a b"), "an operator was expected here");
    EXPECT_EQ(complaint("(a"), "this parenthesis is not closed");
    EXPECT_EQ(complaint("a)"), "this parenthesis was not opened");
    EXPECT_EQ(complaint("a, b"), "a comma stands only in calls");
    EXPECT_EQ(complaint("sine(a)"), "'sine' is no function of PEtab");
    EXPECT_EQ(complaint("pow(a)"), "pow takes 2 arguments, not 1");
    EXPECT_EQ(complaint("piecewise(a, b)"),
              "piecewise takes values and conditions in turn, and a last value");
    EXPECT_EQ(complaint("(a, b)"), "a comma stands only in calls");
    EXPECT_EQ(complaint("1..2"), "an operator was expected here");
}

TEST(PetabExpressions, NestWithoutExhaustingTheStack) {
    constexpr int kDeep = 20'000;
    EXPECT_EQ(value(std::string(kDeep, '(') + "x" + std::string(kDeep, ')')), 3.0);
    std::string sum = "x";
    for (int i = 0; i < kDeep; ++i) {
        sum += "+1";
    }
    EXPECT_EQ(value(sum), 3.0 + kDeep);
    complaint(std::string(2 * kMostFormulaNodes, '-') + "(");
}

TEST(PetabExpressions, NamesAreReplacedByWholeExpressions) {
    Diagnostics diagnostics;
    const auto product = parse("2 * n", diagnostics);
    const auto sum = parse("x + y", diagnostics);
    ASSERT_TRUE(product && sum);
    const lang::Expression replaced = with_names_replaced(
        *product, [&](std::string_view name) { return name == "n" ? &*sum : nullptr; });
    EXPECT_EQ(replaced.text(), "2*(x + y)");
}

}  // namespace
}  // namespace erbium::petab
