// SPDX-License-Identifier: Apache-2.0
// tests/petab/suite_test.cpp: the PEtab test suite, and published likelihoods of real problems.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "conformance_folder.hpp"
#include "erbium/base/text.hpp"
#include "erbium/package/yaml.hpp"
#include "erbium/petab/objective.hpp"
#include "near.hpp"

namespace erbium::petab {
namespace {

namespace fs = std::filesystem;

Prediction predict(const fs::path& yaml) {
    auto loaded = load_problem(yaml.string());
    if (!loaded) {
        Prediction none;
        none.failure = loaded.error().text();
        return none;
    }
    Objective objective{std::make_shared<const BoundProblem>(std::move(loaded).value())};
    return objective.predict(objective.nominal());
}

/// The number behind a key of the solution's YAML.
double solution(const fs::path& yaml, const std::string& key) {
    const auto source =
        std::make_shared<const SourceText>(SourceText{yaml.string(), read_file(yaml.string())});
    const auto root = package::parse_yaml(source);
    EXPECT_TRUE(root);
    for (std::size_t i = 0; root && i < root.value().keys.size(); ++i) {
        if (root.value().keys[i].name == key) {
            return parse_double(root.value().items[i].scalar).value_or(std::nan(""));
        }
    }
    return std::nan("");
}

/// The column `simulation` of a table.
std::vector<double> simulations(const fs::path& tsv) {
    std::istringstream lines{read_file(tsv.string())};
    std::string line;
    std::getline(lines, line);
    const auto names = split(line, '\t');
    const auto column = static_cast<std::size_t>(
        std::find(names.begin(), names.end(), "simulation") - names.begin());
    std::vector<double> values;
    while (std::getline(lines, line)) {
        const auto cells = split(line, '\t');
        if (column < cells.size()) {
            values.push_back(parse_double(trimmed(cells[column])).value_or(std::nan("")));
        }
    }
    return values;
}

TEST(PetabSuite, MeetsAllCasesOfVersion1) {
    const fs::path folder =
        conformance_folder(ERBIUM_SOURCE_DIR) / "petab_test_suite" / "v1.0.0" / "sbml";
    if (!fs::is_directory(folder)) {
        GTEST_SKIP() << folder << " is not there; set ERBIUM_CONFORMANCE_DIR";
    }
    int cases = 0;
    for (const auto& entry : fs::directory_iterator{folder}) {
        const std::string name = entry.path().filename().string();
        if (!entry.is_directory()) {
            continue;
        }
        ++cases;
        const Prediction p = predict(entry.path() / ("_" + name + ".yaml"));
        EXPECT_EQ(p.failure, "") << name;
        const fs::path wanted = entry.path() / ("_" + name + "_solution.yaml");
        EXPECT_TRUE(near_rel(p.llh, solution(wanted, "llh"), 0.0, solution(wanted, "tol_llh")))
            << name;
        EXPECT_TRUE(near_rel(p.chi2, solution(wanted, "chi2"), 0.0, solution(wanted, "tol_chi2")))
            << name;
        EXPECT_TRUE(all_near(p.simulated, simulations(entry.path() / "_simulations.tsv"), 0.0,
                             solution(wanted, "tol_simulations")))
            << name;
    }
    EXPECT_EQ(cases, 20);
}

struct Published {
    const char* name;
    double llh;
};

/// At nominal parameters, from an independent engine (README of the benchmark's folder).
constexpr Published kPublished[] = {{"Boehm_JProteomeRes2014", -138.22199693517703},
                                    {"Bruno_JExpBot2016", 46.68818},
                                    {"Crauste_CellSystems2017", -190.9652},
                                    {"Brannmark_JBC2010", -141.8891},
                                    {"Elowitz_Nature2000", 63.2028},
                                    {"Borghans_BiophysChem1997", 83.3237},
                                    {"Zheng_PNAS2012", 278.3335},
                                    {"Sneyd_PNAS2002", 319.7918},
                                    {"Bachmann_MSB2011", 418.4057}};

class PetabBenchmark : public ::testing::TestWithParam<Published> {};

TEST_P(PetabBenchmark, HasThePublishedLikelihood) {
    const std::string name = GetParam().name;
    const fs::path yaml =
        conformance_folder(ERBIUM_SOURCE_DIR) / "petab_benchmark" / name / (name + ".yaml");
    if (!fs::is_regular_file(yaml)) {
        GTEST_SKIP() << yaml << " is not there; set ERBIUM_CONFORMANCE_DIR";
    }
    const Prediction p = predict(yaml);
    EXPECT_EQ(p.failure, "");
    EXPECT_TRUE(near_rel(p.llh, GetParam().llh, 0.0, 1e-3));
}

INSTANTIATE_TEST_SUITE_P(Problems, PetabBenchmark, ::testing::ValuesIn(kPublished),
                         [](const auto& problem) { return std::string{problem.param.name}; });

}  // namespace
}  // namespace erbium::petab
