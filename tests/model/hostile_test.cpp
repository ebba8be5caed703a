// SPDX-License-Identifier: Apache-2.0
// tests/model/hostile_test.cpp: texts made to hurt are refused or read, quickly and in one message.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "erbium/model/bind.hpp"

namespace erbium::model {
namespace {

/// What is printed for the text; fails the test when that takes long. The limit leaves room for a
/// sanitizer build on a busy machine; the work itself takes a tenth of it.
std::string reply(std::string text) {
    const auto start = std::chrono::steady_clock::now();
    const Outcome<Bound, Diagnostics> bound = bind_text(std::move(text), "model.bngl");
    std::string printed = bound ? bound.value().warnings.text() : bound.error().text();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_LT(seconds.count(), 10.0);
    return printed;
}

std::string repeated(const std::string& piece, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += piece;
    }
    return text;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(HostileText, NothingIsAModelWithoutContent) {
    EXPECT_EQ(reply(""), "");
    EXPECT_EQ(reply("\n\n# only a comment"), "");
    EXPECT_EQ(reply("\\"), "");
    EXPECT_EQ(reply("\xEF\xBB\xBF"
                    "begin model\nend model\n"),
              "");
}

TEST(HostileText, LineEndsOfOtherSystemsAreFine) {
    EXPECT_EQ(reply("begin parameters\r\n  k 1\r\nend parameters\r\n"), "");
}

TEST(HostileText, ANulByteMeansThatThisIsNoText) {
    const std::string text{"k 1\n\0", 5};
    EXPECT_TRUE(has(reply(text),
                    "model.bngl:2:1: error ERB-BNGL-0021: there is a NUL byte: this "
                    "is not a text file\n"));
}

TEST(HostileText, ALineOfMegabytesIsRefused) {
    EXPECT_TRUE(
        has(reply("begin parameters\n" + std::string(3U << 20U, 'x') + "\nend parameters\n"),
            "model.bngl:2:1: error ERB-BNGL-0029: the line has more than 2 MiB\n"));
}

TEST(HostileText, ATextOfManyMegabytesIsRefused) {
    EXPECT_TRUE(has(reply(std::string(65U << 20U, '\n')),
                    "model.bngl:1:1: error ERB-BNGL-0020: the text has 65 MiB; more than 64 MiB "
                    "are not read\n"));
}

TEST(HostileText, ErrorsPastTheFiftiethAreCounted) {
    const std::string syntax = reply(repeated("junk\n", 62));
    EXPECT_TRUE(has(syntax,
                    "error ERB-BNGL-0099: 12 more errors are not shown\n"
                    "  hint: correct the first ones and try again\n"));
    std::string parameters = "begin parameters\n";
    for (int i = 0; i < 62; ++i) {
        parameters += fmt::format("k{} unknown{}\n", i, i);
    }
    EXPECT_TRUE(has(reply(parameters + "end parameters\n"),
                    "error ERB-BIND-0099: 12 more errors are not shown\n"));
}

TEST(HostileText, AHundredThousandMisspeltNamesCostNoQuadraticTime) {
    std::string text = "begin parameters\n";
    for (int i = 0; i < 100'000; ++i) {
        text += fmt::format("k{} unknown{}\n", i, i);
    }
    EXPECT_TRUE(has(reply(text + "end parameters\n"), "99950 more errors"));
}

TEST(HostileText, ADeepExpressionIsRead) {
    EXPECT_EQ(reply("begin parameters\n  k " + std::string(500'000, '(') + "1" +
                    std::string(500'000, ')') + "\nend parameters\n"),
              "");
}

TEST(HostileText, AChainOfAHundredThousandBondsIsRead) {
    std::string species = "A(b)";
    species = "A(b!0)";
    for (int i = 0; i < 50'000; ++i) {
        species += fmt::format(".B(a!{},a!{})", 2 * i, 2 * i + 1) +
                   fmt::format(".C(b!{},b!{})", 2 * i + 1, 2 * i + 2);
    }
    species += ".A(b!100000)";
    EXPECT_EQ(reply("begin seed species\n" + species + " 1\nend seed species\n"), "");
}

TEST(HostileText, AChainOfAHundredThousandParametersIsEvaluated) {
    std::string text = "begin parameters\n";
    for (int i = 0; i < 100'000; ++i) {
        text += fmt::format("k{} k{}\n", i, i + 1);
    }
    EXPECT_EQ(reply(text + "k100000 1\nend parameters\n"), "");
    EXPECT_TRUE(
        has(reply(text + "k100000 k0\nend parameters\n"), "is defined by itself: k0 -> k1 -> "));
}

TEST(HostileText, ARuleOfAHundredThousandMoleculesIsRead) {
    const std::string side = "A()" + repeated("+A()", 99'999);
    EXPECT_TRUE(has(reply("begin parameters\nk 1\nend parameters\nbegin reaction rules\n" + side +
                          " -> " + side + " k\nend reaction rules\n"),
                    "the rule changes nothing"));
}

TEST(HostileText, InvalidBytesAreShownWhereTheyStand) {
    EXPECT_TRUE(has(reply("begin parameters\n  k \xFF\xFE\nend parameters\n"),
                    "model.bngl:2:5: error ERB-EXPR-0001"));
    EXPECT_TRUE(has(reply("begin parameters\n  k \x01\nend parameters\n"),
                    "found the control character 0x01"));
}

TEST(HostileText, ParametersThatAreNoNumbersAreRefused) {
    EXPECT_TRUE(has(reply("begin parameters\n  a 0/0\nend parameters\n"),
                    "the value of 'a' is not a number"));
    EXPECT_TRUE(has(reply("begin parameters\n  a 1e308*10\nend parameters\n"),
                    "the value of 'a' is infinite"));
}

TEST(HostileText, ActionsAreNeverRun) {
    const Outcome<Bound, Diagnostics> bound = bind_text("system(\"touch /tmp/erbium_was_here\")\n");
    ASSERT_TRUE(static_cast<bool>(bound));
    EXPECT_EQ(bound.value().model.actions.front().name, "system");
}

}  // namespace
}  // namespace erbium::model
