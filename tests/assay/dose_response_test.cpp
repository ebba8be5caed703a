// SPDX-License-Identifier: Apache-2.0
// tests/assay/dose_response_test.cpp: fits against curves of known parameters, and their limits.
#include "erbium/assay/dose_response.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "near.hpp"
#include "teaching_experiment.hpp"

namespace erbium::assay {
namespace {

const std::vector<double> kDoses = {2.5, 8, 25, 80, 250, 800, 2530, 8000};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> curve(const LogisticFit& f) {
    std::vector<double> out;
    for (const double dose : kDoses) {
        out.push_back(f.bottom + (f.top - f.bottom) / (1 + std::pow(dose / f.ec50_nM, f.hill)));
    }
    return out;
}

TEST(LogisticFits, RecoverTheParametersOfExactCurves) {
    for (const LogisticFit& truth :
         {LogisticFit{1.0, 0.2, 150.0, 1.0, 0.0}, LogisticFit{1.05, 0.0, 40.0, 2.5, 0.0},
          LogisticFit{0.98, 0.3, 600.0, 0.7, 0.0}}) {
        const auto fit = fit_logistic(kDoses, curve(truth));
        ASSERT_TRUE(fit);
        EXPECT_TRUE(near_rel(fit->ec50_nM, truth.ec50_nM, 1e-5));
        EXPECT_TRUE(near_rel(fit->hill, truth.hill, 1e-5));
        EXPECT_TRUE(near_rel(fit->top, truth.top, 1e-5));
        EXPECT_TRUE(near_rel(fit->bottom, truth.bottom, 1e-5, 1e-6));  // a bottom may be 0
        EXPECT_TRUE(near_rel(fit->at(truth.ec50_nM), (truth.top + truth.bottom) / 2, 1e-5));
    }
}

TEST(LogisticFits, NeedFourPointsThatVary) {
    EXPECT_FALSE(fit_logistic(std::vector<double>{1, 2, 3}, std::vector<double>{1, 0.5, 0.2}));
    EXPECT_FALSE(fit_logistic(kDoses, std::vector<double>(8, 1.0)));
    EXPECT_FALSE(fit_logistic(std::vector<double>(8, 5.0), std::vector<double>(8, 0.5)));
    EXPECT_FALSE(fit_logistic(kDoses, std::vector<double>(8, kNaN)));
}

TEST(HalfDoses, AreWhereTheCurveIsOneHalfNotHalfWayDown) {
    // top 1, bottom 0.2: y = 1/2 at (c/ec50)^1 = (1 - 1/2) / (1/2 - 0.2)
    const HalfDose half = half_dose(kDoses, curve({1.0, 0.2, 150.0, 1.0, 0.0}));
    EXPECT_EQ(half.method, HalfDoseMethod::logistic);
    EXPECT_TRUE(near_rel(half.dose_nM, 150.0 * 0.5 / 0.3, 1e-4));
}

TEST(HalfDoses, AreInfiniteWhenNotReached) {
    const HalfDose half = half_dose(kDoses, curve({1.0, 0.6, 150.0, 1.0, 0.0}));
    EXPECT_EQ(half.method, HalfDoseMethod::not_reached);
    EXPECT_EQ(half.dose_nM, kInfinity);
    EXPECT_EQ(half_dose(kDoses, std::vector<double>(8, 1.0)).dose_nM, kInfinity);
}

TEST(HalfDoses, AreInterpolatedWhenTheFitMissesThePoints) {
    // Up, down and up again: no logistic curve passes within 0.05.
    const std::vector<double> wild = {1.0, 0.6, 1.2, 0.9, 0.1, 0.9, 0.2, 0.8};
    const HalfDose half = half_dose(kDoses, wild);
    EXPECT_EQ(half.method, HalfDoseMethod::interpolated);
    // between 80 (0.9) and 250 (0.1) the straight line is at 1/2 half way in log dose
    EXPECT_TRUE(near_rel(half.dose_nM, std::sqrt(80.0 * 250.0), 1e-12));
}

TEST(HalfDoses, LeaveFailedPointsOutAndNeverTurnThemIntoNumbers) {
    std::vector<double> holes = curve({1.0, 0.0, 100.0, 1.0, 0.0});
    holes[1] = kNaN;
    EXPECT_TRUE(near_rel(half_dose(kDoses, holes).dose_nM, 100.0, 1e-4));
    std::vector<double> flat(8, 0.9);
    flat[7] = kNaN;
    EXPECT_TRUE(std::isnan(half_dose(kDoses, flat).dose_nM)) << "the failed point might be low";
}

TEST(HalfDoses, BelowTheLeastDoseAreTheLeastDose) {
    const HalfDose half = half_dose(kDoses, std::vector<double>{.4, .3, .2, .1, .1, .1, .1, .1});
    EXPECT_TRUE(near_rel(half.dose_nM, 2.5, 1e-12));
}

TEST(DoseResponses, FindTheDissociationConstantOfTheBlocker) {
    // Free receptors over all are 1 / (1 + c / K) with K = (k_off + k_loss) / k_on at steady state.
    Experiment experiment = teaching_experiment();
    const auto curves = dose_response(experiment, teaching_package().report.dose_responses.at(0));
    ASSERT_EQ(curves.size(), 1U);
    ASSERT_TRUE(curves[0].fit);
    const double expected_nM = (1e-3 * 5.0 + 0.1 / 3600.0) / 1e-3;
    EXPECT_EQ(curves[0].half.method, HalfDoseMethod::logistic);
    EXPECT_TRUE(near_rel(curves[0].half.dose_nM, expected_nM, 1e-3));
    EXPECT_TRUE(near_rel(curves[0].fit->hill, 1.0, 1e-3));
}

}  // namespace
}  // namespace erbium::assay
