// SPDX-License-Identifier: Apache-2.0
// erbium/assay/coverage.hpp: do intervals of the model hold as many measurements as they promise?
// Reads: Comparison over an ensemble   Makes: Coverage
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "erbium/assay/agreement.hpp"

namespace erbium::assay {

/// Intervals that are looked at, as shares of the predictive distribution around its median.
inline constexpr std::array kCoverageLevels{0.5, 0.8, 0.9};

/// Where a measurement lies in what the ensemble predicts for it: the share of the predictive
/// distribution below. That distribution is a mixture over the sets of normal distributions around
/// what each gives, whose standard deviation is the tolerance of the row, on the row's scale:
///
///   rank = mean over sets of Phi((measured - model_set) / tolerance)
///
/// NaN for a row without a measured number or a tolerance, or when no set has a number. Ranks of a
/// model whose intervals are right are uniform between 0 and 1.
[[nodiscard]] double predictive_rank(const package::Observation& observation, const Spread& spread);

/// Rows of one kind.
struct Coverage {
    std::string kind;  ///< "fold", "viability", "all"
    std::size_t rows{};
    std::array<std::size_t, kCoverageLevels.size()> inside{};  ///< by level
    /// Inside the interval that the sets alone span at kIntervalShare, without the error of the
    /// measurement: what is not known of the constants.
    std::size_t inside_sets{};
};

/// By kind, then all together. Empty without an ensemble.
[[nodiscard]] std::vector<Coverage> coverage(const Package& package, const Comparison& comparison,
                                             Rows rows);

}  // namespace erbium::assay
