// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/population.hpp: chains that follow the posterior, with a surrogate that learns.
// Reads: Posterior, mode and curvature   Makes: fit::Population   Used by: calibrate
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "erbium/calibrate/calibration.hpp"
#include "erbium/calibrate/posterior.hpp"
#include "erbium/fit/differential_evolution.hpp"

namespace erbium::calibrate {

/// Tolerance of claims that sets must hold: effectively one that breaks a claim is rejected.
inline constexpr double kSharpClaims = 0.2;

/// Chains that follow the posterior under sharp claims, in two parts.
///
/// In the first two fifths of the generations the surrogate learns (SurrogatePosterior): chains
/// under what it knows so far end where the model is asked next, so that it comes to know the
/// posterior where that is. No end is refused. Then points of the later of these generations are
/// drawn in proportion to the posterior over what the surrogate finally says (fit::resampled), and
/// from them chains go on by fit::evolve, whose proposals the model takes or refuses; nothing is
/// learnt any more, so that the posterior is invariant.
///
/// Without a surrogate (no draws) the first part is fit::evolve with blurred claims.
///
/// The first entries of `past` are the start, then each generation. Acceptance is of generations
/// in which anything may be refused.
[[nodiscard]] fit::Population population_of(const std::vector<double>& mode,
                                            const std::vector<double>& curvature,
                                            Posterior& posterior,
                                            const CalibrationOptions& options);

/// The ensemble: so many states of the chains as sets are wanted, evenly spaced over the second
/// half of the generations, chain by chain, and their log p with the sign turned.
[[nodiscard]] std::pair<std::vector<fit::Point>, std::vector<double>> spread_sets(
    const fit::Population& population, const CalibrationOptions& options);

/// The constants' bounds, and their values in parameters.tsv.
[[nodiscard]] std::vector<fit::Coordinate> coordinates_of(
    std::span<const FreeParameter> parameters);
/// u moved to the nearest point inside the bounds.
[[nodiscard]] std::vector<double> clamped(std::span<const FreeParameter> parameters,
                                          std::vector<double> u);

}  // namespace erbium::calibrate
