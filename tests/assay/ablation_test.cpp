// SPDX-License-Identifier: Apache-2.0
// tests/assay/ablation_test.cpp: when an experiment without its mechanism has lost the effect.
#include "erbium/assay/ablation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "erbium/assay/claims.hpp"
#include "teaching_experiment.hpp"

namespace erbium::assay {
namespace {

package::Claim claim_of(const char* expected) {
    package::Claim claim;
    claim.expect = package::parse_expectation(expected).value();
    claim.ablation = package::Question{};
    return claim;
}

TEST(Ablations, OfAChangeLeaveAtMostHalfOfItOnTheLogScale) {
    const package::Claim falls = claim_of("< 0.75");
    EXPECT_EQ(ablation_expectation(falls), "at most half");
    EXPECT_TRUE(loses_effect(falls, 0.5, 0.9));
    EXPECT_TRUE(loses_effect(falls, 0.5, 1.4)) << "the opposite happens";
    EXPECT_FALSE(loses_effect(falls, 0.7, 0.8)) << "0.8 keeps more than half of the way to 0.7";
    EXPECT_FALSE(loses_effect(falls, 0.4, 0.7)) << "the ablated experiment still does for it";
    EXPECT_NEAR(excess_of_ablation(falls.expect, 0.25, 0.5), 0.0, 1e-15) << "just half";
    const package::Claim rises = claim_of("> 2");
    EXPECT_TRUE(loses_effect(rises, 8.0, 1.5));
    EXPECT_TRUE(loses_effect(rises, 8.0, 0.2));
    EXPECT_FALSE(loses_effect(rises, 2.5, 1.9));
}

TEST(Ablations, OfNoChangeBringItTwiceAtLeast) {
    const package::Claim resists = claim_of("> 0.85");
    EXPECT_EQ(ablation_expectation(resists), "at least twice");
    EXPECT_TRUE(loses_effect(resists, 0.95, 0.5));
    EXPECT_TRUE(loses_effect(resists, 1.1, 0.8)) << "no change at all, or the opposite one";
    EXPECT_FALSE(loses_effect(resists, 0.87, 0.8)) << "both change, and not twice as much";
    EXPECT_FALSE(loses_effect(resists, 0.99, 0.95)) << "nothing happens in either";
    const package::Claim stays = claim_of("in [0.9, 1.1]");
    EXPECT_TRUE(loses_effect(stays, 1.02, 0.5));
    EXPECT_TRUE(loses_effect(stays, 1.02, 2.0));
    EXPECT_FALSE(loses_effect(stays, 1.02, 1.05));
}

TEST(Ablations, AreNotDecidedByWhatBothExperimentsShare) {
    // Twice as many cells in both dishes of a ratio leave it; a faster culture is a power of both.
    const package::Claim falls = claim_of("< 0.75");
    for (const double power : {0.7, 1.0, 1.5}) {
        EXPECT_EQ(loses_effect(falls, std::pow(0.4, power), std::pow(0.9, power)), true);
        EXPECT_NEAR(excess_of_ablation(falls.expect, std::pow(0.4, power), std::pow(0.6, power)),
                    power * excess_of_ablation(falls.expect, 0.4, 0.6), 1e-12);
    }
}

TEST(Ablations, ThatFailAreNotLost) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const package::Claim falls = claim_of("< 0.75");
    EXPECT_FALSE(loses_effect(falls, kNaN, 1.0));
    EXPECT_FALSE(loses_effect(falls, 0.5, kNaN));
    EXPECT_FALSE(loses_effect(falls, -0.5, 1.0)) << "no ratio";
    EXPECT_TRUE(loses_effect(falls, 0.0, 0.9)) << "all of it";
}

TEST(Ablations, ThatStateWhatTheyGiveAreTakenAtTheirWord) {
    package::Claim claim = claim_of("> 0.8");
    claim.ablation_expect = package::parse_expectation("< 0.79").value();
    EXPECT_EQ(ablation_expectation(claim), "< 0.79");
    EXPECT_TRUE(loses_effect(claim, 0.81, 0.78)) << "not a change twice as large";
    claim.ablation.reset();
    EXPECT_EQ(ablation_expectation(claim), "none");
}

TEST(Ablations, AreComparedSetBySet) {
    Experiment experiment = teaching_experiment();
    const ClaimCheck check = check_claims(experiment, Sets::ensemble)[1];
    ASSERT_TRUE(check.ablation);
    package::Claim claim = experiment.package().claims[1];
    claim.ablation_expect.reset();
    std::size_t losing = 0;
    const std::vector<double>& values = check.effect.spread.values;
    for (std::size_t set = 0; set < values.size(); ++set) {
        losing += loses_effect(claim, values[set], check.ablation->spread.values[set]) ? 1U : 0U;
    }
    EXPECT_EQ(losing, values.size()) << "without the bypass both dishes are the same";
}

}  // namespace
}  // namespace erbium::assay
