// SPDX-License-Identifier: Apache-2.0
// tests/advise/advise_test.cpp: rankings of a package small enough to know the answer.
#include "erbium/advise/advise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "teaching_experiment.hpp"

namespace erbium::advise {
namespace {

/// Of the values of parameters.tsv alone.
AdviseOptions nominal() {
    AdviseOptions options;
    options.sets = assay::Sets::nominal;
    return options;
}

TEST(Advice, RanksByInhibitionAndLeavesLigandsOut) {
    assay::Experiment experiment = teaching_experiment();
    const Advice advice = advise(experiment, "amplified", nominal());
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
    const Advice advice = advise(experiment, "amplified", nominal());
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
    const Advice advice = advise(experiment, "amplified_bypass", nominal());
    ASSERT_TRUE(advice.singles[0].restoration);
    EXPECT_EQ(advice.singles[0].restoration->parameter, "bypass");
    EXPECT_EQ(advice.singles[0].restoration->text,
              "in amplified cell without this change (bypass): viability 0.28");
}

TEST(Advice, PairsHoldTheBestSingleAgent) {
    assay::Experiment experiment = teaching_experiment();
    const Advice advice = advise(experiment, "amplified", nominal());
    ASSERT_EQ(advice.pairs.size(), 1U);
    EXPECT_EQ(advice.pairs[0].text, "blocker 100 nM + anti-R 10 ug/mL");
    EXPECT_GT(advice.pairs[0].inhibition, advice.singles[0].inhibition);
    AdviseOptions alone = nominal();
    alone.has_pairs = false;
    EXPECT_TRUE(advise(experiment, "amplified", alone).pairs.empty());
}

TEST(Advice, FailedTreatmentsComeLastWithAReasonAndAreCounted) {
    assay::Experiment experiment = teaching_experiment(1, 3);
    const Advice advice = advise(experiment, "amplified_bypass", nominal());
    EXPECT_EQ(advice.failed, 2U);
    EXPECT_TRUE(std::isnan(advice.singles[0].inhibition));
    EXPECT_FALSE(advice.singles[0].reason.empty());
    EXPECT_FALSE(advice.singles[0].restoration);
    EXPECT_TRUE(advice.pairs.empty());
}

TEST(Advice, HasTheIntervalOfTheEnsembleAndRanksByItsMedian) {
    package::Package package = teaching_package();
    // Binding is weak in two of three sets: there the blocker does less.
    package.ensemble.parameters = {"K_D"};
    package.ensemble.values = {5.0, 500.0, 800.0};
    Diagnostics warnings;
    auto experiment = assay::Experiment::make(
        package, std::move(assay::compile_package(package, warnings)).value());
    const Advice advice = advise(experiment.value(), "amplified");
    EXPECT_EQ(advice.sets, 3U);
    const auto blocker = std::find_if(advice.singles.begin(), advice.singles.end(),
                                      [](const Ranked& r) { return r.text == "blocker 100 nM"; });
    ASSERT_NE(blocker, advice.singles.end());
    ASSERT_TRUE(blocker->viability.has_interval());
    EXPECT_LT(blocker->viability.lower, blocker->viability.value);
    EXPECT_LT(blocker->viability.value, blocker->viability.upper);
    // Type 7 quantiles of three numbers: a tenth of the way from the ends to the middle.
    const std::vector<assay::Question> questions = [&] {
        std::vector<assay::Question> out;
        for (const double K_D : package.ensemble.values) {
            out.push_back({{"amplified", {}, {}, blocker->treatment, {{"K_D", K_D}}},
                           package::MeasuredQuantity::viability,
                           {},
                           package.protocol.duration_s});
        }
        return out;
    }();
    const auto answers = experiment.value().measure(questions);
    EXPECT_DOUBLE_EQ(blocker->viability.value, answers[1].value);
    EXPECT_DOUBLE_EQ(blocker->viability.lower,
                     answers[0].value + 0.1 * (answers[1].value - answers[0].value));
    EXPECT_DOUBLE_EQ(blocker->nominal, answers[0].value) << "5 nM is the value in the table";
    EXPECT_NE(blocker->changes.at(0).text.find("["), std::string::npos);
    // Ahead or behind in the same sets: the share adds up whichever of the two is first.
    const double ahead = advice.singles[0].ahead_share;
    EXPECT_TRUE(ahead == 0.0 || std::fabs(ahead * 3.0 - std::round(ahead * 3.0)) < 1e-12);
    EXPECT_TRUE(std::isnan(advice.singles.back().ahead_share)) << "none follows the last";
    const Advice alone = advise(experiment.value(), "amplified", nominal());
    EXPECT_EQ(alone.sets, 0U);
    EXPECT_FALSE(alone.singles[0].viability.has_interval());
    EXPECT_EQ(alone.singles[0].text, "blocker 100 nM");
}

TEST(Advice, NeverSpeaksOfPatientsButToRefuseThem) {
    EXPECT_NE(std::string{kCaution}.find("In this model, under these assumptions"),
              std::string::npos);
    EXPECT_NE(std::string{kCaution}.find("not advice for a patient"), std::string::npos);
}

}  // namespace
}  // namespace erbium::advise
