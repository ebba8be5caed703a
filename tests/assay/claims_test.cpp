// SPDX-License-Identifier: Apache-2.0
// tests/assay/claims_test.cpp: claims with their ablations, in one parameter set and in many.
#include "erbium/assay/claims.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "teaching_experiment.hpp"

namespace erbium::assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Quantiles, InterpolateBetweenOrderStatistics) {
    EXPECT_DOUBLE_EQ(quantile({3, 1, 2}, 0.5), 2.0);
    EXPECT_DOUBLE_EQ(quantile({4, 1, 2, 3}, 0.5), 2.5);
    EXPECT_DOUBLE_EQ(quantile({0, 10}, 0.25), 2.5);
    EXPECT_DOUBLE_EQ(quantile({7}, 0.95), 7.0);
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(quantile({infinity, infinity}, 0.3), infinity);
}

TEST(Spreads, LeaveFailedSetsOutAndCountThem) {
    const Spread spread = spread_of({1, kNaN, 2, 3});
    EXPECT_EQ(spread.failed, 1U);
    EXPECT_EQ(spread.median, 2.0);
    EXPECT_DOUBLE_EQ(spread.lower, 1.1);
    EXPECT_DOUBLE_EQ(spread.upper, 2.9);
    EXPECT_EQ(spread.values.size(), 4U);
    EXPECT_TRUE(std::isnan(spread_of({kNaN}).median));
}

TEST(Claims, HoldWithTheirMechanismAndNotWithoutIt) {
    Experiment experiment = teaching_experiment();
    const std::vector<ClaimCheck> checks = check_claims(experiment, Sets::nominal);
    ASSERT_EQ(checks.size(), 2U);
    for (const ClaimCheck& check : checks) {
        EXPECT_TRUE(check.is_borne_out());
        EXPECT_FALSE(check.effect.has_spread());
        EXPECT_EQ(check.effect_share, 1.0);
        ASSERT_TRUE(check.ablation);
    }
    EXPECT_GT(checks[0].effect.nominal.value, 0.8);
    EXPECT_LT(checks[0].ablation->nominal.value, 0.5);
    EXPECT_DOUBLE_EQ(checks[1].ablation->nominal.value, 1.0)
        << "without the bypass both dishes are the same";
}

TEST(Claims, AskEverySetOfTheEnsemble) {
    Experiment experiment = teaching_experiment();
    const std::vector<ClaimCheck> checks = check_claims(experiment, Sets::ensemble);
    const Spread& spread = checks[0].effect.spread;
    ASSERT_EQ(spread.values.size(), 4U);
    EXPECT_LT(spread.lower, spread.upper);
    // A set is what the same numbers set by hand give.
    const package::Claim& claim = experiment.package().claims[0];
    Question by_hand = question_of(claim.compare);
    by_hand.condition.parameters = experiment.package().ensemble.settings(3);
    EXPECT_DOUBLE_EQ(experiment.measure({&by_hand, 1})[0].value, spread.values[3]);
}

TEST(EnsembleCourses, HoldTheQuantilesOfTheSets) {
    Experiment experiment = teaching_experiment();
    const Condition condition{"amplified", {}, {}, teaching_treatment("blocker")};
    const std::vector<double> times_s{0.0, 36 * 3600.0, 72 * 3600.0};
    const EnsembleCourse course = ensemble_course(experiment, condition, times_s, Sets::ensemble);
    EXPECT_EQ(course.sets, 4U);
    EXPECT_EQ(course.failed_sets, 0U);
    EXPECT_EQ(course.reason, "");
    ASSERT_EQ(course.viability.median.size(), 3U);
    EXPECT_DOUBLE_EQ(course.viability.nominal[0], 1.0);
    EXPECT_LT(course.viability.lower[2], course.viability.median[2]);
    EXPECT_LT(course.viability.median[2], course.viability.upper[2]);
    // The last point is the answer to the question about it.
    const Question q{condition, MeasuredQuantity::viability, {}, 72 * 3600.0};
    const EnsembleMeasurement answer = measure(experiment, {&q, 1}, Sets::ensemble)[0];
    EXPECT_DOUBLE_EQ(answer.nominal.value, course.viability.nominal[2]);
    EXPECT_DOUBLE_EQ(answer.spread.upper, course.viability.upper[2]);
    const EnsembleCourse nominal = ensemble_course(experiment, condition, times_s, Sets::nominal);
    EXPECT_TRUE(nominal.viability.median.empty());
}

TEST(Claims, AProfileOutranksTheEnsemble) {
    // What a profile sets is known of that cell; the ensemble holds what is not.
    Experiment experiment = teaching_experiment();
    Question q{{"amplified", {}, {}, teaching_treatment("blocker")},
               MeasuredQuantity::viability,
               {},
               72 * 3600.0};
    const double plain = experiment.measure({&q, 1})[0].value;
    q.condition.constants = {{"copies_R", 123.0}};
    EXPECT_DOUBLE_EQ(experiment.measure({&q, 1})[0].value, plain);
}

TEST(Claims, DoNotHoldWhenTheSimulationFails) {
    Experiment experiment = teaching_experiment(1, 3);
    const std::vector<ClaimCheck> checks = check_claims(experiment, Sets::ensemble);
    EXPECT_FALSE(checks[0].holds());
    EXPECT_FALSE(checks[0].ablation_holds());
    EXPECT_EQ(checks[0].effect_share, 0.0);
    EXPECT_EQ(checks[0].effect.spread.failed, 4U);
    EXPECT_NE(checks[1].effect.nominal.reason, "") << "a ratio of failures says why";
}

}  // namespace
}  // namespace erbium::assay
