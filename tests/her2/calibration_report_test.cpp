// SPDX-License-Identifier: Apache-2.0
// tests/her2/calibration_report_test.cpp: docs/calibration/her2.md is of this model and ensemble.
//
// Its numbers over the ensemble take a hundred times as long as those of the nominal set and are
// not computed here: the hash of the ensemble, the nominal numbers of all observations and the
// bounds of all claims tell whether the page must be written anew.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "erbium/assay/ablation.hpp"
#include "erbium/assay/comparison.hpp"
#include "erbium/base/hash.hpp"
#include "erbium/base/text.hpp"
#include "her2_model.hpp"

namespace erbium::her2 {
namespace {

constexpr const char* kHowToMend =
    "run `erbium report her2 --calibration docs/calibration/her2.md`";

/// Rows of all Markdown tables of the page, by their first cell.
const std::multimap<std::string, std::vector<std::string>>& rows_of_the_page() {
    static const auto kRows = [] {
        std::multimap<std::string, std::vector<std::string>> rows;
        const std::string text =
            read_file(std::string{ERBIUM_SOURCE_DIR} + "/docs/calibration/her2.md");
        for (const std::string_view line : split(text, '\n')) {
            if (!line.starts_with("| ")) {
                continue;
            }
            std::vector<std::string> cells;
            for (const std::string_view cell : split(line.substr(2), '|')) {
                cells.emplace_back(trimmed(cell));
            }
            rows.emplace(cells.front(), cells);
        }
        return rows;
    }();
    return kRows;
}

TEST(CalibrationReport, NamesTheShippedEnsemble) {
    const std::string page =
        read_file(std::string{ERBIUM_SOURCE_DIR} + "/docs/calibration/her2.md");
    bool is_named = false;
    for (const auto& text : her2_package().texts) {
        is_named = is_named || (text->path.ends_with("ensemble.tsv") &&
                                page.find(content_hash(text->text)) != std::string::npos);
    }
    EXPECT_TRUE(is_named) << kHowToMend;
}

TEST(CalibrationReport, HasTheNominalNumberOfEveryObservation) {
    assay::Experiment experiment = her2_experiment();
    const assay::Comparison comparison = assay::compare_observations(experiment);
    for (const assay::ComparisonRow& row : comparison.rows) {
        const std::string& id = her2_package().observations[row.observation].id;
        ASSERT_EQ(rows_of_the_page().count(id), 1U) << id << ": " << kHowToMend;
        const std::vector<std::string>& cells = rows_of_the_page().find(id)->second;
        ASSERT_GE(cells.size(), 10U) << id;
        const double written = parse_double(cells[6]).value_or(std::nan(""));
        // Three digits are written, and machines differ in the last of a solver's tolerance.
        EXPECT_NEAR(written, row.model, 0.02 * std::fabs(row.model) + 2e-3)
            << id << ": " << kHowToMend;
    }
}

TEST(CalibrationReport, HasTheBoundsOfEveryClaim) {
    for (const package::Claim& claim : her2_package().claims) {
        ASSERT_EQ(rows_of_the_page().count(claim.id), 1U) << claim.id << ": " << kHowToMend;
        const std::vector<std::string>& cells = rows_of_the_page().find(claim.id)->second;
        ASSERT_GE(cells.size(), 8U);
        EXPECT_EQ(cells[3], claim.expect.text) << claim.id << ": " << kHowToMend;
        EXPECT_EQ(cells[5], assay::ablation_expectation(claim)) << claim.id << ": " << kHowToMend;
    }
}

}  // namespace
}  // namespace erbium::her2
