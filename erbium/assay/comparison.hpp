// SPDX-License-Identifier: Apache-2.0
// erbium/assay/comparison.hpp: what was measured beside what the model gives, misfits first.
// Reads: observations of a package   Makes: Comparison
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "erbium/assay/ensemble.hpp"

namespace erbium::assay {

/// One observation.
struct ComparisonRow {
    std::size_t observation{};       ///< into Package::observations
    double model{};                  ///< NaN when the simulation failed
    std::optional<double> measured;  ///< empty for an interval
    /// On the observation's scale: model - measured; for an interval the signed distance from it,
    /// 0 inside.
    double residual{};
    bool holds{};
    std::string reason;  ///< why it does not hold, as a sentence; empty when it does
    Spread spread;       ///< of the model over the ensemble; without values when it was not asked
    double share_holding{};  ///< of the ensemble's sets in which the row holds
};

/// How well a series of observations is met.
struct SeriesSummary {
    std::string series;
    std::size_t rows{};
    std::size_t holding{};
    std::size_t failed{};
    double rms_residual{};  ///< over rows that did not fail; NaN without any
};

struct Comparison {
    std::vector<ComparisonRow> rows;  ///< failures, then misfits, then what holds
    std::vector<SeriesSummary> series;
    std::size_t holding{};
    std::size_t misfits{};  ///< that do not hold, failures included
    std::size_t failed{};
};

/// Runs every observation of the package. Verdicts and residuals are those of the nominal set.
[[nodiscard]] Comparison compare_observations(Experiment& experiment, Sets sets = Sets::nominal);

/// Whether a model value meets an observation, and by how much it misses.
/// @param model  NaN never holds
[[nodiscard]] ComparisonRow compare(const package::Observation& observation, double model);

}  // namespace erbium::assay
