// SPDX-License-Identifier: Apache-2.0
// apps/erbium/report_evidence.hpp: what speaks for and against a package: observations, sources.
// Reads: assay's comparison   Makes: report's figures and tables   Used by: cmd_report
#pragma once

#include <string>
#include <vector>

#include "erbium/assay/agreement.hpp"
#include "erbium/report/html_page.hpp"

namespace erbium::app {

using package::Package;

/// "Lu2001; Yakes2002"
[[nodiscard]] std::string sources_text(const std::vector<std::string>& sources);

/// What was measured, as people write it: "0.58 ± 0.15", "0.3 to 0.5", "at least 0.9".
[[nodiscard]] std::string measured_text(const package::Observation& observation);

/// What was measured of which readout: "viability", "pX, fold of control".
[[nodiscard]] std::string quantity_text(const package::Observation& observation);

[[nodiscard]] report::Figure comparison_figure(const Package& package,
                                               const assay::Comparison& comparison);
/// Misfits first.
[[nodiscard]] report::Table comparison_table(const Package& package,
                                             const assay::Comparison& comparison);
[[nodiscard]] report::Table series_table(const assay::Comparison& comparison);
/// What a package's agreement with its observations comes to, in sentences.
[[nodiscard]] std::vector<std::string> agreement_lines(const assay::Agreement& agreement);
/// Dose series: root mean square of viability, and the doses of half effect.
[[nodiscard]] report::Table curve_table(const Package& package, const assay::Agreement& agreement);
[[nodiscard]] report::Sources sources_of(const Package& package);

}  // namespace erbium::app
