// SPDX-License-Identifier: Apache-2.0
// apps/erbium/report_panels.hpp: from the numbers of experiments to figures and tables.
// Reads: assay's panels   Makes: report's figures, tables and sections   Used by: cmd_report
#pragma once

#include <string>
#include <vector>

#include "erbium/assay/comparison.hpp"
#include "erbium/assay/dose_response.hpp"
#include "erbium/assay/panels.hpp"
#include "erbium/report/html_page.hpp"

namespace erbium::app {

using package::Package;

/// Profiles x treatments as a heat map of viability, measurements in the lower halves.
[[nodiscard]] report::Figure grid_figure(const Package& package, const assay::Grid& grid,
                                         const std::string& id, const std::string& title);
/// The same as a table for the terminal and for files.
[[nodiscard]] report::Table grid_table(const Package& package, const assay::Grid& grid,
                                       const std::string& title);

[[nodiscard]] report::Figure course_figure(const Package& package,
                                           const std::vector<assay::CoursePair>& courses,
                                           const package::TimeCoursePanel& panel,
                                           const assay::Experiment& experiment);
[[nodiscard]] report::Table course_table(const Package& package,
                                         const std::vector<assay::CoursePair>& courses,
                                         const package::TimeCoursePanel& panel,
                                         const assay::Experiment& experiment);

/// One chart for each panel of curves, with the measured viabilities of the same dishes.
[[nodiscard]] report::Figure dose_figure(
    const Package& package, const std::vector<std::vector<assay::DoseResponse>>& panels);
[[nodiscard]] report::Table dose_table(const Package& package,
                                       const std::vector<std::vector<assay::DoseResponse>>& panels);

/// The pathway before and after the treatment.
[[nodiscard]] report::Figure map_figure(const Package& package, const package::MapPanel& panel,
                                        const std::vector<assay::NodeActivity>& activity);

[[nodiscard]] report::Figure comparison_figure(const Package& package,
                                               const assay::Comparison& comparison);
/// Misfits first.
[[nodiscard]] report::Table comparison_table(const Package& package,
                                             const assay::Comparison& comparison);
[[nodiscard]] report::Table series_table(const assay::Comparison& comparison);
[[nodiscard]] report::Table fact_table(const Package& package,
                                       const std::vector<assay::FactCheck>& facts);
[[nodiscard]] report::Sources sources_of(const Package& package);

}  // namespace erbium::app
