// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/calibration.cpp: mode, curvature, population.
#include "erbium/calibrate/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/differential_evolution.hpp"
#include "erbium/fit/optimum.hpp"
#include "erbium/fit/quadratic_surrogate.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::calibrate {
namespace {

/// Slices narrower than this part of the prior say that a constant responds.
constexpr double kResponsive = 0.98;
/// Moves of a chain under the surrogate that make one proposal.
constexpr std::size_t kCheapSteps = 500;
/// Tolerance of claims in the second half of the generations: effectively a set that breaks one is
/// rejected. Proposals know them less sharply, by about what the surrogate errs.
constexpr double kSharpClaims = 0.2;
constexpr double kProposalClaims = 0.5;
/// Turns the seed of the first half of the generations into that of the second.
constexpr std::uint64_t kSecondHalf = 0x9e3779b97f4a7c15U;

std::vector<double> clamped(std::span<const FreeParameter> parameters, std::vector<double> u) {
    for (std::size_t p = 0; p < u.size(); ++p) {
        u[p] = std::clamp(u[p], parameters[p].lower, parameters[p].upper);
    }
    return u;
}

std::vector<double> nominal_of(std::span<const FreeParameter> parameters) {
    std::vector<double> u;
    for (const FreeParameter& free : parameters) {
        u.push_back(free.nominal);
    }
    return clamped(parameters, std::move(u));
}

double deviation(const std::vector<double>& values) {
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double sum = 0.0;
    for (const double value : values) {
        sum += (value - mean) * (value - mean);
    }
    return std::sqrt(sum / (count - 1.0));
}

/// Column `p` of the inverse of a matrix.
std::vector<double> inverse_column(const fit::Cholesky& factor, std::size_t p, std::size_t n) {
    std::vector<double> column(n, 0.0);
    column[p] = 1.0;
    factor.solve(column);
    return column;
}

std::vector<fit::Coordinate> coordinates_of(std::span<const FreeParameter> parameters) {
    std::vector<fit::Coordinate> out;
    for (const FreeParameter& free : parameters) {
        out.push_back({free.id, free.lower, free.upper, free.nominal});
    }
    return out;
}

/// What the model gave at the points met so far; the latest ones when there are too many.
class History {
public:
    /// Points at which a simulation failed are left out.
    void add(std::span<const std::vector<double>> points,
             std::vector<std::vector<double>> predictions) {
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (std::all_of(predictions[i].begin(), predictions[i].end(),
                            [](double value) { return std::isfinite(value); })) {
                points_.push_back(points[i]);
                predictions_.push_back(std::move(predictions[i]));
            }
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }
    [[nodiscard]] fit::QuadraticSurrogate surrogate() const {
        const std::size_t from = points_.size() - std::min(points_.size(), kMostPoints);
        return {std::span{points_}.subspan(from), std::span{predictions_}.subspan(from)};
    }

private:
    static constexpr std::size_t kMostPoints = 3000;
    std::vector<std::vector<double>> points_;
    std::vector<std::vector<double>> predictions_;
};

/// Draws from the normal distribution of this mean and precision, inside the bounds, whose density
/// is not zero: one whose simulations fail is drawn anew.
std::vector<std::vector<double>> draws(const std::vector<double>& mean,
                                       const std::vector<double>& precision, Posterior& posterior,
                                       const CalibrationOptions& options, History& history) {
    const std::size_t n = mean.size();
    const fit::Cholesky factor{precision, n};
    ERBIUM_CHECK(factor.ok(), "the curvature holds the prior and so is positive definite");
    std::vector<double> covariance(n * n);
    for (std::size_t p = 0; p < n; ++p) {
        const std::vector<double> column = inverse_column(factor, p, n);
        for (std::size_t q = 0; q < n; ++q) {
            covariance[p * n + q] = column[q];
        }
    }
    const fit::Cholesky root{covariance, n};
    ERBIUM_CHECK(root.ok(), "the inverse of a positive definite matrix is positive definite");
    const std::size_t wanted = options.sets * std::max<std::size_t>(1, options.draws_per_set);
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
    out.resize(options.sets);  // the others have taught the surrogate
    return out;
}

/// The mode by searches under ever sharper claims: among sharp ones from the start a search gets
/// caught where the first few of them meet.
Mode find_graded_mode(Posterior& posterior, std::vector<double> start,
                      const CalibrationOptions& options) {
    Mode mode;
    std::optional<double> at_start;
    for (const double tolerance : {4.0, 1.0, kSharpClaims}) {
        if (!options.has_claims && tolerance != 1.0) {
            continue;
        }
        posterior.set_claim_tolerance(tolerance);
        const std::size_t iterations = mode.search.iterations;
        mode = find_mode(posterior, start, options.most_iterations);
        at_start = at_start.value_or(mode.search.start);
        mode.search.start = *at_start;
        mode.search.iterations += iterations;
        start = mode.u;
    }
    posterior.set_claim_tolerance(1.0);
    return mode;
}

/// The first population with the second, which started where the first ended.
fit::Population joined(fit::Population first, fit::Population second) {
    const auto append = [](auto& to, auto&& from, std::ptrdiff_t skipped) {
        to.insert(to.end(), std::make_move_iterator(from.begin() + skipped),
                  std::make_move_iterator(from.end()));
    };
    append(first.acceptance, second.acceptance, 0);
    append(first.mean_log_density, second.mean_log_density, 1);
    append(first.past, second.past, 1);
    append(first.past_log_densities, second.past_log_densities, 1);
    first.points = std::move(second.points);
    first.log_densities = std::move(second.log_densities);
    return first;
}

/// A population that follows the posterior. In the first half of its generations the surrogate
/// learns and claims are blurred, so that sets find their way to where all of them hold; in the
/// second half nothing changes any more.
fit::Population population_of(const std::vector<double>& mode, const std::vector<double>& curvature,
                              Posterior& posterior, const CalibrationOptions& options) {
    History history;
    std::vector<std::vector<double>> start = draws(mode, curvature, posterior, options, history);
    fit::PopulationOptions evolution;
    evolution.cheap_steps = kCheapSteps;
    std::optional<fit::QuadraticSurrogate> surrogate;
    std::vector<double> predicted;
    bool is_learning = true;
    if (options.draws_per_set > 0) {
        evolution.cheap = [&](std::size_t) -> fit::LogDensity {
            if (!surrogate || is_learning) {
                surrogate = history.surrogate();
            }
            return [&](const fit::Point& u) {
                predicted.resize(surrogate->outputs());
                surrogate->at(u, predicted);
                return -posterior.value(u, predicted, is_learning ? 1.0 : kProposalClaims);
            };
        };
    }
    const auto densities = [&](std::span<const fit::Point> points) {
        std::vector<std::vector<double>> predictions = posterior.predict(points);
        std::vector<double> out;
        for (std::size_t i = 0; i < points.size(); ++i) {
            out.push_back(-posterior.value(points[i], predictions[i]));
        }
        history.add(points, std::move(predictions));
        if (options.progress) {
            options.progress(fmt::format(
                "{} points evaluated, mean of -log p of the latest {:.1f}",
                posterior.points_evaluated(),
                -std::accumulate(out.begin(), out.end(), 0.0) / static_cast<double>(out.size())));
        }
        return out;
    };
    const std::vector<fit::Coordinate> coordinates = coordinates_of(posterior.parameters());
    evolution.generations = options.generations - options.generations / 2;
    evolution.seed = options.seed;
    fit::Population first = fit::evolve(coordinates, std::move(start), densities, evolution);
    is_learning = false;
    posterior.set_claim_tolerance(kSharpClaims);
    evolution.generations = options.generations / 2;
    evolution.seed = options.seed ^ kSecondHalf;
    std::vector<fit::Point> midway = first.points;
    fit::Population second = fit::evolve(coordinates, std::move(midway), densities, evolution);
    return joined(std::move(first), std::move(second));
}

}  // namespace

std::vector<std::size_t> calibration_rows(const Package& package) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < package.observations.size(); ++i) {
        if (!package.observations[i].is_held_out) {
            rows.push_back(i);
        }
    }
    return rows;
}

std::vector<FreeParameter> responsive_parameters(Experiment& experiment,
                                                 const std::vector<Term>& terms, std::size_t most,
                                                 std::vector<std::string>* left) {
    std::vector<FreeParameter> all = free_parameters(experiment.package());
    Posterior posterior{experiment, all, terms};
    const std::vector<double> nominal = nominal_of(all);
    const Posterior::Slope slope = posterior.slope(nominal);
    std::vector<std::pair<double, std::size_t>> slices;  // width of the slice, parameter
    for (std::size_t p = 0; p < all.size(); ++p) {
        slices.emplace_back(1.0 / std::sqrt(slope.curvature[p * all.size() + p]), p);
    }
    std::stable_sort(slices.begin(), slices.end());
    std::vector<bool> keeps(all.size());
    for (std::size_t i = 0; i < std::min(most, slices.size()); ++i) {
        keeps[slices[i].second] = slices[i].first < kResponsive;
    }
    std::vector<FreeParameter> kept;
    for (std::size_t p = 0; p < all.size(); ++p) {
        if (keeps[p]) {
            kept.push_back(all[p]);
        } else if (left != nullptr) {
            left->push_back(all[p].id);
        }
    }
    return kept;
}

Mode find_mode(Posterior& posterior, std::span<const double> start, std::size_t most_iterations) {
    PosteriorObjective objective{posterior};
    fit::SearchOptions options;
    options.max_iterations = most_iterations;
    options.value_tolerance = 1e-3;  // far below what one more observation changes
    options.gradient_tolerance = 1e-2;
    options.step_tolerance = 1e-3;
    const double at_start = objective.evaluate(start, fit::Need::value).value;
    const fit::Optimum optimum = fit::minimise_trust_region(objective, start, options);
    return {optimum.x,
            optimum.value,
            {at_start, optimum.value, optimum.iterations, fit::is_converged(optimum.ending)}};
}

Calibration calibrate(Experiment& experiment, const CalibrationOptions& options) {
    const auto say = [&](const std::string& line) {
        if (options.progress) {
            options.progress(line);
        }
    };
    const Package& package = experiment.package();
    std::vector<Term> terms = observation_terms(package, calibration_rows(package));
    if (options.has_claims) {
        for (Term& term : claim_terms(package)) {
            terms.push_back(std::move(term));
        }
    }
    Calibration out;
    out.terms = terms.size();
    out.parameters =
        responsive_parameters(experiment, terms, options.most_parameters, &out.left_at_nominal);
    say(fmt::format("{} terms, {} free constants, {} left at their values", terms.size(),
                    out.parameters.size(), out.left_at_nominal.size()));
    const std::size_t n = out.parameters.size();
    Posterior posterior{experiment, out.parameters, terms};
    out.mode_value = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < std::max<std::size_t>(1, options.starts); ++s) {
        std::vector<double> start = s == 0 ? nominal_of(out.parameters) : std::vector<double>(n);
        if (s >= 2) {
            fit::Random random{options.seed, 1'000'000 + s};
            for (double& one : start) {
                one = random.normal();
            }
            start = clamped(out.parameters, std::move(start));
        }
        Mode mode = find_graded_mode(posterior, start, options);
        say(fmt::format("search {}: -log p {:.1f} -> {:.1f} in {} iterations{}", s + 1,
                        mode.search.start, mode.search.end, mode.search.iterations,
                        mode.search.is_converged ? "" : ", not converged"));
        out.searches.push_back(mode.search);
        if (mode.value < out.mode_value) {
            out.mode_value = mode.value;
            out.mode = std::move(mode.u);
        }
    }
    ERBIUM_CHECK(!out.mode.empty(), "no search for the mode gave a finite value");
    const Posterior::Slope slope = posterior.slope(out.mode);
    fit::Population population = population_of(out.mode, slope.curvature, posterior, options);
    out.settling = fit::settling(coordinates_of(out.parameters), population);
    out.sets = std::move(population.points);
    for (const double density : population.log_densities) {
        out.set_values.push_back(-density);
    }
    for (const double density : population.mean_log_density) {
        out.mean_values.push_back(-density);
    }
    out.acceptance = std::move(population.acceptance);
    const fit::Cholesky factor{slope.curvature, n};
    for (std::size_t p = 0; p < n; ++p) {
        std::vector<double> values;
        for (const std::vector<double>& set : out.sets) {
            values.push_back(set[p]);
        }
        out.identifiability.push_back({out.mode[p], std::sqrt(inverse_column(factor, p, n)[p]),
                                       deviation(values),
                                       1.0 / std::sqrt(slope.curvature[p * n + p])});
    }
    out.points_evaluated = posterior.points_evaluated();
    return out;
}

}  // namespace erbium::calibrate
