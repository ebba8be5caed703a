// SPDX-License-Identifier: Apache-2.0
// tests/sbml/suite.hpp: the SBML test suite's semantic cases, run in this process.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace erbium::sbml::suite {

enum class Verdict { pass, refused, failed, wrong };

/// Word for tables: pass, refused, failed, WRONG.
[[nodiscard]] std::string word(Verdict verdict);

struct CaseResult {
    std::string id;  ///< "00001"
    Verdict verdict{Verdict::wrong};
    std::string detail;  ///< the construct that was refused, or what differed
};

/// Runs the case in `folder` (model, settings and expected results) as the suite asks: the
/// trajectory at equal steps must agree within the case's own tolerances.
/// A refusal counts only with a diagnostic of an unsupported construct; a simulation that ends with
/// a reason instead of numbers is `failed`.
[[nodiscard]] CaseResult run_case(const std::filesystem::path& folder);

/// All of them on `threads` threads, in the order of `folders`.
[[nodiscard]] std::vector<CaseResult> run_cases(const std::vector<std::filesystem::path>& folders,
                                                unsigned threads);

}  // namespace erbium::sbml::suite
