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
    const QuadraticSurrogate surrogate{points, outputs, {}, 0.0};
    std::vector<double> found(3);
    for (const auto& point : points_near(20, 2)) {
        surrogate.at({&point, 1}, found);
        const std::vector<double> exact = outputs_at(point);
        // Coefficients are single numbers, the largest term some hundreds.
        EXPECT_NEAR(found[0], exact[0], 1e-4 * (1.0 + std::fabs(exact[0])));
        EXPECT_NEAR(found[1] / exact[1], 1.0, 1e-5) << "above 0 everywhere: learnt as logarithm";
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
    surrogate.at(std::span{points}.first(1), found);
    EXPECT_NEAR(found[2] / outputs[0][2], 1.0, 0.1);
    const std::vector<double> far{1e6, 1e6, 1e6};
    surrogate.at({&far, 1}, found);
    EXPECT_TRUE(std::isfinite(found[1])) << "a logarithm is cut off";
}

TEST(Surrogates, GiveAPointTheSameWhateverIsBesideIt) {
    const auto points = points_near(60, 1);
    std::vector<std::vector<double>> outputs;
    for (const auto& point : points) {
        outputs.push_back(outputs_at(point));
    }
    const QuadraticSurrogate surrogate{points, outputs};
    std::vector<double> together(60 * 3);
    surrogate.at(points, together);
    std::vector<double> alone(3);
    for (std::size_t i = 0; i < points.size(); ++i) {
        surrogate.at(std::span{points}.subspan(i, 1), alone);
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_EQ(alone[k], together[i * 3 + k]) << i;
        }
    }
}

/// What is near 5, 0, -2 weighs: a steep function that no polynomial follows everywhere.
double steep(const std::vector<double>& x) {
    return std::tanh(1.5 * (x[0] - 5.0)) + 0.3 * x[1];
}

TEST(Surrogates, AreBestWherePointsWeighAndKnowTheirError) {
    const auto points = points_near(400, 5);
    std::vector<std::vector<double>> outputs;
    std::vector<double> weights;
    const auto weight_at = [](const std::vector<double>& x) {
        return std::exp(-4.0 * (x[0] - 5.0) * (x[0] - 5.0));
    };
    for (const auto& point : points) {
        outputs.push_back({steep(point), 3.0 + 0.1 * steep(point)});
        weights.push_back(weight_at(point));
    }
    const QuadraticSurrogate even{points, outputs};
    const QuadraticSurrogate weighted{points, outputs, weights};
    double squares = 0.0;
    double squares_even = 0.0;
    double squares_log = 0.0;
    double sum = 0.0;
    std::vector<double> found(2);
    for (const auto& point : points_near(2000, 6)) {
        const double weight = weight_at(point) * weight_at(point);
        sum += weight;
        even.at({&point, 1}, found);
        squares_even += weight * std::pow(found[0] - steep(point), 2);
        weighted.at({&point, 1}, found);
        squares += weight * std::pow(found[0] - steep(point), 2);
        squares_log += weight * std::pow(found[1] - 3.0 - 0.1 * steep(point), 2);
    }
    EXPECT_LT(squares, 0.25 * squares_even);
    EXPECT_NEAR(weighted.error(0, 0.0) / std::sqrt(squares / sum), 1.0, 0.5);
    EXPECT_NEAR(weighted.error(1, 3.0) / std::sqrt(squares_log / sum), 1.0, 0.5)
        << "learnt as its logarithm, of which the error is a part of the value";
}

TEST(Surrogates, CountTheirTerms) {
    EXPECT_EQ(QuadraticSurrogate::terms(3), 1U + 3U + 6U + 3U);
}

}  // namespace
}  // namespace erbium::fit
