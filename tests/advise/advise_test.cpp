// SPDX-License-Identifier: Apache-2.0
// tests/advise/advise_test.cpp: rankings of a package small enough to know the answer.
#include "erbium/advise/advise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "teaching_experiment.hpp"

namespace erbium::advise {
namespace {

TEST(Advice, RanksByInhibitionAndLeavesLigandsOut) {
    assay::Experiment experiment = teaching_experiment();
    const Advice advice = advise(experiment, "amplified");
    ASSERT_EQ(advice.singles.size(), 2U);
    EXPECT_EQ(advice.singles[0].text, "blocker 100 nM");
    EXPECT_EQ(advice.singles[1].text, "anti-R 10 ug/mL");
    EXPECT_GT(advice.singles[0].inhibition, advice.singles[1].inhibition);
    EXPECT_EQ(advice.singles[0].mechanism, "Keeps the receptor from signalling.");
    EXPECT_EQ(advice.base, "");
    EXPECT_FALSE(advice.singles[0].restoration) << "a cell line has nothing to be set back";
    EXPECT_EQ(advice.failed, 0U);
}

TEST(Advice, NamesTheReadoutsThatMovedMost) {
    assay::Experiment experiment = teaching_experiment();
    const Advice advice = advise(experiment, "amplified");
    ASSERT_GE(advice.singles[0].changes.size(), 1U);
    // Free receptors: (k_off + k_loss) / (k_off + k_loss + k_on c) = 0.0048 of 1 at 100 nM.
    EXPECT_EQ(advice.singles[0].changes[0].text, "active receptors 0.048 of untreated at 24 h");
    for (const ReadoutChange& change : advice.singles[0].changes) {
        EXPECT_NE(change.readout, "cells") << "cell numbers are the effect, not its reason";
        EXPECT_NE(change.readout, "receptors") << "their number does not change";
    }
}

TEST(Advice, SaysWhichChangeTakesTheEffectAway) {
    assay::Experiment experiment = teaching_experiment();
    const Advice advice = advise(experiment, "amplified_bypass");
    ASSERT_TRUE(advice.singles[0].restoration);
    EXPECT_EQ(advice.singles[0].restoration->parameter, "bypass");
    EXPECT_EQ(advice.singles[0].restoration->text,
              "in amplified cell without this change (bypass): viability 0.28");
}

TEST(Advice, PairsHoldTheBestSingleAgent) {
    assay::Experiment experiment = teaching_experiment();
    const Advice advice = advise(experiment, "amplified");
    ASSERT_EQ(advice.pairs.size(), 1U);
    EXPECT_EQ(advice.pairs[0].text, "blocker 100 nM + anti-R 10 ug/mL");
    EXPECT_GT(advice.pairs[0].inhibition, advice.singles[0].inhibition);
    AdviseOptions alone;
    alone.has_pairs = false;
    EXPECT_TRUE(advise(experiment, "amplified", alone).pairs.empty());
}

TEST(Advice, FailedTreatmentsComeLastWithAReasonAndAreCounted) {
    assay::Experiment experiment = teaching_experiment(1, 3);
    const Advice advice = advise(experiment, "amplified_bypass");
    EXPECT_EQ(advice.failed, 2U);
    EXPECT_TRUE(std::isnan(advice.singles[0].inhibition));
    EXPECT_FALSE(advice.singles[0].reason.empty());
    EXPECT_FALSE(advice.singles[0].restoration);
    EXPECT_TRUE(advice.pairs.empty());
}

TEST(Advice, NeverSpeaksOfPatientsButToRefuseThem) {
    EXPECT_NE(std::string{kCaution}.find("In this model, under these assumptions"),
              std::string::npos);
    EXPECT_NE(std::string{kCaution}.find("not advice for a patient"), std::string::npos);
}

}  // namespace
}  // namespace erbium::advise
