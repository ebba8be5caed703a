// SPDX-License-Identifier: Apache-2.0
// erbium/fit/differential_evolution.hpp: a population of points that comes to follow a density.
// Used by: calibrate
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "erbium/fit/objective.hpp"

namespace erbium::fit {

using Point = std::vector<double>;

/// The log densities of many points, up to one constant. A point that cannot be evaluated has
/// minus infinity.
using LogDensities = std::function<std::vector<double>(std::span<const Point>)>;

/// The log density of one point, up to one constant.
using LogDensity = std::function<double(const Point&)>;

struct PopulationOptions {
    std::size_t generations{10};
    std::uint64_t seed{1};
    /// Every so many generations a step of full length between two points lets modes be changed.
    std::size_t leap_every{10};
    double jitter{1e-4};  ///< standard deviation of what is added to each coordinate of a proposal
    /// Asked before each generation, whose number it is given, for a cheap density that is close to
    /// the one wanted; an empty answer makes that generation do without. Where it is refined with
    /// the points met so far, that must end: only with a fixed one the density is invariant.
    std::function<LogDensity(std::size_t generation)> cheap;
    std::size_t cheap_steps{200};  ///< of the chain under it that makes one proposal
    std::size_t plain_every{4};    ///< every so many generations do without it
};

/// A population after some generations.
struct Population {
    std::vector<Point> points;
    std::vector<double> log_densities;
    std::vector<double> acceptance;        ///< by generation: share of proposals that were taken
    std::vector<double> mean_log_density;  ///< by generation, the start first
    std::vector<std::vector<Point>> past;  ///< the population by generation, the start first
    std::vector<std::vector<double>> past_log_densities;
};

/// Differential evolution Markov chains (ter Braak 2006, doi:10.1007/s11222-006-8769-1): each point
/// proposes to move along the difference of two others and moves by Metropolis' rule. Of the n
/// coordinates a random part moves (a tenth, a third or all of them; Vrugt and others 2009,
/// doi:10.1515/IJNSNS.2009.10.3.273), scaled by 2.38 / sqrt(2 moving). The population is halved;
/// each half moves along differences of the other, so that all proposals of a half can be evaluated
/// at once and the density stays invariant. Proposals are reflected at the bounds.
///
/// With a cheap density q beside the wanted one p, a proposal y is where a chain of many such moves
/// under q has led from x, and is taken with probability min(1, p(y) q(x) / (p(x) q(y))) (surrogate
/// transition: Liu 2001, Monte Carlo Strategies in Scientific Computing, 9.4.3): p is followed
/// exactly however bad q is, and a good q makes proposals that hardly depend on x.
///
/// Started from a good approximation it needs few generations; started elsewhere the points follow
/// the density only after many. settling() tells whether it has.
///
/// Deterministic: the result depends on the seed and on the densities only.
/// Precondition: at least 8 points, each with one value for each coordinate, inside the bounds.
[[nodiscard]] Population evolve(std::span<const Coordinate> coordinates, std::vector<Point> points,
                                const LogDensities& densities, const PopulationOptions& options);

/// Whether a population has come to rest, over the second half of its generations.
struct Settling {
    /// Largest split R-hat (see diagnostics.hpp) over coordinates and log density, each point of
    /// the population being a chain: near 1 when each of them has been everywhere. NaN with fewer
    /// than 8 generations.
    double r_hat{};
    std::string slowest;  ///< the coordinate that has it; "log density"
    /// The mean log density of the last quarter of generations minus that of the quarter before, in
    /// standard deviations of the log density over the population: near 0 when nothing drifts.
    double drift{};
};
[[nodiscard]] Settling settling(std::span<const Coordinate> coordinates,
                                const Population& population);

}  // namespace erbium::fit
