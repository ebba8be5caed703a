// SPDX-License-Identifier: Apache-2.0
// tests/her2/claims_test.cpp: what the package claims about therapy, each beside its ablation.
// First every claim of claims.yaml; then those that the model was made for, written out here, so
// that neither the page nor a bound in it can be changed without a test noticing.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "erbium/assay/ablation.hpp"
#include "erbium/assay/claims.hpp"
#include "her2_model.hpp"

namespace erbium::her2 {
namespace {

using package::Settings;

constexpr double kHour = 3600.0;
constexpr double kThreeDays = 72 * kHour;

/// One for all tests of the program: equilibrations and dishes that tests share run once.
assay::Experiment& experiment() {
    static assay::Experiment kExperiment = her2_experiment();
    return kExperiment;
}

/// Cells at 72 h over those of the same dish without treatment.
double viability(const char* profile, const char* treatment, const Settings& parameters = {}) {
    assay::Question q;
    q.condition = {profile, parameters, {}, her2_treatment(treatment)};
    q.quantity = package::MeasuredQuantity::viability;
    q.time_s = kThreeDays;
    const std::vector<assay::Measurement> m = experiment().measure({&q, 1});
    EXPECT_EQ(m[0].reason, "") << profile << ", " << treatment;
    return m[0].value;
}

constexpr const char* kTrastuzumab = "trastuzumab 10 ug/mL";
constexpr const char* kLapatinib = "lapatinib 1 uM";
constexpr const char* kPictilisib = "pictilisib 500 nM";
/// HER2 of MCF10A, as of a cell without amplification (SPARCED).
const Settings kNormalHER2 = {{"copies_HER2", 14057.0}};

std::string shown(const assay::ClaimCheck& check) {
    const package::Claim& claim = her2_package().claims[check.claim];
    std::string text = claim.id + ": " + claim.statement + "\n  value " +
                       std::to_string(check.effect.nominal.value) + ", expected " +
                       claim.expect.text + " " + check.effect.nominal.reason;
    if (check.ablation) {
        text += "\n  ablated " + std::to_string(check.ablation->nominal.value) + ", expected " +
                assay::ablation_expectation(claim) + " " + check.ablation->nominal.reason;
    }
    return text;
}

/// In the nominal set; the ensemble is asked in ensemble_test.cpp.
const std::vector<assay::ClaimCheck>& checks() {
    static const std::vector<assay::ClaimCheck> kChecks =
        assay::check_claims(experiment(), assay::Sets::nominal);
    return kChecks;
}

TEST(Claims, HoldWithTheirMechanismAndNotWithoutIt) {
    EXPECT_GE(checks().size(), 129U) << "no claim was dropped";
    for (const assay::ClaimCheck& check : checks()) {
        EXPECT_TRUE(check.effect_holds) << shown(check);
        EXPECT_TRUE(check.ablation_is_lost) << shown(check);
    }
}

TEST(Claims, HaveAnAblationThatWouldFailThem) {
    // An ablation whose value would do for the claim as well shows nothing about the mechanism.
    for (const assay::ClaimCheck& check : checks()) {
        const package::Claim& claim = her2_package().claims[check.claim];
        ASSERT_TRUE(check.ablation) << claim.id;
        EXPECT_FALSE(claim.expect.holds(check.ablation->nominal.value)) << shown(check);
    }
}

TEST(Claims, AreNotDecidedByTheLastDigits) {
    // A claim within 1 % of its bound would turn with the next change of a compiler.
    for (const assay::ClaimCheck& check : checks()) {
        const package::Claim& claim = her2_package().claims[check.claim];
        for (const double factor : {0.99, 1.01}) {
            EXPECT_TRUE(claim.expect.holds(check.effect.nominal.value * factor)) << shown(check);
            EXPECT_TRUE(assay::loses_effect(claim, check.effect.nominal.value,
                                            check.ablation->nominal.value * factor))
                << shown(check);
        }
    }
}

TEST(Lapatinib, LeavesMoreCellsWhereSrcIsHigh) {
    const double as_measured = viability("UACC812", kLapatinib);
    EXPECT_GT(as_measured, viability("UACC812", kLapatinib, {{"SRC_level", 1.0}}) + 0.02);
    for (const char* share : {"w_SRC_RAS", "w_SRC_PI3K"}) {
        EXPECT_NEAR(viability("SKBR3", kLapatinib), viability("SKBR3", kLapatinib, {{share, 0.0}}),
                    1e-6)
            << share << ": the basal rates of the reference hold its SRC";
    }
}

TEST(Lapatinib, QuietsTheIgf1ReceptorsThatSitWithHER2) {
    const Settings apart{{"f_IGF1R_HER2", 0.0}};
    EXPECT_LT(viability("BT474", kLapatinib), viability("BT474", kLapatinib, apart) - 0.05);
    EXPECT_NEAR(viability("BT474", kTrastuzumab), viability("BT474", kTrastuzumab, apart), 1e-6)
        << "an antibody leaves the kinase of HER2 free";
    EXPECT_NEAR(viability("MCF7", kLapatinib), viability("MCF7", kLapatinib, apart), 0.05)
        << "with little HER2 hardly any IGF-1R sits beside it";
}

TEST(Trastuzumab, SlowsAmplifiedCellsByTheirAmplification) {
    EXPECT_LT(viability("SKBR3", kTrastuzumab), 0.75);
    EXPECT_LT(viability("BT474", kTrastuzumab), 0.75);
    EXPECT_GT(viability("SKBR3", kTrastuzumab, kNormalHER2), 0.9);
    EXPECT_GT(viability("BT474", kTrastuzumab, kNormalHER2), 0.85);
}

TEST(Trastuzumab, SparesCellsWithNormalHER2) {
    EXPECT_GT(viability("MCF7", kTrastuzumab), 0.9);
    EXPECT_LT(viability("MCF7_HER2-18", kTrastuzumab), 0.75) << "MCF7 with HER2, in low serum";
    EXPECT_GT(viability("MCF10A", kTrastuzumab), 0.9);
    // Without the EGF and insulin of its medium HER2 decides in MCF10A too.
    const Settings alone = {{"medium_EGF_nM", 0.0}, {"medium_IGF1_nM", 0.0}};
    Settings amplified = alone;
    amplified.push_back({"copies_HER2", 1.5e6});
    EXPECT_GT(viability("MCF10A", kTrastuzumab, alone), 0.9);
    EXPECT_LT(viability("MCF10A", kTrastuzumab, amplified), 0.75);
}

TEST(Trastuzumab, LosesItsEffectWithPTEN) {
    EXPECT_GT(viability("SKBR3_PTEN_loss", kTrastuzumab), 0.85);
    EXPECT_GT(viability("BT474_PTEN_loss", kTrastuzumab), 0.85);
    EXPECT_LT(viability("SKBR3_PTEN_loss", kTrastuzumab, {{"PTEN_fraction", 1.0}}), 0.75);
    EXPECT_LT(viability("BT474_PTEN_loss", kTrastuzumab, {{"PTEN_fraction", 1.0}}), 0.75);
}

TEST(Trastuzumab, LosesItsEffectWithP95HER2) {
    EXPECT_GT(viability("SKBR3_p95HER2", kTrastuzumab), 0.85);
    EXPECT_LT(viability("SKBR3_p95HER2", kTrastuzumab, {{"copies_P95_611", 0.0}}), 0.75);
}

TEST(Trastuzumab, LosesItsEffectWithIGF1RAndIGF1ButWithNeitherAlone) {
    EXPECT_GT(viability("SKBR3_IGF1R", kTrastuzumab), 0.85);
    EXPECT_LT(viability("SKBR3_IGF1R", kTrastuzumab, {{"medium_IGF1_nM", 0.0}}), 0.75)
        << "the receptor without its ligand";
    EXPECT_LT(viability("SKBR3_IGF1R", kTrastuzumab, {{"copies_IGF1R", 2500.0}}), 0.75)
        << "the ligand with as few receptors as SK-BR-3 has";
}

TEST(Trastuzumab, LosesItsEffectWithNRG1) {
    EXPECT_GT(viability("SKBR3_NRG1", kTrastuzumab), 0.85);
    EXPECT_LT(viability("SKBR3_NRG1", kTrastuzumab, {{"medium_NRG1_nM", 0.0}}), 0.75);
    EXPECT_LT(viability("SKBR3_NRG1", kTrastuzumab, {{"c_NRG1_23", 1.0}}), 0.8)
        << "NRG1 that does not hold the pair of HER2 and HER3";
}

TEST(Lapatinib, ActsOnP95HER2) {
    EXPECT_LT(viability("SKBR3_p95HER2", kLapatinib), 0.75);
    EXPECT_GT(viability("SKBR3_p95HER2", kTrastuzumab), 0.85) << "which does not";
    EXPECT_GT(viability("SKBR3_p95HER2", kLapatinib, {{"f_lapatinib_mutant", 50.0}}), 0.85)
        << "nor does lapatinib on a kinase that it fits badly";
}

TEST(PI3KInhibitor, ActsUnderPIK3CAH1047R) {
    EXPECT_LT(viability("SKBR3_PIK3CA_H1047R", kPictilisib), 0.65);
    EXPECT_GT(viability("SKBR3_PIK3CA_H1047R", kTrastuzumab), 0.75) << "which does less";
    EXPECT_LT(viability("SKBR3_PIK3CA_H1047R", kTrastuzumab,
                        {{"PIK3CA_basal_gain", 1.0}, {"PIK3CA_drive_gain", 1.0}}),
              0.7)
        << "because of the mutation";
    EXPECT_GT(viability("SKBR3_PIK3CA_H1047R", kPictilisib, {{"Ki_pictilisib", 1e6}}), 0.95)
        << "because it binds PI3K";
}

TEST(Claims, DoNotFailInTheSolver) {
    EXPECT_EQ(checks().size(), her2_package().claims.size());
    EXPECT_EQ(experiment().conditions_failed(), 0U);
    EXPECT_TRUE(experiment().fallbacks().empty());
}

}  // namespace
}  // namespace erbium::her2
