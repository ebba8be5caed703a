// SPDX-License-Identifier: Apache-2.0
// tests/package/expectation_test.cpp: intervals as text, their ends and their mistakes.
#include "erbium/package/expectation.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace erbium::package {
namespace {

Expectation must_parse(const char* text) {
    auto parsed = parse_expectation(text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
    return parsed ? parsed.value() : Expectation{};
}

std::string problem(const char* text) {
    const auto parsed = parse_expectation(text);
    return parsed ? "no problem" : parsed.error().text();
}

TEST(Expectations, OpenEndsDoNotBelongToTheInterval) {
    EXPECT_FALSE(must_parse("> 0.85").holds(0.85));
    EXPECT_TRUE(must_parse("> 0.85").holds(0.8500001));
    EXPECT_TRUE(must_parse(">= 0.85").holds(0.85));
    EXPECT_FALSE(must_parse("<0.7").holds(0.7));
    EXPECT_TRUE(must_parse("<=0.7").holds(0.7));
    EXPECT_TRUE(must_parse("> -1e-3").holds(0.0));
}

TEST(Expectations, ClosedIntervalsHoldBothEnds) {
    const Expectation e = must_parse("in [0.2, 0.5]");
    EXPECT_TRUE(e.holds(0.2));
    EXPECT_TRUE(e.holds(0.5));
    EXPECT_FALSE(e.holds(0.19));
    EXPECT_FALSE(e.holds(0.51));
}

TEST(Expectations, NothingHoldsForNaN) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(must_parse("> 0").holds(kNaN));
    EXPECT_FALSE(must_parse("<= 1").holds(kNaN));
    EXPECT_FALSE(must_parse("in [0, 1]").holds(kNaN));
}

TEST(Expectations, MistakesAreNamed) {
    EXPECT_EQ(problem("about 3"),
              "error ERB-PKG-0030: the expectation 'about 3' is not understood\n"
              "  hint: write it as '> 0.85', '<= 0.7' or 'in [0.2, 0.5]'\n");
    EXPECT_EQ(problem("> much"),
              "error ERB-PKG-0030: the expectation '> much' needs a number\n"
              "  hint: write it as '> 0.85', '<= 0.7' or 'in [0.2, 0.5]'\n");
    EXPECT_EQ(problem("in [0.5, 0.2]"),
              "error ERB-PKG-0030: the interval '[0.5, 0.2]' is empty\n"
              "  hint: the lower end comes first\n");
    EXPECT_EQ(problem("in [1, 2, 3]"),
              "error ERB-PKG-0030: the interval '[1, 2, 3]' needs two numbers\n"
              "  hint: write it as '> 0.85', '<= 0.7' or 'in [0.2, 0.5]'\n");
    EXPECT_NE(problem(""), "no problem");
    EXPECT_NE(problem(">"), "no problem");
    EXPECT_NE(problem("in"), "no problem");
    EXPECT_NE(problem("> 1e999"), "no problem");
}

}  // namespace
}  // namespace erbium::package
