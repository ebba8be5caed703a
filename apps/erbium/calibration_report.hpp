// SPDX-License-Identifier: Apache-2.0
// apps/erbium/calibration_report.hpp: how well a package's ensemble agrees with what is known, as
// one page of Markdown, misses first.
// Reads: Comparison, ClaimCheck, tables of a calibration   Used by: cmd_report
#pragma once

#include <string>
#include <vector>

#include "erbium/assay/claims.hpp"
#include "erbium/assay/comparison.hpp"
#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/report/table.hpp"

namespace erbium::app {

/// The folder of a package in which `erbium calibrate PACKAGE -o` leaves what its report needs.
inline constexpr const char* kCalibrationFolder = "calibration";

/// The row of a cross-validation's scores that counts rows, where more is better.
inline constexpr const char* kRowsThatHold = "rows that hold";

/// What a calibration left in a package's folder kCalibrationFolder besides the ensemble; a table
/// that is not there is empty.
struct CalibrationTables {
    std::string ensemble_head;  ///< comment lines of the ensemble's file, without '#'
    std::string ensemble_hash;  ///< content_hash() of that file
    report::Table posterior;    ///< what the observations say about each constant
    report::Table by_line;      ///< cross-validation, cell lines left out
    report::Table by_agents;    ///< cross-validation, agents left out
};

/// Errors: a table that cannot be read.
[[nodiscard]] Outcome<CalibrationTables, Diagnostics> read_calibration(
    const package::Package& package);

/// The page: what the aims are and whether they are reached; claims, those that do not hold first;
/// observations held out and used, misses first; coverage of intervals; prediction of what was left
/// out; what is known of each constant.
/// @param command  that made it, for its first line
[[nodiscard]] std::string calibration_report(const package::Package& package,
                                             const assay::Comparison& comparison,
                                             const std::vector<assay::ClaimCheck>& claims,
                                             const CalibrationTables& tables,
                                             const std::string& command);

}  // namespace erbium::app
