// SPDX-License-Identifier: Apache-2.0
// tests/package/load_package_test.cpp: a package as loaded, and every way to get one wrong.
#include <gtest/gtest.h>

#include "erbium/base/error.hpp"
#include "erbium/package/assemble.hpp"
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

TEST(LoadPackage, ReadsTheManifest) {
    const Package& p = teaching();
    EXPECT_EQ(p.name, "blocker");
    EXPECT_EQ(p.maturity, Maturity::sketch);
    EXPECT_EQ(p.non_scope, std::vector<std::string>{"any real cell"});
    EXPECT_EQ(p.modules.size(), 2U);
    EXPECT_EQ(p.protocol.duration_s, 72 * 3600.0);
    EXPECT_EQ(p.protocol.equilibrate_max_time_s, 2000 * 3600.0);
    EXPECT_EQ(p.protocol.start, (Settings{{"assay_on", 1.0}}));
    EXPECT_EQ(p.readout("active")->of, "receptors_active");
    EXPECT_EQ(p.texts.size(), 14U);
}

TEST(LoadPackage, ConvertsParametersToInternalUnits) {
    const Parameter* loss = teaching().parameter("k_loss");
    ASSERT_NE(loss, nullptr);
    EXPECT_EQ(loss->value, 0.1 / 3600.0);
    EXPECT_EQ(loss->lower, 0.01 / 3600.0);
    EXPECT_EQ(loss->unit, "1/h");
    EXPECT_EQ(loss->distribution, Distribution::lognormal);
    EXPECT_EQ(loss->provenance.origin, Origin::measured);
    EXPECT_EQ(teaching().parameter("k_on")->provenance.sources,
              (std::vector<std::string>{"Invented2001", "Dreamt2002"}));
    EXPECT_EQ(teaching().parameter("no_such"), nullptr);
}

TEST(LoadPackage, ConvertsDosesAndPercent) {
    const Package& p = teaching();
    EXPECT_TRUE(near_rel(p.drugs[1].dose_nM, 10e-3 / 150000.0 * 1e9, 1e-14));
    const Observation& g4 = p.observations.back();
    EXPECT_EQ(g4.value, 0.9);
    EXPECT_EQ(g4.tolerance, 0.05);
    EXPECT_EQ(p.observations[0].upper, 0.6);
    EXPECT_EQ(p.observations[2].scale, Scale::log2);
}

TEST(LoadPackage, ReadsWhatTheReportShows) {
    const ReportPlan& r = teaching().report;
    ASSERT_TRUE(r.growth && r.resistance && r.time_courses && r.map);
    EXPECT_EQ(r.growth->treatments.size(), 2U);
    EXPECT_EQ(r.resistance->treatments[2].doses.size(), 2U);
    EXPECT_EQ(r.dose_responses.at(0).doses_nM, (std::vector<double>{0.5, 5, 50, 500}));
    EXPECT_EQ(r.map->nodes.at(1).shape, "process");
    EXPECT_EQ(r.map->width, 400.0);
}

TEST(LoadPackage, ReadsClaims) {
    ASSERT_EQ(teaching().claims.size(), 2U);
    const Claim& claim = teaching().claims[0];
    EXPECT_EQ(claim.compare.profile, "amplified_bypass");
    ASSERT_TRUE(claim.ablation);
    EXPECT_EQ(claim.ablation->profile, "amplified");
    EXPECT_EQ(claim.ablation->treatment.doses.size(), 1U) << "left out, so taken from 'compare'";
    EXPECT_EQ(claim.ablation->time_s, 72 * 3600.0);
    EXPECT_FALSE(claim.against);
    const Claim& ratio = teaching().claims[1];
    ASSERT_TRUE(ratio.against && ratio.ablation_against);
    EXPECT_EQ(ratio.against->treatment_text, "blocker 50 nM") << "taken from 'compare'";
    EXPECT_EQ(ratio.ablation_against->profile, "amplified") << "taken from 'against'";
    EXPECT_EQ(ratio.ablation_against->parameters, (Settings{{"K_growth", 2000.0}, {"bypass", 0.0}}))
        << "the ablation comes on top of what 'against' changes";
    EXPECT_EQ(ratio.sources.size(), 2U);
    ASSERT_EQ(teaching().waiting_claims.size(), 1U);
    EXPECT_EQ(teaching().waiting_claims[0].needs, "patients");
}

TEST(LoadPackage, AnExpectationOfAClaimIsAnInterval) {
    PackageCopy copy;
    copy.edit("claims.yaml", "expect: \"> 0.8\"", "expect: \"near 0.8\"");
    EXPECT_EQ(copy.problems(),
              "PKG/claims.yaml:5:13: error ERB-PKG-0030: the expectation 'near 0.8' is not "
              "understood\n"
              "     5 |     expect: \"near 0.8\"\n"
              "       |             ^^^^^^^^^^\n"
              "  hint: write it as '> 0.85', '<= 0.7' or 'in [0.2, 0.5]'\n");
}

TEST(LoadPackage, AClaimWithoutSourceAndATakenIdAreErrors) {
    PackageCopy copy;
    copy.edit("claims.yaml", "    source: Invented2001\n", "");
    copy.edit("claims.yaml", "id: C2", "id: C1b");
    const std::string problems = copy.problems();
    EXPECT_NE(problems.find("claims.yaml:2:5: error ERB-PKG-0011: claim 'C1a' needs a source"),
              std::string::npos)
        << problems;
    EXPECT_NE(problems.find("ERB-PKG-0004: claim 'C1b' stands here twice"), std::string::npos)
        << problems;
}

TEST(LoadPackage, AnAblationOfARatioNeedsNoWordsOfItsOwn) {
    PackageCopy copy;
    copy.edit("claims.yaml", "    ablation_expect: \"in [0.99, 1.01]\"\n", "");
    EXPECT_EQ(copy.problems(), "no problem") << "half of the effect of a ratio has a meaning";
    copy.edit("claims.yaml", "    against: {profile: amplified, parameters: {K_growth: 2000}}\n",
              "");
    EXPECT_NE(copy.problems().find("error ERB-PKG-0031: claim 'C1b' asks for a number that is no "
                                   "ratio"),
              std::string::npos)
        << copy.problems();
}

TEST(LoadPackage, ReadsTheEnsembleInInternalUnits) {
    const Ensemble& e = teaching().ensemble;
    EXPECT_EQ(e.size(), 4U);
    EXPECT_EQ(e.parameters, (std::vector<std::string>{"k_loss", "K_D", "K_growth"}))
        << "in the order of parameters.tsv";
    const Settings third = e.settings(2);
    EXPECT_DOUBLE_EQ(third[0].value, 0.12 / 3600.0);
    EXPECT_EQ(third[1], (Setting{"K_D", 6.0}));
}

TEST(LoadPackage, AnEnsembleWithHolesStrangersOrNumbersOutOfBoundsIsRefused) {
    PackageCopy copy;
    copy.edit("ensemble.tsv", "\t0.12\t", "\t\t");
    copy.edit("ensemble.tsv", "1\t4\t", "1\t400\t");
    EXPECT_NE(copy.problems().find("ERB-TABLE-0007"), std::string::npos) << copy.problems();
    EXPECT_NE(copy.problems().find("'K_D' lies outside its bounds in parameters.tsv"),
              std::string::npos)
        << copy.problems();
    copy.edit("ensemble.tsv", "K_growth", "K_grwth");
    EXPECT_NE(copy.problems().find("did you mean 'K_growth'"), std::string::npos)
        << copy.problems();
}

TEST(LoadPackage, NamesWhatItRestsOn) {
    EXPECT_EQ(cited(teaching()), (std::vector<std::string>{"Invented2001", "Dreamt2002"}));
}

/// The teaching package with its growth module in two tiers.
void split_into_tiers(PackageCopy& copy) {
    copy.edit("package.yaml", "modules: [modules/receptor.bngl, modules/growth.bngl]",
              "modules: [modules/receptor.bngl]\n"
              "tiers:\n"
              "  - {id: coarse, title: one, modules: [modules/growth.bngl]}\n"
              "  - {id: fine, title: two, modules: [modules/growth_fine.bngl]}");
    copy.write("modules/growth_fine.bngl",
               read_file(teaching_package() + "/modules/growth.bngl") + "# the fine one\n");
}

TEST(Tiers, ShareTheModulesAndTheFirstIsTheDefault) {
    PackageCopy copy;
    split_into_tiers(copy);
    const auto first = load_package(copy.path());
    ASSERT_TRUE(first) << first.error().text();
    EXPECT_EQ(first.value().tier, "coarse");
    EXPECT_EQ(first.value().tiers.size(), 2U);
    ASSERT_EQ(first.value().modules.size(), 2U);
    EXPECT_TRUE(first.value().modules[1]->path.ends_with("growth.bngl"));
    const auto fine = load_package(copy.path(), "fine");
    ASSERT_TRUE(fine) << fine.error().text();
    EXPECT_EQ(fine.value().tier, "fine");
    EXPECT_EQ(fine.value().modules[0]->text, first.value().modules[0]->text);
    EXPECT_TRUE(fine.value().modules[1]->path.ends_with("growth_fine.bngl"));
    EXPECT_EQ(teaching().tier, "") << "a package of one form has none";
}

TEST(Tiers, ThatAreNotThereOrStandTwiceAreRefused) {
    PackageCopy copy;
    split_into_tiers(copy);
    const auto none = load_package(copy.path(), "finest");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().text(),
              "error ERB-PKG-0023: package 'blocker' has no tier 'finest'\n"
              "  hint: its tiers: coarse, fine\n");
    copy.edit("package.yaml", "id: fine", "id: coarse");
    EXPECT_NE(copy.problems().find("ERB-PKG-0004: tier 'coarse' stands here twice"),
              std::string::npos)
        << copy.problems();
}

TEST(Tiers, ARowThatAnyTierUsesIsNoWarning) {
    PackageCopy copy;
    split_into_tiers(copy);
    const std::string growth = read_file(copy.path() + "/modules/growth.bngl");
    copy.write("modules/growth.bngl",
               growth + "begin parameters\n  of_one K_extra*2\nend parameters\n");
    copy.edit("parameters.tsv", "growth_max\t",
              "K_extra\t1\t1\t\t\t\tassumed\tP\t\tof one tier\ngrowth_max\t");
    for (const char* tier : {"coarse", "fine"}) {
        const auto package = load_package(copy.path(), tier);
        ASSERT_TRUE(package) << package.error().text();
        const auto bound = assemble(package.value());
        ASSERT_TRUE(bound) << bound.error().text();
        EXPECT_EQ(bound.value().warnings.text(), "") << tier;
    }
}

TEST(HeldOut, RowsAreMarkedAndTheOthersAreNot) {
    PackageCopy copy;
    const std::string rows = read_file(copy.path() + "/observations/growth.tsv");
    std::string held_out = rows;
    std::size_t renamed = 0;
    for (std::size_t at = held_out.find('\n'); at + 1 < held_out.size();
         at = held_out.find('\n', at + 1)) {
        if (held_out[at + 1] != '#' && held_out.compare(at + 1, 11, "observation") != 0) {
            held_out.insert(at + 1, "kept_");
            ++renamed;
        }
    }
    copy.write("observations/held_out.tsv", held_out);
    copy.edit("package.yaml", "references:", "held_out: [observations/held_out.tsv]\nreferences:");
    const auto package = load_package(copy.path());
    ASSERT_TRUE(package) << package.error().text();
    ASSERT_EQ(package.value().observations.size(), 2 * renamed);
    for (const Observation& o : package.value().observations) {
        EXPECT_EQ(o.is_held_out, o.id.starts_with("kept_")) << o.id;
    }
}

TEST(LoadPackage, AFolderThatIsNotThereIsAFailureOfTheWorld) {
    EXPECT_THROW((void)load_package("/no/such/folder"), IoError);
}

TEST(LoadPackage, AMissingFileIsShownWhereItIsNamed) {
    PackageCopy copy;
    copy.edit("package.yaml", "modules/growth.bngl", "modules/grwth.bngl");
    EXPECT_EQ(
        copy.problems(),
        "PKG/package.yaml:9:34: error ERB-PKG-0002: cannot read 'modules/grwth.bngl': No such "
        "file or directory\n"
        "     9 | modules: [modules/receptor.bngl, modules/grwth.bngl]\n"
        "       |                                  ^^^^^^^^^^^^^^^^^^\n");
}

TEST(LoadPackage, ASilentNumberIsRefused) {
    PackageCopy copy;
    copy.edit("parameters.tsv", "V\tInvented2001\t\nk_loss", "V\t\t\nk_loss");
    EXPECT_EQ(copy.problems(),
              "PKG/parameters.tsv:6:52: error ERB-PKG-0011: a number that is measured needs a "
              "source\n"
              "     6 | copies_R 10000 copies 100 1e7 lognormal measured V  \n"
              "       |                                                    ^\n"
              "  hint: a key of the bibliography, or origin 'assumed' with a note that says why\n");
}

TEST(LoadPackage, AnAssumptionWithoutAReasonIsRefused) {
    PackageCopy copy;
    copy.edit("parameters.tsv", "0 while the cell equilibrates", "");
    EXPECT_EQ(copy.problems(),
              "PKG/parameters.tsv:3:30: error ERB-PKG-0011: an assumed number without a source "
              "needs a note that says why\n"
              "     3 | assay_on 0 1 0 1  assumed P  \n"
              "       |                              ^\n");
}

TEST(LoadPackage, AnUnknownSourceIsRefused) {
    PackageCopy copy;
    copy.edit("parameters.tsv", "Invented2001; Dreamt2002", "Invented2001; Dreamt2003");
    EXPECT_EQ(copy.problems(),
              "PKG/parameters.tsv:8:33: error ERB-PKG-0010: source 'Dreamt2003' does not stand in "
              "the bibliography\n"
              "     8 | k_on 1e-3 1/(nM*s)    derived D Invented2001; Dreamt2003 \n"
              "       |                                 ^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: did you mean 'Dreamt2002'?\n");
}

TEST(LoadPackage, UnitsBoundsAndWordsAreChecked) {
    PackageCopy copy;
    copy.edit("parameters.tsv", "0.1\t1/h", "0.1\t1/hour");
    copy.edit("parameters.tsv", "K_D\t5\tnM", "K_D\t500\tnM");
    copy.edit("parameters.tsv", "0.1\t100\tlognormal", "0.1\t100\tlog-normal");
    copy.edit("parameters.tsv", "derived", "guessed");
    copy.edit("parameters.tsv", "growth_max\t0.03\t1/h", "growth_max\t0.03\tmg");
    EXPECT_EQ(
        copy.problems(),
        "PKG/parameters.tsv:7:14: error ERB-PKG-0006: 'hour' is not a known unit\n"
        "     7 | k_loss 0.1 1/hour 0.01 1 lognormal measured V Invented2001 \n"
        "       |              ^^^^\n"
        "  hint: did you mean 'h'?\n"
        "PKG/parameters.tsv:8:23: error ERB-PKG-0008: unknown origin 'guessed'\n"
        "     8 | k_on 1e-3 1/(nM*s)    guessed D Invented2001; Dreamt2002 \n"
        "       |                       ^^^^^^^\n"
        "  hint: it is one of measured, fitted, borrowed, derived, assumed\n"
        "PKG/parameters.tsv:9:5: error ERB-PKG-0007: the value of 'K_D' is not between its "
        "bounds 0.1 and 100\n"
        "     9 | K_D 500 nM 0.1 100 log-normal measured V Dreamt2002 \n"
        "       |     ^^^\n"
        "PKG/parameters.tsv:9:20: error ERB-PKG-0008: unknown distribution 'log-normal'\n"
        "     9 | K_D 500 nM 0.1 100 log-normal measured V Dreamt2002 \n"
        "       |                    ^^^^^^^^^^\n"
        "  hint: did you mean 'lognormal'?\n"
        "PKG/parameters.tsv:14:17: error ERB-PKG-0006: 'mg' (a mass) has no internal unit in "
        "this package\n"
        "    14 | growth_max 0.03 mg 0 0.1  assumed P  a doubling a day\n"
        "       |                 ^^\n"
        "  hint: parameters are made of times, concentrations and copies; write a fixed number "
        "of another unit as a plain number and say its unit in its name\n");
}

TEST(LoadPackage, NamesStandOnce) {
    PackageCopy copy;
    copy.edit("parameters.tsv", "bypass\t0", "copies_R\t0");
    EXPECT_EQ(copy.problems().substr(0, 69),
              "PKG/parameters.tsv:6:1: error ERB-PKG-0004: id 'copies_R' stands here");
}

TEST(LoadPackage, ProfilesOverrideOnlyWhatExistsAndInItsKindOfUnit) {
    PackageCopy copy;
    copy.edit("profiles/values.tsv", "amplified\tcopies_R", "amplified\tcopies_S");
    copy.edit("profiles/values.tsv", "bypass\t50000\tcopies", "bypass\t50000\tnM");
    copy.edit("profiles/values.tsv", "normal\tbypass", "nrmal\tbypass");
    EXPECT_EQ(copy.problems(),
              "PKG/profiles/values.tsv:3:1: error ERB-PKG-0013: unknown profile 'nrmal'\n"
              "     3 | nrmal bypass 1000 copies assumed P  something else drives it\n"
              "       | ^^^^^\n"
              "  hint: did you mean 'normal'?\n"
              "PKG/profiles/values.tsv:4:11: error ERB-PKG-0012: 'copies_S' is not a row of the "
              "table of parameters\n"
              "     4 | amplified copies_S 20000 copies measured V Invented2001 \n"
              "       |           ^^^^^^^^\n"
              "  hint: did you mean 'copies_R'?\n"
              "PKG/profiles/values.tsv:5:31: error ERB-PKG-0006: 'bypass' is a concentration here, "
              "but a number of copies in the table of parameters\n"
              "     5 | amplified_bypass bypass 50000 nM assumed P  as strong as the receptor\n"
              "       |                               ^^\n");
}

TEST(LoadPackage, ProfilesAreNotTheirOwnBase) {
    PackageCopy copy;
    copy.edit("profiles/index.tsv", "amplified cell\tcell_line\t",
              "amplified cell\tcell_line\tamplified_bypass");
    EXPECT_EQ(
        copy.problems(),
        "PKG/profiles/index.tsv:3:36: error ERB-PKG-0014: profile 'amplified' is its own base: "
        "amplified -> amplified_bypass -> amplified\n"
        "     3 | amplified amplified cell cell_line amplified_bypass many receptors\n"
        "       |                                    ^^^^^^^^^^^^^^^^\n"
        "PKG/profiles/index.tsv:4:56: error ERB-PKG-0014: profile 'amplified_bypass' is its "
        "own base: amplified_bypass -> amplified -> amplified_bypass\n"
        "     4 | amplified_bypass amplified cell with bypass resistance amplified grows "
        "without the receptor\n"
        "       |                                                        ^^^^^^^^^\n");
}

TEST(LoadPackage, DrugsNeedAParameterAMechanismAndAMolarMass) {
    PackageCopy copy;
    copy.edit("drugs.tsv", "conc_blocker", "conc_bloker");
    copy.edit("drugs.tsv", "150000", "");
    copy.edit("drugs.tsv", "Drives growth past the receptor.", "");
    const std::string text = copy.problems();
    EXPECT_NE(
        text.find("drugs.tsv:3:45: error ERB-PKG-0006: 'ug/mL' does not convert to 'nM': it is "
                  "a mass concentration, not a concentration\n"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("drugs.tsv:4:53: error ERB-TABLE-0007: column 'mechanism' must not be "
                        "empty\n"),
              std::string::npos)
        << text;
    EXPECT_NE(
        text.find("drugs.tsv:2:1: error ERB-PKG-0012: 'conc_bloker' is not a row of the table "
                  "of parameters\n"),
        std::string::npos)
        << text;
}

TEST(LoadPackage, ObservationsAreCompleteAndRefer) {
    PackageCopy copy;
    copy.edit("observations/growth.tsv", "G1\tgrowth\tamplified", "G1\tgrowth\tamplfied");
    copy.edit("observations/growth.tsv", "0.97\t\t\t0.05", "0.97\t\t\t");
    copy.edit("observations/growth.tsv", "blocker 5 nM\tactive\t24h", "bloker 5 nM\tactve\t24");
    EXPECT_EQ(copy.problems(),
              "PKG/observations/growth.tsv:2:11: error ERB-PKG-0013: unknown profile 'amplfied'\n"
              "     2 | G1 growth amplfied  blocker 100 nM  72h viability  0 0.6  1 linear V "
              "Invented2001 the blocker slows amplified cells\n"
              "       |           ^^^^^^^^\n"
              "  hint: did you mean 'amplified'?\n"
              "PKG/observations/growth.tsv:3:56: error ERB-PKG-0016: an observation with a value "
              "needs a tolerance greater than 0\n"
              "     3 | G2 growth normal  blocker 100 nM  72h viability 0.97    1 linear V "
              "Invented2001 \n"
              "       |                                                        ^\n"
              "  hint: on the scale of the comparison: 1 on log2 is a factor of 2\n"
              "PKG/observations/growth.tsv:4:22: error ERB-DRUG-0001: unknown agent 'bloker'\n"
              "     4 | G3 signal amplified  bloker 5 nM actve 24 fold_control 0.5   0.05 1 log2 V "
              "Dreamt2002 half is free at K_D\n"
              "       |                      ^^^^^^\n"
              "  hint: did you mean 'blocker'?\n"
              "PKG/observations/growth.tsv:4:40: error ERB-PKG-0006: the time '24' has no unit\n"
              "     4 | G3 signal amplified  bloker 5 nM actve 24 fold_control 0.5   0.05 1 log2 V "
              "Dreamt2002 half is free at K_D\n"
              "       |                                        ^^\n"
              "  hint: write it as in '72h', '30min' or '3d'\n"
              "PKG/observations/growth.tsv:4:34: error ERB-PKG-0015: unknown readout 'actve'\n"
              "     4 | G3 signal amplified  bloker 5 nM actve 24 fold_control 0.5   0.05 1 log2 V "
              "Dreamt2002 half is free at K_D\n"
              "       |                                  ^^^^^\n"
              "  hint: did you mean 'active'?\n");
}

TEST(LoadPackage, TheReportRefersToWhatIsThere) {
    PackageCopy copy;
    copy.edit("report.yaml", "readouts: [active, growth_rate]", "readouts: [active, grwth_rate]");
    copy.edit("map.yaml", "{from: R, to: growth, kind: activates}",
              "{from: R, to: groth, kind: actvates}");
    EXPECT_EQ(copy.problems(),
              "PKG/report.yaml:12:22: error ERB-PKG-0015: unknown readout 'grwth_rate'\n"
              "    12 |   readouts: [active, grwth_rate]\n"
              "       |                      ^^^^^^^^^^\n"
              "  hint: did you mean 'growth_rate'?\n"
              "PKG/map.yaml:6:19: error ERB-PKG-0019: the map has no node 'groth'\n"
              "     6 |   - {from: R, to: groth, kind: actvates}\n"
              "       |                   ^^^^^\n"
              "  hint: did you mean 'growth'?\n"
              "PKG/map.yaml:6:32: error ERB-PKG-0008: unknown kind of edge 'actvates'\n"
              "     6 |   - {from: R, to: groth, kind: actvates}\n"
              "       |                                ^^^^^^^^\n"
              "  hint: did you mean 'activates'?\n");
}

TEST(LoadPackage, TheProtocolIsNeeded) {
    PackageCopy copy;
    copy.edit("package.yaml", "duration: 72h", "duration: 72");
    copy.edit("package.yaml", "growth: cells", "growth: cels");
    copy.edit("package.yaml", "parameters: {assay_on: 1}", "parameters: {assay_onn: 1}");
    EXPECT_EQ(
        copy.problems(),
        "PKG/package.yaml:22:24: error ERB-PKG-0012: 'assay_onn' is not a row of the table of "
        "parameters\n"
        "    22 |   start: {parameters: {assay_onn: 1}}\n"
        "       |                        ^^^^^^^^^\n"
        "  hint: did you mean 'assay_on'?\n"
        "PKG/package.yaml:23:13: error ERB-PKG-0006: the time '72' has no unit\n"
        "    23 |   duration: 72\n"
        "       |             ^^\n"
        "  hint: write it as in '72h', '30min' or '3d'\n"
        "PKG/package.yaml:24:11: error ERB-PKG-0015: unknown readout 'cels'\n"
        "    24 |   growth: cels\n"
        "       |           ^^^^\n"
        "  hint: did you mean 'cells'?\n");
}

TEST(LoadPackage, MistakesOfAllFilesAreReportedTogether) {
    PackageCopy copy;
    copy.edit("package.yaml", "maturity: sketch", "maturity: finished");
    copy.edit("parameters.tsv", "bypass\t0\tcopies", "bypass\tno\tcopies");
    copy.edit("references.bib", "@article{Dreamt2002", "@article{Invented2001");
    copy.edit("map.yaml", "size: [400, 200]", "size: [400]");
    const std::string text = copy.problems();
    for (const char* part :
         {"package.yaml:5:11: error ERB-PKG-0008",
          "parameters.tsv:4:8: error "
          "ERB-TABLE-0006",
          "references.bib:7:10: error ERB-BIB-0002", "map.yaml:1:7: error ERB-PKG-0019"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
}

}  // namespace
}  // namespace erbium::package
