// SPDX-License-Identifier: Apache-2.0
// tests/petab/problem_folder.hpp: PEtab problems written to a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "erbium/base/text.hpp"

namespace erbium::petab {

/// The files of a problem, by name. Tables are written with blanks between cells; a cell that holds
/// blanks has `_` instead, which only works for cells without one of their own: so `~` is a blank
/// and `.` alone an empty cell.
using Files = std::map<std::string, std::string>;

[[nodiscard]] inline std::string tabs(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_alone = text[i] == '.' &&
                              (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n') &&
                              (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n');
        if (!is_alone) {
            out += text[i] == ' ' ? '\t' : text[i] == '~' ? ' ' : text[i];
        }
    }
    return out;
}

/// Writes the files into a folder that is gone with this object.
class ProblemFolder {
public:
    explicit ProblemFolder(const Files& files) {
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path{::testing::TempDir()} /
                  (std::string{"erbium_petab_"} + test->test_suite_name() + "_" + test->name());
        std::filesystem::create_directories(folder_);
        for (const auto& [name, text] : files) {
            write_file((folder_ / name).string(), name.ends_with(".tsv") ? tabs(text) : text);
        }
    }
    ~ProblemFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    ProblemFolder(const ProblemFolder&) = delete;
    ProblemFolder& operator=(const ProblemFolder&) = delete;

    [[nodiscard]] std::string path(const std::string& name = "problem.yaml") const {
        return (folder_ / name).string();
    }

private:
    std::filesystem::path folder_;
};

/// A <-> B with rates k1 and k2, from a0 and b0: A(t) = s + (a0 - s) exp(-(k1 + k2) t), with
/// s = (a0 + b0) k2 / (k1 + k2).
inline constexpr const char* kConversion =
    "begin model\n"
    "begin parameters\n  a0 1\n  b0 0\n  k1 0.8\n  k2 0.6\nend parameters\n"
    "begin molecule types\n  A()\n  B()\nend molecule types\n"
    "begin seed species\n  A() a0\n  B() b0\nend seed species\n"
    "begin observables\n  Species A_tot A()\n  Species B_tot B()\nend observables\n"
    "begin reaction rules\n  A() <-> B() k1, k2\nend reaction rules\n"
    "end model\n";

/// PEtab 1 with that model: one condition, A measured twice, everything estimated.
[[nodiscard]] inline Files conversion_1() {
    return {{"problem.yaml",
             "format_version: 1\n"
             "parameter_file: parameters.tsv\n"
             "problems:\n"
             "- model_files: {m: {location: model.bngl, language: bngl}}\n"
             "  condition_files: [conditions.tsv]\n"
             "  measurement_files: [measurements.tsv]\n"
             "  observable_files: [observables.tsv]\n"},
            {"model.bngl", kConversion},
            {"parameters.tsv",
             "parameterId parameterScale lowerBound upperBound nominalValue estimate\n"
             "a0 lin 0 10 1 1\n"
             "k1 log10 0.01 10 0.8 1\n"
             "k2 log 0.01 10 0.6 1\n"},
            {"conditions.tsv", "conditionId\nc0\n"},
            {"observables.tsv", "observableId observableFormula noiseFormula\nobs_a A_tot 0.5\n"},
            {"measurements.tsv",
             "observableId simulationConditionId time measurement\n"
             "obs_a c0 0 0.7\n"
             "obs_a c0 10 0.1\n"}};
}

}  // namespace erbium::petab
