// SPDX-License-Identifier: Apache-2.0
// apps/erbium/fit_tables.hpp: the tables of a fit: what was found, and what a resumed run needs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/fit/multi_start.hpp"
#include "erbium/fit/profile.hpp"
#include "erbium/fit/sampler.hpp"
#include "erbium/petab/objective.hpp"

namespace erbium::app {

/// The header of starts.tsv and one of its rows. Numbers round-trip, so that what is read back is
/// the same bits.
[[nodiscard]] std::string starts_header(std::span<const fit::Coordinate> coordinates);
[[nodiscard]] std::string starts_row(const fit::StartResult& result);

/// The results in a text that starts_header and starts_row made; rows that are cut short (the
/// program was killed while it wrote) are left out. Nothing when the header is another.
[[nodiscard]] std::optional<std::vector<fit::StartResult>> read_starts(
    const std::string& text, std::span<const fit::Coordinate> coordinates);

/// The problem's parameter table with the best values as nominal ones, and for each estimated
/// parameter its standard error (from the Fisher information, on its scale; NaN when the
/// information is singular), whether a bound holds it, and the profile's interval when there is
/// one.
[[nodiscard]] std::string parameters_table(const petab::Problem& problem,
                                           std::span<const fit::Coordinate> coordinates,
                                           std::span<const double> best,
                                           std::span<const double> standard_errors,
                                           std::span<const fit::Profile> profiles);

[[nodiscard]] std::string profiles_table(std::span<const fit::Coordinate> coordinates,
                                         std::span<const fit::Profile> profiles);
[[nodiscard]] std::string samples_table(std::span<const fit::Coordinate> coordinates,
                                        const fit::Samples& samples);
/// R-hat, effective sample sizes, mean, deviation and quantiles of each coordinate.
[[nodiscard]] std::string summary_table(std::span<const fit::Coordinate> coordinates,
                                        const fit::Samples& samples);

/// Quantiles of each measurement's simulation over an ensemble of parameter vectors. Members whose
/// simulation failed are left out; `members` says how many are in.
[[nodiscard]] std::string intervals_table(const petab::Problem& problem,
                                          std::span<const petab::Prediction> ensemble);

/// Square roots of the diagonal of the inverse information, over the coordinates that are not held
/// by a bound; NaN for those that are, and for all when it is singular.
[[nodiscard]] std::vector<double> standard_errors(std::span<const fit::Coordinate> coordinates,
                                                  std::span<const double> x,
                                                  const fit::Evaluation& at);

}  // namespace erbium::app
