// SPDX-License-Identifier: Apache-2.0
// tests/math/functions_test.cpp: exp, log and pow over lanes against 64-bit mantissas, on every
// kernel that this machine has.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "erbium/math/lane_kernels.hpp"

namespace erbium::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

/// |value - exact| in units of the last place of `exact` as a double.
double ulps(double value, long double exact) {
    const double rounded = static_cast<double>(exact);
    if (value == rounded) {
        // The distance is below one unit; what matters is how much below, for finite values.
        if (!std::isfinite(rounded)) {
            return 0.0;
        }
    } else if (!std::isfinite(rounded) || !std::isfinite(value)) {
        return kInfinity;
    }
    int exponent = 0;
    std::frexp(rounded == 0.0 ? kSmallest : rounded, &exponent);
    const long double unit = std::ldexp(1.0L, std::max(exponent - 53, -1074));
    return static_cast<double>(std::fabs((static_cast<long double>(value) - exact) / unit));
}

class EveryKernel : public ::testing::TestWithParam<LaneKernels> {
protected:
    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(GetParam().width); }

    std::vector<double> unary(LaneKernels::Unary function, std::vector<double> x) const {
        const std::size_t asked = x.size();
        x.resize((asked + width() - 1) / width() * width(), 1.0);
        std::vector<double> result(x.size(), kNan);
        function(x.data(), result.data(), x.size() / width());
        result.resize(asked);
        return result;
    }
    std::vector<double> power(std::vector<double> x, std::vector<double> y) const {
        const std::size_t asked = x.size();
        x.resize((asked + width() - 1) / width() * width(), 1.0);
        y.resize(x.size(), 1.0);
        std::vector<double> result(x.size(), kNan);
        GetParam().power(x.data(), y.data(), result.data(), x.size() / width());
        result.resize(asked);
        return result;
    }
    double unary_of(LaneKernels::Unary function, double x) const {
        return unary(function, {x}).front();
    }
    double power_of(double x, double y) const { return power({x}, {y}).front(); }

    /// Largest error of a function on `points` [ULP].
    template <class Exact>
    double worst(LaneKernels::Unary function, const std::vector<double>& points,
                 Exact exact) const {
        const std::vector<double> found = unary(function, points);
        double largest = 0.0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            largest = std::max(largest, ulps(found[i], exact(static_cast<long double>(points[i]))));
        }
        return largest;
    }
};

std::vector<double> uniform(double low, double high, std::size_t count) {
    std::mt19937_64 random{11};
    std::uniform_real_distribution<double> distribution{low, high};
    std::vector<double> points(count);
    for (double& point : points) {
        point = distribution(random);
    }
    return points;
}

/// Positive finite doubles with random bits.
std::vector<double> positive(std::size_t count) {
    std::mt19937_64 random{12};
    std::vector<double> points;
    while (points.size() < count) {
        const double point = std::bit_cast<double>(random() >> 1);
        if (std::isfinite(point)) {
            points.push_back(point);
        }
    }
    return points;
}

long double exp_of(long double x) {
    return std::exp(x);
}
long double log_of(long double x) {
    return std::log(x);
}
long double log10_of(long double x) {
    return std::log10(x);
}
long double log2_of(long double x) {
    return std::log2(x);
}

TEST_P(EveryKernel, ExponentialIsWithinOneUlp) {
    EXPECT_LT(worst(GetParam().exponential, uniform(-1.0, 1.0, 60000), exp_of), 1.0);
    EXPECT_LT(worst(GetParam().exponential, uniform(-708.0, 709.7, 60000), exp_of), 1.0);
    EXPECT_LT(worst(GetParam().exponential, uniform(-1e-10, 1e-10, 1000), exp_of), 1.0);
}

TEST_P(EveryKernel, ExponentialRoundsDenormalResultsOnce) {
    EXPECT_LT(worst(GetParam().exponential, uniform(-745.13, -708.0, 20000), exp_of), 1.0);
}

TEST_P(EveryKernel, ExponentialHasTheEdgesOfC) {
    const auto exponential = GetParam().exponential;
    EXPECT_EQ(unary_of(exponential, 0.0), 1.0);
    EXPECT_EQ(unary_of(exponential, -0.0), 1.0);
    EXPECT_EQ(unary_of(exponential, kInfinity), kInfinity);
    EXPECT_EQ(unary_of(exponential, -kInfinity), 0.0);
    EXPECT_EQ(unary_of(exponential, 709.79), kInfinity);
    EXPECT_EQ(unary_of(exponential, -745.14), 0.0);
    EXPECT_EQ(unary_of(exponential, 1e300), kInfinity);
    EXPECT_EQ(unary_of(exponential, -1e300), 0.0);
    EXPECT_EQ(unary_of(exponential, kSmallest), 1.0);
    EXPECT_TRUE(std::isnan(unary_of(exponential, kNan)));
}

TEST_P(EveryKernel, NaturalLogIsWithinOneUlp) {
    EXPECT_LT(worst(GetParam().natural_log, positive(60000), log_of), 1.0);
    EXPECT_LT(worst(GetParam().natural_log, uniform(0.5, 2.0, 60000), log_of), 1.0);
    EXPECT_LT(worst(GetParam().natural_log, uniform(0.999, 1.001, 20000), log_of), 1.0);
}

TEST_P(EveryKernel, OtherLogsAreWithinTheirBound) {
    EXPECT_LT(worst(GetParam().log10, positive(40000), log10_of), 0.55);
    EXPECT_LT(worst(GetParam().log10, uniform(0.99, 1.01, 20000), log10_of), 0.55);
    EXPECT_LT(worst(GetParam().log2, positive(40000), log2_of), 0.55);
    EXPECT_LT(worst(GetParam().log2, uniform(0.99, 1.01, 20000), log2_of), 0.55);
}

TEST_P(EveryKernel, LogsOfPowersOfTheirBaseAreWhole) {
    double ten = 1.0;
    for (int i = 0; i <= 22; ++i) {
        EXPECT_EQ(unary_of(GetParam().log10, ten), i);
        ten *= 10.0;
    }
    for (int i = -1074; i <= 1023; ++i) {
        EXPECT_EQ(unary_of(GetParam().log2, std::ldexp(1.0, i)), i);
    }
}

TEST_P(EveryKernel, LogsHaveTheEdgesOfC) {
    for (const auto log : {GetParam().natural_log, GetParam().log2, GetParam().log10}) {
        EXPECT_EQ(unary_of(log, 1.0), 0.0);
        EXPECT_EQ(unary_of(log, 0.0), -kInfinity);
        EXPECT_EQ(unary_of(log, -0.0), -kInfinity);
        EXPECT_EQ(unary_of(log, kInfinity), kInfinity);
        EXPECT_TRUE(std::isnan(unary_of(log, -kSmallest)));
        EXPECT_TRUE(std::isnan(unary_of(log, -kInfinity)));
        EXPECT_TRUE(std::isnan(unary_of(log, kNan)));
    }
}

TEST_P(EveryKernel, PowerIsWithinOneUlp) {
    std::mt19937_64 random{13};
    std::vector<double> x = positive(80000);
    std::vector<double> y(x.size());
    std::uniform_real_distribution<double> unit{-1.0, 1.0};
    for (std::size_t i = 0; i < x.size(); ++i) {
        // Exponents for which the result spans all doubles, denormal ones included.
        y[i] = unit(random) * 1080.0 / std::max(std::fabs(std::log2(x[i])), 1e-3);
    }
    const std::vector<double> near_one = uniform(0.5, 2.0, 80000);
    for (const double point : near_one) {
        x.push_back(point);
        y.push_back(unit(random) * 8.0);
    }
    const std::vector<double> found = power(x, y);
    double largest = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const long double exact =
            std::pow(static_cast<long double>(x[i]), static_cast<long double>(y[i]));
        largest = std::max(largest, ulps(found[i], exact));
    }
    EXPECT_LT(largest, 1.0);
}

TEST_P(EveryKernel, PowerHasTheEdgesOfC) {
    const std::vector<double> values{
        0.0,    -0.0,      1.0,        -1.0,       0.5,  -0.5,       2.0,        -2.0,
        3.0,    -3.0,      kInfinity,  -kInfinity, kNan, 0x1p52,     0x1p53,     1e308,
        -1e308, kSmallest, -kSmallest, 1.5,        -1.5, 0x1p52 + 1, 0x1p53 - 1, -0x1p53 + 1};
    for (const double x : values) {
        for (const double y : values) {
            const double expected = std::pow(x, y);
            const double found = power_of(x, y);
            if (std::isnan(expected)) {
                EXPECT_TRUE(std::isnan(found)) << x << " ^ " << y << " = " << found;
            } else {
                EXPECT_LE(ulps(found, expected), 1.0) << x << " ^ " << y;
                EXPECT_EQ(std::signbit(found), std::signbit(expected)) << x << " ^ " << y;
            }
        }
    }
}

TEST_P(EveryKernel, GivesTheBytesOfOnePortableLane) {
    const LaneKernels& plain = lane_kernels().front();
    ASSERT_EQ(plain.width, 1);
    std::vector<double> x = positive(4000);
    const std::vector<double> more = uniform(-800.0, 800.0, 4000);
    x.insert(x.end(), more.begin(), more.end());
    std::vector<double> y = uniform(-4.0, 4.0, x.size());
    const auto same = [&](const std::vector<double>& found, const std::vector<double>& expected) {
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (std::isnan(found[i]) && std::isnan(expected[i])) {
                continue;
            }
            ASSERT_EQ(std::bit_cast<std::uint64_t>(found[i]),
                      std::bit_cast<std::uint64_t>(expected[i]))
                << x[i] << ", " << y[i];
        }
    };
    std::vector<double> expected(x.size());
    plain.exponential(x.data(), expected.data(), x.size());
    same(unary(GetParam().exponential, x), expected);
    plain.natural_log(x.data(), expected.data(), x.size());
    same(unary(GetParam().natural_log, x), expected);
    plain.log10(x.data(), expected.data(), x.size());
    same(unary(GetParam().log10, x), expected);
    plain.log2(x.data(), expected.data(), x.size());
    same(unary(GetParam().log2, x), expected);
    plain.power(x.data(), y.data(), expected.data(), x.size());
    same(power(x, y), expected);
}

std::string kernel_name(const ::testing::TestParamInfo<LaneKernels>& info) {
    return std::string{name(info.param.target)} + "_" + std::to_string(info.param.width);
}

INSTANTIATE_TEST_SUITE_P(All, EveryKernel,
                         ::testing::ValuesIn(lane_kernels().begin(), lane_kernels().end()),
                         kernel_name);

}  // namespace
}  // namespace erbium::math
