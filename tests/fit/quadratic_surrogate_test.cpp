// SPDX-License-Identifier: Apache-2.0
// tests/fit/quadratic_surrogate_test.cpp: polynomials are learnt exactly, smooth functions nearly.
#include "erbium/fit/quadratic_surrogate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

std::vector<std::vector<double>> points_near(std::size_t count, std::uint64_t seed) {
    Random random{seed};
    std::vector<std::vector<double>> out(count, std::vector<double>(3));
    for (std::vector<double>& point : out) {
        point = {5.0 + random.normal(), 0.1 * random.normal(), -2.0 + 3.0 * random.normal()};
    }
    return out;
}

/// A polynomial that is negative somewhere, one times e^x with x of second degree, a smooth one.
std::vector<double> outputs_at(const std::vector<double>& x) {
    return {1.0 - x[0] * x[2] + 3.0 * x[1] * x[1] + 0.2 * x[2] * x[2] * x[2],
            4.0 * std::exp(0.3 * x[0] - 0.02 * x[2] * x[2] + x[0] * x[1]),
            1.0 / (1.0 + std::exp(0.3 * x[0] + 0.1 * x[2]))};
}

TEST(Surrogates, AreExactForWhatTheirTermsCanSay) {
    const auto points = points_near(60, 1);
    std::vector<std::vector<double>> outputs;
    for (const auto& point : points) {
        outputs.push_back(outputs_at(point));
    }
    const QuadraticSurrogate surrogate{points, outputs, 0.0};
    std::vector<double> found(3);
    for (const auto& point : points_near(20, 2)) {
        surrogate.at(point, found);
        const std::vector<double> exact = outputs_at(point);
        EXPECT_NEAR(found[0], exact[0], 1e-7 * (1.0 + std::fabs(exact[0])));
        EXPECT_NEAR(found[1] / exact[1], 1.0, 1e-7) << "above 0 everywhere: learnt as logarithm";
        EXPECT_NEAR(found[2] / exact[2], 1.0, 0.02);
    }
}

TEST(Surrogates, OfFewPointsAreSmoothGuesses) {
    const auto points = points_near(8, 3);  // of 13 terms
    std::vector<std::vector<double>> outputs;
    for (const auto& point : points) {
        outputs.push_back(outputs_at(point));
    }
    const QuadraticSurrogate surrogate{points, outputs};
    std::vector<double> found(3);
    surrogate.at(points[0], found);
    EXPECT_NEAR(found[2] / outputs[0][2], 1.0, 0.1);
    const std::vector<double> far{1e6, 1e6, 1e6};
    surrogate.at(far, found);
    EXPECT_TRUE(std::isfinite(found[1])) << "a logarithm is cut off";
}

TEST(Surrogates, CountTheirTerms) {
    EXPECT_EQ(QuadraticSurrogate::terms(3), 1U + 3U + 6U + 3U);
}

}  // namespace
}  // namespace erbium::fit
