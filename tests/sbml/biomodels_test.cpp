// SPDX-License-Identifier: Apache-2.0
// tests/sbml/biomodels_test.cpp: published models of ErbB signalling against trajectories that
// COPASI computed of the same files.
//
// The numbers are COPASI's, six digits, from github.com/RuleWorld/atomizer_testing (commits
// b7c6ca82 and ec6f65fd, results/output_{19,48,175,424}.txt). Of BIOMD0000000255 that collection
// has no trajectory of the present file's initial values: right_side_test.cpp compares its
// equations.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "conformance_folder.hpp"
#include "erbium/base/text.hpp"
#include "near.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

namespace fs = std::filesystem;

fs::path model_file(const std::string& number) {
    return conformance_folder(ERBIUM_SOURCE_DIR) / "biomodels" / ("BIOMD0000000" + number + ".xml");
}

/// Values of `ids` at one time.
struct Row {
    double time;
    std::vector<double> values;
};

/// Six digits were printed, of a run at COPASI's default local tolerance of 1e-6: in the first
/// second of Kholodenko's model that is off by 2.5e-5.
constexpr double kRtol = 5e-5;
/// What is printed as 0.0000 or is that small beside the model's other amounts says nothing.
constexpr double kAtol = 5e-5;

void expect_rows(const std::string& number, const std::vector<std::string>& ids,
                 const std::vector<Row>& rows) {
    const fs::path file = model_file(number);
    if (!fs::exists(file)) {
        GTEST_SKIP() << "no " << file;
    }
    ImportOptions options;
    options.treats_fast_as_ordinary = true;
    std::vector<std::pair<std::string, SpeciesForm>> columns;
    for (const std::string& id : ids) {
        columns.emplace_back(id, SpeciesForm::as_in_model);
    }
    std::vector<double> times{0.0};
    for (const Row& row : rows) {
        times.push_back(row.time);
    }
    const auto values =
        simulated(imported(read_file(file.string()), options), columns, std::move(times));
    ASSERT_EQ(values.size(), ids.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t c = 0; c < ids.size(); ++c) {
            EXPECT_TRUE(near_rel(values[c][r + 1], rows[r].values[c], kRtol, kAtol))
                << ids[c] << " at " << rows[r].time;
        }
    }
}

TEST(BioModels, FaratianOf2009) {
    expect_rows(
        "424",
        {"E2", "E3", "E23HP", "PI3Ka", "PTEN", "PTENP", "Akt_PI_PP", "RasGTP", "MEKPP", "ERKPP"},
        {{1.0, {36.7027, 1.6001, 9.7276, 5.5837, 39.891, 3.6237, 9.7001, 1.3852, 0.0066, 0.0}},
         {2.0, {31.13, 1.0608, 16.6815, 8.8147, 35.94, 3.999, 41.726, 5.3625, 1.2206, 0.0038}},
         {5.0,
          {26.0463, 0.5662, 25.8674, 12.4139, 18.506, 7.3865, 85.1217, 3.6179, 9.3095, 4.8092}},
         {10.0, {25.335, 0.4971, 26.6663, 12.6938, 17.0073, 8.007, 86.2678, 0.0, 8.5353, 8.7882}},
         {30.0, {25.2805, 0.4919, 26.4784, 12.6288, 17.1117, 7.9639, 85.7904, 0.0, 5.2981, 8.2899}},
         {60.0, {25.2382, 0.4879, 26.1607, 12.5183, 17.3321, 7.8731, 85.1906, 0.0, 2.5089, 6.2997}},
         {100.0,
          {25.1824, 0.4828, 25.7446, 12.3726, 17.6367, 7.751, 84.7098, 0.0, 0.8949, 2.3781}}});
}

TEST(BioModels, SchoeberlOf2002) {
    expect_rows("019", {"x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11"},
                {{1.0,
                  {27.1964, 1145.49, 162.027, 15557.9, 7.55508, 20.3029, 79.7322, 0.00318107,
                   2.65616, 0.696594}},
                 {10.0,
                  {22.5258, 890.878, 120.288, 11903.2, 6.26657, 58.8469, 6803.47, 0.00139621,
                   634.157, 67.9164}}});
}

TEST(BioModels, BirtwistleOf2007) {
    expect_rows(
        "175", {"E1", "E2", "E3", "E4"},
        {{1.0, {262.962, 71.0967, 280.103, 292.19}}, {10.0, {254.568, 42.0303, 242.25, 144.919}}});
}

TEST(BioModels, KholodenkoOf1999) {
    expect_rows(
        "048", {"EGF", "R", "Ra", "R2", "RP", "PLCg", "GS", "Shc"},
        {{1.0, {596.597, 16.5969, 47.4692, 13.8553, 0.506827, 103.81, 0.286036, 147.513}},
         {10.0, {580.339, 0.33871, 9.56726, 7.31591, 0.815146, 74.1429, 2.70305, 85.3009}}});
}

TEST(BioModels, ChenOf2009Runs) {
    expect_rows("255", {}, {{1800.0, {}}});
}

}  // namespace
}  // namespace erbium::sbml::test
