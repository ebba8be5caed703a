// SPDX-License-Identifier: Apache-2.0
// tests/her2/tier_test.cpp: the cohort tier against the full tier, which it lumps.
// Source: signalling notes, 3.14: five lines by six treatments, pHER3, pAKT and pERK at 0.5, 4 and
// 24 h, apart by less than 0.3 in log2. The lumping is better than that, so the bound here is
// tighter.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "her2_model.hpp"

namespace erbium::her2 {
namespace {

constexpr double kHour = 3600.0;
const std::vector<double> kTimes = {0.0, 0.5 * kHour, 4 * kHour, 24 * kHour};

/// Largest |log2(cohort/full)| over the times and readouts; the place in `where`.
double apart(const std::vector<assay::Condition>& conditions,
             const std::vector<const char*>& readouts, std::string& where) {
    static assay::Experiment cohort = her2_experiment(Tier::cohort);
    static assay::Experiment full = her2_experiment(Tier::full);
    const auto coarse = cohort.run(conditions, kTimes);
    const auto fine = full.run(conditions, kTimes);
    double worst = 0.0;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        EXPECT_TRUE(coarse[i].is_ok && fine[i].is_ok) << coarse[i].reason << fine[i].reason;
        for (std::size_t t = 0; t < kTimes.size(); ++t) {
            for (const char* readout : readouts) {
                const double a = coarse[i].at(t, cohort.column(readout));
                const double b = fine[i].at(t, full.column(readout));
                const double distance = std::fabs(std::log2(a / b));
                if (!(distance <= worst)) {
                    worst = distance;
                    where = conditions[i].profile + " " + readout + " at " +
                            std::to_string(kTimes[t] / kHour) + " h, condition " +
                            std::to_string(i);
                }
            }
        }
    }
    return worst;
}

std::vector<assay::Condition> crossed(const std::vector<const char*>& profiles,
                                      const std::vector<const char*>& treatments) {
    std::vector<assay::Condition> out;
    for (const char* profile : profiles) {
        for (const char* treatment : treatments) {
            out.push_back({profile, {}, {}, her2_treatment(treatment)});
        }
    }
    return out;
}

TEST(Tiers, AgreeOnTheConditionsOfTheNotes) {
    std::string where;
    const double worst =
        apart(crossed({"SKBR3", "BT474", "HCC1954", "MCF7", "MDA-MB-231"},
                      {"none", "trastuzumab 10 ug/mL", "pertuzumab 10 ug/mL", "lapatinib 1 uM",
                       "NRG1 1 nM", "trastuzumab 10 ug/mL + NRG1 1 nM"}),
              {"pHER3", "pAKT", "pERK"}, where);
    EXPECT_LT(worst, 0.1) << where << "; the notes ask for 0.3";
}

TEST(Tiers, AgreeOnTheOtherAgentsOfTheMembrane) {
    // What the lumping treats as shares: covalent block, low doses, an antibody on HER3, the
    // payload.
    std::string where;
    const double worst =
        apart(crossed({"SKBR3", "MCF7", "SKBR3_p95HER2"},
                      {"EGF 10 nM", "BTC 10 nM", "neratinib 10 nM", "T-DM1 10 ug/mL",
                       "trastuzumab 0.01 ug/mL", "trastuzumab 0.1 ug/mL + EGF 10 nM",
                       "patritumab 10 ug/mL + NRG1 1 nM", "elgemtumab 10 ug/mL + NRG1 1 nM"}),
              {"pHER3", "pAKT", "pERK", "HER2", "HER3", "p95HER2", "cells"}, where);
    EXPECT_LT(worst, 0.3) << where;
}

TEST(Tiers, AgreeUntreatedInEveryProfile) {
    std::vector<assay::Condition> conditions;
    for (const package::Profile& profile : her2_package().profiles) {
        conditions.push_back({profile.id, {}, {}, {}});
    }
    std::string where;
    const double worst = apart(conditions, {"pHER3", "pAKT", "pERK", "HER2", "growth_rate"}, where);
    EXPECT_LT(worst, 0.05) << where;
}

TEST(Tiers, WouldNotAgreeIfAFactorOfThePairsWereLeftOut) {
    // The bound above would notice a lump that forgot what NRG1 or trastuzumab do to a pair.
    const std::vector<double> times = {4 * kHour};
    for (const char* factor : {"c_NRG1_23", "t_23"}) {
        assay::Experiment cohort = her2_experiment(Tier::cohort);
        assay::Experiment full = her2_experiment(Tier::full);
        const bool is_ligand = std::string{factor} == "c_NRG1_23";
        const auto treatment = her2_treatment(is_ligand ? "NRG1 1 nM" : "trastuzumab 10 ug/mL");
        const auto without = cohort.run(
            std::vector<assay::Condition>{{"SKBR3", {{factor, 1.0}}, {}, treatment}}, times);
        const auto with =
            full.run(std::vector<assay::Condition>{{"SKBR3", {}, {}, treatment}}, times);
        const double a = without[0].at(0, cohort.column("pHER3"));
        const double b = with[0].at(0, full.column("pHER3"));
        EXPECT_GT(std::fabs(std::log2(a / b)), 0.3) << factor;
    }
}

}  // namespace
}  // namespace erbium::her2
