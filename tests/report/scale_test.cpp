// SPDX-License-Identifier: Apache-2.0
// tests/report/scale_test.cpp: laws of axes that hold for many ranges.
#include "erbium/report/scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace erbium::report {
namespace {

struct Range {
    double low;
    double high;
};

constexpr std::array kRanges{Range{0.0, 1.0},   Range{0.0, 1.2},     Range{-3.0, 3.0},
                             Range{17.0, 23.5}, Range{0.0, 72.0},    Range{-1e-9, 4e-9},
                             Range{1e5, 9e7},   Range{0.3, 0.30001}, Range{-250.0, -13.0}};
constexpr std::array kPositive{Range{1e-3, 1e4}, Range{0.1, 10.0}, Range{2.0, 7.0},
                               Range{0.05, 8.0}, Range{1.0, 1e12}};

bool is_one_two_five(double number) {
    const double lead = number / std::pow(10.0, std::floor(std::log10(number) + 1e-9));
    return std::abs(lead - 1.0) < 1e-6 || std::abs(lead - 2.0) < 1e-6 ||
           std::abs(lead - 5.0) < 1e-6;
}

TEST(Scale, LinearTicksLieWithinTheAxisAndAscend) {
    for (const Range& range : kRanges) {
        for (const int count : {2, 5, 9}) {
            const std::vector<double> ticks =
                Scale{ScaleKind::linear, range.low, range.high}.ticks(count);
            ASSERT_FALSE(ticks.empty()) << range.low << " to " << range.high;
            EXPECT_GE(ticks.front(), range.low);
            EXPECT_LE(ticks.back(), range.high);
            EXPECT_TRUE(std::is_sorted(ticks.begin(), ticks.end()));
            EXPECT_LE(ticks.size(), 2U * static_cast<std::size_t>(count) + 2U);
        }
    }
}

TEST(Scale, LinearStepsAreOneTwoOrFiveTimesAPowerOfTen) {
    for (const Range& range : kRanges) {
        const std::vector<double> ticks = Scale{ScaleKind::linear, range.low, range.high}.ticks(5);
        for (std::size_t i = 1; i < ticks.size(); ++i) {
            const double step = ticks[i] - ticks[i - 1];
            // rounding of the ends leaves a relative error of about eps * |end| / step
            const double rounding =
                4e-16 * std::max(std::abs(range.low), std::abs(range.high)) / step;
            if (rounding < 1e-7) {
                EXPECT_TRUE(is_one_two_five(step)) << step;
            }
        }
    }
}

TEST(Scale, TicksOfTenthsAreTheNearestDoublesToTenths) {
    const std::vector<double> ticks = Scale{ScaleKind::linear, 0.0, 1.0}.ticks(10);
    ASSERT_EQ(ticks.size(), 11U);
    EXPECT_EQ(ticks[3], 0.3);  // 3 * 0.1 is not
    EXPECT_EQ(ticks[7], 0.7);
}

TEST(Scale, LogTicksOfManyDecadesArePowersOfTen) {
    for (const double tick : Scale{ScaleKind::log, 1e-3, 1e4}.ticks(8)) {
        EXPECT_NEAR(std::log10(tick), std::round(std::log10(tick)), 1e-12);
    }
}

TEST(Scale, LogTicksLieWithinTheAxisAndThereAreAtLeastTwo) {
    for (const Range& range : kPositive) {
        const std::vector<double> ticks = Scale{ScaleKind::log, range.low, range.high}.ticks(5);
        ASSERT_GE(ticks.size(), 2U);
        EXPECT_GE(ticks.front(), range.low);
        EXPECT_LE(ticks.back(), range.high);
        EXPECT_TRUE(std::is_sorted(ticks.begin(), ticks.end()));
    }
}

TEST(Scale, SymlogTicksHaveAZeroAndAreSymmetricOnASymmetricAxis) {
    const std::vector<double> ticks = Scale{ScaleKind::symlog, -1000.0, 1000.0}.ticks(8);
    EXPECT_TRUE(std::is_sorted(ticks.begin(), ticks.end()));
    EXPECT_NE(std::find(ticks.begin(), ticks.end(), 0.0), ticks.end());
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        EXPECT_EQ(ticks[i], -ticks[ticks.size() - 1 - i]);
    }
}

TEST(Scale, EndsAreAtZeroAndOneAndOrderIsKept) {
    for (const ScaleKind kind : {ScaleKind::linear, ScaleKind::log, ScaleKind::symlog}) {
        for (const Range& range : kPositive) {
            const Scale scale{kind, range.low, range.high};
            EXPECT_NEAR(scale.fraction(range.low), 0.0, 1e-12);
            EXPECT_NEAR(scale.fraction(range.high), 1.0, 1e-12);
            double last = -1.0;
            for (int i = 0; i <= 20; ++i) {
                const double at = scale.fraction(range.low + (range.high - range.low) * i / 20.0);
                EXPECT_GT(at, last);
                last = at;
            }
        }
    }
}

TEST(Scale, LogPutsEqualRatiosAtEqualDistances) {
    const Scale scale{ScaleKind::log, 1.0, 1e4};
    EXPECT_NEAR(scale.fraction(100.0), 0.5, 1e-12);
    EXPECT_FALSE(scale.can_show(0.0));
    EXPECT_FALSE(scale.can_show(-1.0));
}

TEST(Scale, AroundHoldsAllFiniteValuesAndIgnoresNaN) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const ScaleKind kind : {ScaleKind::linear, ScaleKind::log}) {
        const Scale scale = Scale::around(kind, {0.37, nan, 4.2, 1.1, nan});
        EXPECT_LE(scale.low(), 0.37);
        EXPECT_GE(scale.high(), 4.2);
    }
    EXPECT_LT(Scale::around(ScaleKind::linear, {nan, nan}).low(),
              Scale::around(ScaleKind::linear, {nan}).high());
    EXPECT_GT(Scale::around(ScaleKind::log, {0.0, -3.0, 5.0}).low(), 0.0);
    EXPECT_LE(Scale::around(ScaleKind::linear, {7.0, 7.0}).low(), 7.0);
    EXPECT_GT(Scale::around(ScaleKind::linear, {7.0, 7.0}).high(), 7.0);
}

TEST(TickLabels, HaveOneNumberOfDecimalsOnAnEvenAxis) {
    EXPECT_EQ(tick_labels({0.0, 0.5, 1.0}), (std::vector<std::string>{"0.0", "0.5", "1.0"}));
    EXPECT_EQ(tick_labels({-2.0, -1.0, 0.0}), (std::vector<std::string>{"−2", "−1", "0"}));
}

TEST(TickLabels, WriteFarDecadesAsPowers) {
    EXPECT_EQ(tick_labels({1e-6, 1e-3, 1.0}),
              (std::vector<std::string>{"10⁻⁶", "0.00100", "1.00"}));
}

TEST(NumberLabel, KeepsSignificantDigitsAndARealMinus) {
    EXPECT_EQ(number_label(0.25, 2), "0.25");
    EXPECT_EQ(number_label(-1234.5, 3), "−1234");
    EXPECT_EQ(number_label(3.2e-7, 2), "3.2×10⁻⁷");
    EXPECT_EQ(number_label(1e9, 3), "10⁹");
    EXPECT_EQ(number_label(0.0, 2), "0.0");
    EXPECT_EQ(number_label(std::numeric_limits<double>::quiet_NaN(), 2), "NaN");
    EXPECT_EQ(fixed_label(-0.001, 2), "0.00");  // no minus zero
    EXPECT_EQ(fixed_label(std::numeric_limits<double>::quiet_NaN(), 2), "NaN");
}

}  // namespace
}  // namespace erbium::report
