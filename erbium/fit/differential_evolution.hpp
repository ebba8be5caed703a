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

struct PopulationOptions {
    std::size_t generations{10};
    std::uint64_t seed{1};
    /// Every so many generations a step of full length between two points lets modes be changed.
    std::size_t leap_every{10};
    double jitter{1e-4};  ///< standard deviation of what is added to each coordinate of a proposal
    /// Points along whose differences moves are made; empty: those of the other half. Give one that
    /// has been everywhere when there are few points or when each is to be a chain by itself.
    std::vector<Point> archive;
    /// Asked before each generation, whose number it is given, for a cheap density that is close to
    /// the one wanted; an empty answer makes that generation do without. Where it is refined with
    /// the points met so far, that must end: only with a fixed one the density is invariant.
    std::function<LogDensities(std::size_t generation)> cheap;
    std::size_t cheap_steps{200};  ///< of the chain under it that makes one proposal
    std::size_t plain_every{4};    ///< every so many generations do without it
    /// Every so many generations the chain has a hundredth of the steps (0: never): from where the
    /// cheap density is far too low a distant proposal is hardly ever taken, a near one is, as it
    /// is too low there alike.
    std::size_t short_every{};
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
/// With an archive each point is a chain by itself and the archive is part of the proposal, which
/// stays the same (as in ter Braak and Vrugt 2008, doi:10.1007/s11222-008-9104-9, whose archive
/// grows).
///
/// Started from a good approximation it needs few generations; started elsewhere the points follow
/// the density only after many. settling() tells whether it has.
///
/// Deterministic: the result depends on the seed and on the densities only.
/// Precondition: at least 8 points, each with one value for each coordinate, inside the bounds.
[[nodiscard]] Population evolve(std::span<const Coordinate> coordinates, std::vector<Point> points,
                                const LogDensities& densities, const PopulationOptions& options);

/// Where chains of such moves under a density alone have led.
struct ChainEnds {
    std::vector<Point> points;
    std::vector<double> log_densities;
    std::vector<double> at_starts;  ///< log densities of where they started
};
/// One chain of `steps` moves from each start, along differences of the points of `archive`. All
/// chains step together, so that `density` is asked for many points at once; chain i has stream
/// `first_stream` + i of the seed's random numbers.
/// Precondition: at least 2 points in the archive.
[[nodiscard]] ChainEnds chain_ends(std::span<const Coordinate> coordinates,
                                   std::span<const Point> starts, const LogDensities& density,
                                   std::span<const Point> archive, std::size_t steps,
                                   const PopulationOptions& options, std::uint64_t first_stream);

/// `count` of these points, or all if there are fewer, each at most once, drawn in proportion to
/// their weights, whose logarithms are given up to one constant: draws of a wanted density from
/// those of another (sampling/importance resampling, Rubin 1988; without replacement by Efraimidis
/// and Spirakis 2006, doi:10.1016/j.ipl.2005.11.003). Weights are cut off at the root of their
/// number times their mean (Ionides 2008, doi:10.1198/106186008X320456).
[[nodiscard]] std::vector<std::size_t> resampled(std::span<const double> log_weights,
                                                 std::size_t count, std::uint64_t seed);

/// Whether a population has come to rest, over the second half of its generations.
struct Settling {
    /// Largest split R-hat (see diagnostics.hpp) over coordinates and log density, each point of
    /// the population being a chain: near 1 when each of them has been everywhere. NaN with fewer
    /// than 8 generations.
    double r_hat{};
    std::string slowest;  ///< the coordinate that has it; "log density"
    /// Smallest bulk effective sample size over the same: what the states of all points together
    /// are worth. NaN with fewer than 8 generations.
    double effective_size{};
    /// The mean log density of the last quarter of generations minus that of the quarter before, in
    /// standard deviations of the log density over the population: near 0 when nothing drifts.
    double drift{};
};
[[nodiscard]] Settling settling(std::span<const Coordinate> coordinates,
                                const Population& population);

}  // namespace erbium::fit
