// SPDX-License-Identifier: Apache-2.0
// tests/her2/ensemble_test.cpp: the parameter sets that the package ships.
#include <gtest/gtest.h>

#include <cmath>

#include "erbium/assay/claims.hpp"
#include "her2_model.hpp"

namespace erbium::her2 {
namespace {

TEST(Ensemble, HasAHundredSetsAndAllCanBeSimulated) {
    EXPECT_GE(her2_package().ensemble.size(), 100U);
    assay::Experiment experiment = her2_experiment();
    const assay::Question q{{"SKBR3", {}, {}, her2_treatment("trastuzumab 10 ug/mL")},
                            package::MeasuredQuantity::viability,
                            {},
                            72 * 3600.0};
    const assay::EnsembleMeasurement answer =
        assay::measure(experiment, {&q, 1}, assay::Sets::ensemble)[0];
    EXPECT_EQ(answer.spread.failed, 0U);
    EXPECT_LT(answer.spread.lower, answer.spread.median);
    EXPECT_LT(answer.spread.median, answer.spread.upper);
    EXPECT_LT(answer.spread.lower, 0.58) << "measured by Lu 2001";
    EXPECT_GT(answer.spread.upper, 0.4);
}

TEST(Ensemble, WarmStartsFindTheEquilibriaOfColdOnes) {
    const auto measure_all = [](bool has_warm_starts) {
        Diagnostics warnings;
        assay::ExperimentOptions options;
        options.has_warm_starts = has_warm_starts;
        auto experiment = assay::Experiment::make(
            her2_package(), assay::compile_package(her2_package(), warnings).value(), options);
        std::vector<assay::Question> questions;
        for (std::size_t set = 0; set < her2_package().ensemble.size(); set += 10) {
            for (const package::Observation& o : her2_package().observations) {
                questions.push_back(assay::question_of(o));
                questions.back().condition.constants = her2_package().ensemble.settings(set);
            }
        }
        return experiment.value().measure(questions);
    };
    const std::vector<assay::Measurement> warm = measure_all(true);
    const std::vector<assay::Measurement> cold = measure_all(false);
    for (std::size_t i = 0; i < warm.size(); ++i) {
        EXPECT_NEAR(warm[i].value, cold[i].value, 1e-3 * std::fabs(cold[i].value)) << i;
    }
}

TEST(Ensemble, LeavesRoomForAllClaims) {
    // The calibration knew them and rejected sets that break one; each still holds in nine tenths.
    assay::Experiment experiment = her2_experiment();
    std::size_t holding = 0;
    std::string others;
    for (const assay::ClaimCheck& check : assay::check_claims(experiment, assay::Sets::ensemble)) {
        holding += check.is_borne_out() ? 1U : 0U;
        if (!check.is_borne_out()) {
            others += " " + her2_package().claims[check.claim].id;
        }
    }
    EXPECT_EQ(holding, 129U) << others;
}

}  // namespace
}  // namespace erbium::her2
