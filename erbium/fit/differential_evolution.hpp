// SPDX-License-Identifier: Apache-2.0
// erbium/fit/differential_evolution.hpp: a population of points that comes to follow a density.
// Used by: calibrate
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "erbium/fit/objective.hpp"

namespace erbium::fit {

using Point = std::vector<double>;

/// The log densities of many points, up to one constant. A point that cannot be evaluated has
/// minus infinity.
using LogDensities = std::function<std::vector<double>(std::span<const Point>)>;

struct PopulationOptions {
    std::size_t generations{10};
    std::uint64_t seed{1};
    /// Every so many generations a step of full length between two points lets modes be changed.
    std::size_t leap_every{10};
    double jitter{1e-4};  ///< standard deviation of what is added to each coordinate of a proposal
};

/// A population after some generations.
struct Population {
    std::vector<Point> points;
    std::vector<double> log_densities;
    std::vector<double> acceptance;        ///< by generation: share of proposals that were taken
    std::vector<double> mean_log_density;  ///< by generation, the start first
};

/// Differential evolution Markov chains (ter Braak 2006, doi:10.1007/s11222-006-8769-1): each point
/// proposes to move along the difference of two others and moves by Metropolis' rule. Of the n
/// coordinates a random part moves (a tenth, a third or all of them; Vrugt and others 2009,
/// doi:10.1515/IJNSNS.2009.10.3.273), scaled by 2.38 / sqrt(2 moving). The population is halved;
/// each half moves along differences of the other, so that all proposals of a half can be evaluated
/// at once and the density stays invariant. Proposals are reflected at the bounds.
///
/// Started from a good approximation it needs few generations; started elsewhere the points follow
/// the density only after many. mean_log_density and acceptance tell whether it has settled.
///
/// Deterministic: the result depends on the seed and on `densities` only.
/// Precondition: at least 8 points, each with one value for each coordinate, inside the bounds.
[[nodiscard]] Population evolve(std::span<const Coordinate> coordinates, std::vector<Point> points,
                                const LogDensities& densities, const PopulationOptions& options);

}  // namespace erbium::fit
