// SPDX-License-Identifier: Apache-2.0
// tests/assay/coverage_test.cpp: ranks of measurements are uniform when the model's spread is
// right.
#include "erbium/assay/coverage.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace erbium::assay {
namespace {

package::Observation measured(double value, double tolerance, package::Scale scale) {
    package::Observation o;
    o.quantity = package::MeasuredQuantity::viability;
    o.value = value;
    o.tolerance = tolerance;
    o.scale = scale;
    return o;
}

TEST(PredictiveRanks, AreThoseOfAMixtureOfNormals) {
    const package::Observation o = measured(1.0, 0.5, package::Scale::linear);
    EXPECT_NEAR(predictive_rank(o, spread_of({1.0})), 0.5, 1e-12);
    // Phi(1) and Phi(-2), averaged.
    EXPECT_NEAR(predictive_rank(o, spread_of({0.5, 2.0})), 0.5 * (0.8413447461 + 0.0227501319),
                1e-9);
    EXPECT_NEAR(predictive_rank(o, spread_of({0.5, std::nan("")})), 0.8413447461, 1e-9)
        << "a set that failed is left out";
    EXPECT_TRUE(std::isnan(predictive_rank(o, Spread{}))) << "no ensemble";
    const package::Observation folded = measured(4.0, 1.0, package::Scale::log2);
    EXPECT_NEAR(predictive_rank(folded, spread_of({2.0})), 0.8413447461, 1e-9);
    package::Observation interval = measured(1.0, 0.5, package::Scale::linear);
    interval.value.reset();
    EXPECT_TRUE(std::isnan(predictive_rank(interval, spread_of({1.0}))));
}

/// Measurements drawn from the predictive distribution itself, with errors `error` times as large.
Coverage simulated(double error) {
    Package package;
    Comparison comparison;
    std::mt19937_64 random{7};
    std::normal_distribution<double> normal;
    for (std::size_t i = 0; i < 2000; ++i) {
        const double centre = normal(random);
        std::vector<double> sets;
        for (int s = 0; s < 100; ++s) {
            sets.push_back(centre + 0.3 * normal(random));
        }
        const double truth = centre + 0.3 * normal(random);
        package.observations.push_back(
            measured(truth + error * 0.2 * normal(random), 0.2, package::Scale::linear));
        ComparisonRow row;
        row.observation = i;
        row.spread = spread_of(std::move(sets));
        comparison.rows.push_back(std::move(row));
    }
    EXPECT_TRUE(coverage(package, comparison, Rows::held_out).empty());
    const std::vector<Coverage> found = coverage(package, comparison, Rows::calibration);
    EXPECT_EQ(found.size(), 2U) << "viability, and all";
    EXPECT_EQ(found.back().kind, "all");
    return found.back();
}

TEST(Coverage, IsAsPromisedForARightModelAndLessForAnOverconfidentOne) {
    const Coverage right = simulated(1.0);
    const Coverage bold = simulated(4.0);
    for (std::size_t level = 0; level < kCoverageLevels.size(); ++level) {
        const auto share = static_cast<double>(right.inside[level]) / 2000.0;
        EXPECT_NEAR(share, kCoverageLevels[level], 0.03);
        EXPECT_LT(static_cast<double>(bold.inside[level]) / 2000.0, share - 0.1);
    }
    EXPECT_LT(right.inside_sets, right.inside[2]) << "without the error the interval is narrower";
}

}  // namespace
}  // namespace erbium::assay
