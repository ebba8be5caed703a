// SPDX-License-Identifier: Apache-2.0
// tests/fit/points_test.cpp: designs fill the cube as their definitions say.
#include "erbium/fit/points.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "erbium/fit/random.hpp"
#include "near.hpp"

namespace erbium::fit {
namespace {

/// Slices of the unit interval that the points of one axis fall into.
std::multiset<int> slices(const std::vector<double>& points, std::size_t dimensions,
                          std::size_t axis, int count) {
    std::multiset<int> found;
    for (std::size_t i = axis; i < points.size(); i += dimensions) {
        found.insert(static_cast<int>(points[i] * count));
    }
    return found;
}

TEST(LatinHypercubes, PutOnePointIntoEachSliceOfEachAxis) {
    const auto points = latin_hypercube(37, 5, 11);
    for (std::size_t axis = 0; axis < 5; ++axis) {
        const auto found = slices(points, 5, axis, 37);
        for (int s = 0; s < 37; ++s) {
            EXPECT_EQ(found.count(s), 1U);
        }
    }
    EXPECT_EQ(points, latin_hypercube(37, 5, 11));
    EXPECT_NE(points, latin_hypercube(37, 5, 12));
}

TEST(SobolPoints, PutOnePointIntoEachSliceOfEachAxis) {
    // Of any block of 2^k points, in every dimension, whatever its direction numbers.
    constexpr std::size_t kDimensions = 300;
    SobolSequence sequence{kDimensions, 3};
    std::vector<double> points(64 * kDimensions);
    for (int block = 0; block < 3; ++block) {
        for (std::size_t i = 0; i < 64; ++i) {
            sequence.next(std::span{points}.subspan(i * kDimensions, kDimensions));
        }
        for (std::size_t axis = 0; axis < kDimensions; ++axis) {
            const auto found = slices(points, kDimensions, axis, 64);
            EXPECT_EQ(std::set<int>(found.begin(), found.end()).size(), 64U) << axis;
        }
    }
}

TEST(SobolPoints, AreANetInTheFirstTwoDimensions) {
    // Dimensions 1 and 2 form a (0, 2)-sequence: every elementary box of area 2^-k holds one point
    // of the first 2^k.
    constexpr int k = 8;
    const auto points = sobol_points(1U << k, 2, 9);
    for (int a = 0; a <= k; ++a) {
        std::set<std::pair<int, int>> boxes;
        for (std::size_t i = 0; i < points.size(); i += 2) {
            boxes.emplace(static_cast<int>(points[i] * (1 << a)),
                          static_cast<int>(points[i + 1] * (1 << (k - a))));
        }
        EXPECT_EQ(boxes.size(), std::size_t{1} << k) << a;
    }
}

TEST(SobolPoints, IntegrateBetterThanRandomOnes) {
    // Integral of prod (1 + (x - 1/2)) over the 12-cube is 1.
    constexpr std::size_t d = 12;
    constexpr std::size_t n = 4096;
    const auto mean = [&](const std::vector<double>& points) {
        double sum = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            double product = 1.0;
            for (std::size_t k = 0; k < d; ++k) {
                product *= 0.5 + points[i * d + k];
            }
            sum += product;
        }
        return sum / n;
    };
    EXPECT_TRUE(near_rel(mean(sobol_points(n, d, 1)), 1.0,
                         4e-3));  // random points: standard deviation 0.02
}

TEST(RandomNumbers, HaveTheMomentsOfTheirDistributions) {
    Random random{42};
    constexpr int n = 200'000;
    double mean = 0.0;
    double square = 0.0;
    double fourth = 0.0;
    double uniform = 0.0;
    for (int i = 0; i < n; ++i) {
        const double z = random.normal();
        mean += z / n;
        square += z * z / n;
        fourth += z * z * z * z / n;
        const double u = random.uniform();
        EXPECT_TRUE(u > 0.0 && u < 1.0);
        uniform += u / n;
    }
    // Five standard errors each.
    EXPECT_LT(std::fabs(mean), 5.0 / std::sqrt(n));
    EXPECT_TRUE(near_rel(square, 1.0, 5.0 * std::sqrt(2.0 / n)));
    EXPECT_TRUE(near_rel(fourth, 3.0, 5.0 * std::sqrt(96.0 / n) / 3.0));
    EXPECT_TRUE(near_rel(uniform, 0.5, 5.0 * std::sqrt(1.0 / 12.0 / n) / 0.5));
}

TEST(RandomNumbers, AreThoseOfTheirSeedAndStream) {
    EXPECT_EQ(Random(1, 2).bits(), Random(1, 2).bits());
    EXPECT_NE(Random(1, 2).bits(), Random(1, 3).bits());
    EXPECT_NE(Random(1, 2).bits(), Random(2, 2).bits());
}

}  // namespace
}  // namespace erbium::fit
