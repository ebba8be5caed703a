// SPDX-License-Identifier: Apache-2.0
// tests/assay/comparison_test.cpp: when an observation holds, and how a misfit is told.
#include "erbium/assay/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "near.hpp"
#include "teaching_experiment.hpp"

namespace erbium::assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

package::Observation value(double measured, double tolerance,
                           package::Scale scale = package::Scale::linear) {
    package::Observation o;
    o.value = measured;
    o.tolerance = tolerance;
    o.scale = scale;
    return o;
}

TEST(Comparisons, AValueHoldsWithinItsTolerance) {
    EXPECT_TRUE(compare(value(0.5, 0.25), 0.75).holds) << "the tolerance belongs to it";
    EXPECT_FALSE(compare(value(0.5, 0.25), 0.76).holds);
    EXPECT_TRUE(near_rel(compare(value(0.5, 0.25), 0.9).residual, 0.4, 1e-12));
    EXPECT_EQ(compare(value(0.5, 0.25), 0.9).reason,
              "0.9 where 0.5 was measured: off by 0.4, tolerance 0.25");
}

TEST(Comparisons, OnTheLog2ScaleATooLargeFactorIsAMisfit) {
    EXPECT_TRUE(compare(value(2.0, 1.0, package::Scale::log2), 4.0).holds);
    EXPECT_TRUE(compare(value(2.0, 1.0, package::Scale::log2), 1.0).holds);
    const ComparisonRow row = compare(value(2.0, 1.0, package::Scale::log2), 16.0);
    EXPECT_FALSE(row.holds);
    EXPECT_TRUE(near_rel(row.residual, 3.0, 1e-12));
    EXPECT_EQ(row.reason, "16 where 2 was measured: off by 3 on log2, tolerance 1");
    EXPECT_FALSE(compare(value(2.0, 1.0, package::Scale::log2), 0.0).holds);
}

TEST(Comparisons, AnIntervalHoldsBothItsEnds) {
    package::Observation o;
    o.lower = 0.2;
    o.upper = 0.6;
    EXPECT_TRUE(compare(o, 0.2).holds);
    EXPECT_TRUE(compare(o, 0.6).holds);
    EXPECT_EQ(compare(o, 0.4).residual, 0.0);
    EXPECT_EQ(compare(o, 0.1).reason, "0.1 where at least 0.2 was measured");
    EXPECT_EQ(compare(o, 0.7).reason, "0.7 where at most 0.6 was measured");
    EXPECT_TRUE(near_rel(compare(o, 0.1).residual, -0.1, 1e-12));
}

TEST(Comparisons, ADirectionIsAnIntervalWithOneEnd) {
    package::Observation rises;
    rises.lower = 1.0;
    EXPECT_TRUE(compare(rises, 1e9).holds);
    EXPECT_FALSE(compare(rises, 0.99).holds);
}

TEST(Comparisons, NaNNeverHolds) {
    EXPECT_FALSE(compare(value(1.0, 1e9), kNaN).holds);
    package::Observation any;
    any.lower = -1e300;
    EXPECT_FALSE(compare(any, kNaN).holds);
    EXPECT_TRUE(std::isnan(compare(any, kNaN).residual));
}

TEST(Comparisons, OfAPackageListMisfitsFirst) {
    Experiment experiment = teaching_experiment();
    const Comparison c = compare_observations(experiment);
    ASSERT_EQ(c.rows.size(), 4U);
    EXPECT_EQ(c.holding, 3U);
    EXPECT_EQ(c.misfits, 1U);
    EXPECT_EQ(c.failed, 0U);
    EXPECT_EQ(teaching_package().observations[c.rows[0].observation].id, "G4");
    EXPECT_EQ(c.rows[0].reason, "0.501 where 0.9 was measured: off by 0.4, tolerance 0.05");
    EXPECT_EQ(teaching_package().observations[c.rows[1].observation].id, "G1");
    ASSERT_EQ(c.series.size(), 2U);
    EXPECT_EQ(c.series[0].series, "growth");
    EXPECT_EQ(c.series[1].holding, 1U);
}

TEST(Comparisons, WithAFailingSolverEveryRowFailsWithItsReason) {
    Experiment experiment = teaching_experiment(1, 3);
    const Comparison c = compare_observations(experiment);
    EXPECT_EQ(c.failed, 4U);
    EXPECT_EQ(c.misfits, 4U);
    EXPECT_NE(c.rows[0].reason.find("too_many_steps"), std::string::npos) << c.rows[0].reason;
    EXPECT_TRUE(std::isnan(c.series[0].rms_residual)) << "a failed run is no perfect fit";
}

}  // namespace
}  // namespace erbium::assay
