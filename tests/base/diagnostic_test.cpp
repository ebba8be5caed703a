// SPDX-License-Identifier: Apache-2.0
// tests/base/diagnostic_test.cpp: where a complaint points, and how it is printed.
#include "erbium/base/diagnostic.hpp"

#include <gtest/gtest.h>

#include <string>

namespace erbium {
namespace {

Span span_in(const std::string& text, const std::string& part) {
    const auto begin = static_cast<std::uint32_t>(text.find(part));
    return {std::make_shared<const SourceText>(SourceText{"model.bngl", text}), begin,
            begin + static_cast<std::uint32_t>(part.size())};
}

TEST(LineColumn, CountsLinesAndCharactersFromOne) {
    EXPECT_EQ(line_column("ab\ncd", 0).line, 1U);
    EXPECT_EQ(line_column("ab\ncd", 0).column, 1U);
    EXPECT_EQ(line_column("ab\ncd", 4).line, 2U);
    EXPECT_EQ(line_column("ab\ncd", 4).column, 2U);
}

TEST(LineColumn, CountsACharacterOfSeveralBytesOnce) {
    const std::string text = "\xC2\xB5M k";  // a micro sign takes two bytes
    EXPECT_EQ(line_column(text, 4).column, 4U);
}

TEST(LineColumn, PutsAnOffsetPastTheEndAtTheEnd) {
    EXPECT_EQ(line_column("ab\nc", 99).line, 2U);
    EXPECT_EQ(line_column("ab\nc", 99).column, 2U);
}

TEST(Render, ShowsPlaceMessagePictureAndHint) {
    Diagnostics all;
    all.error("ERB-BNGL-0001", span_in("a\nbind: HER(x) -> 0 k\n", "HER"), "unknown molecule 'HER'",
              "did you mean 'HER2'?");
    EXPECT_EQ(all.text(),
              "model.bngl:2:7: error ERB-BNGL-0001: unknown molecule 'HER'\n"
              "     2 | bind: HER(x) -> 0 k\n"
              "       |       ^^^\n"
              "  hint: did you mean 'HER2'?\n");
}

TEST(Render, LeavesOutWhatItDoesNotHave) {
    Diagnostics all;
    all.warning("ERB-X-1", {}, "nothing to point at");
    EXPECT_EQ(all.text(), "warning ERB-X-1: nothing to point at\n");
    EXPECT_FALSE(all.has_errors());
}

TEST(Render, NeverSendsControlCharactersToTheTerminal) {
    const std::string text = "k \x1b[31m 1";
    const std::string shown = render({.code = "E", .span = span_in(text, "k"), .message = "m"});
    EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

TEST(Render, CutsAVeryLongLineAroundTheCaret) {
    const std::string text = std::string(5000, 'a') + "X" + std::string(5000, 'b');
    const std::string shown = render({.code = "E", .span = span_in(text, "X"), .message = "m"});
    EXPECT_LT(shown.size(), 600U);
    const std::size_t picture = shown.find('\n') + 1;
    const std::size_t carets = shown.find('\n', picture) + 1;
    const std::size_t column = shown.find('^', carets) - carets;
    EXPECT_EQ(shown[picture + column], 'X');
}

TEST(Render, PointsPastTheEndWhenTheTextStopsTooEarly) {
    const std::string text = "begin model";
    const Span span{std::make_shared<const SourceText>(SourceText{"m", text}), 11, 11};
    EXPECT_EQ(render({.code = "E", .span = span, .message = "unfinished"}),
              "m:1:12: error E: unfinished\n"
              "     1 | begin model\n"
              "       |            ^\n");
}

TEST(Diagnostics, TellUnsupportedFromInvalid) {
    Diagnostics all;
    all.unsupported("E", {}, "population maps");
    EXPECT_TRUE(all.is_only_unsupported());
    EXPECT_EQ(all.all().front().message, "unsupported: population maps");
    all.error("E", {}, "wrong");
    EXPECT_FALSE(all.is_only_unsupported());
}

TEST(Diagnostics, AppendKeepsTheOrderAndCountsTheErrors) {
    Diagnostics first;
    first.warning("W", {}, "one");
    Diagnostics second;
    second.error("E", {}, "two");
    first.append(second);
    EXPECT_TRUE(first.has_errors());
    ASSERT_EQ(first.all().size(), 2U);
    EXPECT_EQ(first.all()[1].message, "two");
}

}  // namespace
}  // namespace erbium
