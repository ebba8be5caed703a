// SPDX-License-Identifier: Apache-2.0
// erbium/fit/differential_evolution.cpp: Metropolis steps along differences within a population.
#include "erbium/fit/differential_evolution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

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

}  // namespace

Population evolve(std::span<const Coordinate> coordinates, std::vector<Point> points,
                  const LogDensities& densities, const PopulationOptions& options) {
    ERBIUM_CHECK(points.size() >= 8, "a population of fewer than 8 points");
    const std::size_t n = coordinates.size();
    const std::size_t half = points.size() / 2;
    Population out;
    out.log_densities = densities(points);
    out.points = std::move(points);
    out.mean_log_density.push_back(mean(out.log_densities));
    Random random{options.seed};
    for (std::size_t generation = 1; generation <= options.generations; ++generation) {
        const bool is_leap = generation % options.leap_every == 0;
        std::size_t taken = 0;
        for (const auto& [first, last, other_first, other_last] :
             {std::array{std::size_t{0}, half, half, out.points.size()},
              std::array{half, out.points.size(), std::size_t{0}, half}}) {
            std::vector<Point> proposals;
            for (std::size_t i = first; i < last; ++i) {
                const std::size_t others = other_last - other_first;
                const std::size_t a = other_first + random.below(others);
                std::size_t b = other_first + random.below(others - 1);
                b += b >= a ? 1 : 0;
                const std::vector<std::size_t> moving = moving_coordinates(random, n);
                const double scale =
                    is_leap ? 1.0 : 2.38 / std::sqrt(2.0 * static_cast<double>(moving.size()));
                Point proposal = out.points[i];
                for (const std::size_t c : moving) {
                    proposal[c] += scale * (out.points[a][c] - out.points[b][c]) +
                                   options.jitter * random.normal();
                    proposal[c] = reflected(coordinates[c], proposal[c]);
                }
                proposals.push_back(std::move(proposal));
            }
            const std::vector<double> proposed = densities(proposals);
            for (std::size_t k = 0; k < proposals.size(); ++k) {
                const std::size_t i = first + k;
                // Drawn for every proposal, so that later draws do not depend on earlier outcomes.
                const double threshold = std::log(random.uniform());
                if (proposed[k] - out.log_densities[i] > threshold) {
                    out.points[i] = std::move(proposals[k]);
                    out.log_densities[i] = proposed[k];
                    ++taken;
                }
            }
        }
        out.acceptance.push_back(static_cast<double>(taken) /
                                 static_cast<double>(out.points.size()));
        out.mean_log_density.push_back(mean(out.log_densities));
    }
    return out;
}

}  // namespace erbium::fit
