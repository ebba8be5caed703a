// SPDX-License-Identifier: Apache-2.0
// tests/petab/reading_test.cpp: what is wrong with a problem is said with table, row and column.
#include <gtest/gtest.h>

#include "erbium/petab/bind.hpp"
#include "problem_folder.hpp"

namespace erbium::petab {
namespace {

/// All complaints about a problem, with the folder's name left out of the places.
std::string complaints(const Files& files) {
    const ProblemFolder folder{files};
    const auto loaded = load_problem(folder.path());
    if (loaded) {
        return "";
    }
    std::string text = loaded.error().text();
    const std::string place = folder.path("");
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place)) {
        text.erase(at, place.size());
    }
    return text;
}

/// The problem of problem_folder.hpp with one file changed.
Files changed(const std::string& file, const std::string& text) {
    Files files = conversion_1();
    files[file] = text;
    return files;
}

void expect_complaint(const Files& files, const std::string& start) {
    const std::string all = complaints(files);
    EXPECT_NE(all.find(start), std::string::npos) << "wanted: " << start << "\ngot: " << all;
}

TEST(PetabReading, AcceptsARightProblem) {
    EXPECT_EQ(complaints(conversion_1()), "");
}

TEST(PetabReading, NamesTableRowAndColumn) {
    expect_complaint(changed("measurements.tsv",
                             "observableId simulationConditionId time measurement\n"
                             "obs_a c0 0 0.7\n"
                             "obs_b c0 10 0.1\n"),
                     "measurements.tsv:3:1: error ERB-PETAB-0002: there is no observable 'obs_b'");
    expect_complaint(changed("measurements.tsv",
                             "observableId simulationConditionId time measurement\n"
                             "obs_a c1 0 0.7\n"),
                     "measurements.tsv:2:7: error ERB-PETAB-0002: there is no condition 'c1'");
    expect_complaint(changed("measurements.tsv",
                             "observableId simulationConditionId time measurement\n"
                             "obs_a c0 -1 0.7\n"),
                     "measurements.tsv:2:10: error ERB-PETAB-0006: the experiment begins at 0");
    expect_complaint(
        changed("parameters.tsv",
                "parameterId parameterScale lowerBound upperBound nominalValue estimate\n"
                "k1 log10 0 10 0.8 1\n"),
        "parameters.tsv:2:10: error ERB-PETAB-0006: 'k1' is on a logarithmic scale");
    expect_complaint(
        changed("parameters.tsv",
                "parameterId parameterScale lowerBound upperBound nominalValue estimate\n"
                "k1 ln 0 10 0.8 1\n"),
        "parameters.tsv:2:4: error ERB-PETAB-0005: 'ln' is not one of the words here");
    expect_complaint(
        changed("parameters.tsv",
                "parameterId parameterScale lowerBound upperBound nominalValue estimate\n"
                "k1 lin 5 1 0.8 1\n"),
        "parameters.tsv:2:10: error ERB-PETAB-0006: the bounds of 'k1' hold nothing: 5 to 1");
    expect_complaint(changed("parameters.tsv",
                             "parameterId parameterScale estimate\n"
                             "k1 lin 0\nk1 lin 0\n"),
                     "parameters.tsv:3:1: error ERB-PETAB-0003: parameter 'k1' stands in the table "
                     "twice");
    expect_complaint(changed("observables.tsv",
                             "observableId observableFormula noiseFormula\nobs_a A_tot+ 0.5\n"),
                     "observables.tsv:2:13: error ERB-PETAB-0008: the formula ends too early");
}

TEST(PetabReading, ChecksNamesAgainstTheModel) {
    expect_complaint(changed("observables.tsv",
                             "observableId observableFormula noiseFormula\nobs_a A_tott 0.5\n"),
                     "observables.tsv:2:7: error ERB-PETAB-0009: 'A_tott' is in neither the model "
                     "nor the parameter table");
    expect_complaint(changed("conditions.tsv", "conditionId A_tot\nc0 3\n"),
                     "conditions.tsv:2:4: error ERB-PETAB-0010: a condition cannot set 'A_tot'");
    expect_complaint(changed("conditions.tsv", "conditionId k1\nc0 3\n"),
                     "conditions.tsv:2:4: error ERB-PETAB-0010: 'k1' is in the parameter table");
}

TEST(PetabReading, CountsTheValuesForPlaceholders) {
    Files files = changed("observables.tsv",
                          "observableId observableFormula noiseFormula\n"
                          "obs_a observableParameter1_obs_a*A_tot 0.5\n");
    expect_complaint(files, "observable 'obs_a' has 1 placeholder, this row gives 0 values");
}

TEST(PetabReading, RefusesLogarithmsOfMeasurementsThatHaveNone) {
    Files files = changed("observables.tsv",
                          "observableId observableFormula observableTransformation noiseFormula\n"
                          "obs_a A_tot log10 0.5\n");
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement\nobs_a c0 0 -0.7\n";
    expect_complaint(files, "measurements.tsv:2:12: error ERB-PETAB-0011");
}

TEST(PetabReading, RefusesWhatItDoesNotDoByName) {
    Files files = conversion_1();
    files["problem.yaml"].replace(files["problem.yaml"].find("language: bngl"), 14,
                                  "language: cellml");
    expect_complaint(files, "unsupported: the model language 'cellml'");
    files = conversion_1();
    files["problem.yaml"].replace(0, 17, "format_version: 3");
    expect_complaint(files, "unsupported: PEtab version '3'");
}

TEST(PetabReading, StaysInTheFolderOfTheProblem) {
    Files files = conversion_1();
    files["problem.yaml"].replace(files["problem.yaml"].find("parameters.tsv"), 14,
                                  "../parameters.tsv");
    expect_complaint(files, "leads out of");
}

TEST(PetabReading, WarnsOfParametersThatNothingUses) {
    Files files = conversion_1();
    files["parameters.tsv"] += "spare lin 0 1 0.5 1\n";
    const ProblemFolder folder{files};
    const auto loaded = load_problem(folder.path());
    ASSERT_TRUE(loaded) << loaded.error().text();
    ASSERT_EQ(loaded.value().warnings.all().size(), 1U);
    EXPECT_EQ(loaded.value().warnings.all().front().code, "ERB-PETAB-0013");
}

}  // namespace
}  // namespace erbium::petab
