// SPDX-License-Identifier: Apache-2.0
// tests/package/treatment_test.cpp: treatments as people type them.
#include "erbium/package/treatment.hpp"

#include <gtest/gtest.h>

#include "near.hpp"
#include "package_copy.hpp"

namespace erbium::package {
namespace {

const Package& teaching() {
    static const Package kPackage = [] {
        auto loaded = load_package(teaching_package());
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text());
        return loaded ? std::move(loaded).value() : Package{};
    }();
    return kPackage;
}

Treatment must_parse(const char* text) {
    auto parsed = parse_treatment(teaching(), text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
    return parsed ? parsed.value() : Treatment{};
}

std::string problem(const char* text) {
    const auto parsed = parse_treatment(teaching(), text);
    return parsed ? "no problem" : parsed.error().text();
}

TEST(Treatments, DosesBecomeNanomolarThroughTheMolarMass) {
    const Treatment t = must_parse("anti-R 10 ug/mL + factor 1 nM");
    ASSERT_EQ(t.doses.size(), 2U);
    EXPECT_TRUE(near_rel(t.doses[0].dose_nM, 10e-3 / 150000.0 * 1e9, 1e-14));
    EXPECT_EQ(t.doses[1].dose_nM, 1.0);
    const Settings settings = treatment_settings(teaching(), t);
    EXPECT_EQ(settings[0].parameter, "conc_antibody");
    EXPECT_EQ(settings[1], (Setting{"conc_factor", 1.0}));
}

TEST(Treatments, WithoutADoseTakeTheDefault) {
    const Treatment t = must_parse("blocker");
    ASSERT_EQ(t.doses.size(), 1U);
    EXPECT_EQ(t.doses[0].dose_nM, 100.0);
    EXPECT_EQ(t.doses[0].text, "100 nM");
}

TEST(Treatments, NamesForgiveCaseBlanksAndHyphens) {
    for (const char* text : {"anti-R", "ANTI R", "antiR 10 ug/mL", "Anti_r", "antiresin"}) {
        const Treatment t = must_parse(text);
        ASSERT_EQ(t.doses.size(), 1U) << text;
        EXPECT_EQ(t.doses[0].drug, 1U) << text;
    }
    EXPECT_EQ(must_parse("growth factor 2nM").doses[0].dose_nM, 2.0);
    EXPECT_EQ(must_parse("blk101 2 uM").doses[0].dose_nM, 2000.0);
}

TEST(Treatments, NoneAndNothingAreEmpty) {
    EXPECT_TRUE(must_parse("").doses.empty());
    EXPECT_TRUE(must_parse(" none ").doses.empty());
    EXPECT_EQ(treatment_text(teaching(), {}), "none");
}

TEST(Treatments, TheirTextReadsBack) {
    for (const char* text :
         {"blocker 5 nM", "anti-R + factor 3 ng/mL", "blocker + anti-R 1 ug/mL"}) {
        const Treatment once = must_parse(text);
        const Treatment twice = must_parse(treatment_text(teaching(), once).c_str());
        ASSERT_EQ(once.doses.size(), twice.doses.size());
        for (std::size_t i = 0; i < once.doses.size(); ++i) {
            EXPECT_EQ(once.doses[i].dose_nM, twice.doses[i].dose_nM);
            EXPECT_EQ(once.doses[i].drug, twice.doses[i].drug);
        }
    }
}

TEST(Treatments, AllMistakesOfATextAreNamed) {
    EXPECT_EQ(problem("bloker 5 nM + anti-R 5 s"),
              "error ERB-DRUG-0001: unknown agent 'bloker'\n"
              "  hint: did you mean 'blocker'?\n"
              "error ERB-DRUG-0002: dose of 'anti-R': '5 s' is a time, but a dose is a "
              "concentration\n"
              "  hint: write it as in '10 nM' or '10 ug/mL'\n");
    EXPECT_EQ(problem("aspirin"),
              "error ERB-DRUG-0001: unknown agent 'aspirin'\n"
              "  hint: agents of this package are blocker, anti-R, factor\n");
    EXPECT_EQ(problem("blocker 5"),
              "error ERB-DRUG-0002: dose of 'blocker': the dose '5' has no unit\n"
              "  hint: write it as in '10 nM' or '10 ug/mL'\n");
    EXPECT_EQ(problem("blocker 1 nM + BLK-101 2 nM"),
              "error ERB-DRUG-0003: 'blocker' is given twice\n"
              "  hint: write one dose for each agent\n");
    EXPECT_EQ(problem("blocker +"),
              "error ERB-DRUG-0001: an agent is missing beside '+' in 'blocker +'\n");
    EXPECT_NE(problem(std::string(3000, 'x').c_str()), "no problem");
}

TEST(Treatments, InAFileMistakesAreShownInPlace) {
    const auto source = std::make_shared<const SourceText>(
        SourceText{"r.yaml", "treatment: \"blocker + bloker 3 nM\"\n"});
    const auto parsed = parse_treatment(teaching(), "blocker + bloker 3 nM", {source, 11, 34});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().text(),
              "r.yaml:1:23: error ERB-DRUG-0001: unknown agent 'bloker'\n"
              "     1 | treatment: \"blocker + bloker 3 nM\"\n"
              "       |                       ^^^^^^\n"
              "  hint: did you mean 'blocker'?\n");
}

TEST(Profiles, ValuesOfTheBaseComeFirstAndAreOverridden) {
    const Settings s = profile_settings(teaching(), "amplified_bypass");
    ASSERT_EQ(s.size(), 2U);
    EXPECT_EQ(s[0], (Setting{"copies_R", 20000.0}));
    EXPECT_EQ(s[1], (Setting{"bypass", 50000.0}));
}

TEST(Profiles, AreFoundByIdOrTitleWithoutRegardToCase) {
    EXPECT_EQ(find_profile(teaching(), "AMPLIFIED").value()->id, "amplified");
    EXPECT_EQ(find_profile(teaching(), "amplified cell with bypass").value()->id,
              "amplified_bypass");
    const auto unknown = find_profile(teaching(), "amplifid");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().text(),
              "error ERB-PKG-0020: unknown profile 'amplifid'\n"
              "  hint: did you mean 'amplified'?\n");
}

TEST(Settings, ByHandAreInTheUnitOfTheRow) {
    EXPECT_EQ(parse_setting(teaching(), "copies_R=2e6").value(), (Setting{"copies_R", 2e6}));
    EXPECT_EQ(parse_setting(teaching(), "K_D = 1 uM").value(), (Setting{"K_D", 1000.0}));
    EXPECT_EQ(parse_setting(teaching(), "k_loss=36").value(),
              (Setting{"k_loss", 1.0 / 3600.0 * 36.0}));
    EXPECT_EQ(parse_setting(teaching(), "copies_S=1").error().text(),
              "error ERB-PKG-0022: unknown parameter 'copies_S'\n"
              "  hint: did you mean 'copies_R'?\n");
    EXPECT_EQ(parse_setting(teaching(), "K_D=5 s").error().text(),
              "error ERB-PKG-0022: value of 'K_D': 's' does not convert to 'nM': it is a time, not "
              "a concentration\n");
    EXPECT_EQ(parse_setting(teaching(), "K_D").error().text(),
              "error ERB-PKG-0022: 'K_D' sets no parameter\n"
              "  hint: write NAME=VALUE, as in copies_HER2=2e6\n");
}

}  // namespace
}  // namespace erbium::package
