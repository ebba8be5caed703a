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
/// What short chains are shorter by.
constexpr std::size_t kShorter = 100;

/// A density that is the same everywhere.
std::vector<double> even(std::span<const Point> points) {
    return std::vector<double>(points.size(), 0.0);
}

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

}  // namespace

ChainEnds chain_ends(std::span<const Coordinate> coordinates, std::span<const Point> starts,
                     const LogDensities& density, std::span<const Point> archive, std::size_t steps,
                     const PopulationOptions& options, std::uint64_t first_stream) {
    ERBIUM_CHECK(archive.size() >= 2, "differences need two points");
    std::vector<Random> random;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        random.emplace_back(options.seed, first_stream + i);
    }
    ChainEnds out;
    out.points.assign(starts.begin(), starts.end());
    out.log_densities = density(starts);
    out.at_starts = out.log_densities;
    std::vector<Point> proposals(starts.size());
    for (std::size_t step = 1; step <= steps; ++step) {
        const bool is_leap = step % options.leap_every == 0;
        for (std::size_t i = 0; i < starts.size(); ++i) {
            proposals[i] =
                moved(out.points[i], coordinates, archive, is_leap, options.jitter, random[i]);
        }
        const std::vector<double> proposed = density(proposals);
        for (std::size_t i = 0; i < starts.size(); ++i) {
            if (proposed[i] - out.log_densities[i] > std::log(random[i].uniform())) {
                std::swap(out.points[i], proposals[i]);
                out.log_densities[i] = proposed[i];
            }
        }
    }
    return out;
}

std::vector<std::size_t> resampled(std::span<const double> log_weights, std::size_t count,
                                   std::uint64_t seed) {
    const double largest = *std::max_element(log_weights.begin(), log_weights.end());
    ERBIUM_CHECK(std::isfinite(largest), "some point must have weight");
    double sum = 0.0;
    for (const double one : log_weights) {
        sum += std::exp(one - largest);
    }
    const double cut = largest + std::log(sum / std::sqrt(static_cast<double>(log_weights.size())));
    Random random{seed, kFirstStream - 1};
    std::vector<std::pair<double, std::size_t>> keys;
    for (std::size_t i = 0; i < log_weights.size(); ++i) {
        const double gumbel = -std::log(-std::log(random.uniform()));
        keys.emplace_back(std::min(log_weights[i], cut) + gumbel, i);
    }
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
        return a.first > b.first || (a.first == b.first && a.second < b.second);
    });
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < std::min(count, keys.size()); ++i) {
        out.push_back(keys[i].second);
    }
    return out;
}

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
        const LogDensities cheap = options.cheap && generation % options.plain_every != 0
                                       ? options.cheap(generation)
                                       : LogDensities{};
        const bool is_short = options.short_every != 0 && generation % options.short_every == 0;
        // Without a cheap density a chain of one step under none: its move is always made.
        PopulationOptions chains = options;
        chains.leap_every =
            cheap ? options.leap_every : (generation % options.leap_every == 0 ? 1 : 2);
        const std::size_t steps =
            !cheap ? 1 : std::max<std::size_t>(1, options.cheap_steps / (is_short ? kShorter : 1));
        std::size_t taken = 0;
        for (const bool is_first : {true, false}) {
            const std::size_t first = is_first ? 0 : half;
            const std::size_t last = is_first ? half : out.points.size();
            const std::span<const Point> all{out.points};
            const std::span<const Point> others = !options.archive.empty() ? options.archive
                                                  : is_first               ? all.subspan(half)
                                                                           : all.first(half);
            // Each move has its own numbers, so that none depends on how others ended.
            const std::uint64_t stream = kFirstStream + 2 * generation * out.points.size() + first;
            ChainEnds ends = chain_ends(coordinates, all.subspan(first, last - first),
                                        cheap ? cheap : even, others, steps, chains, stream);
            const std::vector<double> proposed = densities(ends.points);
            for (std::size_t i = first; i < last; ++i) {
                const std::size_t k = i - first;
                Random random{options.seed, stream + out.points.size() + k};
                const double gain =
                    proposed[k] - out.log_densities[i] + ends.at_starts[k] - ends.log_densities[k];
                if (gain > std::log(random.uniform())) {
                    out.points[i] = std::move(ends.points[k]);
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
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    Settling out{kNaN, "", kNaN, kNaN};
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
        const double size = bulk_ess({values, chains, draws});
        out.effective_size = c == 0 ? size : std::min(out.effective_size, size);
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
