// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/population.cpp: draws at the mode, generations that learn, generations that
// count.
#include "erbium/calibrate/population.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "erbium/base/check.hpp"
#include "erbium/calibrate/surrogate_posterior.hpp"
#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::calibrate {
namespace {

/// Moves of a chain under the surrogate that make one proposal: enough, with 24 constants, for a
/// correlation of 0.1 or less between its ends.
constexpr std::size_t kCheapSteps = 3000;
/// Every so many generations chains are short, and do without the surrogate.
constexpr std::size_t kShortEvery = 3;
constexpr std::size_t kPlainEvery = 20;
/// The surrogate is learnt anew when there are so many times as many points as last time.
constexpr double kRelearn = 1.05;
constexpr std::size_t kFewestChains = 8;
constexpr std::size_t kFewestDraws = 8;
/// Streams of random numbers of the generations that learn; those of draws lie below, those of
/// fit::evolve above.
constexpr std::uint64_t kLearningStream = 500'000'000;
/// Turns the seed of the first part into that of the second.
constexpr std::uint64_t kSecondPart = 0x9e3779b97f4a7c15U;

using Points = std::vector<fit::Point>;

std::size_t learning_generations(const CalibrationOptions& options) noexcept {
    return 2 * options.generations / 5;
}

/// The second half of the generations, as fit::settling() counts; the start if there are none.
std::size_t kept_generations(const CalibrationOptions& options) noexcept {
    return std::max<std::size_t>(1, options.generations / 2);
}

/// As many as wanted, and enough for each set to be a state of its own.
std::size_t chains_of(const CalibrationOptions& options) noexcept {
    const std::size_t kept = kept_generations(options);
    return std::max({kFewestChains, options.chains, (options.sets + kept - 1) / kept});
}

/// So many draws for each set from the normal distribution of this mean and precision, inside the
/// bounds, whose density is not zero: one whose simulations fail is drawn anew.
std::vector<std::vector<double>> draws(const std::vector<double>& mean,
                                       const std::vector<double>& precision, Posterior& posterior,
                                       const CalibrationOptions& options, History& history) {
    const std::size_t n = mean.size();
    const fit::Cholesky factor{precision, n};
    ERBIUM_CHECK(factor.ok(), "the curvature holds the prior and so is positive definite");
    std::vector<double> covariance(n * n);
    for (std::size_t p = 0; p < n; ++p) {
        const std::vector<double> column = factor.inverse_column(p);
        for (std::size_t q = 0; q < n; ++q) {
            covariance[p * n + q] = column[q];
        }
    }
    const fit::Cholesky root{covariance, n};
    ERBIUM_CHECK(root.ok(), "the inverse of a positive definite matrix is positive definite");
    const std::size_t wanted =
        std::max(kFewestDraws, options.sets * std::max<std::size_t>(1, options.draws_per_set));
    std::vector<std::vector<double>> out;
    std::uint64_t stream = 0;
    while (out.size() < wanted) {
        std::vector<std::vector<double>> candidates;
        for (std::size_t i = out.size(); i < wanted; ++i) {
            fit::Random random{options.seed, stream++};
            std::vector<double> z(n);
            for (double& one : z) {
                one = random.normal();
            }
            root.multiply_lower(z);
            for (std::size_t p = 0; p < n; ++p) {
                z[p] += mean[p];
            }
            candidates.push_back(clamped(posterior.parameters(), std::move(z)));
        }
        std::vector<std::vector<double>> predictions = posterior.predict(candidates);
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (std::isfinite(posterior.value(candidates[i], predictions[i]))) {
                out.push_back(candidates[i]);
            }
        }
        history.add(candidates, std::move(predictions));
        ERBIUM_CHECK(stream < 100 * wanted, "hardly any draw near the mode can be simulated");
    }
    return out;
}

class Evolution {
public:
    Evolution(Posterior& posterior, const CalibrationOptions& options)
        : posterior_{posterior},
          options_{options},
          coordinates_{coordinates_of(posterior.parameters())},
          chains_{chains_of(options)} {
        moves_.seed = options.seed;
        moves_.cheap_steps = kCheapSteps;
    }

    fit::Population run(const std::vector<double>& mode, const std::vector<double>& curvature) {
        const Points drawn = draws(mode, curvature, posterior_, options_, history_);
        const std::size_t learning = learning_generations(options_);
        Points start;
        if (options_.draws_per_set > 0) {
            posterior_.set_claim_tolerance(kSharpClaims);
            start = learn(learning);
            moves_.cheap = [this](std::size_t) { return surrogate_density(); };
            moves_.short_every = kShortEvery;
            moves_.plain_every = kPlainEvery;
        } else {
            for (std::size_t i = 0; i < chains_; ++i) {
                start.push_back(drawn[i % drawn.size()]);
            }
            start = follow(std::move(start), learning);
            posterior_.set_claim_tolerance(kSharpClaims);
        }
        moves_.seed = options_.seed ^ kSecondPart;
        follow(std::move(start), options_.generations - learning);
        return std::move(all_);
    }

private:
    fit::LogDensities surrogate_density() {
        return [this](std::span<const fit::Point> points) {
            return surrogate_->log_densities(points);
        };
    }

    /// Log densities by the model, which the history takes note of.
    std::vector<double> evaluated(std::span<const fit::Point> points) {
        std::vector<std::vector<double>> predictions = posterior_.predict(points);
        std::vector<double> out;
        for (std::size_t i = 0; i < points.size(); ++i) {
            out.push_back(-posterior_.value(points[i], predictions[i]));
        }
        history_.add(points, std::move(predictions));
        if (options_.progress) {
            std::vector<double> sorted = out;
            std::sort(sorted.begin(), sorted.end());
            options_.progress(
                fmt::format("{} points evaluated, median of -log p of the latest {:.1f}",
                            posterior_.points_evaluated(), -sorted[sorted.size() / 2]));
        }
        return out;
    }

    /// So many generations by fit::evolve, added to those before; where they end.
    Points follow(Points start, std::size_t generations) {
        moves_.generations = generations;
        fit::Population next = fit::evolve(
            coordinates_, std::move(start),
            [this](std::span<const fit::Point> points) { return evaluated(points); }, moves_);
        const std::ptrdiff_t skipped = all_.past.empty() ? 0 : 1;  // the start is known
        const auto append = [](auto& to, auto& from, std::ptrdiff_t first) {
            to.insert(to.end(), std::make_move_iterator(from.begin() + first),
                      std::make_move_iterator(from.end()));
        };
        append(all_.acceptance, next.acceptance, 0);
        append(all_.mean_log_density, next.mean_log_density, skipped);
        append(all_.past, next.past, skipped);
        append(all_.past_log_densities, next.past_log_densities, skipped);
        all_.points = next.points;
        all_.log_densities = std::move(next.log_densities);
        return std::move(next.points);
    }

    void note(const Points& points, const std::vector<double>& densities) {
        all_.past.push_back(points);
        all_.past_log_densities.push_back(densities);
        all_.mean_log_density.push_back(std::accumulate(densities.begin(), densities.end(), 0.0) /
                                        static_cast<double>(densities.size()));
    }

    void learn_anew() {
        surrogate_.emplace(posterior_, history_);
        learnt_from_ = history_.size();
    }

    /// The best quarter of the draws under blurred claims, best first, and the chains' start.
    Points best_draws() {
        std::vector<std::pair<double, std::size_t>> order;
        for (std::size_t i = 0; i < history_.size(); ++i) {
            order.emplace_back(
                posterior_.value(history_.points()[i], history_.predictions()[i], 1.0), i);
        }
        std::sort(order.begin(), order.end());
        Points best;
        for (std::size_t i = 0; i < std::max(chains_, order.size() / 4); ++i) {
            best.push_back(history_.points()[order[i % order.size()].second]);
        }
        return best;
    }

    /// The half of the points with the higher densities, each twice: chains that the surrogate led
    /// astray go on where others have arrived.
    static Points better_half_twice(const Points& points, const std::vector<double>& densities) {
        std::vector<std::size_t> order(points.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return densities[a] > densities[b]; });
        Points out;
        for (std::size_t i = 0; i < points.size(); ++i) {
            out.push_back(points[order[i / 2]]);
        }
        return out;
    }

    /// Lets the surrogate learn; the start of the chains that follow. Leaves the archive for them.
    Points learn(std::size_t generations) {
        moves_.archive = best_draws();
        Points at{moves_.archive.begin(),
                  moves_.archive.begin() + static_cast<std::ptrdiff_t>(chains_)};
        note(at, evaluated(at));
        Points met = moves_.archive;
        std::vector<double> densities(met.size(), -std::numeric_limits<double>::infinity());
        learn_anew();
        for (std::size_t g = 1; g <= generations; ++g) {
            if (static_cast<double>(history_.size()) >
                kRelearn * static_cast<double>(learnt_from_)) {
                learn_anew();
            }
            at = fit::chain_ends(coordinates_, at, surrogate_density(), moves_.archive,
                                 moves_.cheap_steps, moves_, kLearningStream + g * chains_)
                     .points;
            const std::vector<double> found = evaluated(at);
            note(at, found);
            met.insert(met.end(), at.begin(), at.end());
            densities.insert(densities.end(), found.begin(), found.end());
            at = better_half_twice(at, found);
            // What was met first, under a poor surrogate, is left behind.
            const std::size_t recent = std::max(met.size() / 2, std::min(met.size(), 8 * chains_));
            moves_.archive.assign(met.end() - static_cast<std::ptrdiff_t>(recent), met.end());
        }
        if (generations == 0) {
            return at;
        }
        learn_anew();
        const std::size_t recent = std::min(moves_.archive.size(), generations * chains_);
        const std::span<const fit::Point> candidates = std::span{met}.last(recent);
        std::vector<double> weights = surrogate_->log_densities(candidates);
        for (std::size_t i = 0; i < recent; ++i) {
            weights[i] = densities[densities.size() - recent + i] - weights[i];
        }
        Points start;
        for (const std::size_t i : fit::resampled(weights, chains_, options_.seed)) {
            start.push_back(candidates[i]);
        }
        return start;
    }

    Posterior& posterior_;
    const CalibrationOptions& options_;
    std::vector<fit::Coordinate> coordinates_;
    std::size_t chains_;
    fit::PopulationOptions moves_;
    History history_;
    std::optional<SurrogatePosterior> surrogate_;
    std::size_t learnt_from_{};
    fit::Population all_;
};

}  // namespace

fit::Population population_of(const std::vector<double>& mode, const std::vector<double>& curvature,
                              Posterior& posterior, const CalibrationOptions& options) {
    return Evolution{posterior, options}.run(mode, curvature);
}

std::pair<std::vector<fit::Point>, std::vector<double>> spread_sets(
    const fit::Population& population, const CalibrationOptions& options) {
    std::pair<std::vector<fit::Point>, std::vector<double>> out;
    const std::size_t kept = kept_generations(options);
    const std::size_t from = population.past.size() - kept;
    const std::size_t states = kept * population.points.size();
    for (std::size_t set = 0; set < options.sets; ++set) {
        const std::size_t state = (2 * set + 1) * states / (2 * options.sets);
        out.first.push_back(population.past[from + state % kept][state / kept]);
        out.second.push_back(-population.past_log_densities[from + state % kept][state / kept]);
    }
    return out;
}

std::vector<fit::Coordinate> coordinates_of(std::span<const FreeParameter> parameters) {
    std::vector<fit::Coordinate> out;
    for (const FreeParameter& free : parameters) {
        out.push_back({free.id, free.lower, free.upper, free.nominal});
    }
    return out;
}

std::vector<double> clamped(std::span<const FreeParameter> parameters, std::vector<double> u) {
    for (std::size_t p = 0; p < u.size(); ++p) {
        u[p] = std::clamp(u[p], parameters[p].lower, parameters[p].upper);
    }
    return u;
}

}  // namespace erbium::calibrate
