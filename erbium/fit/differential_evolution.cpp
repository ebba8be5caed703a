// SPDX-License-Identifier: Apache-2.0
// erbium/fit/differential_evolution.cpp: Metropolis steps along differences within a population.
#include "erbium/fit/differential_evolution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/fit/diagnostics.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

/// Streams of random numbers below are left to whoever draws the start.
constexpr std::uint64_t kFirstStream = 1'000'000'000;

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// x reflected at the bounds until it lies between them: a move and its reverse stay equally
/// likely.
double reflected(const Coordinate& bounds, double x) noexcept {
    for (int i = 0; i < 8 && (x < bounds.lower || x > bounds.upper); ++i) {
        x = x < bounds.lower ? 2.0 * bounds.lower - x : 2.0 * bounds.upper - x;
    }
    return std::clamp(x, bounds.lower, bounds.upper);
}

/// Which coordinates a proposal moves; at least one.
std::vector<std::size_t> moving_coordinates(Random& random, std::size_t n) {
    constexpr std::array kParts{0.1, 1.0 / 3.0, 1.0};
    const double part = kParts[random.below(kParts.size())];
    std::vector<std::size_t> moving;
    for (std::size_t c = 0; c < n; ++c) {
        if (random.uniform() < part) {
            moving.push_back(c);
        }
    }
    if (moving.empty()) {
        moving.push_back(random.below(n));
    }
    return moving;
}

/// A move of `x` along the difference of two of `others`: as likely as its reverse.
Point moved(const Point& x, std::span<const Coordinate> coordinates, std::span<const Point> others,
            bool is_leap, double jitter, Random& random) {
    const std::size_t a = random.below(others.size());
    std::size_t b = random.below(others.size() - 1);
    b += b >= a ? 1 : 0;
    const std::vector<std::size_t> moving = moving_coordinates(random, coordinates.size());
    const double scale = is_leap ? 1.0 : 2.38 / std::sqrt(2.0 * static_cast<double>(moving.size()));
    Point proposal = x;
    for (const std::size_t c : moving) {
        proposal[c] += scale * (others[a][c] - others[b][c]) + jitter * random.normal();
        proposal[c] = reflected(coordinates[c], proposal[c]);
    }
    return proposal;
}

/// Where a proposal led, and what the cheap density says of both ends.
struct Proposal {
    Point point;
    double correction{};  ///< log q(x) - log q(y); 0 for a symmetric move
};

/// The end of a chain of `steps` moves under the cheap density.
Proposal chain_end(const Point& x, const LogDensity& cheap, std::size_t steps,
                   std::span<const Coordinate> coordinates, std::span<const Point> others,
                   const PopulationOptions& options, Random& random) {
    const double at_start = cheap(x);
    Point at = x;
    double density = at_start;
    for (std::size_t step = 1; step <= steps; ++step) {
        Point next =
            moved(at, coordinates, others, step % options.leap_every == 0, options.jitter, random);
        const double proposed = cheap(next);
        if (proposed - density > std::log(random.uniform())) {
            at = std::move(next);
            density = proposed;
        }
    }
    return {std::move(at), at_start - density};
}

}  // namespace

Population evolve(std::span<const Coordinate> coordinates, std::vector<Point> points,
                  const LogDensities& densities, const PopulationOptions& options) {
    ERBIUM_CHECK(points.size() >= 8, "a population of fewer than 8 points");
    const std::size_t half = points.size() / 2;
    Population out;
    out.log_densities = densities(points);
    out.points = std::move(points);
    const auto note = [&out] {
        out.mean_log_density.push_back(mean(out.log_densities));
        out.past.push_back(out.points);
        out.past_log_densities.push_back(out.log_densities);
    };
    note();
    for (std::size_t generation = 1; generation <= options.generations; ++generation) {
        const bool is_leap = generation % options.leap_every == 0;
        const LogDensity cheap = options.cheap && generation % options.plain_every != 0
                                     ? options.cheap(generation)
                                     : LogDensity{};
        std::size_t taken = 0;
        for (const bool is_first : {true, false}) {
            const std::size_t first = is_first ? 0 : half;
            const std::size_t last = is_first ? half : out.points.size();
            const std::span<const Point> all{out.points};
            const std::span<const Point> others = is_first ? all.subspan(half) : all.first(half);
            std::vector<Point> proposals;
            std::vector<double> corrections;
            std::vector<double> thresholds;
            for (std::size_t i = first; i < last; ++i) {
                // Each move has its own numbers, so that none depends on how others ended.
                Random random{options.seed, kFirstStream + generation * out.points.size() + i};
                Proposal proposal = cheap ? chain_end(out.points[i], cheap, options.cheap_steps,
                                                      coordinates, others, options, random)
                                          : Proposal{moved(out.points[i], coordinates, others,
                                                           is_leap, options.jitter, random),
                                                     0.0};
                proposals.push_back(std::move(proposal.point));
                corrections.push_back(proposal.correction);
                thresholds.push_back(std::log(random.uniform()));
            }
            const std::vector<double> proposed = densities(proposals);
            for (std::size_t k = 0; k < proposals.size(); ++k) {
                const std::size_t i = first + k;
                if (proposed[k] - out.log_densities[i] + corrections[k] > thresholds[k]) {
                    out.points[i] = std::move(proposals[k]);
                    out.log_densities[i] = proposed[k];
                    ++taken;
                }
            }
        }
        out.acceptance.push_back(static_cast<double>(taken) /
                                 static_cast<double>(out.points.size()));
        note();
    }
    return out;
}

Settling settling(std::span<const Coordinate> coordinates, const Population& population) {
    constexpr std::size_t kFewestGenerations = 8;
    Settling out{std::numeric_limits<double>::quiet_NaN(), "",
                 std::numeric_limits<double>::quiet_NaN()};
    const std::size_t generations = population.past.size() - 1;
    if (generations < kFewestGenerations) {
        return out;
    }
    const std::size_t draws = generations / 2;
    const std::size_t from = population.past.size() - draws;
    const std::size_t chains = population.points.size();
    std::vector<double> values(chains * draws);
    for (std::size_t c = 0; c <= coordinates.size(); ++c) {
        for (std::size_t chain = 0; chain < chains; ++chain) {
            for (std::size_t d = 0; d < draws; ++d) {
                values[chain * draws + d] = c < coordinates.size()
                                                ? population.past[from + d][chain][c]
                                                : population.past_log_densities[from + d][chain];
            }
        }
        const double one = r_hat({values, chains, draws});
        if (!(one <= out.r_hat)) {
            out.r_hat = one;
            out.slowest = c < coordinates.size() ? coordinates[c].name : "log density";
        }
    }
    const std::size_t quarter = draws / 2;
    std::vector<double> last;  // of the last quarter, all together
    double before = 0.0;
    double after = 0.0;
    for (std::size_t g = 0; g < quarter; ++g) {
        before += population.mean_log_density[from + g] / static_cast<double>(quarter);
        const std::size_t late = population.past.size() - quarter + g;
        after += population.mean_log_density[late] / static_cast<double>(quarter);
        last.insert(last.end(), population.past_log_densities[late].begin(),
                    population.past_log_densities[late].end());
    }
    double squares = 0.0;
    for (const double one : last) {
        squares += (one - after) * (one - after) / static_cast<double>(last.size());
    }
    out.drift = squares > 0.0 ? (after - before) / std::sqrt(squares) : 0.0;
    return out;
}

}  // namespace erbium::fit
